// What a call says of an array: the options of add, rotate and their like, read once. The order is the rule of the border: first the
// options are read, which may run a user's code; then the array is looked at (place.js), which cannot; then Go checks what they
// mean; and only then is anything written (apply.js).

import { rangeError, typeErrorMessage } from "./errors.js";
import { freeze } from "./intrinsics.js";
import { boolean, keysOf, number, numbers, oneOf, unknown } from "./options.js";

/** @typedef {Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array | Uint8ClampedArray} TypedArray */
/**
 * Which position each row has. The sequence length follows from the array's length.
 * @typedef {object} At
 * @property {number} [batch] how many sequences the array holds, one after the other; 1
 * @property {number} [offset] the position of the first row of each sequence, an integer within ±2^53; 0
 * @property {readonly number[] | TypedArray} [positions] replaces `offset + 0 .. seq-1`: an array or typed array of `seq` or
 *   `batch * seq` numbers within ±2^53, fractions and negative ones too
 * @property {boolean} [allowShared] whether an array on shared memory may be worked on; false, as another thread would
 *   see it half done
 */

/**
 * The same for an array of queries or keys, whose rows have heads.
 * @typedef {object} RotaryAt
 * @property {number} [batch] how many sequences the array holds; 1
 * @property {number} [heads] 1
 * @property {"bshd" | "bhsd"} [order] "bshd": [batch, seq, heads, headDim]; "bhsd": [batch, heads, seq, headDim]; "bshd"
 * @property {number} [offset] the position of the first row of each sequence; 0
 * @property {readonly number[] | TypedArray} [positions] `seq` or `batch * seq` numbers, as those of packed sequences, which
 *   restart
 * @property {number} [sequenceLength] how long the whole sequence is, for the scalings that follow it (dynamic, longrope); by
 *   default as long as the largest position says
 * @property {boolean} [allowShared] whether an array on shared memory may be worked on; false
 */

const COMMON = { batch: number, offset: number, positions: numbers, allowShared: boolean };
/** @type {import("./options.js").Spec} */
export const AT = /** @type {any} */ ({ __proto__: null, ...COMMON });
/** @type {import("./options.js").Spec} */
export const ROTARY_AT = /** @type {any} */ ({
  __proto__: null,
  ...COMMON,
  heads: number,
  order: oneOf(freeze(["bshd", "bhsd"])),
  sequenceLength: number,
});
/** @type {import("./options.js").Spec} */
export const SHIFT_AT = /** @type {any} */ ({
  __proto__: null,
  batch: number,
  heads: number,
  order: ROTARY_AT.order,
  sequenceLength: number,
  allowShared: boolean,
});
/** @type {import("./options.js").Spec} */
export const COS_SIN_AT = /** @type {any} */ ({
  __proto__: null,
  offset: number,
  positions: numbers,
  sequenceLength: number,
  batch: noBatch,
});

/** @type {import("./options.js").Spec} */
export const TABLE_AT = /** @type {any} */ ({ __proto__: null, offset: number, positions: numbers, batch: noBatch });

/** @type {import("./options.js").Kind} */
export function noBatch() {
  throw typeErrorMessage("batch: a table has none; want offset or positions");
}

/**
 * Where and on what an operation works, read from the options of its call.
 * @typedef {object} Call
 * @property {number} op
 * @property {number} batch
 * @property {number} heads
 * @property {number} order 1 for "bhsd"
 * @property {number} offset of SHIFT, by how much
 * @property {number} sequence
 * @property {Float64Array | undefined} positions a row's numbers side by side
 * @property {boolean} shared
 */

/**
 * @param {number} op
 * @param {import("./options.js").Spec} spec AT or ROTARY_AT
 * @param {any} at
 * @returns {Call}
 */
export function readCall(op, spec, at) {
  /** @type {Call} */
  const call = { op, batch: 1, heads: 1, order: 0, offset: 0, sequence: 0, positions: undefined, shared: false };
  if (at === undefined) return call;
  const keys = keysOf("at", at);
  for (let i = 0; i < keys.length; i++) {
    const name = keys[i];
    const kind = spec[name] ?? unknown("at", spec, name);
    // As snapshot() does it, but without an object in between. By names that are written out, engines read an object of a
    // shape that they know at a tenth of the cost.
    switch (name) {
      case "batch": {
        const value = at.batch;
        if (value !== undefined) call.batch = /** @type {number} */ (kind(name, value));
        break;
      }
      case "heads": {
        const value = at.heads;
        if (value !== undefined) call.heads = /** @type {number} */ (kind(name, value));
        break;
      }
      case "order": {
        const value = at.order;
        if (value !== undefined) call.order = kind(name, value) === "bhsd" ? 1 : 0;
        break;
      }
      case "offset": {
        const value = at.offset;
        if (value !== undefined) call.offset = /** @type {number} */ (kind(name, value));
        break;
      }
      case "sequenceLength": {
        const value = at.sequenceLength;
        if (value === undefined) break;
        const length = /** @type {number} */ (kind(name, value));
        if (length === 0) throw rangeError("sequenceLength: want a positive integer up to 2^53, got 0"); // to Go it would mean none
        call.sequence = length;
        break;
      }
      case "positions": {
        const value = at.positions;
        if (value !== undefined) call.positions = /** @type {Float64Array} */ (kind(name, value));
        break;
      }
      default: {
        // allowShared
        const value = at[name];
        if (value !== undefined) call.shared = /** @type {boolean} */ (kind(name, value));
      }
    }
  }
  return call;
}
