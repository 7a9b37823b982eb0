// What load() gives: every scheme as a method, on one runtime.

import * as allocation from "./alloc.js";
import * as analysis from "./analysis.js";
import * as alibi from "./alibi.js";
import * as axialRotary from "./axial-rotary.js";
import * as deberta from "./deberta.js";
import * as fire from "./fire.js";
import * as fourier from "./fourier.js";
import * as grid from "./grid.js";
import * as kerple from "./kerple.js";
import * as learned from "./learned.js";
import * as mrope from "./mrope.js";
import * as shaw from "./shaw.js";
import * as swin from "./swin.js";
import * as t5 from "./t5.js";
import * as time2vec from "./time2vec.js";
import * as timestep from "./timestep.js";
import { fromConfig } from "./config.js";
import * as lists from "./positions.js";
import { loadError, wrongThis } from "./errors.js";
import { freeze } from "./intrinsics.js";
import { VERSION } from "./instance.js";
import { compile } from "./load.js";
import { number, snapshot } from "./options.js";
import { Runtime } from "./runtime.js";
import * as rotary from "./rotary.js";
import * as sinusoidal from "./sinusoidal.js";

/** @import { Allocation, ALiBi, AxialRotary, DeBERTa, FIRE, Fourier, Grid, KERPLE, Learned, MRope, Rotary, Shaw, Sinusoidal, Swin, T5, Time2Vec, Timestep, TypedArray, ConfigEncoders, MRopePart, ALiBiOptions, AxialRotaryOptions, DeBERTaOptions, FIREOptions, FourierOptions, GridOptions, KERPLEOptions, LearnedOptions, MRopeOptions, ShawOptions, SwinOptions, T5Options, Time2VecOptions, TimestepOptions, WasmSource, RotaryOptions, Pool, SinusoidalOptions } from "./index.js" */

/** @type {(self: unknown) => Runtime} */
let runtimeOf;
/** What a pool needs of it. @type {(posenc: Loaded) => { runtime: Runtime, module: WebAssembly.Module }} */
export let partsOf;

/** posenc, loaded: `await load()`. */
export class Loaded {
  #module;
  #runtime;
  #analysis;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#module = module;
    this.#runtime = new Runtime(module);
    this.#analysis = new analysis.Analysis(this.#runtime);
    freeze(this);
  }

  static {
    runtimeOf = (self) => {
      if (typeof self !== "object" || self === null || !(#runtime in self)) throw wrongThis("what load() gave", self);
      return /** @type {any} */ (self).#runtime;
    };
    partsOf = (posenc) => {
      if (!(#module in posenc)) {
        throw loadError(
          "pool.js: this posenc is of another copy of the package; where posenc.js is loaded by a URL with a query, pool.js loads it anew",
        );
      }
      return { runtime: posenc.#runtime, module: posenc.#module };
    };
  }

  /** The version of the package. */
  get version() {
    return VERSION;
  }

  /** What an encoding does, by measuring; see analysis.js. */
  get analysis() {
    runtimeOf(this);
    return this.#analysis;
  }

  /**
   * The sinusoidal encoding: by default Vaswani et al. 2017, interleaved, base 10000.
   * @param {SinusoidalOptions} options
   * @returns {Sinusoidal}
   */
  sinusoidal(options) {
    return new sinusoidal.Sinusoidal(runtimeOf(this), options);
  }

  /**
   * The rotary encoding (RoPE): by default that of Llama in Hugging Face, base 10000, first half with second.
   * @param {RotaryOptions} options
   * @returns {Rotary}
   */
  rotary(options) {
    return new rotary.Rotary(runtimeOf(this), options);
  }

  /**
   * The linear bias of Press et al. 2022.
   * @param {ALiBiOptions} options
   * @returns {ALiBi}
   */
  alibi(options) {
    return new alibi.ALiBi(runtimeOf(this), options);
  }

  /**
   * DeBERTa's log buckets of relative positions.
   * @param {DeBERTaOptions} options
   * @returns {DeBERTa}
   */
  deberta(options) {
    return new deberta.DeBERTa(runtimeOf(this), options);
  }

  /**
   * The bias of Li et al. 2024, a network of the relative distance.
   * @param {FIREOptions} options
   * @returns {FIRE}
   */
  fire(options) {
    return new fire.FIRE(runtimeOf(this), options);
  }

  /**
   * Fourier features of points: NeRF, Gaussian, timm.
   * @param {FourierOptions} options
   * @returns {Fourier}
   */
  fourier(options) {
    return new fourier.Fourier(runtimeOf(this), options);
  }

  /**
   * Sinusoidal encodings of the cells of an image or a video: MAE, ViT, timm, diffusers, DETR.
   * @param {GridOptions} options
   * @returns {Grid}
   */
  grid(options) {
    return new grid.Grid(runtimeOf(this), options);
  }

  /**
   * The kernelised bias of Chi et al. 2022.
   * @param {KERPLEOptions} options
   * @returns {KERPLE}
   */
  kerple(options) {
    return new kerple.KERPLE(runtimeOf(this), options);
  }

  /**
   * A learned table of rows.
   * @param {LearnedOptions} options
   * @returns {Learned}
   */
  learned(options) {
    return new learned.Learned(runtimeOf(this), options);
  }

  /**
   * Rotary encodings of text, images and video together: Qwen2-VL, Qwen3-VL.
   * @param {MRopeOptions} options
   * @returns {MRope}
   */
  mrope(options) {
    return new mrope.MRope(runtimeOf(this), options);
  }

  /**
   * The relative positions of Shaw et al. 2018.
   * @param {ShawOptions} options
   * @returns {Shaw}
   */
  shaw(options) {
    return new shaw.Shaw(runtimeOf(this), options);
  }

  /**
   * The bias of Swin's windows.
   * @param {SwinOptions} options
   * @returns {Swin}
   */
  swin(options) {
    return new swin.Swin(runtimeOf(this), options);
  }

  /**
   * T5's relative buckets and their bias; without weights the buckets only.
   * @overload
   * @param {import("./t5.js").T5WeightedOptions} options
   * @returns {T5}
   */
  /**
   * @overload
   * @param {import("./t5.js").T5BucketOptions & { heads?: number, weights?: undefined }} [options]
   * @returns {import("./t5.js").T5Buckets}
   */
  /**
   * @overload
   * @param {T5Options} options
   * @returns {T5 | import("./t5.js").T5Buckets}
   */
  /**
   * @param {T5Options} [options]
   * @returns {any}
   */
  t5(options) {
    return new t5.T5(runtimeOf(this), options);
  }

  /**
   * Time2Vec, Kazemi et al. 2019.
   * @param {Time2VecOptions} options
   * @returns {Time2Vec}
   */
  time2vec(options) {
    return new time2vec.Time2Vec(runtimeOf(this), options);
  }

  /**
   * The embedding of a diffusion model's time step.
   * @param {TimestepOptions} options
   * @returns {Timestep}
   */
  timestep(options) {
    return new timestep.Timestep(runtimeOf(this), options);
  }

  /**
   * Rotary encodings of the cells of an image or a video: diffusers, DINOv3, torchtune.
   * @param {AxialRotaryOptions} options
   * @returns {AxialRotary}
   */
  axialRotary(options) {
    return new axialRotary.AxialRotary(runtimeOf(this), options);
  }

  /**
   * The encoders that a model of Hugging Face has, from its config.json.
   * @param {object | string} config as it is, snake_case, or its text
   * @returns {ConfigEncoders}
   */
  fromConfig(config) {
    return fromConfig(runtimeOf(this), config);
  }

  /**
   * The position of each token of a mask; see positions.js.
   * @param {readonly number[] | TypedArray} mask [batch, seq], 1 for a token and 0 for padding
   * @param {{ batch?: number, start?: number, padding?: number }} [options]
   * @returns {Int32Array<ArrayBuffer>}
   */
  positionsFromMask(mask, options) {
    return lists.positionsFromMask(mask, options);
  }

  /**
   * The positions of text and blocks of vision, for mrope.
   * @param {readonly MRopePart[]} parts
   * @returns {{ positions: Float64Array<ArrayBuffer>, next: number }} positions [3, tokens]
   */
  mropePositions(parts) {
    return lists.mropePositions(parts);
  }

  /**
   * The positions whose rows relative attention takes (Transformer-XL): length-1, ..., 0, or on to -(length-1).
   * @param {number} length
   * @param {{ bidirectional?: boolean }} [options]
   * @returns {Float64Array<ArrayBuffer>}
   */
  relativePositions(length, options) {
    return lists.relativePositions(length, options);
  }

  /**
   * The weights of a query or key projection in the channel order of the other pairing.
   * @param {readonly number[] | TypedArray} weights [heads·headDim, columns]
   * @param {{ to: "half" | "interleaved", headDim: number, heads?: number, rotaryDim?: number, columns?: number }} options
   * @returns {Float32Array<ArrayBuffer>}
   */
  permute(weights, options) {
    return lists.permute(weights, options);
  }

  /**
   * An array of `length` float32 zeros in the module's own memory. Every method that takes a Float32Array takes it,
   * with no copy.
   * @param {number} length up to 2^28 (1 GiB)
   * @returns {Allocation}
   */
  alloc(length) {
    return new allocation.Allocation(runtimeOf(this), length);
  }

  /**
   * Workers that share long work; see pool.js. Nothing of it is loaded before the first call.
   * @param {{ workers?: number }} [options] how many, 1 to 64; by default one less than the machine has cores, up to 16
   * @returns {Promise<Pool>}
   */
  async pool(options) {
    runtimeOf(this);
    const { workers } = snapshot("options", POOL, options);
    let made;
    try {
      made = await import("./pool.js");
    } catch (cause) {
      throw loadError("pool.js: could not be loaded. Serve it and worker.js beside posenc's other files", cause);
    }
    return await made.startPool(this, workers);
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
  return await shared; // without `await` it would be asked for its `then`, which a page may have replaced
}

/** @type {import("./options.js").Spec} */
const LOAD = /** @type {any} */ ({ __proto__: null, wasm: (/** @type {string} */ _, /** @type {unknown} */ value) => value });
/** @type {import("./options.js").Spec} */
const POOL = /** @type {any} */ ({ __proto__: null, workers: number });
