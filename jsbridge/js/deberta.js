// The log buckets of DeBERTa v2; encoding/bias/deberta.go has the formula.

import { Encoder } from "./encoder.js";
import { need, number, snapshot } from "./options.js";
import { buckets } from "./scores.js";

/**
 * @typedef {object} DeBERTaOptions
 * @property {number} [positionBuckets] (position_buckets); without them distances are only clipped
 * @property {number} maxRelativePositions (max_relative_positions, or max_position_embeddings where that is not positive)
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ __proto__: null, positionBuckets: number, maxRelativePositions: number });

/**
 * The rows of the relative embeddings that disentangled attention looks up.
 * @extends {Encoder<DeBERTaOptions>}
 */
export class DeBERTa extends Encoder {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {DeBERTaOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "maxRelativePositions", "a number");
    super(runtime, "deberta", options);
  }

  /**
   * The row of query - key, from 0 on: its bucket + positionBuckets, as Hugging Face gathers it, in a new array.
   * @param {number} queryLength
   * @param {number} keyLength
   * @param {{ offset?: number }} [at] the position of the first query; 0
   * @returns {Int32Array<ArrayBuffer>} [queryLength, keyLength]
   */
  buckets(queryLength, keyLength, at) {
    return buckets(this, queryLength, keyLength, at);
  }
}
