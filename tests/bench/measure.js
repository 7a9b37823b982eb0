// Times contenders against each other: all are checked before the first is timed, all are warm
// before the first counts, and they take turns (A B C A B C), so that a minute in which the machine
// is slow is a slow minute for everyone and the ratios stay.

import { Disagreement } from "./agree.js";
import { summary } from "./statistics.js";

/** @typedef {import("./tasks.js").Task} Task */
/** @typedef {import("./remote.js").Remote<import("./lane.js").Lane>} RemoteLane */
/** @typedef {{ repetitions: number, repetition: number, warmUp: number }} Effort counted repetitions; how long each is at least, and the warm-up, in milliseconds */
/** @typedef {{ name: string, calls: number, samples: number[] } & import("./statistics.js").Summary} Timing in milliseconds a call; calls in a repetition */
/** @typedef {{ kind: import("./tasks.js").Kind, shape: readonly number[], elements: number, contenders: Timing[] }} Measured */

/**
 * @param {readonly RemoteLane[]} lanes
 * @param {Task} task
 * @param {Effort} effort
 * @param {(fraction: number) => void} [onProgress]
 * @returns {Promise<Measured>}
 * @throws {Disagreement} when a result is not the expected one
 */
export async function measure(lanes, task, { repetitions, repetition, warmUp }, onProgress = () => {}) {
  const { kind, shape } = task;
  const entries = [];
  for (const lane of lanes) {
    for (const name of await lane.prepare(task)) entries.push({ lane, name, calls: 0, samples: /** @type {number[]} */ ([]) });
  }

  for (const { lane, name } of entries) {
    const wrong = await lane.check(name);
    if (wrong !== undefined) throw new Disagreement(`${name}, ${kind} [${shape.join(", ")}]: ${wrong}`);
  }

  // Making a table from nothing runs much more code than adding, which takes an engine longer to compile.
  const warm = kind === "table" || kind === "newTable" || kind === "cosSin" ? 10 * warmUp : warmUp;
  const turns = (repetitions + warm / repetition) * entries.length;
  let done = 0;
  const step = (/** @type {number} */ by) => onProgress((done += by) / turns);
  for (const entry of entries) {
    entry.calls = await entry.lane.calibrate(entry.name, warm, repetition);
    step(warm / repetition);
  }
  for (let round = 0; round < repetitions; round++) {
    for (const { lane, name, calls, samples } of entries) {
      samples.push((await lane.time(name, calls)) / calls);
      step(1);
    }
  }

  return {
    kind,
    shape,
    elements: shape.reduce((a, b) => a * b),
    contenders: entries.map(({ name, calls, samples }) => ({ name, calls, ...summary(samples), samples })),
  };
}
