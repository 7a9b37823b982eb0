// Speed and memory against what else there is: node tests/bench/bench.js [--json FILE] [--quick] [--peers | --no-peers],
// after the package has been built. Ends with 1 when a contender's result is wrong, and with 0
// whatever the speed. A quick run leaves the other libraries out unless --peers says that it shall not.

import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { colours, progress } from "../model/terminal.js";
import { Disagreement, difference } from "./agree.js";
import { goals } from "./goals.js";
import { measure } from "./measure.js";
import { MEMORY_CASES } from "./memory.js";
import { loadPosenc } from "./package.js";
import { PEER_LANES, peerVersions, settling } from "./peers.js";
import { machine, report } from "./report.js";
import {
  ADD_SHAPES, addTask, BIAS_SHAPES, biasTask, COS_SIN_SHAPE, cosSinTask, DECODE_LENGTH, DECODE_SHAPE, decodeTask, INTERLEAVED_SHAPE,
  joined, naiveCosSin, naiveTable, ROTATE_SHAPES, rotateRows, rotateTask, TABLE_SHAPES, TABLE_TOLERANCE, tableTask,
} from "./tasks.js";
import { startLane } from "./worker.js";

/** @type {Record<"full" | "quick", import("./measure.js").Effort>} */
const EFFORT = {
  full: { repetitions: 21, repetition: 20, warmUp: 200 },
  quick: { repetitions: 11, repetition: 5, warmUp: 20 },
};

/** @typedef {ReturnType<typeof import("./memory.js").createLane>} MemoryLane */
/** @typedef {(stage: string, fraction: number) => void} OnProgress */

/**
 * The table that the loops add. It is posenc's, since its rounding differs from the naive one's in a
 * few last bits; that it is the right table is checked here, against the formula.
 * @param {import("./package.js").Posenc} posenc
 * @param {number} seq
 * @param {number} dim
 */
function checkedTable(posenc, seq, dim) {
  const encoder = posenc.sinusoidal({ dim });
  const table = encoder.table(seq);
  encoder.dispose();
  const wrong = difference(table, naiveTable(seq, dim), TABLE_TOLERANCE);
  if (wrong !== undefined) throw new Disagreement(`posenc, table [${seq}, ${dim}]: ${wrong}`);
  return table;
}

/**
 * The same of the cosines and sines that turn queries.
 * @param {import("./package.js").Posenc} posenc
 * @param {readonly number[]} shape [batch, heads, seq, headDim]
 */
function checkedCosSin(posenc, shape) {
  const length = rotateRows(shape);
  const headDim = shape[3];
  const encoder = posenc.rotary({ headDim });
  const rows = encoder.cosSin(length);
  encoder.dispose();
  const want = naiveCosSin(length, headDim);
  const wrong = difference(joined(rows.cos, rows.sin), joined(want.cos, want.sin), TABLE_TOLERANCE);
  if (wrong !== undefined) throw new Disagreement(`posenc, cosSin [${length}, ${headDim / 2}]: ${wrong}`);
  return rows;
}

/**
 * And of ALiBi's slopes: 2^(-8h/P) for the first P heads, the power of two, and every other one of 2P for the rest.
 * @param {import("./package.js").Posenc} posenc
 * @param {number} heads
 */
function checkedSlopes(posenc, heads) {
  const encoder = posenc.alibi({ heads });
  const { slopes } = encoder;
  encoder.dispose();
  const p = 2 ** Math.floor(Math.log2(heads));
  slopes.forEach((slope, h) => {
    const want = h < p ? 2 ** ((-8 * (h + 1)) / p) : 2 ** ((-4 * (2 * (h - p) + 1)) / p);
    if (!(Math.abs(slope / want - 1) <= 2 ** -50)) throw new Disagreement(`posenc, slope ${h} of ${heads}: is ${slope}, want ${want}`);
  });
  return slopes;
}

/**
 * @param {import("./package.js").Posenc} posenc
 * @param {import("./measure.js").Effort} effort
 * @param {readonly URL[]} peers their lanes
 * @param {OnProgress} onProgress
 */
async function speed(posenc, effort, peers, onProgress) {
  const start = /** @type {typeof startLane<import("./lane.js").Lane>} */ (startLane);
  const own = ["./lane-posenc.js", "./lane-plain.js"].map((module) => start(new URL(module, import.meta.url)));
  const others = peers.map((module) => start(module));
  const workers = [...own, ...others];
  const lanes = [...own.map(({ lane }) => lane), ...others.map(({ lane }) => settling(lane))];
  // Each made when it is its turn: the long ones are large.
  const tasks = [
    ...ADD_SHAPES.map((shape) => () => addTask(shape, checkedTable(posenc, shape[1], shape[2]))),
    () => decodeTask(DECODE_SHAPE, checkedTable(posenc, DECODE_LENGTH, DECODE_SHAPE[2])),
    ...TABLE_SHAPES.map((shape) => () => tableTask(shape)),
    ...ROTATE_SHAPES.map((shape) => () => rotateTask(shape, checkedCosSin(posenc, shape))),
    () => rotateTask(INTERLEAVED_SHAPE, checkedCosSin(posenc, INTERLEAVED_SHAPE), true),
    ...BIAS_SHAPES.map((shape) => () => biasTask(shape, checkedSlopes(posenc, shape[1]))),
    () => cosSinTask(COS_SIN_SHAPE),
  ];
  const measured = [];
  try {
    for (const [i, task] of tasks.entries()) {
      measured.push(await measure(lanes, task(), effort,
        (fraction) => onProgress("Timing", (i + fraction) / tasks.length)));
    }
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()));
  }
  return measured;
}

/** @param {OnProgress} onProgress */
async function memory(onProgress) {
  const { lane, stop } = /** @type {typeof startLane<MemoryLane>} */ (startLane)(new URL("./memory.js", import.meta.url));
  const growths = [];
  try {
    for (const [i, of] of MEMORY_CASES.entries()) {
      onProgress("Measuring memory", i / MEMORY_CASES.length);
      growths.push(await lane.growth(of));
    }
  } finally {
    await stop();
  }
  return growths;
}

/** @param {{ json?: string, quick: boolean, peers: boolean }} options */
async function run({ json, quick, peers }) {
  if (json !== undefined) await access(dirname(json), constants.W_OK); // said now rather than in a minute
  const effort = EFFORT[quick ? "quick" : "full"];
  const bar = progress(process.stderr);
  const start = performance.now();
  let results;
  try {
    const posenc = await loadPosenc();
    const { version } = posenc;
    const measured = await speed(posenc, effort, peers ? PEER_LANES : [], (stage, fraction) => bar.update(stage, fraction));
    const growths = await memory((stage, fraction) => bar.update(stage, fraction));
    results = { version, peers: peers ? await peerVersions() : {}, effort, seconds: 0, measured, memory: growths, goals: goals({ measured, memory: growths }) };
  } finally {
    bar.done();
  }
  results.seconds = (performance.now() - start) / 1000;
  console.log(report(results, colours(process.stdout)));
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine: machine(), ...results }, null, 1)}\n`);
}

let options;
try {
  const { values } = parseArgs({ options: {
    json: { type: "string" }, quick: { type: "boolean", default: false }, peers: { type: "boolean" }, "no-peers": { type: "boolean" },
  } });
  options = { ...values, peers: !values["no-peers"] && (values.peers ?? !values.quick) };
} catch (error) {
  console.error(`${/** @type {Error} */ (error).message}\nusage: node tests/bench/bench.js [--json FILE] [--quick] [--peers | --no-peers]`);
  process.exit(2);
}
try {
  await run(/** @type {Parameters<typeof run>[0]} */ (options));
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
