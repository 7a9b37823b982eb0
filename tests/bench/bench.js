// Speed and memory against what else there is: node tests/bench/bench.js, after the package has been built. Ends with 1 when a
// contender's result is wrong, and with 0 whatever the speed.

import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { colours, progress } from "../model/terminal.js";
import { first } from "./first.js";
import { goals } from "./goals.js";
import { measure } from "./measure.js";
import { MEMORY_CASES } from "./memory.js";
import { loadPosenc } from "./package.js";
import { PEER_LANES, peerVersions, settling } from "./peers.js";
import { EXTRAS, LANES, plan } from "./plan.js";
import { plot } from "./plot.js";
import { machine, report, where } from "./report.js";
import { sweep } from "./sweep.js";
import { startLane } from "./worker.js";

const USAGE = `usage: node tests/bench/bench.js [--json FILE] [--svg FILE] [--quick] [--only KIND,...] [--peers | --no-peers]
  --json FILE   writes all that was measured
  --svg FILE    draws it, as in the README
  --quick       fewer and shorter repetitions, and no other libraries
  --only        some kinds of tasks: add, rotate, ..., and ${EXTRAS.join(", ")}
  --peers       other libraries although it is quick; --no-peers: none`;

/** @type {Record<"full" | "quick", import("./measure.js").Effort>} */
const EFFORT = {
  full: { repetitions: 21, repetition: 20, warmUp: 200 },
  quick: { repetitions: 11, repetition: 5, warmUp: 20 },
};

/** @typedef {ReturnType<typeof import("./memory.js").createLane>} MemoryLane */
/** @typedef {(stage: string, fraction: number) => void} OnProgress */
/** @typedef {(kind: string) => boolean} Wanted */

/** Somebody has asked for what there is not. */
class Misuse extends Error {}

/**
 * @param {ReturnType<typeof plan>} tasks
 * @param {import("./measure.js").Effort} effort
 * @param {readonly URL[]} peers lanes of others, beside our own
 * @param {OnProgress} onProgress
 */
async function speed(tasks, effort, peers, onProgress) {
  const start = /** @type {typeof startLane<import("./lane.js").Lane>} */ (startLane);
  const [own, others] = [LANES, peers].map((modules) => modules.map((module) => start(module)));
  const workers = [...own, ...others];
  const lanes = [...own.map(({ lane }) => lane), ...others.map(({ lane }) => settling(lane))];
  const measured = [];
  try {
    for (const [i, { make }] of tasks.entries()) {
      measured.push(await measure(lanes, make(), effort, (fraction) => onProgress("Timing", (i + fraction) / tasks.length)));
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

/** @param {{ json?: string, svg?: string, quick: boolean, peers: boolean, only?: string }} options */
async function run({ json, svg, quick, peers, only }) {
  for (const file of [json, svg]) if (file !== undefined) await access(dirname(file), constants.W_OK); // said now rather than in a minute
  const effort = EFFORT[quick ? "quick" : "full"];
  const bar = progress(process.stderr);
  const onProgress = bar.update.bind(bar);
  const start = performance.now();
  let results;
  try {
    const posenc = await loadPosenc();
    const all = plan(posenc);
    const kinds = only?.split(",");
    const unknown = kinds?.find((kind) => ![...EXTRAS, ...all.map((task) => task.kind)].some((known) => known === kind));
    if (unknown !== undefined)
      throw new Misuse(`--only: there is no ${unknown}; there are ${[...new Set(all.map(({ kind }) => kind)), ...EXTRAS].join(", ")}`);
    const wanted = (/** @type {string} */ kind) => kinds === undefined || kinds.includes(kind);
    const tasks = all.filter(({ kind }) => wanted(kind));
    const of = {
      first: wanted("first") ? await first((fraction) => onProgress("First results", fraction)) : [],
      measured: tasks.length > 0 ? await speed(tasks, effort, peers ? PEER_LANES : [], onProgress) : [],
      sweep: wanted("sweep") ? await sweep(effort, (fraction) => onProgress("Timing lengths", fraction)) : [],
      memory: wanted("memory") ? await memory(onProgress) : [],
    };
    results = { version: posenc.version, peers: peers ? await peerVersions() : {}, effort, seconds: 0, ...of, goals: goals(of) };
  } finally {
    bar.done();
  }
  results.seconds = (performance.now() - start) / 1000;
  console.log(report(results, colours(process.stdout)));
  if (svg !== undefined) await writeFile(svg, plot(results.measured, where(results)));
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine: machine(), ...results }, null, 1)}\n`);
}

let options;
try {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      svg: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "boolean" },
      "no-peers": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  options = { ...values, peers: !values["no-peers"] && (values.peers ?? !values.quick) };
} catch (error) {
  console.error(`${/** @type {Error} */ (error).message}\n${USAGE}`);
  process.exit(2);
}
try {
  await run(/** @type {Parameters<typeof run>[0]} */ (options));
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
