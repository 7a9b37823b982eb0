// The rotary encoding; encoding/rotary/rotary.go has the formula and its sources, options.go the scalings.

import { apply, checkAll, lengthOfSequence, newArray, part, sendPositions, wholeLength } from "./apply.js";
import { COS_SIN_AT, readCall, ROTARY_AT, SHIFT_AT } from "./call.js";
import { coreOf, Encoder, property } from "./encoder.js";
import { typeError, typeErrorMessage } from "./errors.js";
import { freeze, includes, objectKeys, setArray } from "./intrinsics.js";
import { boolean, few, floats, need, nested, number, oneOf, snapshot } from "./options.js";
import { COS_SIN, FACTOR, FREQUENCIES, POSITIONS_LENGTH, ROTATE, SHIFT, STAGING, STAGING_LENGTH, UNROTATE } from "./runtime.js";

/** @typedef {import("./call.js").RotaryAt} RotaryAt */
/** @typedef {import("./call.js").TypedArray} TypedArray */
/** @typedef {import("./alloc.js").Allocation} Allocation */

/**
 * What changes the frequencies to reach further than the model was trained for (rope_scaling): by `type` (rope_type), with Hugging Face's
 * keys in camelCase. encoding/rotary/options.go has the formulas; a key that a type has no use for is an error. M is
 * originalMaxPositionEmbeddings, or else maxPositionEmbeddings.
 * @typedef {NoScaling | LinearScaling | NTKScaling | DynamicScaling | YarnScaling | LongRopeScaling | Llama3Scaling | ProportionalScaling | FreqFactorsScaling | RiflexScaling} Scaling
 */
/** @typedef {{ type: "default" }} NoScaling */
/** @typedef {{ type: "linear", factor: number }} LinearScaling w/s; s, the factor, is at least 1 */
/** @typedef {{ type: "ntk", alpha: number }} NTKScaling base becomes base·alpha^(d/(d-2)); alpha is at least 1 */
/** @typedef {{ type: "dynamic", factor: number, originalMaxPositionEmbeddings?: number }} DynamicScaling ntk that follows the length beyond M */
/**
 * Peng et al. 2023.
 * @typedef {object} YarnScaling
 * @property {"yarn"} type
 * @property {number} factor s, at least 1
 * @property {number} [originalMaxPositionEmbeddings] M, the trained length; maxPositionEmbeddings
 * @property {number} [attentionFactor] multiplies cos and sin, in place of the formula
 * @property {number} [betaFast] 32
 * @property {number} [betaSlow] 1
 * @property {number} [mscale]
 * @property {number} [mscaleAllDim]
 * @property {boolean} [truncate] whether the ends of the ramp are rounded to whole pairs; true
 */
/**
 * Ding et al. 2024.
 * @typedef {object} LongRopeScaling
 * @property {"longrope"} type
 * @property {readonly number[] | TypedArray} shortFactor a divisor for each pair, for lengths up to M
 * @property {readonly number[] | TypedArray} longFactor the same beyond M
 * @property {number} [originalMaxPositionEmbeddings] M, the trained length; maxPositionEmbeddings
 * @property {number} [factor] s, at least 1; maxPositionEmbeddings / M
 * @property {number} [attentionFactor] multiplies cos and sin, in place of the formula
 */
/**
 * Llama 3.1 and later.
 * @typedef {object} Llama3Scaling
 * @property {"llama3"} type
 * @property {number} factor s, at least 1
 * @property {number} [originalMaxPositionEmbeddings] M, the trained length; maxPositionEmbeddings
 * @property {number} [lowFreqFactor] 1
 * @property {number} [highFreqFactor] 4
 */
/**
 * Angles of headDim; the rest do not turn.
 * @typedef {object} ProportionalScaling
 * @property {"proportional"} type
 * @property {number} [factor] s, above 0; 1
 * @property {number} [partialRotaryFactor] the part of the pairs that turn; 1
 */
/** @typedef {{ type: "freq-factors", freqFactors: readonly number[] | TypedArray }} FreqFactorsScaling ggml's rope_freqs: a divisor for each pair */
/** @typedef {{ type: "riflex", index?: number, length: number }} RiflexScaling the pair that is slowed (0), and how many positions must not repeat */

/**
 * @typedef {object} LadderOptions
 * @property {number} headDim the width of a head (head_dim), 2 to 16384
 * @property {number} [rotaryDim] how many of its first channels are turned (rotary_dim), even; headDim
 * @property {number} [base] θ (rope_theta), above 0; 10000
 * @property {"half" | "interleaved"} [pairing] which channels are a pair: "half" (i, i + rotaryDim/2) (rotate_half: Hugging
 *   Face, GPT-NeoX), "interleaved" (2i, 2i + 1) (the paper, Meta's Llama, GPT-J); "half"
 * @property {Scaling} [scaling] (rope_scaling)
 * @property {number} [maxPositionEmbeddings] the length that the model was trained for (max_position_embeddings)
 * @property {"exact" | "float32"} [precision] "float32" rounds each step to float32, as Hugging Face does, for models that
 *   were trained on it; encoding/rotary/float32.go has the steps; "exact"
 */
/**
 * @typedef {object} XPosOptions
 * @property {"query" | "key"} [xpos] with xPos, which side this encoder turns
 * @property {number} [xposScaleBase] in how many positions the decay is ζ; 512
 * @property {number} [xposCenter] the position without decay; 0
 * @property {undefined} [cos]
 * @property {undefined} [sin]
 */
/**
 * Tables that are there already (cos_cache, sin_cache), copied: positions are then numbers of their rows.
 * @typedef {object} CacheOptions
 * @property {number} headDim the width of a head (head_dim), 2 to 16384
 * @property {number} [rotaryDim] how many of its first channels are turned, even; headDim
 * @property {"half" | "interleaved"} [pairing] "half"
 * @property {readonly number[] | TypedArray} cos [rows, rotaryDim/2]
 * @property {readonly number[] | TypedArray} sin [rows, rotaryDim/2]
 * @property {undefined} [base]
 * @property {undefined} [scaling]
 * @property {undefined} [maxPositionEmbeddings]
 * @property {undefined} [precision]
 * @property {undefined} [xpos]
 * @property {undefined} [xposScaleBase]
 * @property {undefined} [xposCenter]
 */
/** @typedef {LadderOptions & XPosOptions | CacheOptions} RotaryOptions */

/** @type {import("./options.js").Spec} */
const SCALING = /** @type {any} */ ({
  __proto__: null,
  type: oneOf(freeze(["default", "linear", "ntk", "dynamic", "yarn", "longrope", "llama3", "proportional", "freq-factors", "riflex"])),
  factor: number,
  alpha: number,
  originalMaxPositionEmbeddings: number,
  attentionFactor: number,
  betaFast: number,
  betaSlow: number,
  mscale: number,
  mscaleAllDim: number,
  truncate: boolean,
  shortFactor: few,
  longFactor: few,
  lowFreqFactor: number,
  highFreqFactor: number,
  partialRotaryFactor: number,
  freqFactors: few,
  index: number,
  length: number,
});

/** The options that every rotary encoding has. */
export const ROTARY = {
  __proto__: null,
  headDim: number,
  rotaryDim: number,
  base: number,
  pairing: oneOf(freeze(["half", "interleaved"])),
  scaling: nested(SCALING),
  maxPositionEmbeddings: number,
  precision: oneOf(freeze(["exact", "float32"])),
  xpos: oneOf(freeze(["query", "key"])),
  xposScaleBase: number,
  xposCenter: number,
};
/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({ ...ROTARY, __proto__: null, cos: floats, sin: floats });
const OF_CACHES = freeze(["headDim", "rotaryDim", "pairing", "cos", "sin"]);

/**
 * Reads options by a spec and has scaling say what Go calls it.
 * @param {import("./options.js").Spec} spec
 * @param {unknown} given
 */
export function readOptions(spec, given) {
  const options = snapshot("options", spec, given);
  need(options, "headDim", "a number");
  if (options.scaling?.truncate !== undefined) {
    const { truncate, ...scaling } = options.scaling;
    options.scaling = freeze({ __proto__: null, ...scaling, noTruncate: !truncate });
  }
  return options;
}

/**
 * What `options` shows: of the scaling, what its type uses.
 * @param {any} filledIn
 */
export function publish(filledIn) {
  const { noTruncate, ...rest } = filledIn.scaling;
  /** @type {any} */
  const scaling = {};
  const names = objectKeys(rest);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (rest[name] !== 0 || (name === "index" && rest.type === "riflex")) scaling[name] = rest[name];
  }
  if (rest.type === "yarn") scaling.truncate = !noTruncate;
  const out = { ...filledIn, scaling: freeze(scaling) };
  if (out.maxPositionEmbeddings === 0) delete out.maxPositionEmbeddings;
  if (out.xpos === "") {
    delete out.xpos;
    delete out.xposScaleBase;
    delete out.xposCenter;
  }
  return out;
}

/**
 * What every rotary encoder does.
 * @template {object} Options
 * @extends {Encoder<Options>}
 */
export class Rotates extends Encoder {
  /**
   * Turns queries or keys by their positions, in place.
   * @template {Float32Array | Allocation} T
   * @param {T} x [batch, seq, heads, headDim], or as `order` says
   * @param {RotaryAt} [at]
   * @returns {T} x
   */
  rotate(x, at) {
    return apply(this, x, readCall(ROTATE, ROTARY_AT, at));
  }

  /**
   * Turns them back: undoes rotate, up to the rounding of both.
   * @template {Float32Array | Allocation} T
   * @param {T} x [batch, seq, heads, headDim], or as `order` says
   * @param {RotaryAt} [at]
   * @returns {T} x
   */
  unrotate(x, at) {
    return apply(this, x, readCall(UNROTATE, ROTARY_AT, at));
  }

  /**
   * The cosines and sines of `length` positions, in new arrays, multiplied by the attention factor.
   * @param {number} length
   * @param {Pick<RotaryAt, "offset" | "positions" | "sequenceLength">} [at] `positions` must be `length` of them
   * @returns {{ cos: Float32Array<ArrayBuffer>, sin: Float32Array<ArrayBuffer> }} [length, rotaryDim/2] each
   */
  cosSin(length, at) {
    const rows = wholeLength(length);
    return cosSin(this, rows, readCall(COS_SIN, COS_SIN_AT, at));
  }
}

/**
 * What the method of this name does, once its options are read.
 * @param {Rotates<any>} encoder @param {number} rows @param {import("./call.js").Call} call
 */
export function cosSin(encoder, rows, call) {
  const core = coreOf(encoder);
  const { runtime, handle, axes, rowLength } = core;
  checkAll(core, rows * core.width, call);
  const pairs = rowLength / 2;
  const cos = newArray(rows, pairs);
  const sin = newArray(rows, pairs);
  const { positions, offset } = call;
  const sequence = call.sequence === 0 ? lengthOfSequence(offset, rows, positions) : call.sequence;
  const most = (STAGING_LENGTH / 2 / rowLength) | 0 || 1;
  for (let row = 0, n = 0; row < rows; row += n) {
    n = rows - row < most ? rows - row : most;
    if (positions !== undefined) {
      if (n * axes > POSITIONS_LENGTH) n = (POSITIONS_LENGTH / axes) | 0;
      sendPositions(core, positions, row, n);
    }
    const size = n * pairs;
    runtime.run(
      handle,
      COS_SIN,
      STAGING,
      0,
      2 * size,
      1,
      1,
      0,
      positions === undefined ? offset + row : 0,
      sequence,
      positions === undefined ? -2 : n * axes,
    );
    const made = runtime.staging(2 * size);
    setArray(cos, part(made, 0, size), row * pairs);
    setArray(sin, part(made, size, size), row * pairs);
  }
  return { cos, sin };
}

/**
 * Turns queries and keys so that their scores depend on distances.
 * @extends {Rotates<RotaryOptions>}
 */
export class Rotary extends Rotates {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {RotaryOptions} given or those of another scheme, read
   * @param {string} [scheme]
   */
  constructor(runtime, given, scheme) {
    const options = scheme === undefined ? readOptions(SPEC, given) : given;
    const { cos, sin } = options;
    if (cos === undefined && sin === undefined) {
      super(runtime, scheme ?? "rotary", options, publish);
    } else {
      if (cos === undefined) throw typeError("cos", "a list of numbers, as sin is given", undefined);
      if (sin === undefined) throw typeError("sin", "a list of numbers, as cos is given", undefined);
      const names = objectKeys(options);
      for (let i = 0; i < names.length; i++)
        if (!includes(OF_CACHES, names[i])) throw typeErrorMessage(`${names[i]}: want none where cos and sin are given`);
      super(runtime, "rotaryCached", options);
    }
  }

  /**
   * Turns cached keys as if they stood `delta` positions later, in place: what moves a context without computing it anew.
   * @template {Float32Array | Allocation} T
   * @param {T} x keys that were rotated
   * @param {number} delta any number within ±2^53
   * @param {Pick<RotaryAt, "batch" | "heads" | "order" | "sequenceLength" | "allowShared">} [at]
   * @returns {T} x
   */
  shift(x, delta, at) {
    const call = readCall(SHIFT, SHIFT_AT, at);
    if (typeof delta !== "number") throw typeError("delta", "a number", delta);
    call.offset = delta;
    return apply(this, x, call);
  }

  /**
   * w_0, w_1, ... (inv_freq) in radians per position, each the float64 nearest to its true value. A new array each time.
   * @returns {Float64Array<ArrayBuffer>}
   */
  get inverseFrequencies() {
    return property(this, FREQUENCIES);
  }

  /** What cos and sin are multiplied by (attention_scaling). */
  get attentionFactor() {
    return property(this, FACTOR)[0];
  }
}
