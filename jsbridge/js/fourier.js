// Fourier features of points; encoding/additive/fourier.go has the formulas.

import { apply } from "./apply.js";
import { AT, readCall } from "./call.js";
import { Encoder, property } from "./encoder.js";
import { freeze } from "./intrinsics.js";
import { boolean, few, need, number, numbers, oneOf, snapshot } from "./options.js";
import { FILL, FREQUENCIES } from "./runtime.js";
import { encode } from "./timestep.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */
/** @typedef {import("./alloc.js").Allocation} Allocation */

/**
 * @typedef {object} FourierOptions
 * @property {number} inputs how many numbers a point has
 * @property {"nerf" | "gaussian" | "timm"} [type] "nerf": sin and cos of 2^k·x; "gaussian" (Tancik et al. 2020): of 2π·B·x;
 *   "timm": its Fourier embedding; "nerf"
 * @property {number} [bands] how many frequencies; 10, 256, 64
 * @property {"interleaved" | "concat" | "concat-cos-sin"} [layout] "interleaved" for nerf, "concat" for the others
 * @property {boolean} [includeInput] the point itself in front (include_input); false
 * @property {boolean} [linear] equal steps from the first frequency to the last, not equal ratios; false
 * @property {boolean} [includePi] of nerf: π·2^k, as in the paper; its code has 2^k; false
 * @property {boolean} [inPixels] of timm (in_pixels); true
 * @property {number} [maxRes] of timm (max_res); 224
 * @property {number} [temperature] of timm not in pixels; 10000
 * @property {readonly number[] | TypedArray} [b] of gaussian: B [bands, inputs]
 * @property {number} [sigma] of gaussian, where B comes from the seed; 1
 * @property {number} [seed] of gaussian; 0
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  inputs: number,
  type: oneOf(freeze(["nerf", "gaussian", "timm"])),
  bands: number,
  layout: oneOf(freeze(["interleaved", "concat", "concat-cos-sin"])),
  includeInput: boolean,
  linear: boolean,
  includePi: boolean,
  inPixels: boolean,
  maxRes: number,
  temperature: number,
  b: few,
  sigma: number,
  seed: number,
});

/**
 * Turns points into sines and cosines.
 * @extends {Encoder<FourierOptions>}
 */
export class Fourier extends Encoder {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {FourierOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "inputs", "a number");
    super(runtime, "fourier", options);
  }

  /**
   * The features of points, in a new array.
   * @param {readonly number[] | TypedArray} points [count, inputs], numbers within ±2^53
   * @returns {Float32Array<ArrayBuffer>} [count, features]
   */
  encode(points) {
    return encode(this, "points", points);
  }

  /**
   * Overwrites x with the features of points.
   * @template {Float32Array | Allocation} T
   * @param {T} x [count, features]
   * @param {readonly number[] | TypedArray} points [count, inputs]
   * @returns {T} x
   */
  fill(x, points) {
    const call = readCall(FILL, AT, undefined);
    call.positions = /** @type {Float64Array} */ (numbers("points", points));
    return apply(this, x, call);
  }

  /**
   * The frequencies of the bands; of gaussian B, in turns per unit. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get frequencies() {
    return property(this, FREQUENCIES);
  }
}
