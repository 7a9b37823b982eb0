// An operation on the rows of an array, in place: the way of every add, subtract and fill. The order is the rule of the
// border. First the options are read, which may run a user's code; then the array is looked at, which cannot; then Go
// checks what they mean; and only then is anything written.

import { blockOf, isAllocation } from "./alloc.js";
import { coreOf } from "./encoder.js";
import { describe, rangeError, typeError, typeErrorMessage } from "./errors.js";
import { asInteger, bufferOf, byteOffsetOf, Float32, Float64, freeze, isArrayBuffer, isUsable, lengthOf, setArray, tagOf } from "./intrinsics.js";
import { boolean, keysOf, number, numbers, oneOf, unknown } from "./options.js";
import { FEW, stackLeft } from "./stack.js";
import { FILL, POSITIONS_LENGTH, SHIFT, STAGING, STAGING_LENGTH } from "./runtime.js";

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

const COMMON = { __proto__: null, batch: number, offset: number, positions: numbers, allowShared: boolean };
/** @type {import("./options.js").Spec} */
export const AT = /** @type {any} */ (COMMON);
/** @type {import("./options.js").Spec} */
export const ROTARY_AT = /** @type {any} */ ({ ...COMMON, __proto__: null, heads: number, order: oneOf(freeze(["bshd", "bhsd"])), sequenceLength: number });
/** @type {import("./options.js").Spec} */
export const SHIFT_AT = /** @type {any} */ ({ __proto__: null, batch: number, heads: number, order: ROTARY_AT.order, sequenceLength: number, allowShared: boolean });
/** @type {import("./options.js").Spec} */
export const COS_SIN_AT = /** @type {any} */ ({ __proto__: null, offset: number, positions: numbers, sequenceLength: number, batch: noBatch });

/**
 * How many float32 are staged at a time, when they do not all fit in the staging buffer at once. (Where they do, tiles would be
 * a tenth faster in V8 and Firefox, but take WebKit twice as long.) To add, few: with the table's rows beside them they stay in
 * the fastest cache. To fill, more: rows are made in blocks of 16, from 8 before a multiple of 16 on, and a tile should have
 * several.
 */
const CHUNK = 1 << 12;
const FILL_CHUNK = 1 << 15;

/** As in encoding/internal/rows/table.go: a sequence up to this long has its rows in memory, so no two need share them. */
const TABLE_BYTES = 4 << 20;

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./encoder.js").Core} Core */

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
      default: { // allowShared
        const value = at[name];
        if (value !== undefined) call.shared = /** @type {boolean} */ (kind(name, value));
      }
    }
  }
  return call;
}

/**
 * @template {Float32Array | Allocation} T
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {T} x
 * @param {Call} call
 * @returns {T} x
 */
export function apply(encoder, x, call) {
  const { op, batch, heads, order, positions } = call;
  const core = coreOf(encoder);
  const { runtime, handle } = core;
  const { array, from, length } = locate("x", x, call.shared, runtime);
  if (array !== STAGING && positions === undefined) {
    runtime.run(handle, op, array, from, length, batch, heads, order, call.offset, call.sequence, -1);
    return x;
  }
  if (positions === undefined && length <= STAGING_LENGTH && !call.shared) { // at once: Go looks before anything is written
    if (op !== FILL) setArray(runtime.staging(length), x);
    runtime.run(handle, op, STAGING, 0, length, batch, heads, order, call.offset, call.sequence, -1);
    setArray(x, runtime.staging(length)); // asked for again: the memory may have grown
    return x;
  }
  checkAll(core, length, call);
  if (length === 0) return x;
  const work = workOf(core, length, call);
  if (positions !== undefined && lengthOf(positions) !== work.rows * core.axes) {
    if (work.order === 0) { // a position for each row of all
      work.rows *= work.groups;
      work.groups = 1;
    } else {
      work.parts = batch;
      work.groups = heads;
    }
  }
  const size = work.rows * work.groups * work.heads * core.width;
  for (let p = 0; p < work.parts; p++) {
    if (array !== STAGING) {
      inPlace(core, work, array, from + p * size, /** @type {Float64Array} */ (positions), p * work.rows);
    } else {
      const here = work.parts === 1 ? x : part(x, p * size, size);
      staged(encoder, core, work, here, positions, p * work.rows);
    }
  }
  return x;
}

/**
 * What an array is to the loops below: `parts` times, with positions of their own, `groups` of `rows`, each of `heads`
 * vectors side by side.
 * @typedef {{ op: number, parts: number, groups: number, rows: number, heads: number, order: number, offset: number, sequence: number }} Work
 */

/**
 * @param {Core} core @param {number} length @param {Call} call
 * @returns {Work}
 */
function workOf(core, length, { op, batch, heads, order, offset, sequence, positions }) {
  batch = asInteger(batch);
  heads = asInteger(heads);
  const rows = asInteger(length / core.width / batch / heads);
  if (sequence === 0 && op !== SHIFT) sequence = lengthOfSequence(offset, rows, positions);
  return order === 0 ? { op, parts: 1, groups: batch, rows, heads, order, offset, sequence }
    : { op, parts: 1, groups: batch * heads, rows, heads: 1, order, offset, sequence };
}

/**
 * As Go would find it, had it the whole sequence at once.
 * @param {number} offset @param {number} rows
 * @param {Float64Array | undefined} positions
 */
export function lengthOfSequence(offset, rows, positions) {
  let last = offset + rows - 1;
  if (positions !== undefined) {
    last = 0;
    for (let i = 0; i < positions.length; i++) if (positions[i] > last) last = positions[i];
  }
  const length = last - (last % 1) + 1;
  return length < 1 ? 1 : length > 2 ** 53 ? 2 ** 53 : length;
}

/**
 * Where an array is that can be worked on: in the module, or else in JavaScript, and then it has to be staged. It is looked at when
 * all options have been read, so that nothing of the user's runs between this and the work.
 * @param {string} name what the call calls it
 * @param {any} x
 * @param {boolean} shared
 * @param {import("./runtime.js").Runtime} runtime
 * @returns {{ array: number, from: number, length: number }} Go's number for the array, or STAGING; the first element; how many
 */
export function locate(name, x, shared, runtime) {
  if (isAllocation(x)) {
    const { array, length } = blockOf(name, x, runtime);
    return { array, from: 0, length };
  }
  if (tagOf(x) !== "Float32Array") throw typeError(name, "a Float32Array or an array of alloc()", x);
  const length = lengthOf(x);
  if (length === 0 && !isUsable(x)) throw typeErrorMessage(`${name}: its buffer is detached, or too short for it by now`);
  const buffer = bufferOf(x);
  if (!shared && !isArrayBuffer(buffer)) {
    throw typeErrorMessage(`${name}: want an array that no other thread sees, got one on shared memory; pass allowShared: true to work on it all the same`);
  }
  if (buffer !== runtime.buffer) return { array: STAGING, from: 0, length };
  const address = byteOffsetOf(x);
  const block = runtime.find(address, length);
  if (block === undefined) throw typeErrorMessage(`${name}: want an array of yours or of alloc(), got a view on other parts of the module's memory`);
  return { array: block.array, from: (address - block.address) / 4, length };
}

/**
 * Go's word on the whole call, before any of it is done in pieces.
 * @param {Core} core
 * @param {number} length
 * @param {Call} call
 */
export function checkAll({ runtime, handle, axes }, length, { op, batch, heads, order, offset, sequence, positions }) {
  const count = positions === undefined ? -1 : lengthOf(positions);
  runtime.call("posenc_check", handle, op, length, batch, heads, order, offset, sequence, count);
  if (positions === undefined) return;
  const most = POSITIONS_LENGTH - (POSITIONS_LENGTH % axes);
  for (let i = 0; i < count; i += most) {
    const n = count - i < most ? count - i : most;
    send(runtime, positions, i, n);
    runtime.call("posenc_check_positions", handle, n, i);
  }
}

/**
 * Puts numbers of a list into the positions buffer.
 * @param {import("./runtime.js").Runtime} runtime
 * @param {Float64Array} positions @param {number} from @param {number} count
 */
function send(runtime, positions, from, count) {
  setArray(runtime.positions, new Float64(bufferOf(positions), byteOffsetOf(positions) + 8 * from, count));
}

/**
 * The same for the positions of some rows. A list of several axes has one axis after the other, as Hugging Face's position_ids
 * [3, batch, seq], and so has what is sent; points have their numbers side by side.
 * @param {Core} core
 * @param {Float64Array} positions @param {number} row @param {number} rows
 * @returns {number} how many numbers it sent
 */
export function sendPositions({ runtime, axes, points }, positions, row, rows) {
  if (axes === 1 || points) {
    send(runtime, positions, row * axes, rows * axes);
  } else {
    const buffer = runtime.positions;
    const stride = lengthOf(positions) / axes;
    for (let a = 0; a < axes; a++) {
      setArray(buffer, new Float64(bufferOf(positions), byteOffsetOf(positions) + 8 * (a * stride + row), rows), a * rows);
    }
  }
  return rows * axes;
}

/**
 * Rows with positions of an array that lives in the module.
 * @param {Core} core @param {Work} work
 * @param {number} array @param {number} from
 * @param {Float64Array} positions @param {number} at the first of them that counts
 */
function inPlace(core, { op, groups, rows, heads, sequence }, array, from, positions, at) {
  const { runtime, handle, width, axes } = core;
  const most = atLeast1(POSITIONS_LENGTH / axes);
  const size = heads * width;
  for (let row = 0; row < rows; row += most) {
    const n = rows - row < most ? rows - row : most;
    sendPositions(core, positions, at + row, n);
    for (let g = 0; g < groups; g++) {
      runtime.run(handle, op, array, from + (g * rows + row) * size, n * size, 1, heads, 0, 0, sequence, n * axes);
    }
  }
}

/**
 * Rows of an array that lives in JavaScript, a tile at a time: the same few rows of some of the groups, copied
 * to the staging buffer, worked on there, and copied back.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {Core} core @param {Work} work
 * @param {any} x
 * @param {Float64Array | undefined} positions @param {number} at the first of them that counts
 */
function staged(encoder, core, work, x, positions, at) {
  const { runtime, axes, rowLength } = core;
  const { op, rows, groups: batch, heads, offset, sequence } = work;
  const dim = heads * core.width;
  const buffer = bufferOf(x);
  const start = byteOffsetOf(x);
  const own = isArrayBuffer(buffer); // shared memory may grow under a view of it
  if (op === FILL && batch > 1) { // the first group, and its copies
    const first = part(x, 0, rows * dim);
    staged(encoder, core, { ...work, groups: 1 }, first, positions, at);
    for (let b = 1; b < batch; b++) setArray(part(x, b * rows * dim, rows * dim), first);
    return;
  }
  // Rows that must be made for the call are shared by as many groups as fit; rows in memory need no sharing.
  const inMemory = op === SHIFT || (positions === undefined && rows * rowLength * 4 <= TABLE_BYTES);
  const mostRows = atLeast1(POSITIONS_LENGTH / axes);
  if (op !== FILL && inMemory && dim <= STAGING_LENGTH && own) {
    passes(encoder, core, work, x);
    return;
  }
  const atOnce = rows * batch * dim <= STAGING_LENGTH && rows <= mostRows;
  const group = atOnce ? batch : inMemory || batch === 1 ? 1 : atLeast1(least(batch, STAGING_LENGTH / (16 * dim)));
  const making = op === FILL || !inMemory;
  let tall = atLeast1(least((making ? FILL_CHUNK : CHUNK) / (dim * group), mostRows));
  if (making && tall > 16) tall -= tall % 16;
  tall = atOnce ? rows : asInteger(tall);
  const abreast = dim <= STAGING_LENGTH ? heads : atLeast1(STAGING_LENGTH / core.width); // of a row that is too long for one tile
  if (tall < rows || group < batch || abreast < heads) stackLeft(FEW); // after the first tile it would be too late to find that there is none
  for (let row = 0, n = 0; row < rows; row += n) {
    n = rows - row < tall ? rows - row : tall;
    if (making && row === 0 && tall < rows && tall % 16 === 0) n -= (((offset + 8) % 16) + 16) % 16; // end where a block ends
    for (let b = 0; b < batch; b += group) {
      const g = batch - b < group ? batch - b : group;
      for (let head = 0; head < heads; head += abreast) {
        const h = heads - head < abreast ? heads - head : abreast;
        try {
          tile(core.handle, b, g, row, n, head, h);
        } catch (error) {
          if (row + b + head === 0) throw error; // nothing has been written
          core = coreOf(encoder);
          tile(core.handle, b, g, row, n, head, h); // the instance died half way, which no tile caused: go on in a fresh one
        }
      }
    }
  }

  /** @param {number} handle @param {number} b @param {number} g @param {number} row @param {number} n @param {number} head @param {number} h */
  function tile(handle, b, g, row, n, head, h) {
    const size = n * h * core.width;
    let count = inMemory ? -1 : -2; // -2: the rows of a sequence too long for the table are not to be kept
    if (positions !== undefined) {
      count = sendPositions(core, positions, at + row, n);
    }
    const first = op === SHIFT ? offset : count < 0 ? offset + row : 0;
    if (g === 1 || n === rows) { // a part of x without a gap
      const fixed = g === batch && n === rows && h === heads && own;
      const here = fixed ? x : new Float32(buffer, start + 4 * ((b * rows + row) * dim + head * core.width), g * size);
      if (op !== FILL) setArray(runtime.staging(g * size), here);
      runtime.run(handle, op, STAGING, 0, g * size, g, h, 0, first, sequence, count);
      setArray(here, runtime.staging(g * size)); // asked for again: the memory may have grown
    } else {
      const there = runtime.staging(g * size);
      for (let i = 0; i < g; i++) setArray(there, new Float32(buffer, start + 4 * ((b + i) * rows + row) * dim, size), i * size);
      runtime.run(handle, op, STAGING, 0, g * size, g, h, 0, first, sequence, count);
      const back = runtime.staging(g * size);
      for (let i = 0; i < g; i++) setArray(new Float32(buffer, start + 4 * ((b + i) * rows + row) * dim, size), part(back, i * size, size));
    }
  }
}

/**
 * staged() for rows that are in memory: tiles of some rows of a group, or of some groups. It is a loop by itself, as a tile takes
 * less than a microsecond.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {Core} core @param {Work} work
 * @param {any} x
 */
function passes(encoder, core, { op, rows, groups, heads, offset, sequence }, x) {
  const { runtime } = core;
  const buffer = bufferOf(x);
  const start = byteOffsetOf(x);
  const size = heads * core.width;
  const tall = least(rows, atLeast1(CHUNK / size));
  const wide = tall < rows ? 1 : least(groups, atLeast1(CHUNK / (rows * size)));
  if (tall < rows || wide < groups) stackLeft(FEW); // after the first tile it would be too late to find that there is none
  for (let group = 0; group < groups; group += wide) {
    const g = least(groups - group, wide);
    for (let row = 0; row < rows; row += tall) {
      const n = g * least(rows - row, tall) * size;
      const first = op === SHIFT ? offset : offset + row;
      const here = new Float32(buffer, start + 4 * (group * rows + row) * size, n);
      try {
        stage(runtime, core.handle, op, here, n, g, heads, first, sequence);
      } catch (error) {
        if (group + row === 0) throw error; // nothing has been written
        coreOf(encoder); // the instance died half way, which no tile caused: go on in a fresh one
        stage(runtime, core.handle, op, here, n, g, heads, first, sequence);
      }
    }
  }
}

/**
 * A tile there, worked on and back: a function by itself, as WebKit is slow with what stands in a try.
 * @param {import("./runtime.js").Runtime} runtime
 * @param {number} handle @param {number} op @param {Float32Array} here @param {number} n @param {number} groups @param {number} heads
 * @param {number} first @param {number} sequence
 */
function stage(runtime, handle, op, here, n, groups, heads, first, sequence) {
  setArray(runtime.staging(n), here);
  runtime.run(handle, op, STAGING, 0, n, groups, heads, 0, first, sequence, -1);
  setArray(here, runtime.staging(n)); // asked for again: the memory may have grown
}

/** @param {number} v */
function atLeast1(v) {
  return v < 1 ? 1 : asInteger(v - (v % 1));
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
 * A new array of `length` rows; of an encoder whose positions are finite, by default of all.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {unknown} length
 * @param {object | undefined} at
 * @returns {Float32Array<ArrayBuffer>}
 */
export function newTable(encoder, length, at) {
  const call = readCall(FILL, TABLE_AT, at);
  const core = coreOf(encoder); // after the options, whose getters may dispose of it
  const rows = wholeLength(length === undefined && core.length > 0 ? core.length : length);
  checkAll(core, rows * core.width, call);
  return apply(encoder, newArray(rows, core.width), call);
}

/** @type {import("./options.js").Spec} */
const TABLE_AT = /** @type {any} */ ({ __proto__: null, offset: number, positions: numbers, batch: noBatch });

/** @type {import("./options.js").Kind} */
export function noBatch() {
  throw typeErrorMessage("batch: a table has none; want offset or positions");
}

/**
 * @param {unknown} length
 * @returns {number}
 */
export function wholeLength(length) {
  if (typeof length !== "number") throw typeError("length", "a number", length);
  if (!(length >= 0 && length <= 2 ** 53 && length % 1 === 0)) throw rangeError(`length: want an integer from 0 on, got ${describe(length)}`);
  return length;
}

/**
 * @param {number} rows @param {number} width
 * @returns {Float32Array<ArrayBuffer>}
 */
export function newArray(rows, width) {
  try {
    return new Float32(rows * width);
  } catch {
    throw rangeError(`length: want one whose table this engine can hold, got ${rows} rows of ${width}`);
  }
}
