// The embedding of a diffusion model's time step; encoding/additive/timestep.go has the formula.

import { apply, newArray } from "./apply.js";
import { readCall } from "./call.js";
import { coreOf } from "./encoder.js";
import { describe, rangeError } from "./errors.js";
import { freeze, lengthOf } from "./intrinsics.js";
import { boolean, need, number, numbers, oneOf, snapshot } from "./options.js";
import { Waves } from "./rows.js";
import { FILL } from "./runtime.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */
/** @typedef {"ddpm" | "score-vde" | "ldm" | "glide" | "stable-diffusion" | "grad-tts"} TimestepConvention */

/**
 * diffusers' get_timestep_embedding. A wrong flipSinToCos or downscaleFreqShift ruins a checkpoint without an error; name
 * its convention.
 * @typedef {object} TimestepOptions
 * @property {number} dim (embedding_dim)
 * @property {TimestepConvention} [convention] whose defaults the other options have; diffusers' own
 * @property {boolean} [flipSinToCos] cosines before sines; false
 * @property {number} [downscaleFreqShift] 1
 * @property {number} [scale] multiplies the time; 1
 * @property {number} [maxPeriod] 10000
 */

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  dim: number,
  convention: oneOf(freeze(["ddpm", "score-vde", "ldm", "glide", "stable-diffusion", "grad-tts"])),
  flipSinToCos: boolean,
  downscaleFreqShift: number,
  scale: number,
  maxPeriod: number,
});

/**
 * Embeds time steps, which are its positions.
 * @extends {Waves<TimestepOptions>}
 */
export class Timestep extends Waves {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {TimestepOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "dim", "a number");
    const { convention } = options;
    super(runtime, "timestep", options, (filledIn) => (convention === undefined ? filledIn : { ...filledIn, convention }));
  }

  /**
   * The embeddings of time steps, in a new array.
   * @param {readonly number[] | TypedArray} timesteps fractions too
   * @returns {Float32Array<ArrayBuffer>} [timesteps, dim]
   */
  encode(timesteps) {
    return encode(this, "timesteps", timesteps);
  }
}

/**
 * The rows of a list of positions, in a new array.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {string} name
 * @param {unknown} list
 * @returns {Float32Array<ArrayBuffer>}
 */
export function encode(encoder, name, list) {
  const positions = /** @type {Float64Array} */ (numbers(name, list));
  for (let i = 0, n = lengthOf(positions); i < n; i++) {
    // as Go would, which calls them positions
    if (!(positions[i] >= -(2 ** 53) && positions[i] <= 2 ** 53))
      throw rangeError(`${name}[${i}]: want a number within ±2^53, got ${describe(positions[i])}`);
  }
  const call = readCall(FILL, /** @type {any} */ ({ __proto__: null }), undefined);
  call.positions = positions;
  const { width, axes } = coreOf(encoder);
  return apply(encoder, newArray(whole(lengthOf(positions) / axes), width), call);
}

/** A list that does not fit is for Go to refuse. @param {number} v */
function whole(v) {
  return v - (v % 1);
}
