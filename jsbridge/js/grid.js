// Sinusoidal encodings of the cells of a grid; encoding/additive/grid.go has the formula, grid_convention.go whose they are.

import { newTable } from "./apply.js";
import { freeze } from "./intrinsics.js";
import { boolean, few, need, number, oneOf, snapshot, text } from "./options.js";
import { property } from "./encoder.js";
import { Rows } from "./rows.js";
import { FREQUENCIES } from "./runtime.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */
/** @typedef {"mae" | "timm" | "diffusers" | "tensor2tensor" | "multidim" | "detr"} GridConvention */

/**
 * @typedef {object} GridOptions
 * @property {number} dim the width of a row
 * @property {readonly number[] | import("./call.js").TypedArray} shape [H, W] or [T, H, W]: how many cells along each axis. Position p is cell p of them in
 *   row-major order, after the prefix tokens
 * @property {GridConvention} [convention] whose defaults the other options have: "mae" also for ViT; see SCHEMES.md
 * @property {string} [axes] whose channels come first: the letters of "hw" or "thw" in some order; "hw", "thw"
 * @property {readonly number[] | import("./call.js").TypedArray} [axisDims] how many channels each axis of shape has, even numbers; equal parts
 * @property {"interleaved" | "concat" | "concat-cos-sin"} [layout] within the channels of an axis; "interleaved"
 * @property {boolean} [acrossAxes] the layout holds for the row: the sines of all axes first; false
 * @property {number} [base] θ (temperature); 10000
 * @property {number} [frequencyShift] as in sinusoidal, for half of an axis' channels; 0
 * @property {number} [minTimescale] the first frequency; 1
 * @property {number} [prefixTokens] class and register tokens: that many rows of 0 in front; 0
 * @property {number} [coordinateStart] is added to the number of a cell along its axis; 0
 * @property {number} [baseSize] coordinates on h and w are those of a grid of this size (base_size)
 * @property {number} [interpolationScale] divides coordinates on h and w; 1
 * @property {number} [temporalInterpolationScale] divides coordinates on t; 1
 * @property {boolean} [normalize] coordinates end at normalizeScale; false
 * @property {number} [normalizeScale] where they end; 2π
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  dim: number,
  shape: few,
  convention: oneOf(freeze(["mae", "timm", "diffusers", "tensor2tensor", "multidim", "detr"])),
  axes: text,
  axisDims: few,
  layout: oneOf(freeze(["interleaved", "concat", "concat-cos-sin"])),
  acrossAxes: boolean,
  base: number,
  frequencyShift: number,
  minTimescale: number,
  prefixTokens: number,
  coordinateStart: number,
  baseSize: number,
  interpolationScale: number,
  temporalInterpolationScale: number,
  normalize: boolean,
  normalizeScale: number,
});

/**
 * Adds sin and cos of the coordinates of cells to embeddings of patches [batch, prefix + cells, dim].
 * `table()` without a length has all rows.
 * @extends {Rows<GridOptions>}
 */
export class Grid extends Rows {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {GridOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "dim", "a number");
    need(options, "shape", "[H, W] or [T, H, W]");
    const { convention } = options;
    super(runtime, "grid", options, (filledIn) => (convention === undefined ? filledIn : { ...filledIn, convention }));
  }

  /**
   * The rows of `length` positions, or without a length all rows, in a new array.
   * @param {number} [length]
   * @param {Omit<import("./call.js").At, "batch" | "allowShared">} [at] `positions` must be `length` of them
   * @returns {Float32Array<ArrayBuffer>} [length, dim]
   * @override
   */
  table(length, at) {
    return newTable(this, length, at);
  }

  /**
   * The frequencies of the axes, one axis after the other, in radians per unit of its coordinate. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get frequencies() {
    return property(this, FREQUENCIES);
  }
}
