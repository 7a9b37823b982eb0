// Relative positions of Shaw et al. 2018; encoding/bias/shaw.go has the formula.

import { Encoder } from "./encoder.js";
import { need, number, snapshot } from "./options.js";
import { buckets } from "./scores.js";

/**
 * @typedef {object} ShawOptions
 * @property {number} maxRelativePosition k
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ __proto__: null, maxRelativePosition: number });

/**
 * The rows of the relative embeddings that attention looks up.
 * @extends {Encoder<ShawOptions>}
 */
export class Shaw extends Encoder {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {ShawOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "maxRelativePosition", "a number");
    super(runtime, "shaw", options);
  }

  /**
   * clip(key - query, -k, k) + k, in a new array.
   * @param {number} queryLength
   * @param {number} keyLength
   * @param {{ offset?: number }} [at] the position of the first query; 0
   * @returns {Int32Array<ArrayBuffer>} [queryLength, keyLength]
   */
  buckets(queryLength, keyLength, at) {
    return buckets(this, queryLength, keyLength, at);
  }
}
