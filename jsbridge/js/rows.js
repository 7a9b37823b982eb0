// What encoders that add rows to embeddings have in common.

import { apply, newTable } from "./apply.js";
import { AT, readCall } from "./call.js";
import { coreOf, Encoder, property } from "./encoder.js";
import { rangeError, typeError } from "./errors.js";
import { Float64, setArray } from "./intrinsics.js";
import { ADD, FILL, FREQUENCIES, SUBTRACT, WAVELENGTHS } from "./runtime.js";

/** @typedef {import("./call.js").At} At */
/** @typedef {import("./alloc.js").Allocation} Allocation */

/**
 * An encoding that is added to embeddings [batch, seq, dim].
 * @template {object} Options
 * @extends {Encoder<Options>}
 */
export class Rows extends Encoder {
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
}

/**
 * One whose rows are the sines and cosines of frequencies.
 * @template {object} Options
 * @extends {Rows<Options>}
 */
export class Waves extends Rows {
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
