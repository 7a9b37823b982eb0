// Lists of positions, and the order of weights: plain lists of numbers, so they are made here and not in the module. The same
// rules are in encoding/additive/mask.go and relative.go and in encoding/rotary/mrope_positions.go and permute.go.

import { describe, rangeError, typeError } from "./errors.js";
import { Float32, Float64, freeze, Int32, lengthOf } from "./intrinsics.js";
import { boolean, floats, isArray, number, numbers, oneOf, snapshot } from "./options.js";

/** @typedef {import("./call.js").TypedArray} TypedArray */

/** @type {import("./options.js").Spec} */
const MASK = /** @type {any} */ ({ __proto__: null, batch: number, start: number, padding: number });

/**
 * (cumsum(mask) + start)·mask + padding along each sequence, as fairseq and Hugging Face's RoBERTa and M2M100 number
 * tokens: the first gets padding + 1, and padding itself padding. GPT-2's count is { padding: 0, start: -1 }.
 * @param {readonly number[] | TypedArray} mask [batch, seq], 1 for a token and 0 for padding
 * @param {{ batch?: number, start?: number, padding?: number }} [options] `start`: how many tokens are in the cache, 0;
 *   `padding` (padding_idx): 1
 * @returns {Int32Array<ArrayBuffer>} [batch, seq]
 */
export function positionsFromMask(mask, options) {
  const { batch = 1, start = 0, padding = 1 } = snapshot("options", MASK, options);
  const list = /** @type {Float64Array} */ (numbers("mask", mask));
  const length = lengthOf(list);
  whole("batch", batch, 1, 2 ** 31 - 1);
  if (length % batch !== 0) throw rangeError(`mask: want a length that is a multiple of batch = ${batch}, got ${length}`);
  const seq = length / batch;
  whole("start", start, -MOST, MOST - seq);
  whole("padding", padding, -MOST, MOST);
  whole("padding", padding + start, -MOST, MOST - seq);
  for (let i = 0; i < length; i++) {
    if (list[i] !== 0 && list[i] !== 1) throw rangeError(`mask[${i}]: want 0 or 1, got ${describe(list[i])}`);
  }
  const positions = new Int32(length);
  for (let i = 0, count = start; i < length; i++) {
    if (i % seq === 0) count = start;
    positions[i] = list[i] === 1 ? ++count + padding : padding;
  }
  return positions;
}

const MOST = 2 ** 31 - 1;

/** @type {import("./options.js").Spec} */
const RELATIVE = /** @type {any} */ ({ __proto__: null, bidirectional: boolean });

/**
 * The positions whose rows relative attention takes (Transformer-XL): length-1, ..., 1, 0, and with `bidirectional` on to
 * -(length-1). They are for `positions` of a sinusoidal encoding with the convention "transformer-xl".
 * @param {number} length that of the keys, those in memory included (klen)
 * @param {{ bidirectional?: boolean }} [options]
 * @returns {Float64Array<ArrayBuffer>}
 */
export function relativePositions(length, options) {
  const { bidirectional = false } = snapshot("options", RELATIVE, options);
  whole("length", length, 1, 2 ** 26);
  const list = newFloat64("length", bidirectional ? 2 * length - 1 : length);
  for (let i = 0, n = lengthOf(list); i < n; i++) list[i] = length - 1 - i;
  return list;
}

/** @type {import("./options.js").Spec} */
const PART = /** @type {any} */ ({ __proto__: null, text: number, t: number, h: number, w: number, temporalScale: number });
const MOST_TOKENS = 2 ** 24;

/**
 * Text of some tokens, or a block of vision: how many tokens it has on each axis, after patches have been merged.
 * @typedef {{ text: number, t?: undefined, h?: undefined, w?: undefined, temporalScale?: undefined } | { text?: undefined, t?: number, h: number, w: number, temporalScale?: number }} MRopePart
 */

/**
 * The positions of an input that is made of text and blocks of vision, for mrope: each part begins one after the largest
 * position before it; text runs on along all axes, and a block counts its frames (times `temporalScale`, for Qwen2.5-VL's
 * videos), rows and columns.
 * @param {readonly MRopePart[]} parts
 * @returns {{ positions: Float64Array<ArrayBuffer>, next: number }} positions [3, tokens], and where the next token stands
 */
export function mropePositions(parts) {
  if (typeof parts !== "object" || parts === null || !isArray(parts)) throw typeError("parts", "an array", parts);
  const count = parts.length;
  whole("parts.length", count, 0, 2 ** 20);
  /** @type {{ text: number, t: number, h: number, w: number, temporalScale: number }[]} */
  const read = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const name = `parts[${i}]`;
    const part = snapshot(name, PART, parts[i]);
    const { text, h, w, t = 1, temporalScale = 1 } = part;
    if (text !== undefined) {
      if (h !== undefined || w !== undefined || part.t !== undefined || part.temporalScale !== undefined) {
        throw rangeError(`${name}: want text or a block of t, h and w, got both`);
      }
      whole(`${name}.text`, text, 0, MOST_TOKENS);
      total += text;
      read[i] = { text, t: 0, h: 0, w: 0, temporalScale: 1 };
    } else {
      whole(`${name}.t`, t, 1, MOST_TOKENS);
      whole(`${name}.h`, h, 1, MOST_TOKENS);
      whole(`${name}.w`, w, 1, MOST_TOKENS);
      if (!(temporalScale > 0 && temporalScale <= 2 ** 20))
        throw rangeError(`${name}.temporalScale: want a number above 0, up to 2^20, got ${describe(temporalScale)}`);
      total += t * h * w;
      read[i] = { text: 0, t, h, w, temporalScale };
    }
    if (total > MOST_TOKENS) throw rangeError(`${name}: want at most 2^24 tokens in all, got ${total}`);
  }
  const positions = newFloat64("parts", 3 * total);
  let at = 0;
  let cur = 0;
  for (let i = 0; i < count; i++) {
    const { text, t, h, w, temporalScale } = read[i];
    let last = (text > h ? text : h > w ? h : w) - 1;
    for (let k = 0; k < text; k++, at++) positions[at] = positions[total + at] = positions[2 * total + at] = cur + k;
    for (let frame = 0; frame < t; frame++) {
      const time = frame * temporalScale - ((frame * temporalScale) % 1);
      if (time > last) last = time;
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++, at++) {
          positions[at] = cur + time;
          positions[total + at] = cur + y;
          positions[2 * total + at] = cur + x;
        }
      }
    }
    cur += last + 1;
  }
  return { positions, next: cur };
}

/** @type {import("./options.js").Spec} */
const PERMUTE = /** @type {any} */ ({
  __proto__: null,
  heads: number,
  headDim: number,
  rotaryDim: number,
  columns: number,
  to: oneOf(freeze(["half", "interleaved"])),
});

/**
 * The weights of a query or key projection in the channel order of the other pairing: rotating with "half" after
 * permuting `to: "half"` gives the scores of rotating with "interleaved" before. It is what the conversion of Meta's Llama to
 * Hugging Face does to wq and wk, and the one back undoes.
 * @param {readonly number[] | TypedArray} weights [heads·headDim, columns], as PyTorch's Linear has them
 * @param {{ to: "half" | "interleaved", headDim: number, heads?: number, rotaryDim?: number, columns?: number }} options
 *   `rotaryDim`: headDim; `columns`: 1, a bias; `heads`: as many as weights has
 * @returns {Float32Array<ArrayBuffer>}
 */
export function permute(weights, options) {
  const given = snapshot("options", PERMUTE, options);
  const { to, headDim, columns = 1 } = given;
  const from = /** @type {Float32Array} */ (floats("weights", weights));
  if (to === undefined) throw typeError("to", '"half" or "interleaved"', to);
  whole("headDim", headDim, 2, 2 ** 14);
  const { rotaryDim = headDim } = given;
  whole("rotaryDim", rotaryDim, 2, headDim);
  if (rotaryDim % 2 !== 0) throw rangeError(`rotaryDim: want an even integer, got ${rotaryDim}`);
  whole("columns", columns, 1, 2 ** 31 - 1);
  const size = headDim * columns;
  const length = lengthOf(from);
  const { heads = length / size } = given;
  if (typeof heads !== "number" || !(heads >= 1) || heads * size !== length || heads % 1 !== 0) {
    throw rangeError(`weights: want heads·headDim·columns = ${describe(heads)}·${headDim}·${columns} of them, got ${length}`);
  }
  const out = new Float32(from);
  const n = rotaryDim / 2;
  for (let head = 0; head < length; head += size) {
    for (let i = 0; i < n; i++) {
      for (let half = 0; half < 2; half++) {
        const interleaved = head + (2 * i + half) * columns;
        const halves = head + (i + half * n) * columns;
        const target = to === "half" ? halves : interleaved;
        const source = to === "half" ? interleaved : halves;
        for (let c = 0; c < columns; c++) out[target + c] = from[source + c];
      }
    }
  }
  return out;
}

/** @param {string} name @param {number} length */
function newFloat64(name, length) {
  try {
    return new Float64(length);
  } catch {
    throw rangeError(`${name}: want as many positions as memory allows, got ${length} numbers`);
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} low @param {number} high
 */
export function whole(name, value, low, high) {
  if (typeof value !== "number") throw typeError(name, "a number", value);
  if (!(value >= low && value <= high && value % 1 === 0))
    throw rangeError(`${name}: want an integer from ${low} to ${high}, got ${describe(value)}`);
}
