// What encoders that act on attention scores [batch, heads, queryLength, keyLength] have in common. Scores that live in
// JavaScript go through the staging buffer in runs of elements, wherever in a row those begin and end.

import { locate, part } from "./apply.js";
import { coreOf, Encoder } from "./encoder.js";
import { rangeError, typeError } from "./errors.js";
import { bufferOf, byteOffsetOf, Float32, Int32, setArray } from "./intrinsics.js";
import { boolean, number, snapshot } from "./options.js";
import { SCORES_ADD, SCORES_BUCKETS, SCORES_MATRIX, STAGING, STAGING_LENGTH } from "./runtime.js";
import { FEW, stackLeft } from "./stack.js";

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
export const SCORES_AT = /** @type {any} */ ({ __proto__: null, queryLength: number, keyLength: number, batch: number, offset: number, allowShared: boolean });
/** @type {import("./options.js").Spec} */
const MATRIX_AT = /** @type {any} */ ({ __proto__: null, offset: number });

/**
 * Reads the options of a call.
 * @param {unknown} at
 * @returns {{ batch: number, queryLength: number, keyLength: number, offset: number, shared: boolean }}
 */
export function readScores(at) {
  const given = snapshot("at", SCORES_AT, at);
  if (given.queryLength === undefined) throw typeError("queryLength", "a number", undefined);
  if (given.keyLength === undefined) throw typeError("keyLength", "a number", undefined);
  const { queryLength, keyLength, batch = 1, offset = 0, allowShared: shared = false } = given;
  return { batch, queryLength, keyLength, offset, shared };
}

/**
 * Adds the bias to scores.
 * @template {Float32Array | Allocation} T
 * @param {Encoder<any>} encoder
 * @param {T} scores
 * @param {ReturnType<typeof readScores>} call
 * @returns {T} scores
 */
export function addTo(encoder, scores, call) {
  const { batch, queryLength, keyLength, offset } = call;
  const { runtime, handle } = coreOf(encoder);
  const { array, from: first, length } = locate("scores", scores, call.shared, runtime);
  if (array !== STAGING) {
    runtime.call("posenc_scores", handle, SCORES_ADD, array, first, length, -1, batch, queryLength, keyLength, offset);
    return scores;
  }
  runtime.call("posenc_check_scores", handle, SCORES_ADD, length, batch, queryLength, keyLength, offset);
  if (length > STAGING_LENGTH) stackLeft(FEW);
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
  let { runtime, handle } = coreOf(encoder);
  for (let from = 0; from < length; from += STAGING_LENGTH) {
    const n = length - from < STAGING_LENGTH ? length - from : STAGING_LENGTH;
    const here = part(x, from, n);
    for (let again = false; ; again = true) {
      try {
        setArray(runtime.staging(n), here);
        runtime.call("posenc_scores", handle, SCORES_ADD, STAGING, 0, n, first + from, batch, queryLength, keyLength, offset);
        break;
      } catch (error) {
        if (from === 0 || again) throw error; // nothing has been written, or it is no accident
        handle = coreOf(encoder).handle; // the instance died half way, which no part caused: go on in a fresh one
      }
    }
    setArray(here, runtime.staging(n));
  }
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
