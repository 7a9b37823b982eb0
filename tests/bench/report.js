// The results as a table for people: at most 100 columns, colour only on a terminal.

import { arch, cpus, platform } from "node:os";

import { bestPlain, contender } from "./goals.js";
import { NAIVE, NAIVE_TABLE, PLAIN, SET, SIN_COS_TABLE } from "./lane-plain.js";
import { ALLOC, ARRAY, COS_SIN, TABLE } from "./lane-posenc.js";
import { PEERS, uploaded } from "./peers.js";
import { WIDE } from "./plain-loops.js";
import { spread, summary } from "./statistics.js";

/** @typedef {import("./measure.js").Measured} Measured */
/** @typedef {ReturnType<typeof import("../model/terminal.js").colours>} Colours */

const LABEL = 26;
const COLUMN = 14;

/** What half of a task's results spread by on a machine that does something else as well. */
const BUSY = 0.05;

/** Where it ran. */
export function machine() {
  const { model } = cpus()[0] ?? { model: "unknown processor" };
  return { cpu: model.replace(/\s+/g, " ").trim(), cores: cpus().length, platform: `${platform()} ${arch()}`, node: process.versions.node, v8: process.versions.v8 };
}

/** Three digits, as many as a noisy machine deserves. @param {number} v */
const digits = (v) => (v === 0 || v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v >= 0.1 ? v.toFixed(2) : v.toFixed(3));

/**
 * A row of the tables: each text in its column.
 * @param {string} label
 * @param {readonly string[]} cells
 */
const row = (label, cells) => `  ${label.padEnd(LABEL)}${cells.map((cell) => cell.padStart(COLUMN)).join("")}`;

/**
 * @param {Measured} of
 * @param {import("./measure.js").Timing} timing
 */
function rate({ elements }, timing) {
  return `${digits(elements / timing.median / 1e6)} ±${`${Math.round(100 * spread(timing))}`.padStart(2)}%`;
}

/**
 * One table: a column for each shape, a line for each contender.
 * @param {string} title
 * @param {readonly Measured[]} columns
 * @param {readonly [string, (of: Measured) => string][]} lines
 * @param {Colours} colours
 */
function table(title, columns, lines, { bold, dim }) {
  const head = row("", columns.map(({ shape }) => `[${shape.join()}]`)).slice(title.length + 2);
  return [`${bold(title)}  ${dim(head)}`, ...lines.map(([label, cell]) => row(label, columns.map(cell))), ""];
}

/**
 * Lines for the other libraries, if there are any; "-" where one has not done this task.
 * @param {readonly Measured[]} columns
 * @returns {[string, (of: Measured) => string][]}
 */
function peerLines(columns) {
  const found = (/** @type {Measured} */ of, /** @type {string} */ name) => of.contenders.find((c) => c.name === name);
  return PEERS.flatMap((peer) => [[peer.replace(",", ""), peer], ["  uploaded", uploaded(peer)]])
    .filter(([, name]) => columns.some((m) => found(m, name)))
    .map(([label, name]) => [label, (m) => {
      const timing = found(m, name);
      return timing === undefined ? "-     " : rate(m, timing);
    }]);
}

/**
 * @param {import("./goals.js").Results & { goals: readonly import("./goals.js").Goal[], version: string, peers?: Record<string, string>, seconds: number, effort: import("./measure.js").Effort }} results
 * @param {Colours} colours
 * @returns {string}
 */
export function report({ measured, memory, goals, version, peers = {}, seconds, effort }, colours) {
  const { bold, dim, good, bad } = colours;
  const { cpu, cores, platform: system, node, v8 } = machine();
  const of = (/** @type {import("./tasks.js").Kind} */ kind) => measured.filter((m) => m.kind === kind);
  const timing = (/** @type {string} */ name) => (/** @type {Measured} */ m) => rate(m, contender(m, name));
  /** @param {string} name @param {"float32" | "float64"} [of] */
  const over = (name, of) => (/** @type {Measured} */ m) => `${digits(bestPlain(m, of).median / contender(m, name).median)}x     `;
  /** @param {"float32" | "float64"} [of] */
  const which = (of) => (/** @type {Measured} */ m) => `${bestPlain(m, of).name.replace(PLAIN, "").replace(WIDE, "")}     `;

  /** @param {import("./goals.js").Goal} goal */
  const goalLine = ({ what, want, got, unit, atLeast, reached }) => {
    const space = unit === "x" ? "" : " ";
    const wanted = `${atLeast ? ">=" : unit === "µs" ? "<" : "<="} ${want}${space}${unit}`;
    return `  ${what.padEnd(62)}${wanted.padStart(9)}${`${digits(got)}${space}${unit}`.padStart(12)}  ${reached ? good("reached") : bad("missed")}`;
  };

  const usual = Math.max(...measured.map(({ contenders }) => summary(contenders.map(spread)).median)); // of the worst task
  const busy = usual < BUSY ? [] : [bad(`the machine was busy with something else (±${(100 * usual).toFixed(0)}%): better run it again`)];

  return [
    bold(`posenc ${version}: speed and memory`),
    dim(`${cpu}, ${cores} cores, ${system}; Node ${node}, V8 ${v8}`),
    ...(Object.keys(peers).length === 0 ? [] : [dim(`peers: ${Object.entries(peers).map(([name, of]) => `${name.replace(/^.*\//, "")} ${of}`).join(", ")}`)]),
    dim(`medians of ${effort.repetitions} interleaved repetitions of ${effort.repetition} ms and more, ± half the quartiles' distance;`),
    dim(`every result checked before it is timed; ${seconds.toFixed(0)} s in all`),
    ...busy,
    "",
    ...table("add, G elements/s", of("add"), [
      [ALLOC, timing(ALLOC)],
      [ARRAY, timing(ARRAY)],
      ["best plain loop", (m) => rate(m, bestPlain(m))],
      ["  which is", which()],
      ["... with a float64 table", (m) => rate(m, bestPlain(m, "float64"))],
      ["  which is", which("float64")],
      [NAIVE, timing(NAIVE)],
      [`${SET} (limit)`, timing(SET)],
      ...peerLines(of("add")),
      ["alloc() / best plain", over(ALLOC)],
      ["  / with float64 table", over(ALLOC, "float64")],
      ["Float32Array / best plain", over(ARRAY)],
      ["  / with float64 table", over(ARRAY, "float64")],
    ], colours),
    ...table("table, G elements/s", of("table"), [
      [TABLE, timing(TABLE)],
      [SIN_COS_TABLE, timing(SIN_COS_TABLE)],
      [NAIVE_TABLE, timing(NAIVE_TABLE)],
      ...peerLines(of("table")),
    ], colours),
    ...([["rotate", "rotate, G elements/s"], ["rotateInterleaved", "  interleaved"], ["bias", "ALiBi, G elements/s"]]).flatMap(([kind, title]) =>
      table(title, of(/** @type {import("./tasks.js").Kind} */ (kind)), [
        [ALLOC, timing(ALLOC)],
        [ARRAY, timing(ARRAY)],
        ["best plain loop", (m) => rate(m, bestPlain(m))],
        ["  which is", which()],
        ["... with a float64 table", (m) => rate(m, bestPlain(m, "float64"))],
        ["  which is", which("float64")],
        [NAIVE, timing(NAIVE)],
        ...peerLines(of(/** @type {import("./tasks.js").Kind} */ (kind))),
        ["alloc() / best plain", over(ALLOC)],
        ["  / with float64 table", over(ALLOC, "float64")],
        ["Float32Array / best plain", over(ARRAY)],
      ], colours)),
    ...table("cos and sin, G elements/s", of("cosSin"), [
      [COS_SIN, timing(COS_SIN)],
      [NAIVE_TABLE, timing(NAIVE_TABLE)],
      ...peerLines(of("cosSin")),
      ["cosSin() / naive", (m) => `${digits(contender(m, NAIVE_TABLE).median / contender(m, COS_SIN).median)}x     `],
    ], colours),
    `${bold("memory, MiB".padEnd(LABEL + 2))}${dim(["array", "module before", "after", "growth"].map((head) => head.padStart(COLUMN)).join(""))}`,
    ...memory.map(({ shape, fractions, bytes, before, after, growth }) =>
      row(`[${shape.join()}]${fractions ? ", positions" : ""}`, [bytes, before, after, growth].map((size) => digits(size / 2 ** 20)))),
    "",
    bold("goals".padEnd(64)) + dim("want".padStart(9) + "got".padStart(12)),
    ...goals.map(goalLine),
  ].join("\n");
}
