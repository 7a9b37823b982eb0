// What is measured for question 3: one head of attention over a few words, with positions in none or in one of the three places.

import { normals, seedOf } from "../../lib/random.js";

const dim = 32,
  heads = 8;

/** From here on a weight counts as changed: far above the rounding of float32, far below anything that a reader sees. */
export const changed = 1e-6;

/** @typedef {{ scores: Float32Array, weights: Float32Array, output: Float32Array }} Attended */
/** @typedef {"additive" | "rotary" | "bias"} Place */

/** @param {any} posenc */
export function attender(posenc) {
  const { analysis } = posenc;
  const sines = posenc.sinusoidal({ dim }),
    rotary = posenc.rotary({ headDim: dim }),
    alibi = posenc.alibi({ heads, symmetric: true });
  /** The projections of a model before it is trained: random, and so that lengths are kept. */
  const [query, key, value] = ["query", "key", "value"].map((name) => normals(dim * dim, seedOf(name), dim ** -0.5));

  /** A word is a vector that its letters are the seed of: the same word, the same vector. @param {string[]} words */
  const embed = (words) => Float32Array.from(words.flatMap((word) => [...normals(dim, seedOf(word))]));

  /** @param {Place | null} place @param {number} n */
  function options(place, n) {
    const positions =
      place === "additive"
        ? { table: sines.table(n) }
        : place === "rotary"
          ? { rotary }
          : place === "bias"
            ? { bias: alibi.matrix(n, n).subarray(0, n * n) }
            : {};
    return { dim, query, key, value, ...positions };
  }

  return {
    /** @param {string[]} words @param {Place | null} place @returns {Attended} */
    attention: (words, place) => analysis.attention(embed(words), options(place, words.length)),
    /** |f(πX) - πf(X)| @param {string[]} words in their first order @param {number[]} permutation @param {Place | null} place @returns {{ max: number, rms: number }} */
    error: (words, permutation, place) => analysis.permutationError(embed(words), { ...options(place, words.length), permutation }),
    /** The cosine of two sentences, each the mean of its outputs. @param {Attended} a @param {Attended} b @returns {number} */
    likeness: (a, b) =>
      analysis.cosines(
        [a, b].flatMap(({ output }) => mean(output)),
        { dim },
      ).mean,
  };
}

/** @param {Float32Array} rows */
function mean(rows) {
  return Array.from({ length: dim }, (_, j) => {
    let sum = 0;
    for (let k = j; k < rows.length; k += dim) sum += rows[k];
    return (sum * dim) / rows.length;
  });
}
