// Who else is there: the names of other libraries' contenders, their versions and the lanes that they run in. The libraries
// themselves are loaded by those lanes only.

import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

import { positionOf } from "./making-tasks.js";
import { scoresOf } from "./tasks.js";

/** @typedef {import("./tasks.js").Task} Task */

/** As a user of a Float32Array pays: the numbers go in and come back, each time. */
export const TFJS = "tfjs-wasm";
export const ORT_WEB_1 = "onnxruntime-web, 1 thread";
export const ORT_WEB_2 = "onnxruntime-web, 2 threads";
export const ORT_NODE_1 = "onnxruntime-node, 1 thread";
export const ORT_NODE_2 = "onnxruntime-node, 2 threads";

/** All of them. */
export const PEERS = [TFJS, ORT_WEB_1, ORT_WEB_2, ORT_NODE_1, ORT_NODE_2];

/** The same with the numbers there already, as inside of a model: how that is done each lane says. @param {string} name */
export const uploaded = (name) => `${name}, uploaded`;

/** onnxruntime-web's number of threads is set once, before it starts, so each has a lane. */
export const PEER_LANES = ["./lane-tfjs.js", "./lane-ort.js?threads=1", "./lane-ort.js?threads=2", "./lane-ort-node.js"].map(
  (module) => new URL(module, import.meta.url),
);

/** In milliseconds: how long is looked at a time, and how long at most. */
const LOOK = 2;
const LOOKING = 1000;

/**
 * Waits until this process has let go of the processors. A peer has not when its turn ends: its threads wait for more in a
 * loop, its engine collects what it has left behind and compiles its megabytes of code. That took
 * from whoever came next, which is posenc, up to three quarters of its speed.
 */
async function calm() {
  for (const end = performance.now() + LOOKING; performance.now() < end; ) {
    const start = performance.now();
    const before = process.cpuUsage();
    await setTimeout(LOOK);
    const { user, system } = process.cpuUsage(before); // in microseconds, of all threads
    if ((user + system) / 1000 < 0.1 * (performance.now() - start)) return;
  }
}

/**
 * A lane whose turns end when the processors are the next one's.
 * @param {import("./measure.js").RemoteLane} lane
 * @returns {import("./measure.js").RemoteLane}
 */
export function settling(lane) {
  /** @type {<A extends unknown[], R>(call: (...args: A) => Promise<R>) => (...args: A) => Promise<R>} */
  const settled =
    (call) =>
    async (...args) => {
      const result = await call(...args);
      await calm();
      return result;
    };
  return { prepare: lane.prepare, check: settled(lane.check), calibrate: settled(lane.calibrate), time: settled(lane.time) };
}

/** @returns {Promise<Record<string, string>>} by package */
export async function peerVersions() {
  const names = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "onnxruntime-web", "onnxruntime-node"];
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { version } = JSON.parse(await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8"));
        return [name, version];
      }),
    ),
  );
}

/** The kinds of tasks that make a table from nothing; to these libraries they are the same work. */
const TABLES = ["table", "newTable", "fill"];

/** @param {Task} task */
export const makesTable = ({ kind }) => TABLES.includes(kind);

/**
 * Which position a table begins with, in a certain step.
 * @param {Task} task
 * @param {number} step
 */
export const offsetAt = ({ kind }, step) => (kind === "fill" || kind === "newTable" ? positionOf(step) : 0);

/**
 * How far their sines and cosines may be off: angles are float32 of 24 bits, rounded as a frequency, as a product and, where
 * one turns a sine into a cosine, as a sum. Half the last place of the largest angle is less than length / 2^24.
 * @param {Task} task
 */
export const angleTolerance = (task) => (task.shape[1] + Math.max(...task.expected.map(({ step }) => offsetAt(task, step)))) * 2 ** -22;

/**
 * ALiBi's bias for every score, as a model keeps it: [1, heads, queries, keys].
 * @param {Task} task
 */
export function wholeBias({ shape, slopes }) {
  const { heads, queries, keys, offset } = scoresOf(shape);
  const bias = new Float32Array(heads * queries * keys);
  for (let h = 0, at = 0; h < heads; h++) {
    for (let q = 0; q < queries; q++) {
      for (let k = 0; k < keys; k++) bias[at++] = /** @type {Float64Array} */ (slopes)[h] * (k - offset - q);
    }
  }
  return bias;
}
