// Time2Vec; encoding/additive/time2vec.go has the formula.

import { few, need, snapshot } from "./options.js";
import { Rows } from "./rows.js";
import { encode } from "./timestep.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * @typedef {object} Time2VecOptions
 * @property {readonly number[] | TypedArray} w the learned frequencies w_0, w_1, ..., as many as a row has columns
 * @property {readonly number[] | TypedArray} phi the learned phases φ_0, φ_1, ...
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ __proto__: null, w: few, phi: few });

/**
 * Adds or makes [w_0·t + φ_0, sin(w_1·t + φ_1), ...]; times are its positions.
 * @extends {Rows<Time2VecOptions>}
 */
export class Time2Vec extends Rows {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {Time2VecOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "w", "a list of numbers");
    need(options, "phi", "a list of numbers");
    super(runtime, "time2vec", options);
  }

  /**
   * The rows of times, in a new array.
   * @param {readonly number[] | TypedArray} times
   * @returns {Float32Array<ArrayBuffer>} [times, w.length]
   */
  encode(times) {
    return encode(this, "times", times);
  }
}
