// What is measured for question 1, at one width and one scale. It runs in a worker: at 1024 channels it takes longer than a frame.

import { normals, uniform } from "../../lib/random.js";

/** How many words there are, and so among how many the nearest is looked for. */
export const count = 200;

/** Cosines are counted in so many bins from -1 to 1. */
export const bins = 100;

/**
 * @typedef {{ values: Float32Array, dim: number }} Embeddings rows one after the other
 *
 * @typedef {object} Measured
 * @property {number} dim
 * @property {number[]} others how many pairs of different words have a cosine in each bin
 * @property {number[]} own how many words with a position have a cosine in each bin with themselves
 * @property {{ meanAbs: number, rms: number, maxAbs: number }} unrelated
 * @property {{ meanAbs: number, rms: number }} random what two random directions have
 * @property {{ meanAbs: number }} apart words and rows of the encoding
 * @property {{ normRatio: { mean: number }, cosine: { mean: number, min: number, max: number }, byCosine: number, byDistance: number }} kept
 */

/**
 * @param {any} posenc
 * @param {{ dim: number, scale: number, real: Embeddings | null }} request without a real table words are random
 * @returns {Measured}
 */
export function measure(posenc, { dim, scale, real }) {
  const { analysis } = posenc;
  const x = wordsOf(posenc, dim, real),
    p = rowsOf(posenc, dim, real).map((v) => v * scale),
    sum = x.map((v, k) => v + p[k]);
  const angles = analysis.gram(unit(x, dim), { dim });
  const others = new Array(bins).fill(0),
    own = new Array(bins).fill(0);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) others[binOf(angles[i * count + j])]++;
    const row = [x, sum].map((list) => list.subarray(i * dim, (i + 1) * dim));
    own[binOf(analysis.cosines(row[0], { dim, y: row[1] }).mean)]++;
  }
  const apart = scale === 0 ? { meanAbs: NaN } : analysis.cosines(x, { dim, y: p });
  return {
    dim,
    others,
    own,
    unrelated: analysis.cosines(x, { dim }),
    random: analysis.randomCosine({ dim }),
    apart,
    kept: analysis.preserve(x, p, { dim }),
  };
}

/**
 * In how few directions nearly all of the encoding lies, and how much of the words lies there too.
 * @param {any} posenc
 * @param {{ dim: number, real: Embeddings | null }} request
 * @returns {{ directions: number, positions: number, words: number }}
 */
export function overlap(posenc, { dim, real }) {
  const { tokens: own, positions: words } = posenc.analysis.overlap(rowsOf(posenc, dim, real), wordsOf(posenc, dim, real), { dim });
  const directions = own.findIndex((/** @type {number} */ share) => share >= 0.95);
  return { directions, positions: own[directions], words: words[directions] };
}

/** @type {Map<string, Float32Array>} */
const made = new Map();

/** Words in a width. Those of a real model are put into another by a random matrix, which keeps angles. @param {any} posenc @param {number} dim @param {Embeddings | null} real */
function wordsOf(posenc, dim, real) {
  const name = `${dim} ${real === null}`,
    kept = made.get(name);
  if (kept) return kept;
  if (made.size > 8) made.clear();
  const x = real ? tokensOf(posenc, dim, real) : normals(count * dim, dim);
  made.set(name, x);
  return x;
}

/** @param {any} posenc @param {number} dim @param {Embeddings} real */
function tokensOf(posenc, dim, real) {
  const next = uniform(1),
    rows = real.values.length / real.dim;
  const chosen = new Set();
  while (chosen.size < Math.min(count, rows)) chosen.add(Math.floor(next() * rows));
  const x = new Float32Array(count * real.dim);
  [...chosen].forEach((row, i) => x.set(real.values.subarray(row * real.dim, (row + 1) * real.dim), i * real.dim));
  return dim === real.dim ? x : posenc.analysis.project(x, { dim: real.dim, to: dim, seed: 1 });
}

/** The paper's, or the real model's own. @param {any} posenc @param {number} dim @param {Embeddings | null} real @returns {Float32Array} */
function rowsOf(posenc, dim, real) {
  const encoder = posenc.sinusoidal({ dim, convention: real ? "tensor2tensor" : "vaswani" });
  try {
    return encoder.table(count);
  } finally {
    encoder.dispose();
  }
}

/** Rows of length 1. @param {Float32Array} x @param {number} dim */
function unit(x, dim) {
  const out = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += dim) {
    const row = x.subarray(at, at + dim),
      length = Math.hypot(...row);
    for (let j = 0; j < dim; j++) out[at + j] = row[j] / length;
  }
  return out;
}

const binOf = (/** @type {number} */ cosine) => Math.max(0, Math.min(bins - 1, Math.floor(((cosine + 1) / 2) * bins)));
