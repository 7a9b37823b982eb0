// ALiBi; encoding/bias/alibi.go has the formula.

import { property } from "./encoder.js";
import { freeze } from "./intrinsics.js";
import { boolean, need, number, oneOf, snapshot } from "./options.js";
import { SLOPES } from "./runtime.js";
import { Scores } from "./scores.js";

/**
 * @typedef {object} ALiBiOptions
 * @property {number} heads
 * @property {number} [maxBias] (alibi_bias_max); 8
 * @property {"official" | "mpt" | "geometric"} [slopes] of heads that are no power of two: "official" (BLOOM), "mpt",
 *   "geometric" 2^(-maxBias·(h+1)/heads); "official"
 * @property {boolean} [symmetric] -m·|i - j| on both sides, for encoders; without it m·(j - i), which a causal mask cuts; false
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  heads: number,
  maxBias: number,
  slopes: oneOf(freeze(["official", "mpt", "geometric"])),
  symmetric: boolean,
});

/**
 * Adds a bias that falls linearly with the distance, at a slope for each head.
 * @extends {Scores<ALiBiOptions>}
 */
export class ALiBi extends Scores {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {ALiBiOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "heads", "a number");
    super(runtime, "alibi", options);
  }

  /**
   * The slope of each head, positive. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get slopes() {
    return property(this, SLOPES);
  }
}
