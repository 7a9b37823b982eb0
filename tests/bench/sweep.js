// How the time of add and the module's memory follow the length: from 1 to 10 million rows of 16 channels, which are 640 MB.

import { Disagreement } from "./agree.js";
import { summary } from "./statistics.js";
import { CONTENDERS } from "./sweep-lane.js";
import { startLane } from "./worker.js";

/** @typedef {ReturnType<typeof import("./sweep-lane.js").createLane>} SweepLane */
/** @typedef {{ name: string, before?: number, after?: number } & import("./statistics.js").Summary} SweepTiming nanoseconds an element; bytes of the module's memory before and after the first call */
/** @typedef {{ rows: number, dim: number, contenders: SweepTiming[] }} SweepLine */

export const SWEEP_DIM = 16;
export const SWEEP_ROWS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];

/**
 * Long arrays are done a few times only: a call takes as long as a repetition of short ones.
 * @param {number} rows
 * @param {import("./measure.js").Effort} effort
 */
const repetitionsOf = (rows, { repetitions }) => (rows >= 1e7 ? 3 : rows >= 1e6 ? 5 : repetitions);

/**
 * @param {import("./measure.js").Effort} effort
 * @param {(fraction: number) => void} [onProgress]
 * @param {readonly number[]} [lengths]
 * @returns {Promise<SweepLine[]>}
 * @throws {Disagreement} when rows are not the expected ones
 */
export async function sweep(effort, onProgress = () => {}, lengths = SWEEP_ROWS) {
  const lanes = Object.values(CONTENDERS).map((contenders) => ({
    names: Object.keys(contenders),
    .../** @type {typeof startLane<SweepLane>} */ (startLane)(new URL("./sweep-lane.js", import.meta.url)),
  }));
  const dim = SWEEP_DIM;
  const lines = [];
  try {
    for (const [i, rows] of lengths.entries()) {
      onProgress(i / lengths.length);
      const entries = [];
      for (const { lane, names } of lanes) {
        for (const name of names)
          entries.push({ lane, name, calls: 0, samples: /** @type {number[]} */ ([]), ...(await lane.begin(name, rows, dim)) });
      }
      judge(entries, rows, dim);
      for (const entry of entries) entry.calls = await entry.lane.calibrate(entry.name, effort.warmUp, effort.repetition);
      for (let round = repetitionsOf(rows, effort); round > 0; round--) {
        for (const { lane, name, calls, samples } of entries) samples.push((1e6 * (await lane.time(name, calls))) / calls / rows / dim);
      }
      for (const { lane } of lanes) await lane.end();
      lines.push({
        rows,
        dim,
        contenders: entries.map(({ name, samples, before, after }) => ({ name, before, after, ...summary(samples) })),
      });
    }
  } finally {
    await Promise.all(lanes.map(({ stop }) => stop()));
  }
  return lines;
}

/**
 * A part of the rows has been looked at, and of all the sums have to be those of the plain loop.
 * @param {readonly { name: string, wrong?: string, checksum: number }[]} entries
 * @param {number} rows
 * @param {number} dim
 */
export function judge(entries, rows, dim) {
  const want = /** @type {{ checksum: number }} */ (entries.find(({ name }) => name.startsWith("plain"))).checksum;
  for (const { name, wrong, checksum } of entries) {
    // Of entries that are just between two float32, some are rounded to the other.
    const far = !(Math.abs(checksum - want) <= 1e-6 + 1e-9 * rows * dim) ? `the sum of all rows is ${checksum}, want ${want}` : undefined;
    if (wrong ?? far) throw new Disagreement(`${name}, sweep, ${rows} rows: ${wrong ?? far}`);
  }
}
