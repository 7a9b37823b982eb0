// KERPLE; encoding/bias/kerple.go has the formula.

import { typeError } from "./errors.js";
import { freeze } from "./intrinsics.js";
import { few, number, oneOf, snapshot } from "./options.js";
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
    if (options.heads === undefined) throw typeError("heads", "a number", undefined);
    if (options.p === undefined) throw typeError("p", "a list of numbers", undefined);
    if (options.a === undefined) throw typeError("a", "a list of numbers", undefined);
    super(runtime, "kerple", options, (filledIn) => filledIn);
  }
}
