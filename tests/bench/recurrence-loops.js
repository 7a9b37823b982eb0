// The plain JavaScript that making rows is measured against: loops of which the fastest counts (plain-loops.js says what makes
// one fast). A sine or cosine of Math costs as much as ten entries, so rows are turned from a few that are exact, in float64:
//
// - both: 16 rows from the one in their middle; a sine up and down shares its two products, so that an entry
//   costs a product and a sum, and conversions.
// - rows: the same 16, one pair of rows after the other instead of one pair of channels.
// - next: each row from the one before it, which is kept as float64.
// - exact: how many rows there are from one exact row to the next; in between, the middles are turned too.
//
// For each row at a time an angle's turns from 0 to 15 (four products and two sums a pair) is slower at every shape.

/** @typedef {Float64Array} F64 */
/** @typedef {(x: Float32Array, offset: number) => void} Fill rows of positions from offset on, [seq, dim] */
/** @typedef {(seq: number, dim: number) => Fill} MakeFill with what an encoder would keep */
/** @typedef {{ name: string, make: MakeFill }} PlainFill */

/** @param {number} dim */
export const frequenciesOf = (dim) => Float64Array.from({ length: dim / 2 }, (_, i) => Math.pow(10000, (-2 * i) / dim));

const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => k);

/**
 * @param {number} unroll pairs at a time
 * @param {number} exact
 * @returns {MakeFill}
 */
const bothWays = (unroll, exact) => (seq, dim) => {
  const w = frequenciesOf(dim);
  const pairs = dim / 2;
  const steps = turnsOf(w);
  const state = new Float64Array(dim);
  // One function a call, with its own code: loops within are written out by a program.
  const body = (/** @type {number} */ j) => `{
      const s = state[2 * (i + ${j})], c = state[2 * (i + ${j}) + 1], t = (i + ${j}) * 18, at = mid + 2 * (i + ${j}) | 0;
      x[at] = s; x[at + 1 | 0] = c;
      ${range(8)
        .map(
          (k) => `{ const rs = steps[t + ${2 * k}], rc = steps[t + ${2 * k + 1}], sc = s * rc, cs = c * rs, cc = c * rc, ss = s * rs;
        ${k < 7 ? `x[at + ${k + 1} * dim | 0] = sc + cs; x[at + ${k + 1} * dim + 1 | 0] = cc - ss;` : ""}
        x[at - ${k + 1} * dim | 0] = sc - cs; x[at - ${k + 1} * dim + 1 | 0] = cc + ss; }`,
        )
        .join("\n      ")}
      const rs = steps[t + 16], rc = steps[t + 17];
      state[2 * (i + ${j})] = s * rc + c * rs; state[2 * (i + ${j}) + 1] = c * rc - s * rs; }`;
  const block = /** @type {(x: Float32Array, mid: number, state: F64, steps: F64) => void} */ (
    new Function(
      "pairs",
      "dim",
      `return function block(x, mid, state, steps) {
    for (let i = 0; i < pairs; i += ${unroll}) { ${range(unroll).map(body).join("\n")} }
  }`,
    )(pairs, dim)
  );
  return blocks(seq, dim, exact, w, state, (x, mid) => block(x, mid, state, steps));
};

/**
 * The turns by 1 to 8 and by 16 of each frequency, sine and cosine.
 * @param {F64} w
 */
function turnsOf(w) {
  const steps = new Float64Array(w.length * 18);
  w.forEach((v, i) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 16].forEach((k, t) => {
      steps[18 * i + 2 * t] = Math.sin(k * v);
      steps[18 * i + 2 * t + 1] = Math.cos(k * v);
    }),
  );
  return steps;
}

/**
 * Goes through the blocks of 16, and does the rest of the rows in an array of its own.
 * @param {number} seq @param {number} dim @param {number} exact @param {F64} w @param {F64} state
 * @param {(x: Float32Array, mid: number) => void} block
 * @returns {Fill}
 */
function blocks(seq, dim, exact, w, state, block) {
  const rest = new Float32Array(seq % 16 === 0 ? 0 : 16 * dim);
  return (x, offset) => {
    for (let row = 0; row < seq; row += 16) {
      if (row % exact === 0) {
        for (let i = 0; i < w.length; i++) {
          const angle = (offset + row + 8) * w[i];
          state[2 * i] = Math.sin(angle);
          state[2 * i + 1] = Math.cos(angle);
        }
      }
      if (row + 16 <= seq) block(x, (row + 8) * dim);
      else {
        block(rest, 8 * dim);
        x.set(rest.subarray(0, (seq - row) * dim), row * dim);
      }
    }
  };
}

/**
 * @param {number} unroll
 * @param {number} exact
 * @returns {MakeFill}
 */
const byRows = (unroll, exact) => (seq, dim) => {
  const w = frequenciesOf(dim);
  const state = new Float64Array(dim);
  const steps = turnsOf(w);
  // By turn, then by pair.
  const turns = range(9).map((t) => Float64Array.from({ length: dim }, (_, i) => steps[18 * (i >> 1) + 2 * t + (i & 1)]));
  const rows = /** @type {(x: Float32Array, up: number, down: number, state: F64, turn: F64) => void} */ (
    new Function(
      "dim",
      `return function rows(x, up, down, state, turn) {
    for (let i = 0; i < dim; i += ${2 * unroll}) {
      ${range(unroll)
        .map(
          (
            j,
          ) => `{ const s = state[i + ${2 * j}], c = state[i + ${2 * j + 1}], rs = turn[i + ${2 * j}], rc = turn[i + ${2 * j + 1}], sc = s * rc, cs = c * rs, cc = c * rc, ss = s * rs;
        x[up + i + ${2 * j} | 0] = sc + cs; x[up + i + ${2 * j + 1} | 0] = cc - ss;
        x[down + i + ${2 * j} | 0] = sc - cs; x[down + i + ${2 * j + 1} | 0] = cc + ss; }`,
        )
        .join("\n      ")}
    }
  }`,
    )(dim)
  );
  const next = new Function(
    "dim",
    `return function next(state, turn) {
    for (let i = 0; i < dim; i += 2) { const s = state[i], c = state[i + 1], rs = turn[i], rc = turn[i + 1]; state[i] = s * rc + c * rs; state[i + 1] = c * rc - s * rs; }
  }`,
  )(dim);
  return blocks(seq, dim, exact, w, state, (x, mid) => {
    for (let k = 8; k > 0; k--) rows(x, mid + (k % 8) * dim, mid - k * dim, state, turns[k - 1]); // 8 rows up is the next block's first: to the middle, which is then overwritten
    for (let i = 0; i < dim; i++) x[mid + i] = state[i];
    next(state, turns[8]);
  });
};

/**
 * @param {number} unroll
 * @param {number} exact
 * @returns {MakeFill}
 */
const nextRow = (unroll, exact) => (seq, dim) => {
  const w = frequenciesOf(dim);
  const state = new Float64Array(dim);
  const turn = Float64Array.from({ length: dim }, (_, i) => (i & 1 ? Math.cos(w[i >> 1]) : Math.sin(w[i >> 1])));
  const row = new Function(
    "dim",
    `return function row(x, at, state, turn) {
    for (let i = 0; i < dim; i += ${2 * unroll}) {
      ${range(unroll)
        .map(
          (j) => `{ const s = state[i + ${2 * j}], c = state[i + ${2 * j + 1}], rs = turn[i + ${2 * j}], rc = turn[i + ${2 * j + 1}];
        x[at + i + ${2 * j} | 0] = s; x[at + i + ${2 * j + 1} | 0] = c;
        state[i + ${2 * j}] = s * rc + c * rs; state[i + ${2 * j + 1}] = c * rc - s * rs; }`,
        )
        .join("\n      ")}
    }
  }`,
  )(dim);
  return (x, offset) => {
    for (let r = 0; r < seq; r++) {
      if (r % exact === 0) {
        for (let i = 0; i < w.length; i++) {
          const angle = (offset + r) * w[i];
          state[2 * i] = Math.sin(angle);
          state[2 * i + 1] = Math.cos(angle);
        }
      }
      row(x, r * dim, state, turn);
    }
  };
};

/** All of them, named by the pairs that they do at a time and by `exact`. dim is a multiple of twice the pairs that a turn of the loop does, 4 at most. @returns {PlainFill[]} */
export const fillLoops = () => [
  ...[1, 2].flatMap((unroll) => [16, 256].map((exact) => ({ name: `both ${unroll}/${exact}`, make: bothWays(unroll, exact) }))),
  ...[2, 4].map((unroll) => ({ name: `rows ${unroll}/256`, make: byRows(unroll, 256) })),
  ...[1, 4].map((unroll) => ({ name: `next ${unroll}/256`, make: nextRow(unroll, 256) })),
];

/**
 * A grid [H, W, dim] from the rows of its axes, which a plain loop has too: copies them, by elements or as views.
 * @typedef {(x: Float32Array, rows: Float32Array, columns: Float32Array, height: number, width: number, half: number) => void} PlainGrid
 */

/** @type {PlainGrid} */
function gridLoop(x, rows, columns, height, width, half) {
  for (let h = 0, at = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      for (let i = h * half, end = i + half; i < end; i++) x[at++] = rows[i];
      for (let i = w * half, end = i + half; i < end; i++) x[at++] = columns[i];
    }
  }
}

/** @type {PlainGrid} */
function gridViews(x, rows, columns, height, width, half) {
  for (let h = 0, at = 0; h < height; h++) {
    const row = rows.subarray(h * half, h * half + half);
    for (let w = 0; w < width; w++, at += 2 * half) {
      x.set(row, at);
      x.set(columns.subarray(w * half, w * half + half), at + half);
    }
  }
}

/** The columns' halves are the same in each row of the grid, so that it is copied from the one before. @type {PlainGrid} */
function gridWithin(x, rows, columns, height, width, half) {
  const line = 2 * half * width;
  for (let h = 0; h < height; h++) {
    const row = rows.subarray(h * half, h * half + half);
    if (h === 0) for (let w = 0; w < width; w++) x.set(columns.subarray(w * half, w * half + half), 2 * w * half + half);
    else x.copyWithin(h * line, 0, line);
    for (let w = 0, at = h * line; w < width; w++, at += 2 * half) x.set(row, at);
  }
}

/** @type {readonly { name: string, loop: PlainGrid }[]} */
export const GRID_LOOPS = [
  { name: "loop", loop: gridLoop },
  { name: "views", loop: gridViews },
  { name: "within", loop: gridWithin },
];
