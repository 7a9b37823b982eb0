// How the work of a pool is cut into parts for its workers, and what comes back is put together. A part is some rows, of one or
// several sequences or heads, with their positions.

import { lengthOfSequence, part } from "./apply.js";
import { rangeError, typeErrorMessage } from "./errors.js";
import { arrayIsArray, bufferOf, byteOffsetOf, Float32, Float64, Int32, lengthOf, setArray } from "./intrinsics.js";
import { FILL, SHIFT } from "./runtime.js";

/** @typedef {import("./crew.js").Chunk} Chunk */

/** How many elements a part has: 4 MiB, and so more rows than an encoder keeps in memory, which would be no use to it. */
const PART = 2 ** 20 + 2 ** 14;
/** Work of fewer elements is done on this thread at once, in a millisecond or two: to send it would take as long. */
export const SMALL = 2 ** 20;
/** The same of elements of rows that are slow to make: some twenty per microsecond. */
export const SMALL_SLOW = 2 ** 15;
/** As in encoding/internal/rows/table.go. */
const TABLE_BYTES = 4 << 20;
/** Every so many elements of an array are looked at again at the end. */
const PROBE = 4096;

/**
 * How many elements of rows are slow to make: those of schemes that need more than a turn, and at listed positions which are no
 * whole numbers or lie further apart than the rows that an encoder keeps in memory.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {import("./encoder.js").Core} core
 * @param {number} rows how many have positions of their own where none are listed
 * @param {import("./call.js").Call} call
 */
export function slowElements(encoder, { rowLength, axes, points }, rows, { op, positions }) {
  if (op === SHIFT) return 0;
  const { precision, xpos, w } = ownOptions(encoder);
  let slow = points || precision === "float32" || xpos !== undefined || w !== undefined;
  if (positions === undefined) return slow ? rows * rowLength : 0;
  let least = Infinity;
  let most = -Infinity;
  const count = lengthOf(positions);
  for (let i = 0; i < count && !slow; i++) {
    const p = positions[i];
    if (p < least) least = p;
    if (p > most) most = p;
    slow = p % 1 !== 0 || (most - least) * rowLength * 4 > TABLE_BYTES;
  }
  return slow ? (count / axes) * rowLength : 0;
}

/** The options of an encoder without what Object.prototype may have. @param {import("./encoder.js").Encoder<any>} encoder @returns {any} */
export const ownOptions = (encoder) => ({ ...encoder.options, __proto__: null });

/**
 * How long parts are: several for each worker.
 * @param {number} length @param {number} workers @param {boolean} slow
 */
export function partLength(length, workers, slow) {
  const least = slow ? SMALL_SLOW / 4 : SMALL / 4;
  const most = slow ? PART / 8 : PART;
  const each = length / workers / 8;
  return each > most ? most : each < least ? least : each - (each % 1);
}

/**
 * Cuts an array into rows that stand side by side; where rows have to be made, into the same rows of several sequences
 * or heads, so that they are made once for all of these.
 * @param {import("./encoder.js").Core} core
 * @param {number} most how many elements a part has, about
 * @param {number} length
 * @param {import("./call.js").Call} call
 * @param {Float32Array | Float32Array[]} x or arrays that parts of a new one may be made in
 * @param {boolean} copied whether parts are copies
 * @returns {Generator<Chunk, void>}
 */
export function* cutRows(core, most, length, { op, batch, heads, order, offset, sequence, positions }, x, copied) {
  const { width, rowLength, axes } = core;
  let rows = length / width / batch / heads;
  if (sequence === 0 && op !== SHIFT) sequence = lengthOfSequence(offset, rows, positions);
  let parts = 1;
  let groups = order === 0 ? batch : batch * heads;
  const size = order === 0 ? heads * width : width;
  const abreast = order === 0 ? heads : 1;
  if (positions !== undefined && lengthOf(positions) !== rows * axes) {
    // a position for each row of all
    if (order === 0) {
      rows *= groups;
      groups = 1;
    } else {
      parts = batch;
      groups = heads;
    }
  }
  const inMemory = op === SHIFT || (positions === undefined && rows * rowLength * 4 <= TABLE_BYTES);
  let wide = 1;
  let tall = rows;
  if (rows * size <= most) {
    wide = atLeast1(most / (rows * size));
  } else {
    if (!inMemory) wide = atLeast1(most / (64 * size));
    if (wide > groups) wide = groups;
    tall = atLeast1(most / (wide * size));
    if (tall > 16) tall -= tall % 16;
  }
  for (let p = 0; p < parts; p++) {
    for (let row = 0; row < rows; row += tall) {
      const n = rows - row < tall ? rows - row : tall;
      for (let group = 0; group < groups; group += wide) {
        const g = groups - group < wide ? groups - group : wide;
        const start = ((p * groups + group) * rows + row) * size;
        const gap = g === 1 || n === rows ? 0 : rows * size;
        /** @type {Chunk} */
        const chunk = {
          start,
          gap,
          part: {
            what: "rows",
            call: {
              op,
              batch: g,
              heads: abreast,
              order: 0,
              sequence,
              shared: !copied && !arrayIsArray(x),
              offset: op === SHIFT ? offset : positions === undefined ? offset + row : 0,
              positions: positionsOf(core, positions, p * rows + row, n),
            },
            x: null,
            y: null,
            length: g * n * size,
            gap: copied ? 0 : gap,
          },
        };
        if (arrayIsArray(x)) {
          const last = x.length - 1;
          if (last >= 0 && lengthOf(x[last]) === chunk.part.length) {
            chunk.part.x = x[last];
            x.length = last;
          }
        } else if (!copied) chunk.part.x = part(x, start, gap === 0 ? g * n * size : (g - 1) * gap + n * size);
        else if (op !== FILL) chunk.part.x = pack(chunk, x, length);
        yield chunk;
      }
    }
  }
}

/** @param {number} v */
function atLeast1(v) {
  return v < 1 ? 1 : v - (v % 1);
}

/**
 * The positions of some rows, in an array of their own; see sendPositions in apply.js.
 * @param {import("./encoder.js").Core} core
 * @param {Float64Array | undefined} positions @param {number} row @param {number} rows
 */
export function positionsOf({ axes, points }, positions, row, rows) {
  if (positions === undefined) return undefined;
  const out = new Float64(rows * axes);
  const runs = points ? 1 : axes;
  const each = (rows * axes) / runs;
  const stride = lengthOf(positions) / runs;
  for (let a = 0; a < runs; a++) {
    setArray(out, new Float64(bufferOf(positions), byteOffsetOf(positions) + 8 * (a * stride + row * (points ? axes : 1)), each), a * each);
  }
  return out;
}

/**
 * A copy of a part, without gaps.
 * @param {Chunk} chunk @param {Float32Array} x @param {number} whole its length at the start
 */
function pack(
  {
    start,
    gap,
    part: {
      length,
      call: { batch },
    },
  },
  x,
  whole,
) {
  const out = new Float32(length);
  if (lengthOf(x) !== whole) throw typeErrorMessage("x: its buffer was detached or resized while the pool worked on it");
  const each = gap === 0 ? length : length / batch;
  for (let i = 0; i * each < length; i++) setArray(out, part(x, start + i * gap, each), i * each);
  return out;
}

/** The way back. @param {Chunk} chunk @param {Float32Array} made @param {Float32Array} x */
export function unpack(
  {
    start,
    gap,
    part: {
      length,
      call: { batch },
    },
  },
  made,
  x,
) {
  const each = gap === 0 ? length : length / batch;
  for (let i = 0; i * each < length; i++) setArray(part(x, start + i * gap, each), part(made, i * each, each));
}

/** The bits of some elements, to tell whether they were changed. @param {any} x */
export function probe(x) {
  const bits = new Int32(bufferOf(x), byteOffsetOf(x), lengthOf(x));
  const length = lengthOf(bits);
  const out = new Int32((length + PROBE - 1) / PROBE + 1);
  for (let i = 0, at = 0; at < length; at += PROBE) out[i++] = bits[at];
  out[lengthOf(out) - 1] = bits[length - 1];
  return out;
}

/**
 * @param {number} rows @param {number} width
 * @returns {Float32Array}
 */
export function newShared(rows, width) {
  if (typeof SharedArrayBuffer !== "function")
    throw typeErrorMessage("shared: want none here, as there is no SharedArrayBuffer: a page has it when it is cross-origin isolated");
  try {
    return new Float32(new SharedArrayBuffer(rows * width * 4));
  } catch {
    throw rangeError(`length: want one whose table this engine can hold, got ${rows} rows of ${width}`);
  }
}
