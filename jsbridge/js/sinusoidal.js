// The sinusoidal encoding; encoding/additive/sinusoidal.go has the formula and its sources.

import { apply, AT, newTable, readCall } from "./apply.js";
import { coreOf, Encoder, property } from "./encoder.js";
import { rangeError, typeError } from "./errors.js";
import { Float64, freeze, setArray, sqrt } from "./intrinsics.js";
import { number, numberOr, oneOf, snapshot } from "./options.js";
import { ADD, FILL, FREQUENCIES, SUBTRACT, WAVELENGTHS } from "./runtime.js";

/** @typedef {import("./apply.js").At} At */
/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {"interleaved" | "concat" | "concat-cos-sin"} Layout */
/** @typedef {"sin" | "zero"} OddDim */
/** @typedef {"vaswani" | "keras" | "tensor2tensor" | "fairseq" | "m2m100" | "whisper" | "marian" | "roformer" | "ddpm" | "ldm" | "mlx"} Convention */

/**
 * @typedef {object} SinusoidalOptions
 * @property {number} dim the width of a row, 1 to 65536
 * @property {number} [base] the longest time scale (max_timescale, max_period), above 0; 10000
 * @property {Layout} [layout] the order of the columns: "interleaved" s0 c0 s1 c1 ..., "concat" s0 s1 ... c0 c1 ...,
 *   "concat-cos-sin" c0 c1 ... s0 s1 ...; "interleaved"
 * @property {number} [frequencyShift] w_i = m·(base/m)^(-i/(dim/2 - frequencyShift)) (downscale_freq_shift): 0 is the
 *   paper's ladder, 1 tensor2tensor's; below dim/2; 0
 * @property {number} [minTimescale] m, the first frequency (min_timescale), above 0; 1
 * @property {OddDim} [oddDim] the last column of an odd dim: "sin" a sine without its cosine, "zero" always 0; "sin"
 * @property {number} [scale] multiplies the encoding, in float32, not 0; 1
 * @property {number | "sqrt-dim"} [inputScale] multiplies x before the encoding is added, in float32, not 0; 1
 * @property {Convention} [convention] whose defaults the other options have; "vaswani"
 */

const CONVENTIONS = freeze(["vaswani", "keras", "tensor2tensor", "fairseq", "m2m100", "whisper", "marian", "roformer", "ddpm", "ldm", "mlx"]);

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  dim: number,
  base: number,
  layout: oneOf(freeze(["interleaved", "concat", "concat-cos-sin"])),
  frequencyShift: number,
  minTimescale: number,
  oddDim: oneOf(freeze(["sin", "zero"])),
  scale: number,
  inputScale: numberOr("sqrt-dim"),
  convention: oneOf(CONVENTIONS),
});

/**
 * Adds sin and cos of position times frequency to embeddings [batch, seq, dim].
 * @extends {Encoder<Required<SinusoidalOptions>>}
 */
export class Sinusoidal extends Encoder {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {SinusoidalOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    if (options.dim === undefined) throw typeError("dim", "a number", undefined);
    const rule = options.inputScale === "sqrt-dim" ? options.inputScale : undefined;
    if (rule !== undefined) options.inputScale = sqrt(options.dim);
    const convention = options.convention ?? "vaswani";
    super(runtime, "sinusoidal", freeze(options), (filledIn) => ({ ...filledIn, inputScale: rule ?? filledIn.inputScale, convention }));
  }

  /**
   * x = x·inputScale + PE, in place.
   * @template {Float32Array | Allocation} T
   * @param {T} x [batch, seq, dim]
   * @param {At} [at]
   * @returns {T} x
   */
  add(x, at) {
    return apply(this, x, readCall(ADD, AT, at));
  }

  /**
   * x = (x - PE) / inputScale, in place: undoes add, up to the rounding of the sum.
   * @template {Float32Array | Allocation} T
   * @param {T} x [batch, seq, dim]
   * @param {At} [at]
   * @returns {T} x
   */
  subtract(x, at) {
    return apply(this, x, readCall(SUBTRACT, AT, at));
  }

  /**
   * x = PE: overwrites x with the rows.
   * @template {Float32Array | Allocation} T
   * @param {T} x [batch, seq, dim]
   * @param {At} [at]
   * @returns {T} x
   */
  fill(x, at) {
    return apply(this, x, readCall(FILL, AT, at));
  }

  /**
   * The rows of `length` positions, in a new array.
   * @param {number} length
   * @param {Omit<At, "batch" | "allowShared">} [at] `positions` must be `length` of them
   * @returns {Float32Array<ArrayBuffer>} [length, dim]
   */
  table(length, at) {
    return newTable(this, length, at);
  }

  /**
   * w_0, w_1, ... in radians per position, each the float64 nearest to its true value. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get frequencies() {
    return property(this, FREQUENCIES);
  }

  /**
   * 2π/w_0, 2π/w_1, ...: after how many positions each frequency repeats. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get wavelengths() {
    return property(this, WAVELENGTHS);
  }

  /**
   * The matrix M with PE(p+k) = M·PE(p) for every p, in this encoder's own layout: a rotation by k·w_i for each pair.
   * @param {number} k any number within ±2^53; dim is at most 8192
   * @returns {Float64Array<ArrayBuffer>} [dim, dim], row-major
   */
  shiftMatrix(k) {
    if (typeof k !== "number") throw typeError("k", "a number", k);
    const { runtime, handle, width: dim } = coreOf(this);
    if (dim > MOST_SHIFTED) throw rangeError(`dim: want at most ${MOST_SHIFTED} for a shift matrix, got ${dim}`);
    runtime.call("posenc_shift_row", handle, k, 0); // before there is a matrix
    let matrix;
    try {
      matrix = new Float64(dim * dim);
    } catch {
      throw rangeError(`dim: want one whose shift matrix this engine can hold now, got ${dim}`);
    }
    for (let row = 0; row < dim; row++) {
      runtime.call("posenc_shift_row", handle, k, row);
      setArray(matrix, runtime.staging64(dim), row * dim);
    }
    return matrix;
  }
}

/** A matrix of 8192 by 8192 is 512 MiB. */
const MOST_SHIFTED = 8192;
