// What is said of a contender's repetitions. The median, because a machine that others use as well
// only ever makes a repetition slower: a mean would follow them, a minimum would trust one.

/**
 * @typedef {object} Summary in the unit of the samples
 * @property {number} median
 * @property {number} q1 a quarter of the samples are at or below it
 * @property {number} q3 three quarters are
 * @property {number} min
 * @property {number} max
 */

/**
 * The value below which a part of the samples lies, on the straight line between the two nearest.
 * @param {readonly number[]} sorted ascending, at least one
 * @param {number} part 0 to 1
 */
export function quantile(sorted, part) {
  const at = part * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/**
 * @param {readonly number[]} samples at least one, in any order
 * @returns {Summary}
 */
export function summary(samples) {
  if (samples.length === 0) throw new RangeError("samples: want at least one");
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    min: sorted[0],
    max: sorted[sorted.length - 1],
  };
}

/**
 * Half the distance between the quartiles, as a part of the median: the ± of the report.
 * @param {Summary} of
 */
export const spread = ({ median, q1, q3 }) => (q3 - q1) / 2 / median;
