// FIRE; encoding/bias/fire.go has the formula.

import { floats, need, number, snapshot } from "./options.js";
import { Scores } from "./scores.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * @typedef {object} FIREOptions
 * @property {number} heads
 * @property {number} [c] learned; 0.1
 * @property {number} [threshold] L, learned; 512
 * @property {number} [epsilon] is added to the denominator, 1e-6 in the authors' code; 0
 * @property {readonly number[] | TypedArray} w1 [hidden], the first layer
 * @property {readonly number[] | TypedArray} b1 [hidden]
 * @property {readonly number[] | TypedArray} w2 [heads, hidden], the second layer
 * @property {readonly number[] | TypedArray} b2 [heads]
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  heads: number,
  c: number,
  threshold: number,
  epsilon: number,
  w1: floats,
  b1: floats,
  w2: floats,
  b2: floats,
});

/**
 * Adds a bias that a small network makes of the distance, relative to the position of the query.
 * @extends {Scores<Omit<FIREOptions, "w1" | "b1" | "w2" | "b2">>}
 */
export class FIRE extends Scores {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {FIREOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "heads", "a number");
    need(options, "w1", "a list of numbers");
    need(options, "b1", "a list of numbers");
    need(options, "w2", "a list of numbers");
    need(options, "b2", "a list of numbers");
    super(runtime, "fire", options);
  }
}
