// An operation on the rows of an array, in place: the way of every add, subtract, fill and rotate. The call has been read (call.js); here
// the array is looked at (place.js), Go checks what the call means for it, and only then is anything written.

import { coreOf } from "./encoder.js";
import { TABLE_AT, readCall } from "./call.js";
import { describe, rangeError, typeError } from "./errors.js";
import { asInteger, bufferOf, byteOffsetOf, Float32, Float64, isArrayBuffer, lengthOf, setArray } from "./intrinsics.js";
import { locate } from "./place.js";
import { FEW, stackLeft } from "./stack.js";
import { FILL, POSITIONS_LENGTH, SHIFT, STAGING, STAGING_LENGTH } from "./runtime.js";

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
/** @typedef {import("./call.js").Call} Call */
/** @typedef {import("./encoder.js").Core} Core */

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
  if (positions === undefined && length <= STAGING_LENGTH && !call.shared) {
    // at once: Go looks before anything is written
    runtime.runStaged(x, length, handle, op, batch, heads, order, call.offset, call.sequence, -1);
    return x;
  }
  checkAll(core, length, call);
  if (length === 0) return x;
  const work = workOf(core, length, call);
  if (positions !== undefined && lengthOf(positions) !== work.rows * core.axes) {
    if (work.order === 0) {
      // a position for each row of all
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
      staged(encoder, core, work, here, positions, p * work.rows, p > 0);
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
  return order === 0
    ? { op, parts: 1, groups: batch, rows, heads, order, offset, sequence }
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
    for (let i = 0, n = lengthOf(positions); i < n; i++) if (positions[i] > last) last = positions[i];
  }
  const length = last - (last % 1) + 1;
  return length < 1 ? 1 : length > 2 ** 53 ? 2 ** 53 : length;
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
 * Works through the pieces of an array that lives in JavaScript, all or nothing: when the instance dies after something has been written,
 * which no piece caused, the rest is done in a fresh one.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {number} count
 * @param {boolean} begun whether something of the array has been written before
 * @param {(core: Core, piece: number) => void} work
 */
export function inPieces(encoder, count, begun, work) {
  const core = coreOf(encoder);
  if (count > 1 || begun) stackLeft(FEW); // after the first piece it would be too late to find that there is none
  for (let i = 0; i < count; i++) {
    try {
      work(core, i); // a function by itself, as WebKit is slow with what stands in a try
    } catch (error) {
      if (i === 0 && !begun) throw error; // nothing has been written
      work(coreOf(encoder), i);
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
 * @param {boolean} begun whether something of the array has been written before
 */
function staged(encoder, core, work, x, positions, at, begun) {
  const { axes, rowLength, width } = core;
  const { op, rows, groups: batch, heads, offset, sequence } = work;
  const dim = heads * width;
  const buffer = bufferOf(x);
  const start = byteOffsetOf(x);
  const own = isArrayBuffer(buffer); // shared memory may grow under a view of it
  if (op === FILL && batch > 1) {
    // the first group, and its copies
    const first = part(x, 0, rows * dim);
    staged(encoder, core, { ...work, groups: 1 }, first, positions, at, begun);
    for (let b = 1; b < batch; b++) setArray(part(x, b * rows * dim, rows * dim), first);
    return;
  }
  // Rows that must be made for the call are shared by as many groups as fit; rows in memory need no sharing.
  const inMemory = op === SHIFT || (positions === undefined && rows * rowLength * 4 <= TABLE_BYTES);
  const mostRows = atLeast1(POSITIONS_LENGTH / axes);
  if (op !== FILL && inMemory && dim <= STAGING_LENGTH && own) {
    passes(encoder, core, work, x, begun);
    return;
  }
  const atOnce = rows * batch * dim <= STAGING_LENGTH && rows <= mostRows;
  const group = atOnce ? batch : inMemory || batch === 1 ? 1 : atLeast1(least(batch, STAGING_LENGTH / (16 * dim)));
  const making = op === FILL || !inMemory;
  let tall = atLeast1(least((making ? FILL_CHUNK : CHUNK) / (dim * group), mostRows));
  if (making && tall > 16) tall -= tall % 16;
  tall = atOnce ? rows : asInteger(tall);
  const early = making && tall < rows && tall % 16 === 0 ? (((offset + 8) % 16) + 16) % 16 : 0; // end where a block ends
  const abreast = dim <= STAGING_LENGTH ? heads : atLeast1(STAGING_LENGTH / width); // of a row that is too long for one tile
  const across = pieces(heads, abreast);
  const down = pieces(batch, group);
  inPieces(encoder, pieces(rows + early, tall) * down * across, begun, ({ runtime, handle }, i) => {
    const head = (i % across) * abreast;
    const b = (((i / across) | 0) % down) * group;
    const line = ((i / across / down) | 0) * tall - early;
    const row = line < 0 ? 0 : line;
    const h = least(heads - head, abreast);
    const g = least(batch - b, group);
    const n = least(rows, line + tall) - row;
    const size = n * h * width;
    let count = inMemory ? -1 : -2; // -2: the rows of a sequence too long for the table are not to be kept
    if (positions !== undefined) {
      count = sendPositions(core, positions, at + row, n);
    }
    const first = op === SHIFT ? offset : count < 0 ? offset + row : 0;
    if (g === 1 || n === rows) {
      // a part of x without a gap
      const fixed = g === batch && n === rows && h === heads && own;
      const here = fixed ? x : new Float32(buffer, start + 4 * ((b * rows + row) * dim + head * width), g * size);
      runtime.runStaged(here, g * size, handle, op, g, h, 0, first, sequence, count);
    } else {
      const there = runtime.staging(g * size);
      for (let k = 0; k < g; k++) setArray(there, new Float32(buffer, start + 4 * ((b + k) * rows + row) * dim, size), k * size);
      runtime.run(handle, op, STAGING, 0, g * size, g, h, 0, first, sequence, count);
      const back = runtime.staging(g * size);
      for (let k = 0; k < g; k++) setArray(new Float32(buffer, start + 4 * ((b + k) * rows + row) * dim, size), part(back, k * size, size));
    }
  });
}

/**
 * staged() for rows that are in memory: tiles of some rows of a group, or of some groups. It is by itself, as a tile takes less than a
 * microsecond.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {Core} core @param {Work} work
 * @param {any} x
 * @param {boolean} begun
 */
function passes(encoder, core, { op, rows, groups, heads, offset, sequence }, x, begun) {
  const buffer = bufferOf(x);
  const start = byteOffsetOf(x);
  const size = heads * core.width;
  const tall = least(rows, atLeast1(CHUNK / size));
  const wide = tall < rows ? 1 : least(groups, atLeast1(CHUNK / (rows * size)));
  const down = pieces(rows, tall);
  inPieces(encoder, pieces(groups, wide) * down, begun, ({ runtime, handle }, i) => {
    const group = ((i / down) | 0) * wide;
    const row = (i % down) * tall;
    const g = least(groups - group, wide);
    const n = g * least(rows - row, tall) * size;
    const here = new Float32(buffer, start + 4 * (group * rows + row) * size, n);
    runtime.runStaged(here, n, handle, op, g, heads, 0, op === SHIFT ? offset : offset + row, sequence, -1);
  });
}

/** How many pieces of a size there are, the last one smaller. @param {number} all @param {number} size */
function pieces(all, size) {
  return asInteger((all + size - 1 - ((all + size - 1) % size)) / size);
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

/**
 * @param {unknown} length
 * @returns {number}
 */
export function wholeLength(length) {
  if (typeof length !== "number") throw typeError("length", "a number", length);
  if (!(length >= 0 && length <= 2 ** 53 && length % 1 === 0))
    throw rangeError(`length: want an integer from 0 on, got ${describe(length)}`);
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
