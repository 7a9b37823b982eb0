// What a sinusoidal encoding is, written from its formula and nothing else: in float64 for positions near 0, and in
// 256-bit integers for any position. And the few ways in which the tests compare.

import assert from "node:assert/strict";

/** @typedef {import("../../dist/npm/index.js").SinusoidalOptions} Options */

/** The layout, ladder and odd column of each project, from its own code or paper. @type {Record<string, Partial<Options>>} */
export const CONVENTIONS = {
  vaswani: { layout: "interleaved", frequencyShift: 0, oddDim: "sin" },
  keras: { layout: "interleaved", frequencyShift: 0, oddDim: "sin" },
  tensor2tensor: { layout: "concat", frequencyShift: 1, oddDim: "zero" },
  fairseq: { layout: "concat", frequencyShift: 1, oddDim: "zero" },
  m2m100: { layout: "concat", frequencyShift: 1, oddDim: "zero" },
  whisper: { layout: "concat", frequencyShift: 1, oddDim: "zero" },
  marian: { layout: "concat", frequencyShift: 0, oddDim: "sin" },
  roformer: { layout: "concat", frequencyShift: 0, oddDim: "sin" },
  ddpm: { layout: "concat", frequencyShift: 1, oddDim: "zero" },
  ldm: { layout: "concat-cos-sin", frequencyShift: 0, oddDim: "zero" },
  "transformer-xl": { layout: "concat", frequencyShift: 0, oddDim: "sin" },
  mlx: { layout: "concat", frequencyShift: 1, oddDim: "zero" }, // and scale √(2/dim)
};

/** All options, with the defaults of the convention. @param {Options} given */
export function filledIn(given) {
  const convention = given.convention ?? "vaswani";
  const scale = convention === "mlx" ? Math.sqrt(2 / given.dim) : 1;
  return { base: 10000, minTimescale: 1, inputScale: 1, precision: "exact", scale, ...CONVENTIONS[convention], convention, ...given };
}

/** w_0, w_1, ...: a lone sine has a frequency too. @param {Options} given */
export function frequencies(given) {
  const { dim, base, minTimescale, frequencyShift, oddDim } = /** @type {Required<Options>} */ (filledIn(given));
  const lone = dim % 2 === 1 && oddDim === "sin";
  const half = lone ? dim / 2 : Math.floor(dim / 2);
  const count = Math.ceil(half);
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? minTimescale : minTimescale * (base / minTimescale) ** (-i / (half - frequencyShift)),
  );
}

/** What column j holds: of which frequency, and whether its sine or cosine; nothing in a zero column. @param {Options} given */
export function columns(given) {
  const { dim, layout, oddDim } = /** @type {Required<Options>} */ (filledIn(given));
  const pairs = Math.floor(dim / 2);
  const sines = Array.from({ length: pairs + (oddDim === "sin" ? dim % 2 : 0) }, (_, i) => ({ i, cos: false }));
  const cosines = Array.from({ length: pairs }, (_, i) => ({ i, cos: true }));
  const order =
    layout === "concat"
      ? [...sines, ...cosines]
      : layout === "concat-cos-sin"
        ? [...cosines, ...sines]
        : sines.flatMap((sine, i) => (i < pairs ? [sine, cosines[i]] : [sine]));
  return order.length < dim ? [...order, undefined] : order;
}

/** PE(p) in float64. @param {Options} given @param {number} p @returns {number[]} */
export function row(given, p) {
  const { scale } = /** @type {Required<Options>} */ (filledIn(given));
  const w = frequencies(given);
  return columns(given).map((column) => (column === undefined ? 0 : scale * (column.cos ? Math.cos : Math.sin)(p * w[column.i])));
}

const BITS = 256n;
const ONE = 1n << BITS;
/** π to 100 digits. */
const PI =
  (BigInt("31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679") << BITS) / 10n ** 100n;

/** sin and cos of numerator/denominator, each times 2^256. @param {bigint} numerator @param {bigint} denominator */
function sinCos(numerator, denominator) {
  let angle = ((numerator << BITS) / denominator) % (2n * PI);
  if (angle < 0n) angle += 2n * PI;
  let [sin, cos, term] = [0n, 0n, ONE];
  for (let n = 0n; term !== 0n; n++) {
    const sign = n % 4n < 2n ? 1n : -1n;
    if (n % 2n === 0n) cos += sign * term;
    else sin += sign * term;
    term = ((term * angle) >> BITS) / (n + 1n);
  }
  return { sin, cos };
}

/**
 * How far a float32 is from sin or cos of p·10^-i. These are the frequencies of dim 8 with base 10000, and rational, so
 * nothing is rounded before the end.
 * @param {number} got @param {number} p an integer @param {number} i @param {boolean} cos
 * @returns {{ ulps: number, absolute: number }} in units in the last place of the true value, and as it is
 */
export function distance(got, p, i, cos) {
  const want = sinCos(BigInt(p), 10n ** BigInt(i))[cos ? "cos" : "sin"];
  const exact = Math.abs(Number((BigInt(Math.round(got * 2 ** 149)) << (BITS - 149n)) - want)) / 2 ** 256; // a float32 is a multiple of 2^-149
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(Number(want)) / 2 ** 256)), -126) - 23);
  return { ulps: exact / unit, absolute: exact };
}

/** The same length and the same bits; NaN is NaN. @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {string} where */
export function same(got, want, where) {
  assert.equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) {
    if (!Object.is(got[i], want[i])) assert.fail(`${where}: number ${i}: want ${want[i]}, got ${got[i]}`);
  }
}

/** @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {number} tolerance @param {string} where */
export function near(got, want, tolerance, where) {
  assert.equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) {
    if (!(Math.abs(got[i] - want[i]) <= tolerance)) assert.fail(`${where}: number ${i}: want ${want[i]} ± ${tolerance}, got ${got[i]}`);
  }
}

/** Numbers between -2 and 2 that look random and are the same everywhere. @param {number} length */
export function embeddings(length) {
  return Float32Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >> 8) / 2 ** 22);
}
