// How far apart two sets of numbers are, and how far apart rounding may have put them.

/** The distance from 1 to the next float32: the unit in which differences of sines are stated. */
export const ULP_OF_ONE = 2 ** -23;

/**
 * The cosine of the angle between two vectors, summed in float64.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @returns {number}
 */
export function cosine(a, b) {
  sameLength(a, b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/**
 * The largest absolute difference between two arrays; NaN if there is a NaN anywhere, so that no
 * limit lets it pass.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @returns {number}
 */
export function largestDifference(a, b) {
  sameLength(a, b);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/**
 * How far the model's float32 arithmetic may have carried each number of its signal from the
 * correctly rounded one.
 *
 * The model computes sin(fl(p * fl(w))), where fl rounds to float32 (and w was itself computed in
 * float32, so it is off by more than a rounding; the model's weights say by how much). The angle is
 * off by at most p*|fl(w) - w| + ulp(angle)/2, a sine by no more than its angle, and both results
 * are rounded once more.
 * @param {ArrayLike<number>} positions one per row
 * @param {ArrayLike<number>} rounded the model's factors fl(w), half as many as there are columns
 * @param {ArrayLike<number>} exact the factors w in float64
 * @returns {Float64Array} [rows, 2 * factors], sines then cosines, as the signal has them
 */
export function roundingOfSignal(positions, rounded, exact) {
  sameLength(rounded, exact);
  const half = exact.length;
  const allowed = new Float64Array(positions.length * 2 * half);
  for (let row = 0; row < positions.length; row++) {
    for (let i = 0; i < half; i++) {
      const p = positions[row];
      const angle = p * Math.abs(rounded[i] - exact[i]) + ulp(p * rounded[i]) / 2;
      const results = ULP_OF_ONE / 2; // half an ulp of a number below 1, twice
      const at = row * 2 * half + i;
      allowed[at] = allowed[at + half] = angle + results;
    }
  }
  return allowed;
}

/**
 * The factors of tensor2tensor's signal, w_i = 10000^(-i/(n-1)), in float64.
 * @param {number} n half the dimension
 * @returns {Float64Array}
 */
export function exactTimescales(n) {
  return Float64Array.from({ length: n }, (_, i) => 10000 ** (-i / (n - 1)));
}

/**
 * The spacing of float32 numbers around x.
 * @param {number} x
 */
function ulp(x) {
  return x === 0 ? 0 : 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23);
}

/**
 * @param {ArrayLike<unknown>} a
 * @param {ArrayLike<unknown>} b
 */
function sameLength(a, b) {
  if (a.length !== b.length) throw new RangeError(`want arrays of one length, got ${a.length} and ${b.length}`);
}
