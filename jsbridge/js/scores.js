// What encoders that act on attention scores [batch, heads, queryLength, keyLength] have in common. Scores that live in
// JavaScript go through the staging buffer in runs of elements, wherever in a row those begin and end.

import { inPieces } from "./apply.js";
import { coreOf, Encoder } from "./encoder.js";
import { rangeError, typeError } from "./errors.js";
import { bufferOf, byteOffsetOf, Float32, Int32, setArray } from "./intrinsics.js";
import { locate } from "./place.js";
import { boolean, keysOf, number, snapshot, unknown } from "./options.js";
import { SCORES_ADD, SCORES_BUCKETS, SCORES_MATRIX, STAGING, STAGING_LENGTH } from "./runtime.js";

/** @typedef {import("./alloc.js").Allocation} Allocation */

/**
 * Which scores an array holds.
 * @typedef {object} ScoresAt
 * @property {number} queryLength
 * @property {number} keyLength keys have positions 0, 1, ...
 * @property {number} [batch] 1
 * @property {number} [offset] the position of the first query, an integer: keyLength - 1 for the one query of a decoder; 0
 * @property {boolean} [allowShared] whether an array on shared memory may be worked on; false
 */

/** @type {import("./options.js").Spec} */
export const SCORES_AT = /** @type {any} */ ({
  __proto__: null,
  queryLength: number,
  keyLength: number,
  batch: number,
  offset: number,
  allowShared: boolean,
});
/** @type {import("./options.js").Spec} */
const MATRIX_AT = /** @type {any} */ ({ __proto__: null, offset: number });

/** How many scores are staged at a time: with the lines that are added to them they stay in the fastest cache. */
const TILE = 1 << 12;

/**
 * Adds the bias to scores.
 * @template {Float32Array | Allocation} T
 * @param {Encoder<any>} encoder
 * @param {T} scores
 * @param {ReturnType<typeof readScores>} call
 * @returns {T} scores
 */
export function addTo(encoder, scores, call) {
  const { batch, queryLength, keyLength, offset, shared } = call;
  const { runtime, handle } = coreOf(encoder);
  const { array, from: start, length } = locate("scores", scores, shared, runtime);
  if (array !== STAGING) {
    runtime.scores(handle, array, start, length, -1, batch, queryLength, keyLength, offset);
    return scores;
  }
  if (length <= TILE && !shared) {
    // all at once, and no piece before Go has looked
    runtime.scoresStaged(scores, length, handle, -1, batch, queryLength, keyLength, offset);
    return scores;
  }
  runtime.call("posenc_check_scores", handle, SCORES_ADD, length, batch, queryLength, keyLength, offset);
  addPart(encoder, scores, length, 0, call);
  return scores;
}

/**
 * The same for a part of scores that has been checked.
 * @param {Encoder<any>} encoder
 * @param {any} x
 * @param {number} length its
 * @param {number} first which element of all the scores its first is
 * @param {ReturnType<typeof readScores>} call
 */
export function addPart(encoder, x, length, first, { batch, queryLength, keyLength, offset }) {
  const tile = keyLength > TILE ? TILE : TILE - (TILE % keyLength); // whole rows where they fit
  const buffer = bufferOf(x);
  const begin = byteOffsetOf(x);
  const count = (length + tile - 1 - ((length + tile - 1) % tile)) / tile;
  inPieces(encoder, count, false, ({ runtime, handle }, i) => {
    const from = i * tile;
    const n = length - from < tile ? length - from : tile;
    runtime.scoresStaged(new Float32(buffer, begin + 4 * from, n), n, handle, first + from, batch, queryLength, keyLength, offset);
  });
}

/**
 * Which scores they are, read from the options of a call as readCall() in call.js does it.
 * @param {any} at
 */
export function readScores(at) {
  const call = { queryLength: NaN, keyLength: NaN, batch: 1, offset: 0, shared: false };
  let missing = 3; // a bit for each length
  const keys = at === undefined ? [] : keysOf("at", at);
  for (let i = 0; i < keys.length; i++) {
    const name = keys[i];
    const kind = SCORES_AT[name] ?? unknown("at", SCORES_AT, name);
    switch (name) {
      case "queryLength": {
        const value = at.queryLength;
        if (value === undefined) break;
        call.queryLength = /** @type {number} */ (kind(name, value));
        missing &= 2;
        break;
      }
      case "keyLength": {
        const value = at.keyLength;
        if (value === undefined) break;
        call.keyLength = /** @type {number} */ (kind(name, value));
        missing &= 1;
        break;
      }
      case "batch": {
        const value = at.batch;
        if (value !== undefined) call.batch = /** @type {number} */ (kind(name, value));
        break;
      }
      case "offset": {
        const value = at.offset;
        if (value !== undefined) call.offset = /** @type {number} */ (kind(name, value));
        break;
      }
      default: {
        // allowShared
        const value = at[name];
        if (value !== undefined) call.shared = /** @type {boolean} */ (kind(name, value));
      }
    }
  }
  if (missing !== 0) throw typeError(missing & 1 ? "queryLength" : "keyLength", "a number", undefined);
  return call;
}

/**
 * The bias of queries and keys, or their buckets, in a new array.
 * @param {Encoder<any>} encoder
 * @param {number} op
 * @param {unknown} queryLength @param {unknown} keyLength
 * @param {{ offset?: number } | undefined} at
 * @returns {any}
 */
function make(encoder, op, queryLength, keyLength, at) {
  const { offset = 0 } = snapshot("at", MATRIX_AT, at);
  if (typeof queryLength !== "number") throw typeError("queryLength", "a number", queryLength);
  if (typeof keyLength !== "number") throw typeError("keyLength", "a number", keyLength);
  const { runtime, handle } = coreOf(encoder);
  runtime.call("posenc_check_scores", handle, op, -1, 1, queryLength, keyLength, offset);
  const length = runtime.positions[0];
  let made;
  try {
    made = op === SCORES_BUCKETS ? new Int32(length) : new Float32(length);
  } catch {
    throw rangeError(`queryLength: want a matrix that this engine can hold, got one of ${length} elements`);
  }
  for (let from = 0; from < length; from += STAGING_LENGTH) {
    const n = length - from < STAGING_LENGTH ? length - from : STAGING_LENGTH;
    runtime.call("posenc_scores", handle, op, STAGING, 0, n, from, 1, queryLength, keyLength, offset);
    const view = runtime.staging(n);
    setArray(made, op === SCORES_BUCKETS ? new Int32(bufferOf(view), byteOffsetOf(view), n) : view, from);
  }
  return made;
}

/**
 * An encoding that is added to attention scores.
 * @template {object} Options
 * @extends {Encoder<Options>}
 */
export class Scores extends Encoder {
  /**
   * scores = scores + bias, in place.
   * @template {Float32Array | Allocation} T
   * @param {T} scores [batch, heads, queryLength, keyLength]
   * @param {ScoresAt} at
   * @returns {T} scores
   */
  add(scores, at) {
    return addTo(this, scores, readScores(at));
  }

  /**
   * The bias itself, in a new array.
   * @param {number} queryLength
   * @param {number} keyLength
   * @param {{ offset?: number }} [at] the position of the first query; 0
   * @returns {Float32Array<ArrayBuffer>} [heads, queryLength, keyLength]
   */
  matrix(queryLength, keyLength, at) {
    return make(this, SCORES_MATRIX, queryLength, keyLength, at);
  }
}

/**
 * The buckets of an encoding, in a new array.
 * @param {Encoder<any>} encoder
 * @param {number} queryLength
 * @param {number} keyLength
 * @param {{ offset?: number }} [at]
 * @returns {Int32Array<ArrayBuffer>}
 */
export function buckets(encoder, queryLength, keyLength, at) {
  return make(encoder, SCORES_BUCKETS, queryLength, keyLength, at);
}
