// posenc: positional encodings of Transformers, computed and applied where JavaScript keeps its numbers.

import * as allocation from "./alloc.js";
import { wrongThis } from "./errors.js";
import { freeze } from "./intrinsics.js";
import { compile } from "./load.js";
import { snapshot } from "./options.js";
import { Runtime, VERSION } from "./runtime.js";
import * as rotary from "./rotary.js";
import * as sinusoidal from "./sinusoidal.js";

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./apply.js").At} At */
/** @typedef {import("./errors.js").ErrorCode} ErrorCode */
/** @typedef {import("./errors.js").PosencError} PosencError */
/** @typedef {import("./load.js").WasmSource} WasmSource */
/** @typedef {import("./apply.js").RotaryAt} RotaryAt */
/** @typedef {import("./rotary.js").Rotary} Rotary */
/** @typedef {import("./rotary.js").RotaryOptions} RotaryOptions */
/** @typedef {import("./rotary.js").Scaling} Scaling */
/** @typedef {import("./sinusoidal.js").Sinusoidal} Sinusoidal */
/** @typedef {import("./sinusoidal.js").SinusoidalOptions} SinusoidalOptions */
/** @typedef {import("./sinusoidal.js").Convention} Convention */
/** @typedef {Loaded} Posenc */

/** posenc, loaded: `await load()`. */
class Loaded {
  #runtime;

  /** @param {unknown} self @returns {Runtime} */
  static #of(self) {
    if (typeof self !== "object" || self === null || !(#runtime in self)) throw wrongThis("what load() gave", self);
    return /** @type {any} */ (self).#runtime;
  }

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#runtime = new Runtime(module);
    freeze(this);
  }

  /** The version of the package. */
  get version() {
    return VERSION;
  }

  /**
   * The sinusoidal encoding: by default Vaswani et al. 2017, interleaved, base 10000.
   * @param {SinusoidalOptions} options
   * @returns {Sinusoidal}
   */
  sinusoidal(options) {
    return new sinusoidal.Sinusoidal(Loaded.#of(this), options);
  }

  /**
   * The rotary encoding (RoPE): by default that of Llama in Hugging Face, base 10000, first half with second.
   * @param {RotaryOptions} options
   * @returns {Rotary}
   */
  rotary(options) {
    return new rotary.Rotary(Loaded.#of(this), options);
  }

  /**
   * An array of `length` float32 zeros in the module's own memory. Every method that takes a Float32Array takes it,
   * with no copy.
   * @param {number} length up to 2^28 (1 GiB)
   * @returns {Allocation}
   */
  alloc(length) {
    return new allocation.Allocation(Loaded.#of(this), length);
  }
}

/** @type {Promise<Loaded> | undefined} */
let shared;

/**
 * Loads the WebAssembly module. Without `wasm` it is the file beside this one, loaded once: every call gives the same
 * posenc, and after a failure the next call tries again. With `wasm` each call gives one of its own.
 * @param {{ wasm?: WasmSource | PromiseLike<WasmSource> }} [options]
 * @returns {Promise<Loaded>}
 */
export async function load(options) {
  const { wasm } = snapshot("options", LOAD, options);
  if (wasm !== undefined) return new Loaded(await compile(wasm));
  if (shared === undefined) {
    const attempt = compile(undefined).then((module) => new Loaded(module));
    attempt.catch(() => {
      if (shared === attempt) shared = undefined;
    });
    shared = attempt;
  }
  return shared;
}

/** @type {import("./options.js").Spec} */
const LOAD = /** @type {any} */ ({ __proto__: null, wasm: (/** @type {string} */ _, /** @type {unknown} */ value) => value });
