// Rows in plain JavaScript, as fast as it goes without a program that writes it, which this page's policy forbids: in float64, turned
// from a row whose sines and cosines are of Math. The fastest of them counts. (tests/bench/recurrence-loops.js has those that a program
// writes, which are up to a quarter faster in V8.)

/** @typedef {(x: Float32Array, offset: number) => void} Fill */

/** How many rows there are from one row of Math's to the next. */
const EXACT = 256;

/** @param {number} dim */
const frequencies = (dim) => Float64Array.from({ length: dim / 2 }, (_, i) => Math.pow(10000, (-2 * i) / dim));

/** The sine and cosine of each frequency's angle at a position. @param {Float64Array} state @param {Float64Array} w @param {number} position */
function exactly(state, w, position) {
  for (let i = 0; i < w.length; i++) {
    const angle = position * w[i];
    state[2 * i] = Math.sin(angle);
    state[2 * i + 1] = Math.cos(angle);
  }
}

/** Each row from the one before it. @param {number} seq @param {number} dim @returns {Fill} */
function nextRow(seq, dim) {
  const w = frequencies(dim);
  const state = new Float64Array(dim);
  const turn = Float64Array.from({ length: dim }, (_, i) => (i & 1 ? Math.cos(w[i >> 1]) : Math.sin(w[i >> 1])));
  return (x, offset) => {
    for (let row = 0, at = 0; row < seq; row++) {
      if (row % EXACT === 0) exactly(state, w, offset + row);
      for (let i = 0; i < dim; i += 2, at += 2) {
        const s = state[i],
          c = state[i + 1],
          rs = turn[i],
          rc = turn[i + 1];
        x[at] = s;
        x[at + 1] = c;
        state[i] = s * rc + c * rs;
        state[i + 1] = c * rc - s * rs;
      }
    }
  };
}

/**
 * Sixteen rows from the one in their middle: up and down share their products.
 * @param {number} seq @param {number} dim @returns {Fill | undefined}
 */
function bothWays(seq, dim) {
  if (seq % 16 !== 0) return undefined;
  const w = frequencies(dim);
  const state = new Float64Array(dim);
  const turns = Float64Array.from({ length: 9 * dim }, (_, k) => {
    const by = [1, 2, 3, 4, 5, 6, 7, 8, 16][(k >> 1) % 9] * w[Math.floor(k / 18)];
    return k & 1 ? Math.cos(by) : Math.sin(by);
  });
  return (x, offset) => {
    for (let row = 0; row < seq; row += 16) {
      if (row % EXACT === 0) exactly(state, w, offset + row + 8);
      for (let i = 0, t = 0, mid = (row + 8) * dim; i < dim; i += 2, t += 18, mid += 2) {
        const s = state[i],
          c = state[i + 1];
        x[mid] = s;
        x[mid + 1] = c;
        let up = mid,
          down = mid;
        for (let k = t; k < t + 14; k += 2) {
          const rs = turns[k],
            rc = turns[k + 1],
            sc = s * rc,
            cs = c * rs,
            cc = c * rc,
            ss = s * rs;
          x[(up = (up + dim) | 0)] = sc + cs;
          x[(up + 1) | 0] = cc - ss;
          x[(down = (down - dim) | 0)] = sc - cs;
          x[(down + 1) | 0] = cc + ss;
        }
        const s8 = turns[t + 14],
          c8 = turns[t + 15],
          s16 = turns[t + 16],
          c16 = turns[t + 17];
        x[(down -= dim)] = s * c8 - c * s8;
        x[down + 1] = c * c8 + s * s8;
        state[i] = s * c16 + c * s16;
        state[i + 1] = c * c16 - s * s16;
      }
    }
  };
}

/** A sine and a cosine of Math for each pair, as most people write it. @param {number} seq @param {number} dim @returns {Fill} */
function sinCos(seq, dim) {
  const w = frequencies(dim);
  return (x, offset) => {
    for (let row = 0, at = 0; row < seq; row++) {
      for (let i = 0; i < w.length; i++) {
        const angle = (offset + row) * w[i];
        x[at++] = Math.sin(angle);
        x[at++] = Math.cos(angle);
      }
    }
  };
}

/** @type {readonly { name: string, make: (seq: number, dim: number) => Fill | undefined }[]} */
export const fillLoops = [
  { name: "row from row", make: nextRow },
  { name: "both ways", make: bothWays },
  { name: "Math.sin and Math.cos", make: sinCos },
];
