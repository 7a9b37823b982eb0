// The bias of Swin's windows; encoding/bias/swin.go has the formula.

import { few, floats, need, number, snapshot } from "./options.js";
import { buckets, Scores } from "./scores.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * @typedef {object} SwinOptions
 * @property {readonly number[] | import("./call.js").TypedArray} window [H, W]; scores have H·W queries and keys
 * @property {number} [heads] needed with weights
 * @property {readonly number[] | TypedArray} [weights] [(2H-1)·(2W-1), heads] (relative_position_bias_table), copied; for add
 *   and matrix
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ __proto__: null, window: few, heads: number, weights: floats });

/**
 * Adds a learned bias by the difference of two cells of a window. The batch is that of windows.
 * @extends {Scores<Omit<SwinOptions, "weights">>}
 */
export class Swin extends Scores {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {SwinOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "window", "[H, W]");
    super(runtime, "swin", options);
  }

  /**
   * relative_position_index: the row of the table for each query and key, in a new array.
   * @param {number} queryLength
   * @param {number} keyLength
   * @param {{ offset?: number }} [at] the position of the first query; 0
   * @returns {Int32Array<ArrayBuffer>} [queryLength, keyLength]
   */
  buckets(queryLength, keyLength, at) {
    return buckets(this, queryLength, keyLength, at);
  }
}
