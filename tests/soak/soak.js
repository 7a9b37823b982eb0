// Makes millions of calls of every kind to one instance of dist/npm, one in a hundred of them hostile, and looks at results and
// memory. `node tests/soak/soak.js [--seconds N | --calls N] [--seed N]`; Ctrl-C ends it with what there is.

import { parseArgs } from "node:util";

import { instances } from "./watch.js"; // before the package
import { load } from "../../dist/npm/index.js";
import { PACKAGE } from "../node/child.js";
import { soak, WARM_UP } from "./work.js";

const USAGE = "usage: soak.js [--seconds N | --calls N] [--seed N]";
/** How often a file gets a line, and a terminal its line anew, in seconds. */
const EVERY = process.stdout.isTTY ? 0.2 : 10;

/** @param {string[]} args */
function read(args) {
  const number = /** @type {const} */ ({ type: "string" });
  try {
    const { values } = parseArgs({ args, options: { seconds: number, calls: number, seed: number } });
    const given = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
    if (Object.values(given).every((v) => Number.isInteger(v) && v >= 0) && !("seconds" in given && "calls" in given)) {
      return { seed: 1, ...("seconds" in given || "calls" in given ? {} : { calls: 10_000_000 }), ...given };
    }
  } catch {
    // an option that is not there
  }
  console.error(USAGE);
  process.exit(2);
}

const count = (/** @type {number} */ n) => n.toLocaleString("en-US");
const mb = (/** @type {number} */ n) => `${(n / 2 ** 20).toFixed(1)} MiB`;

/** @param {import("./work.js").Report} r */
function summary(r) {
  const memory = [
    ["module", "the module's memory"],
    ["used", "what is in use of it"],
    ["process", "the rest of the process"],
    ["heap", "JavaScript's heap"],
    ["buffers", "its ArrayBuffers"],
  ].map(
    ([key, name]) =>
      `${name}: ${r.before === undefined ? "" : `${mb(r.before[/** @type {"used"} */ (key)])}, then `}${mb(r.after[/** @type {"used"} */ (key)])}`,
  );
  return [
    `${count(r.calls)} calls in ${r.seconds.toFixed(1)} s, seed ${r.seed}${r.stopped ? ", stopped" : ""}: ${count(r.hostile)} hostile, ${count(r.refused)} of them refused; ${count(r.encoders)} encoders and ${count(r.arrays)} arrays made`,
    `digest ${r.digest}; that of the ${count(r.table.calls)} results that there are ${r.table.digest}, ${count(r.table.formulas)} of them held against a formula`,
    r.before === undefined
      ? `memory in the end (what it was after ${100 * WARM_UP} % of the way was not reached)`
      : `memory after ${100 * WARM_UP} % of the way, and in the end`,
    ...memory.map((line) => `  ${line}`),
    `numbers of encoders up to ${r.highest.encoders}, of arrays up to ${r.highest.arrays}; live and nobody's: ${r.unheld.encoders} and ${r.unheld.arrays}`,
    ...(r.wrong === 0 ? ["all right"] : [`${count(r.wrong)} went wrong:`, ...r.problems.map((text) => `  ${text}`)]),
  ].join("\n");
}

const how = read(process.argv.slice(2));
const wasm = new URL("posenc.wasm", PACKAGE);
const posenc = await load({ wasm });
const [watched] = instances;
const other = await load({ wasm });
const signal = { stop: false };
process.once("SIGINT", () => (signal.stop = true)); // a second one ends it at once

let shown = 0;
const report = await soak({
  posenc,
  other,
  watched,
  signal,
  ...how,
  onProgress({ fraction, calls, seconds, module }) {
    if (seconds - shown < EVERY) return;
    shown = seconds;
    const line = `${Math.floor(100 * fraction)} %: ${count(calls)} calls in ${seconds.toFixed(0)} s, the module has ${mb(module)}`;
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  },
});
if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
console.log(summary(report));
process.exitCode = report.wrong > 0 ? 1 : signal.stop ? 130 : 0;
