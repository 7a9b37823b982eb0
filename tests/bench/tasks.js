// What the contenders have to do: the work, its input and the right answer.
//
// Adding in place changes the input, but never to what a processor is slow or quick with: it starts
// within ±1, a call adds values within ±1, and after ten thousand calls, or a single repetition of
// more, lane.js makes it anew outside the time. So it stays far from infinity, and sums of such
// numbers are 0 or far from the smallest ones.

/** @typedef {"add" | "decode" | "table" | "rotate" | "rotateInterleaved" | "bias" | "cosSin" | "fill" | "newTable" | "grid"} Kind */

/**
 * @typedef {object} Task
 * @property {Kind} kind add: x += table, for each sequence of the batch; decode: x += one row of the
 *   table, another one each time; table: make the table from nothing; rotate, rotateInterleaved: turn the pairs
 *   of x by rows of cosines and sines, of which a single one moves on; bias: x += ALiBi; cosSin: make the
 *   cosines and sines from nothing; fill, newTable and grid: see making-tasks.js
 * @property {readonly number[]} shape of x, or of the table: [batch, seq, dim]; of queries, and of what turns them,
 *   [batch, heads, seq, headDim]; of scores [batch, heads, queries, keys]; of a grid [H, W, dim]
 * @property {Float32Array} x the input; empty where the table is the output
 * @property {Float32Array} table the encoding; contenders that add read it, or must arrive at it; for rotate the
 *   cosines; for bias a line of values for each head, by distance
 * @property {Float32Array} [sin] for rotate
 * @property {Float64Array} [slopes] for bias
 * @property {readonly { step: number, want: Float32Array }[]} expected the results of some steps, each on fresh input
 * @property {number} tolerance of the result; 0: the same bits
 */

/** Where add is measured: a token, a short and a long input, a batch, and what no cache holds. */
export const ADD_SHAPES = /** @type {const} */ ([
  [1, 1, 768],
  [1, 128, 384],
  [1, 512, 768],
  [16, 512, 384],
  [1, 8192, 768],
]);

/** Where making a table from nothing is. */
export const TABLE_SHAPES = /** @type {const} */ ([
  [1, 128, 384],
  [1, 512, 768],
]);

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
 * @param {number} [offset] the first position
 */
export function naiveTable(seq, dim, offset = 0) {
  const table = new Float32Array(seq * dim);
  for (let pos = 0; pos < seq; pos++) {
    for (let i = 0; i < dim; i++) {
      const angle = (offset + pos) / Math.pow(10000, (2 * Math.floor(i / 2)) / dim);
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

/** Where queries are turned: a token of a decoder, a short input and what no cache holds, [batch, heads, seq, headDim]. */
export const ROTATE_SHAPES = /** @type {const} */ ([
  [1, 32, 1, 128],
  [1, 12, 512, 64],
  [1, 32, 4096, 128],
]);

/** Where they are with neighbours as pairs. */
export const INTERLEAVED_SHAPE = /** @type {const} */ ([1, 12, 512, 64]);

/** Where ALiBi is added to scores [batch, heads, queries, keys]: a short input, and the one query of a decoder. */
export const BIAS_SHAPES = /** @type {const} */ ([
  [1, 12, 512, 512],
  [1, 32, 1, 4096],
]);

/** Where cosines and sines are made from nothing, [1, length, headDim]. */
export const COS_SIN_SHAPE = /** @type {const} */ ([1, 4096, 128]);

/**
 * How far from the formula in float64 a turned value may be. x, cos and sin are within 1, so a product is rounded by
 * at most 2^-25 and a sum, below 2, by 2^-24: 2^-23 where all are rounded to float32, as posenc and PyTorch do it.
 * Where cos and sin are not rounded, that is 2 times 2^-25, and the result's 2^-24. The expected value is itself rounded by
 * 2^-24, which in both cases is less than this.
 */
export const ROTATE_TOLERANCE = 2 ** -22;

/**
 * How many rows of cosines and sines a rotate task has: a single token goes through DECODE_LENGTH positions.
 * @param {readonly number[]} shape [batch, heads, seq, headDim]
 */
export const rotateRows = ([, , seq]) => (seq === 1 ? DECODE_LENGTH : seq);

/**
 * Cosines and sines of the formula, as most people write it.
 * @param {number} length
 * @param {number} headDim
 * @returns {{ cos: Float32Array, sin: Float32Array }} [length, headDim/2] each
 */
export function naiveCosSin(length, headDim) {
  const half = headDim / 2;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let pos = 0; pos < length; pos++) {
    for (let i = 0; i < half; i++) {
      const angle = pos / Math.pow(10000, (2 * i) / headDim);
      cos[pos * half + i] = Math.cos(angle);
      sin[pos * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Turning does not change how long a pair is, but for rounding: ten thousand times it is 1 in 1000, so the
 * values stay embeddings.
 * @param {readonly [number, number, number, number]} shape [batch, heads, seq, headDim]
 * @param {{ cos: Float32Array, sin: Float32Array }} rows rotateRows(shape) of them
 * @param {boolean} [interleaved]
 * @returns {Task}
 */
export function rotateTask(shape, { cos, sin }, interleaved = false) {
  const [batch, heads, seq, headDim] = shape;
  const half = headDim / 2;
  const x = embeddings(batch * heads * seq * headDim);
  const steps = seq === 1 ? [0, 1, DECODE_LENGTH - 1, DECODE_LENGTH] : [0];
  const expected = steps.map((step) => {
    const want = new Float32Array(x.length);
    for (let v = 0; v < batch * heads * seq; v++) {
      const row = seq === 1 ? step % DECODE_LENGTH : v % seq;
      for (let i = 0; i < half; i++) {
        const at = v * headDim + (interleaved ? 2 * i : i);
        const other = interleaved ? at + 1 : at + half;
        const c = cos[row * half + i];
        const s = sin[row * half + i];
        want[at] = x[at] * c - x[other] * s;
        want[other] = x[other] * c + x[at] * s;
      }
    }
    return { step, want };
  });
  return { kind: interleaved ? "rotateInterleaved" : "rotate", shape, x, table: cos, sin, expected, tolerance: ROTATE_TOLERANCE };
}

/**
 * The last query sees the last key, as a causal mask has it; so that of a decoder sees them all.
 * @param {readonly number[]} shape [batch, heads, queries, keys]
 */
export const scoresOf = ([, heads, queries, keys]) => ({ heads, queries, keys, offset: keys - queries });

/**
 * Whoever multiplies as they add rounds once, to float32, and posenc, whose bias is float32, twice; the
 * expected value twice too. So they differ by up to three halves of the last place of the largest there is: a tenth of
 * what the flattest line has from one distance to the next.
 * @param {readonly [number, number, number, number]} shape [batch, heads, queries, keys]
 * @param {Float64Array} slopes
 * @returns {Task}
 */
export function biasTask(shape, slopes) {
  const { heads, queries, keys, offset } = scoresOf(shape);
  const x = embeddings(shape[0] * heads * queries * keys);
  const length = queries + keys - 1;
  const table = new Float32Array(heads * length);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < length; i++) table[h * length + i] = slopes[h] * (i - (offset + queries - 1));
  }
  const want = x.map((v, i) => {
    const row = Math.floor(i / keys);
    return v + table[(Math.floor(row / queries) % heads) * length + queries - 1 - (row % queries) + (i % keys)];
  });
  const largest = table.reduce((most, v) => Math.max(most, Math.abs(v)), 0) + 1;
  return {
    kind: "bias",
    shape,
    x,
    table,
    slopes,
    expected: [{ step: 0, want }],
    tolerance: 1.5 * 2 ** (Math.floor(Math.log2(largest)) - 23),
  };
}

/**
 * @param {readonly [number, number, number]} shape [1, length, headDim]
 * @returns {Task}
 */
export function cosSinTask(shape) {
  const { cos, sin } = naiveCosSin(shape[1], shape[2]);
  return {
    kind: "cosSin",
    shape,
    x: new Float32Array(0),
    table: cos,
    sin,
    expected: [{ step: 0, want: joined(cos, sin) }],
    tolerance: TABLE_TOLERANCE,
  };
}

/** @param {Float32Array} a @param {Float32Array} b */
export function joined(a, b) {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
