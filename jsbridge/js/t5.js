// The relative buckets of T5; encoding/bias/t5.go has the formula.

import { boolean, floats, number, snapshot } from "./options.js";
import { buckets, Scores } from "./scores.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * @typedef {object} T5BucketOptions
 * @property {number} [numBuckets] (relative_attention_num_buckets); 32
 * @property {number} [maxDistance] (relative_attention_max_distance); 128
 * @property {boolean} [bidirectional] half of the buckets for later keys: encoders; true
 */
/**
 * @typedef {object} T5Weights
 * @property {number} heads
 * @property {readonly number[] | TypedArray} weights [numBuckets, heads] (relative_attention_bias.weight), copied; for add and matrix
 */
/** @typedef {T5BucketOptions & T5Weights} T5WeightedOptions */
/** @typedef {T5WeightedOptions | T5BucketOptions & { heads?: number, weights?: undefined }} T5Options */
/** @typedef {Omit<T5, "add" | "matrix">} T5Buckets one that was made without weights: it has buckets only */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  heads: number,
  numBuckets: number,
  maxDistance: number,
  bidirectional: boolean,
  weights: floats,
});

/**
 * Adds a learned bias by the bucket of key - query.
 * @extends {Scores<Omit<T5Options, "weights">>}
 */
export class T5 extends Scores {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {T5Options} [given]
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    const { bidirectional = true, ...rest } = options;
    const all = { __proto__: null, ...rest, unidirectional: !bidirectional };
    super(runtime, "t5", all, ({ unidirectional, ...filledIn }) => ({ ...filledIn, bidirectional: !unidirectional }));
  }

  /**
   * The bucket of each query and key, in a new array.
   * @param {number} queryLength
   * @param {number} keyLength
   * @param {{ offset?: number }} [at] the position of the first query; 0
   * @returns {Int32Array<ArrayBuffer>} [queryLength, keyLength]
   */
  buckets(queryLength, keyLength, at) {
    return buckets(this, queryLength, keyLength, at);
  }
}
