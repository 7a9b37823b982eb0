// Rotary encodings of the cells of a grid; encoding/rotary/axial.go has the formula and whose conventions there are.

import { freeze } from "./intrinsics.js";
import { few, need, number, oneOf, snapshot, text } from "./options.js";
import { Rotates } from "./rotary.js";

/** @typedef {"diffusers" | "flux" | "torchtune" | "eva02" | "qwen2-vl" | "pixtral" | "dinov3"} AxialConvention */

/**
 * @typedef {object} AxialRotaryOptions
 * @property {number} headDim the width of a head
 * @property {readonly number[] | import("./call.js").TypedArray} shape [H, W] or [T, H, W]: how many cells along each axis. Position p is cell p of them in
 *   row-major order, after the prefix tokens
 * @property {AxialConvention} convention whose defaults the other options have
 * @property {number} [base] θ
 * @property {"half" | "interleaved"} [pairing]
 * @property {string} [axes] the axes in the order of their channels: "hw", "wh", "thw", ...
 * @property {readonly number[] | import("./call.js").TypedArray} [axesDims] how many channels each axis has, in that order (axes_dims_rope)
 * @property {readonly number[] | import("./call.js").TypedArray} [start] the coordinates of the first cell, in the order of shape
 * @property {readonly number[] | import("./call.js").TypedArray} [stop] those of the cell behind the last, for crops and other sizes than the trained one
 * @property {number} [prefixTokens] rows in front that are not turned; 0
 * @property {number} [suffixTokens] the same behind; 0
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  headDim: number,
  shape: few,
  convention: oneOf(freeze(["diffusers", "flux", "torchtune", "eva02", "qwen2-vl", "pixtral", "dinov3"])),
  base: number,
  pairing: oneOf(freeze(["half", "interleaved"])),
  axes: text,
  axesDims: few,
  start: few,
  stop: few,
  prefixTokens: number,
  suffixTokens: number,
});

/**
 * Turns queries and keys by the cells of an image or a video.
 * @extends {Rotates<AxialRotaryOptions>}
 */
export class AxialRotary extends Rotates {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {AxialRotaryOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "headDim", "a number");
    need(options, "shape", "[H, W] or [T, H, W]");
    need(options, "convention", 'one of "diffusers", "flux", "torchtune", "eva02", "qwen2-vl", "pixtral" and "dinov3"');
    super(runtime, "axialRotary", options);
  }
}
