/// <reference lib="esnext.disposable" preserve="true" />
// What every encoder has: its options, its handle in Go, and an end.

import { disposedError, rangeError, wrongThis } from "./errors.js";
import { STAGING_LENGTH } from "./runtime.js";
import { arrayIsArray, defineProperty, Float64, freeze, objectKeys, setArray, tagOf, withoutUndefined } from "./intrinsics.js";

/** Encoders that nobody has a reference to any more are let go of. */
const forgotten =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry((/** @type {() => void} */ release) => release()) : undefined;

/**
 * What the calls of this package need of an encoder, and nobody else sees.
 * @typedef {object} Core
 * @property {import("./runtime.js").Runtime} runtime the instance that it belongs to
 * @property {number} handle Go's number for it
 * @property {number} generation of the instance whose number that is
 * @property {number} width how many float32 a row has, or each head's part of it
 * @property {number} rowLength how many float32 are kept for a position
 * @property {number} axes how many numbers a position has
 * @property {boolean} points whether they stand side by side, and not each axis for itself
 * @property {number} length how many positions there are, from 0 or so on; 0 for all integers
 */

/**
 * Takes the Float32Arrays out of options and leaves their numbers in the list: they go to Go by themselves.
 * @param {any} options
 * @returns {Float32Array[]}
 */
function liftArrays(options) {
  /** @type {Float32Array[]} */
  const arrays = [];
  const names = objectKeys(options);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (tagOf(options[name]) !== "Float32Array") continue;
    arrays[arrays.length] = options[name];
    options[name] = arrays.length - 1;
  }
  return arrays;
}

/**
 * Go's answer without what it has nothing to say of, which it makes null.
 * @param {any} answer
 */
function given(answer) {
  /** @type {any} */
  const out = {};
  const names = objectKeys(answer);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = answer[name];
    if (value === null) continue;
    const whole = typeof value === "object" ? (arrayIsArray(value) ? freeze(value) : freeze(given(value))) : value;
    defineProperty(out, name, /** @type {any} */ ({ __proto__: null, value: whole, enumerable: true, writable: true, configurable: true }));
  }
  return out;
}

/**
 * The name of a number that was given as 0, which means the default in Go's options, and so became another.
 * @param {any} given
 * @param {any} answer
 * @param {string} path
 * @returns {string | undefined}
 */
function replacedZero(given, answer, path) {
  const names = objectKeys(given);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = given[name];
    const became = answer[name];
    if (value === 0 && typeof became === "number" && became !== 0) return path + name;
    if (typeof value === "object" && tagOf(value) === undefined && typeof became === "object" && became !== null) {
      const inside = replacedZero(value, became, `${name}.`);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}

/**
 * What another thread needs to make the same encoder.
 * @typedef {{ readonly scheme: string, readonly snapshot: object, readonly arrays: readonly Float32Array[] }} Recipe
 */

/** @type {(encoder: Encoder<any>) => Core} */
let coreOf;
/** @type {(encoder: Encoder<any>) => Recipe} of one that is not disposed */
let recipeOf;
export { coreOf, recipeOf };

/**
 * @template {object} Options
 */
export class Encoder {
  #scheme;
  #snapshot;
  #arrays;
  /** @type {Core} */
  #core;
  #disposed = false;

  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {string} scheme its name in jsbridge/*.go
   * @param {object} snapshot its options, for Go; kept, with what long lists it has, to make it again should the instance die
   * @param {(filledIn: any) => Options} [publish] from Go's answer to what `options` shows
   * @param {readonly Float32Array[]} [arrays] of a recipe, whose snapshot has them no more
   */
  constructor(runtime, scheme, snapshot, publish = (filledIn) => filledIn, arrays = liftArrays(snapshot)) {
    freeze(snapshot);
    const { handle, width, rowLength, axes, points, length, options } = runtime.create(scheme, snapshot, arrays);
    /** @type {Core} */
    const core = { runtime, handle, generation: runtime.generation, width, rowLength, axes, points, length };
    const zero = replacedZero(snapshot, options, "");
    if (zero !== undefined) {
      runtime.release(handle, core.generation);
      throw rangeError(`${zero}: want a number other than 0, got 0`);
    }
    this.#scheme = scheme;
    this.#snapshot = snapshot;
    this.#arrays = arrays;
    this.#core = core;
    /**
     * The options with all defaults filled in.
     * @readonly
     * @type {Readonly<Options>}
     */
    this.options; // declares it for the types; an assignment would fail where Object.prototype has a read-only `options`
    defineProperty(this, "options", /** @type {any} */ ({ __proto__: null, value: freeze(publish(given(options))), enumerable: true }));
    forgotten?.register(this, () => runtime.release(core.handle, core.generation), this);
  }

  static {
    coreOf = (encoder) => {
      if (typeof encoder !== "object" || encoder === null || !(#core in encoder)) throw wrongThis("an encoder", encoder);
      if (encoder.#disposed) throw disposedError(encoder.#scheme);
      const core = encoder.#core;
      const { runtime } = core;
      if (core.generation !== runtime.ensure()) {
        // the instance has died since
        core.handle = runtime.create(encoder.#scheme, encoder.#snapshot, encoder.#arrays).handle;
        core.generation = runtime.generation;
      }
      return core;
    };
    recipeOf = (encoder) => {
      if (encoder.#disposed) throw disposedError(encoder.#scheme);
      return { scheme: encoder.#scheme, snapshot: encoder.#snapshot, arrays: encoder.#arrays };
    };
  }

  /** Lets go of the memory that the encoder has in the module. Doing it twice is the same as once. */
  dispose() {
    if (typeof this !== "object" || this === null || !(#core in this)) throw wrongThis("an encoder", this);
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten?.unregister(this);
    this.#core.runtime.release(this.#core.handle, this.#core.generation);
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose]() {
    this.dispose();
  }
}
withoutUndefined(Encoder);

/**
 * @param {Encoder<any>} encoder
 * @param {number} which
 * @returns {Float64Array<ArrayBuffer>}
 */
export function property(encoder, which) {
  const { runtime, handle } = coreOf(encoder);
  runtime.call("posenc_float64", handle, which, 0);
  const count = runtime.positions[0];
  const copy = new Float64(count);
  for (let from = 0; ; ) {
    const n = count - from < STAGING_LENGTH / 2 ? count - from : STAGING_LENGTH / 2;
    setArray(copy, runtime.staging64(n), from);
    from += n;
    if (from === count) return copy;
    runtime.call("posenc_float64", handle, which, from);
  }
}
