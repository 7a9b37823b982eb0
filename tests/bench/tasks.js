// What the contenders have to do: the work, its input and the right answer.
//
// Adding in place changes the input, but never to what a processor is slow or quick with: it starts
// within ±1, a call adds values within ±1, and after ten thousand calls, or a single repetition of
// more, lane.js makes it anew outside the time. So it stays far from infinity, and sums of such
// numbers are 0 or far from the smallest ones.

/** @typedef {"add" | "decode" | "table"} Kind */

/**
 * @typedef {object} Task
 * @property {Kind} kind add: x += table, for each sequence of the batch; decode: x += one row of the
 *   table, another one each time; table: make the table from nothing
 * @property {readonly [batch: number, seq: number, dim: number]} shape of x, or of the table
 * @property {Float32Array} x the input; empty where the table is the output
 * @property {Float32Array} table the encoding; contenders that add read it, or must arrive at it
 * @property {readonly { step: number, want: Float32Array }[]} expected the results of some steps, each on fresh input
 * @property {number} tolerance of the result; 0: the same bits
 */

/** Where add is measured: a token, a short and a long input, a batch, and what no cache holds. */
export const ADD_SHAPES = /** @type {const} */ ([[1, 1, 768], [1, 128, 384], [1, 512, 768], [16, 512, 384], [1, 8192, 768]]);

/** Where making a table from nothing is. */
export const TABLE_SHAPES = /** @type {const} */ ([[1, 128, 384], [1, 512, 768]]);

/** A decoder's token: one row, at a position that moves on. */
export const DECODE_SHAPE = /** @type {const} */ ([1, 1, 768]);

/** How many positions the decoder goes through before it begins again. */
export const DECODE_LENGTH = 512;

/** How far from Math.sin and Math.cos an entry may be: its own rounding to float32, 6e-8, and theirs. */
export const TABLE_TOLERANCE = 1e-6;

/**
 * The formula of the paper, as tutorials write it: a pow and a sine or cosine for each element.
 * @param {number} seq
 * @param {number} dim
 */
export function naiveTable(seq, dim) {
  const table = new Float32Array(seq * dim);
  for (let pos = 0; pos < seq; pos++) {
    for (let i = 0; i < dim; i++) {
      const angle = pos / Math.pow(10000, (2 * Math.floor(i / 2)) / dim);
      table[pos * dim + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}

/**
 * Embeddings within ±1, by a small generator (mulberry32), so that every run has the same.
 * @param {number} length
 */
export function embeddings(length) {
  const x = new Float32Array(length);
  for (let i = 0, state = 1; i < length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    x[i] = ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  }
  return x;
}

/**
 * The sum as IEEE 754 has it: rounded once, to float32.
 * @param {Float32Array} x
 * @param {Float32Array} table repeated along x
 */
function sum(x, table) {
  const y = new Float32Array(x.length);
  for (let i = 0; i < y.length; i++) y[i] = Math.fround(x[i] + table[i % table.length]);
  return y;
}

/**
 * @param {readonly [number, number, number]} shape
 * @param {Float32Array} table [seq, dim]
 * @returns {Task}
 */
export function addTask(shape, table) {
  const x = embeddings(shape[0] * shape[1] * shape[2]);
  return { kind: "add", shape, x, table, expected: [{ step: 0, want: sum(x, table) }], tolerance: 0 };
}

/**
 * @param {readonly [number, number, number]} shape of one row
 * @param {Float32Array} table [DECODE_LENGTH, dim]
 * @returns {Task}
 */
export function decodeTask(shape, table) {
  const dim = shape[2];
  const x = embeddings(dim);
  // The last is the first again.
  const expected = [0, 1, 2, DECODE_LENGTH - 1, DECODE_LENGTH].map((step) => {
    const row = (step % DECODE_LENGTH) * dim;
    return { step, want: sum(x, table.subarray(row, row + dim)) };
  });
  return { kind: "decode", shape, x, table, expected, tolerance: 0 };
}

/**
 * @param {readonly [number, number, number]} shape
 * @returns {Task}
 */
export function tableTask(shape) {
  const table = naiveTable(shape[1], shape[2]);
  return { kind: "table", shape, x: new Float32Array(0), table, expected: [{ step: 0, want: table }], tolerance: TABLE_TOLERANCE };
}
