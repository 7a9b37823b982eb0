// KERPLE; encoding/bias/kerple.go has the formula.

import { freeze } from "./intrinsics.js";
import { few, need, number, oneOf, snapshot } from "./options.js";
import { Scores } from "./scores.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * @typedef {object} KERPLEOptions
 * @property {number} heads
 * @property {"log" | "power"} [type] "log": -p·ln(1 + a·|i-j|); "power": -a·|i-j|^p; "log"
 * @property {readonly number[] | TypedArray} p learned, one for each head
 * @property {readonly number[] | TypedArray} a learned, one for each head
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ __proto__: null, heads: number, type: oneOf(freeze(["log", "power"])), p: few, a: few });

/**
 * Adds a bias that falls with the logarithm or a power of the distance.
 * @extends {Scores<KERPLEOptions>}
 */
export class KERPLE extends Scores {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {KERPLEOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "heads", "a number");
    need(options, "p", "a list of numbers");
    need(options, "a", "a list of numbers");
    super(runtime, "kerple", options);
  }
}
