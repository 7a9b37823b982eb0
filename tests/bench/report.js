// The results as a table for people: at most 100 columns, colour only on a terminal.

import { arch, cpus, platform } from "node:os";

import { spread, summary } from "./statistics.js";
import { COLUMN, digits, LABEL, row, table } from "./tables.js";

/** @typedef {import("./tables.js").Colours} Colours */

/** What half of a task's results spread by on a machine that does something else as well. */
const BUSY = 0.05;

/** The tables, in their order. @type {readonly [import("./tasks.js").Kind, string][]} */
const TITLES = [
  ["add", "add, G elements/s"],
  ["decode", "  one row with { offset }"],
  ["fill", "fill, G elements/s"],
  ["newTable", "table, G elements/s"],
  ["table", "  from nothing"],
  ["grid", "grid, G elements/s"],
  ["rotate", "rotate, G elements/s"],
  ["rotateInterleaved", "  interleaved"],
  ["bias", "ALiBi, G elements/s"],
  ["cosSin", "cos and sin, G elements/s"],
];

/** Where it ran. */
export function machine() {
  const { model } = cpus()[0] ?? { model: "unknown processor" };
  return {
    cpu: model.replace(/\s+/g, " ").trim(),
    cores: cpus().length,
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/**
 * The same with the versions, in lines.
 * @param {{ version: string, peers?: Record<string, string> }} of
 */
export function where({ version, peers = {} }) {
  const { cpu, cores, platform: system, node, v8 } = machine();
  const others = Object.entries(peers).map(([name, of]) => `${name.replace(/^.*\//, "")} ${of}`);
  return [
    `${cpu}, ${cores} cores, ${system}; Node ${node}, V8 ${v8}; posenc ${version}`,
    ...(others.length === 0 ? [] : [`peers: ${others.join(", ")}`]),
  ];
}

/** @param {string} title @param {readonly string[]} heads @param {Colours} colours */
const head = (title, heads, { bold, dim }) => `${bold(title.padEnd(LABEL))}${dim(heads.map((text) => text.padStart(COLUMN)).join(""))}`;

/** @param {number | undefined} bytes */
const mebibytes = (bytes) => (bytes === undefined ? "-" : digits(bytes / 2 ** 20));

/**
 * @param {readonly import("./sweep.js").SweepLine[]} lines
 * @param {Colours} colours
 */
function sweepTable(lines, colours) {
  if (lines.length === 0) return [];
  const heads = ["alloc()", "Float32Array", "best plain", "bare kernel", "module, MiB"];
  const starts = ["posenc, alloc()", "posenc, Float32Array", "plain", "bare"];
  return [
    head("add by length, ns/element", heads, colours),
    ...lines.map(({ rows, dim, contenders }) => {
      const best = starts.map((start) =>
        contenders.filter(({ name }) => name.startsWith(start)).reduce((a, b) => (b.median < a.median ? b : a)),
      );
      return row(`[1,${rows},${dim}]`, [
        ...best.map(({ median }) => (median < 0.1 ? median.toFixed(3) : digits(median))),
        `${mebibytes(best[1].before)} > ${mebibytes(best[1].after)}`,
      ]);
    }),
    "",
  ];
}

/**
 * @param {readonly import("./first.js").First[]} first
 * @param {Colours} colours
 */
function firstTable(first, colours) {
  if (first.length === 0) return [];
  return [
    head("first result, ms", ["from import", "from load()"], colours),
    ...first.map(({ name, fromImport, fromLoad }) =>
      row(
        name,
        [fromImport, fromLoad].map((of) => `${digits(of.median)} ±${`${Math.round(100 * spread(of))}`.padStart(2)}%`),
      ),
    ),
    "",
  ];
}

/**
 * @param {readonly import("./memory.js").Growth[]} memory
 * @param {Colours} colours
 */
function memoryTable(memory, colours) {
  if (memory.length === 0) return [];
  return [
    head("memory, MiB", ["array", "module before", "after", "growth"], colours),
    ...memory.map(({ shape, fractions, bytes, before, after, growth }) =>
      row(`[${shape.join()}]${fractions ? ", positions" : ""}`, [bytes, before, after, growth].map(mebibytes)),
    ),
    "",
  ];
}

/**
 * Said when half of a task's results spread by more than they should.
 * @param {readonly import("./measure.js").Measured[]} measured
 * @param {Colours} colours
 */
export function busyLine(measured, { bad }) {
  const usual = Math.max(0, ...measured.map(({ contenders }) => summary(contenders.map(spread)).median)); // of the worst task
  return usual < BUSY ? [] : [bad(`the machine was busy with something else (±${(100 * usual).toFixed(0)}%): better run it again`)];
}

/**
 * @param {readonly import("./goals.js").Goal[]} goals
 * @param {Colours} colours
 */
export function goalsTable(goals, { bold, dim, good, bad }) {
  if (goals.length === 0) return [];
  return [
    bold("goals that the project has set itself".padEnd(68)) + dim("want".padStart(9) + "got".padStart(11)),
    ...goals.map(({ what, want, got, unit, atLeast, reached }) => {
      const space = unit === "x" ? "" : " ";
      const wanted = `${atLeast ? ">=" : unit === "µs" || unit === "ms" ? "<" : "<="} ${want}${space}${unit}`;
      return `  ${what.padEnd(66)}${wanted.padStart(9)}${`${got < 10 && got >= 0.1 ? got.toPrecision(3) : digits(got)}${space}${unit}`.padStart(11)}  ${reached ? good("reached") : bad("missed")}`;
    }),
  ];
}

/**
 * @param {import("./goals.js").Results & { goals: readonly import("./goals.js").Goal[], version: string, peers?: Record<string, string>, seconds: number, effort: import("./measure.js").Effort }} results
 * @param {Colours} colours
 * @returns {string}
 */
export function report({ measured, memory, sweep = [], first = [], goals, version, peers = {}, seconds, effort }, colours) {
  const { bold, dim } = colours;

  return [
    bold(`posenc ${version}: speed and memory`),
    ...where({ version, peers }).map(dim),
    dim(`medians of ${effort.repetitions} interleaved repetitions of ${effort.repetition} ms and more, ± half the quartiles' distance;`),
    dim(`every result checked before it is timed; ${seconds.toFixed(0)} s in all`),
    ...busyLine(measured, colours),
    "",
    ...TITLES.flatMap(([kind, title]) =>
      table(
        title,
        measured.filter((m) => m.kind === kind),
        colours,
      ),
    ),
    ...sweepTable(sweep, colours),
    ...firstTable(first, colours),
    ...memoryTable(memory, colours),
    ...goalsTable(goals, colours),
  ].join("\n");
}
