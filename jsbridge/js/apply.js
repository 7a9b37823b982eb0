// An operation on the rows of an array, in place: the way of every add, subtract and fill. The order is the rule of the
// border. First the options are read, which may run a user's code; then the array is looked at, which cannot; then Go
// checks what they mean; and only then is anything written.

import { blockOf, isAllocation } from "./alloc.js";
import { coreOf } from "./encoder.js";
import { describe, rangeError, typeError, typeErrorMessage } from "./errors.js";
import { bufferOf, byteOffsetOf, Float32, Float64, isArrayBuffer, isUsable, lengthOf, setArray, tagOf } from "./intrinsics.js";
import { boolean, number, numbers, snapshot } from "./options.js";
import { FEW, stackLeft } from "./stack.js";
import { FILL, POSITIONS_LENGTH, STAGING, STAGING_LENGTH } from "./runtime.js";

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

/** @type {import("./options.js").Spec} */
export const AT = /** @type {any} */ ({ __proto__: null, batch: number, offset: number, positions: numbers, allowShared: boolean });

/**
 * How many float32 are staged at a time, when they do not all fit in the staging buffer at once. To add, few: with the
 * table's rows beside them they stay in the fastest cache. To fill, more: rows are made in blocks of 16, from 8 before a multiple of 16 on, and a tile should have several.
 */
const CHUNK = 1 << 12;
const FILL_CHUNK = 1 << 15;

/** As in encoding/additive/table.go: a sequence up to this long has its rows in memory, so no two need share them. */
const TABLE_BYTES = 4 << 20;

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./encoder.js").Core} Core */

/**
 * @template {Float32Array | Allocation} T
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {number} op
 * @param {T} x
 * @param {At | undefined} at
 * @returns {T} x
 */
export function apply(encoder, op, x, at) {
  let batch = 1;
  let offset = 0;
  /** @type {Float64Array | undefined} */
  let positions;
  let shared = false;
  if (at !== undefined) {
    const given = snapshot("at", AT, at);
    batch = given.batch ?? 1;
    offset = given.offset ?? 0;
    positions = given.positions;
    shared = given.allowShared ?? false;
  }

  const core = coreOf(encoder);
  const { runtime, handle } = core;
  let array = STAGING;
  let from = 0;
  let length;
  if (isAllocation(x)) {
    const block = blockOf(x, runtime);
    array = block.array;
    length = block.length;
  } else {
    length = checkArray(x, shared);
    if (bufferOf(x) === runtime.buffer) {
      const address = byteOffsetOf(x);
      const block = runtime.find(address, length);
      if (block === undefined) throw typeErrorMessage("x: want an array of yours or of alloc(), got a view on other parts of the module's memory");
      array = block.array;
      from = (address - block.address) / 4;
    }
  }

  if (array !== STAGING && positions === undefined) {
    runtime.run(handle, op, array, from, length, batch, offset, -1);
    return x;
  }
  checkAll(runtime, handle, length, batch, offset, positions);
  if (length === 0) return x;
  let rows = length / core.dim / batch;
  if (positions !== undefined && lengthOf(positions) !== rows) {
    rows *= batch; // a position for each row of all
    batch = 1;
  }
  if (array !== STAGING) {
    inPlace(core, op, array, from, rows, batch, /** @type {Float64Array} */ (positions));
  } else if (op === FILL) {
    staged(encoder, core, op, x, rows, 1, offset, positions);
    const first = part(x, 0, rows * core.dim);
    for (let b = 1; b < batch; b++) setArray(part(x, b * rows * core.dim, rows * core.dim), first);
  } else {
    staged(encoder, core, op, x, rows, batch, offset, positions);
  }
  return x;
}

/**
 * The length of a Float32Array that can be worked on.
 * @param {any} x
 * @param {boolean} shared
 * @returns {number}
 */
function checkArray(x, shared) {
  if (tagOf(x) !== "Float32Array") throw typeError("x", "a Float32Array or an array of alloc()", x);
  if (!isUsable(x)) throw typeErrorMessage("x: its buffer is detached, or too short for it by now");
  if (!shared && !isArrayBuffer(bufferOf(x))) {
    throw typeErrorMessage("x: want an array that no other thread sees, got one on shared memory; pass allowShared: true to work on it all the same");
  }
  return lengthOf(x);
}

/**
 * Go's word on the whole call, before any of it is done in pieces.
 * @param {import("./runtime.js").Runtime} runtime
 * @param {number} handle @param {number} length @param {number} batch @param {number} offset
 * @param {Float64Array | undefined} positions
 */
export function checkAll(runtime, handle, length, batch, offset, positions) {
  const count = positions === undefined ? -1 : lengthOf(positions);
  runtime.call("posenc_check", handle, length, batch, offset, count);
  if (positions === undefined) return;
  for (let i = 0; i < count; i += POSITIONS_LENGTH) {
    const n = count - i < POSITIONS_LENGTH ? count - i : POSITIONS_LENGTH;
    sendPositions(runtime, positions, i, n);
    runtime.call("posenc_check_positions", n, i);
  }
}

/**
 * @param {import("./runtime.js").Runtime} runtime
 * @param {Float64Array} positions @param {number} from @param {number} count
 */
function sendPositions(runtime, positions, from, count) {
  setArray(runtime.positions, new Float64(bufferOf(positions), 8 * from, count));
}

/**
 * Rows with positions of an array that lives in the module.
 * @param {Core} core
 * @param {number} op @param {number} array @param {number} from @param {number} rows @param {number} batch
 * @param {Float64Array} positions
 */
function inPlace(core, op, array, from, rows, batch, positions) {
  const { runtime, handle, dim } = core;
  for (let row = 0; row < rows; row += POSITIONS_LENGTH) {
    const n = rows - row < POSITIONS_LENGTH ? rows - row : POSITIONS_LENGTH;
    sendPositions(runtime, positions, row, n);
    for (let b = 0; b < batch; b++) runtime.run(handle, op, array, from + (b * rows + row) * dim, n * dim, 1, 0, n);
  }
}

/**
 * Rows of an array that lives in JavaScript, a tile at a time: the same few rows of some sequences of the batch, copied
 * to the staging buffer, worked on there, and copied back.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {Core} core
 * @param {number} op
 * @param {any} x
 * @param {number} rows @param {number} batch @param {number} offset
 * @param {Float64Array | undefined} positions
 */
function staged(encoder, core, op, x, rows, batch, offset, positions) {
  const { runtime, dim } = core;
  // Rows that must be made for the call are shared by as many sequences as fit; rows in memory need no sharing.
  const inMemory = positions === undefined && rows * dim * 4 <= TABLE_BYTES;
  const atOnce = rows * batch * dim <= STAGING_LENGTH && rows <= POSITIONS_LENGTH;
  const group = atOnce ? batch : inMemory || batch === 1 ? 1 : atLeast1(least(batch, STAGING_LENGTH / (16 * dim)));
  const making = op === FILL || !inMemory;
  let tall = atLeast1(least((making ? FILL_CHUNK : CHUNK) / (dim * group), POSITIONS_LENGTH));
  if (making && tall > 16) tall -= tall % 16;
  if (atOnce) tall = rows;
  if (tall < rows || group < batch) stackLeft(FEW); // after the first tile it would be too late to find that there is none
  for (let row = 0, n = 0; row < rows; row += n) {
    n = rows - row < tall ? rows - row : tall;
    if (row === 0 && tall < rows && tall % 16 === 0) n -= (((offset + 8) % 16) + 16) % 16; // end where a block ends
    for (let b = 0; b < batch; b += group) {
      const g = batch - b < group ? batch - b : group;
      try {
        tile(core.handle, b, g, row, n);
      } catch (error) {
        if (row + b === 0) throw error; // nothing has been written
        core = coreOf(encoder);
        tile(core.handle, b, g, row, n); // the instance died half way, which no tile caused: go on in a fresh one
      }
    }
  }

  /** @param {number} handle @param {number} b @param {number} g @param {number} row @param {number} n */
  function tile(handle, b, g, row, n) {
    const size = n * dim;
    let count = inMemory ? -1 : -2; // -2: the rows of a sequence too long for the table are not to be kept
    if (positions !== undefined) {
      count = n;
      sendPositions(runtime, positions, row, n);
    }
    const first = count < 0 ? offset + row : 0;
    if (g === 1 || n === rows) { // a part of x without a gap
      const fixed = g === batch && n === rows && isArrayBuffer(bufferOf(x)); // shared memory may grow under a view of it
      const here = fixed ? x : part(x, (b * rows + row) * dim, g * size);
      if (op !== FILL) setArray(runtime.staging(g * size), here);
      runtime.run(handle, op, STAGING, 0, g * size, g, first, count);
      setArray(here, runtime.staging(g * size)); // asked for again: the memory may have grown
    } else {
      const there = runtime.staging(g * size);
      for (let i = 0; i < g; i++) setArray(there, part(x, ((b + i) * rows + row) * dim, size), i * size);
      runtime.run(handle, op, STAGING, 0, g * size, g, first, count);
      const back = runtime.staging(g * size);
      for (let i = 0; i < g; i++) setArray(part(x, ((b + i) * rows + row) * dim, size), part(back, i * size, size));
    }
  }
}

/** @param {number} v */
function atLeast1(v) {
  return v < 1 ? 1 : v - (v % 1);
}

/** @param {number} a @param {number} b */
function least(a, b) {
  return a < b ? a : b;
}

/**
 * A view on part of a Float32Array, by no subclass's constructor and no species.
 * @param {any} x @param {number} start @param {number} length
 */
export function part(x, start, length) {
  return new Float32(bufferOf(x), byteOffsetOf(x) + 4 * start, length);
}

/**
 * A new array of `length` rows.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {unknown} length
 * @param {At | undefined} at
 * @returns {Float32Array<ArrayBuffer>}
 */
export function newTable(encoder, length, at) {
  if (typeof length !== "number") throw typeError("length", "a number", length);
  if (!(length >= 0 && length <= 2 ** 53 && length % 1 === 0)) throw rangeError(`length: want an integer from 0 on, got ${describe(length)}`);
  const given = snapshot("at", AT, at);
  if (given.batch !== undefined) throw typeErrorMessage("batch: a table has none; want offset or positions");
  const { runtime, handle, dim } = coreOf(encoder);
  checkAll(runtime, handle, length * dim, 1, given.offset ?? 0, given.positions);
  let x;
  try {
    x = new Float32(length * dim);
  } catch {
    throw rangeError(`length: want one whose table this engine can hold, got ${length} rows of ${dim}`);
  }
  return apply(encoder, FILL, x, given);
}
