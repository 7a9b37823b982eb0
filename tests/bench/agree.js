// Nothing is timed before it is known to be right: a contender that computes something else, or
// nothing, would be the fastest of all.

/** A contender disagrees with the reference. The benchmark ends here. */
export class Disagreement extends Error {
  /** @override */
  name = "Disagreement";
}

/**
 * Where two arrays differ, in words, or undefined when they agree.
 * @param {Float32Array} got
 * @param {Float32Array} want
 * @param {number} tolerance 0: the same bits
 * @returns {string | undefined}
 */
export function difference(got, want, tolerance) {
  if (got.length !== want.length) return `has ${got.length} elements, want ${want.length}`;
  const at = tolerance === 0 ? otherBits(got, want) : further(got, want, tolerance);
  if (at < 0) return undefined;
  const within = tolerance === 0 ? "" : ` within ${tolerance}`;
  return `element ${at} is ${text(got[at])}, want ${text(want[at])}${within}`;
}

/** @param {number} v */
const text = (v) => (Object.is(v, -0) ? "-0" : String(v));

/**
 * @param {Float32Array} got
 * @param {Float32Array} want
 */
function otherBits(got, want) {
  const a = new Int32Array(got.buffer, got.byteOffset, got.length);
  const b = new Int32Array(want.buffer, want.byteOffset, want.length);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i; // as integers, so that 0 is not -0
  return -1;
}

/**
 * @param {Float32Array} got
 * @param {Float32Array} want
 * @param {number} tolerance
 */
function further(got, want, tolerance) {
  for (let i = 0; i < got.length; i++) if (!(Math.abs(got[i] - want[i]) <= tolerance)) return i; // NaN is near nothing
  return -1;
}
