// The results of the browsers as tables for people: at most 100 columns, colour only on a terminal.

import { busyLine, goalsTable, machine } from "./report.js";
import { spread } from "./statistics.js";
import { digits, table } from "./tables.js";
import { SMALL_SHAPES } from "./page-bench.js";

/** @typedef {import("./tables.js").Colours} Colours */
/** @typedef {import("./browser-run.js").Benched & { name: import("../browsers/launch.js").Name, title: string, browser: string, first?: import("./browser-run.js").FirstResult, goals: import("./goals.js").Goal[] }} BrowserResults browser: its version */

/** @param {import("./measure.js").Measured} of */
const isSmall = ({ shape }) => SMALL_SHAPES.some((small) => small.join() === shape.join());

/** @param {import("./browser-run.js").FirstResult} first */
function firstLine({ fromLoad, fromNavigation, load, add, encoded }) {
  const ms = (/** @type {import("./statistics.js").Summary} */ of) => `${digits(of.median)} ms ±${Math.round(100 * spread(of))}%`;
  return [
    `first result in a cold tab: ${ms(fromLoad)} from load() (load ${digits(load.median)}, add ${digits(add.median)}),`,
    `  ${ms(fromNavigation)} from the navigation; ${(encoded / 1000).toFixed(0)} KB of wasm`,
    "",
  ];
}

/**
 * @param {BrowserResults} results
 * @param {Colours} colours
 */
export function browserReport({ title, browser, version, clock, isolated, effort, measured, first, goals }, colours) {
  const { bold, dim } = colours;
  const { cpu, cores, platform } = machine();
  const of = (/** @type {import("./tasks.js").Kind} */ kind, small = false) =>
    measured.filter((m) => m.kind === kind && isSmall(m) === small);
  return [
    bold(`posenc ${version} in ${title} ${browser}`),
    dim(
      `${cpu}, ${cores} cores, ${platform}; the clock's step is ${digits(1000 * clock)} µs${isolated ? "" : ", the page is not isolated"}`,
    ),
    dim(
      `medians of ${effort.repetitions} interleaved repetitions of ${digits(effort.repetition)} ms and more, ± half the quartiles' distance`,
    ),
    ...busyLine(measured, colours),
    "",
    ...table("add, G elements/s", of("add"), colours),
    ...table("  shorter", of("add", true), colours),
    ...table("  one row with { offset }", of("decode"), colours),
    ...table("rotate, G elements/s", of("rotate"), colours),
    ...(first === undefined ? [] : firstLine(first)),
    ...goalsTable(goals, colours),
    "",
  ].join("\n");
}
