// Measures, in a worker: posenc and plain JavaScript in workers of their own below it, which it calls in turns. All are checked before
// one is timed; of the plain loops, of which each engine likes another one, the fastest three of a short look go on to the end.

import { clockStep } from "../../speed/page-bench.js";
import { fillTask } from "../../speed/making-tasks.js";
import { loadPosenc } from "../../speed/package.js";
import { startLane } from "../../speed/page-worker.js";
import { checkedCosSin, checkedTable } from "../../speed/plan.js";
import { summary } from "../../speed/statistics.js";
import { addTask, DECODE_LENGTH, decodeTask, rotateTask } from "../../speed/tasks.js";
import { TASKS } from "./tasks.js";

/** How many plain loops are measured to the end, and how often each contender has its turn. */
const FINALISTS = 3,
  TURNS = 9;

/** So long a repetition takes, in milliseconds, and so many steps of the clock. */
const LEAST = 6,
  STEPS = 25;

const scope = /** @type {any} */ (globalThis);
const here = (/** @type {string} */ path) => new URL(path, import.meta.url);

try {
  const posenc = await loadPosenc({ from: here("../../posenc/") });
  const clock = clockStep();
  const repetition = Math.max(LEAST, STEPS * clock);
  const workers = [
    startLane(here("../../speed/lane-posenc.js"), [here("../../posenc/").href]),
    startLane(here("./plain.js"), [here("../../speed/loops.js").href]),
  ];
  for (const [i, { kind, shape }] of TASKS.entries()) {
    const task = make(posenc, kind, shape);
    const contenders = await measure(
      workers.map(({ lane }) => lane),
      task,
      repetition,
      (fraction) => scope.postMessage({ fraction: (i + fraction) / TASKS.length, task: i }),
    );
    scope.postMessage({ task: i, elements: task.x.length, contenders });
  }
  scope.postMessage({ done: true, clock, repetition, isolated: scope.crossOriginIsolated === true });
} catch (error) {
  scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
}

/** The task as the project's benchmark has it: its input, and the right answer. @param {any} posenc @param {string} kind @param {any} shape */
function make(posenc, kind, shape) {
  if (kind === "add") return addTask(shape, checkedTable(posenc, shape[1], shape[2]));
  if (kind === "decode") return decodeTask(shape, checkedTable(posenc, DECODE_LENGTH, shape[2]));
  if (kind === "rotate") return rotateTask(shape, checkedCosSin(posenc, shape));
  return fillTask("fill", shape);
}

/** @param {any[]} lanes @param {any} task @param {number} repetition @param {(fraction: number) => void} onProgress */
async function measure(lanes, task, repetition, onProgress) {
  const entries = [];
  for (const lane of lanes)
    for (const name of await lane.prepare(task))
      entries.push({ lane, name, loop: name.startsWith("plain loop"), calls: 0, look: 0, samples: /** @type {number[]} */ ([]) });
  scope.postMessage({ alive: true }); // both lanes have answered
  for (const { lane, name } of entries) {
    const wrong = await lane.check(name);
    if (wrong !== undefined) throw new Error(`${name}, ${task.kind} [${task.shape.join(", ")}]: ${wrong}`);
  }
  for (const [i, entry] of entries.entries()) {
    entry.calls = await entry.lane.calibrate(entry.name, 2 * LEAST, repetition);
    // On a machine that does something else besides, a single call may once have taken as long as many.
    for (let took = 0; ; entry.calls *= 2) {
      took = Math.min(await entry.lane.time(entry.name, entry.calls), await entry.lane.time(entry.name, entry.calls));
      entry.look = took / entry.calls;
      if (took >= repetition / 2) break;
    }
    onProgress((i + 1) / entries.length / 2);
  }
  const loops = entries.filter(({ loop }) => loop).sort((a, b) => a.look - b.look);
  const last = [...entries.filter(({ loop }) => !loop), ...loops.slice(0, FINALISTS)];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { lane, name, calls, samples } of last) samples.push((await lane.time(name, calls)) / calls);
    onProgress(0.5 + (turn + 1) / TURNS / 2);
  }
  return last.map(({ name, loop, samples }) => ({ name, loop, of: loop ? loops.length : 1, ...summary(samples) }));
}
