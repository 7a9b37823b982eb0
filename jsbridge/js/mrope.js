// Rotary encodings of positions on several axes; encoding/rotary/mrope.go has the formula.

import { boolean, few, need } from "./options.js";
import { readOptions, ROTARY, Rotary } from "./rotary.js";

/**
 * @typedef {object} MRopeFields
 * @property {readonly number[] | import("./call.js").TypedArray} sections how many pairs follow each axis, t, h and w (mrope_section); their sum is rotaryDim/2
 * @property {boolean} [interleaved] the axes take pairs in turn (Qwen3-VL), not in ranges (Qwen2-VL); false
 */
/** @typedef {import("./rotary.js").LadderOptions & MRopeFields} MRopeOptions */

const { xpos, xposScaleBase, xposCenter, ...ALIKE } = ROTARY;

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ ...ALIKE, __proto__: null, sections: few, interleaved: boolean });

/**
 * Turns queries and keys by positions on several axes. `positions` of its calls are those of all axes, one axis after the
 * other, as Hugging Face's position_ids [3, batch, seq]; see `mropePositions`. Without them it is text, and the same as rotary.
 */
export class MRope extends Rotary {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {MRopeOptions} given
   */
  constructor(runtime, given) {
    const options = readOptions(SPEC, given);
    need(options, "sections", "a list of numbers");
    super(runtime, options, "mrope");
  }
}
