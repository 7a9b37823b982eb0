// Learned tables; encoding/additive/learned.go and resize.go say what happens.

import { newTable } from "./apply.js";
import { freeze } from "./intrinsics.js";
import { boolean, few, floats, need, nested, number, oneOf, snapshot } from "./options.js";
import { Rows } from "./rows.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/**
 * How a table is stretched to another length or grid, as torch.nn.functional.interpolate does it.
 * @typedef {object} Resize
 * @property {readonly number[]} from [rows] or [H, W] of the weights, without prefix tokens
 * @property {readonly number[]} to [rows] or [H, W] wanted
 * @property {"linear" | "bilinear" | "bicubic"} [mode] "linear" for rows, "bicubic" for a grid
 * @property {boolean} [alignCorners] false
 * @property {boolean} [antialias] a wider kernel where the grid shrinks (timm); false
 * @property {number} [prefixTokens] class and register tokens: that many rows in front stay as they are; 0
 */

/**
 * @typedef {object} LearnedOptions
 * @property {number} dim the width of a row
 * @property {readonly number[] | TypedArray} [weights] [rows, dim], copied. Without them (from a config.json) the encoder
 *   has options only
 * @property {number} [rows] as many as weights has
 * @property {number} [rowOffset] the row of position 0: 2 for BART, OPT and M2M100; 0
 * @property {Resize} [resize]
 */

/** @type {import("./options.js").Spec} */
const RESIZE = /** @type {any} */ ({
  __proto__: null,
  from: few,
  to: few,
  mode: oneOf(freeze(["linear", "bilinear", "bicubic"])),
  alignCorners: boolean,
  antialias: boolean,
  prefixTokens: number,
});

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  dim: number,
  weights: floats,
  rows: number,
  rowOffset: number,
  resize: nested(RESIZE),
});

/**
 * Adds the row of each position from a table that a model learned. `table()` without a length has all rows.
 * @extends {Rows<Omit<LearnedOptions, "weights">>}
 */
export class Learned extends Rows {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {LearnedOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "dim", "a number");
    super(runtime, "learned", options);
  }

  /**
   * The rows of `length` positions, or without a length all rows from the first on, in a new array.
   * @param {number} [length]
   * @param {Omit<import("./call.js").At, "batch" | "allowShared">} [at] `positions` must be `length` of them
   * @returns {Float32Array<ArrayBuffer>} [length, dim]
   * @override
   */
  table(length, at) {
    const all = length === undefined && at === undefined;
    return newTable(this, length, all ? { offset: 0 - (this.options.rowOffset ?? 0) } : at);
  }
}
