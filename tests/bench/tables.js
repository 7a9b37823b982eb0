// The tables of the report: a column for each shape, a line for each contender, and what follows from them. Lines of what
// nobody did are left out.

import { bestLimit, bestPlain, found, times } from "./goals.js";
import { LIMIT, NEW, STAGED } from "./lane-limit.js";
import { NAIVE, NAIVE_TABLE, PLAIN, PLAIN_NEW, SET, SIN_COS_TABLE } from "./lane-plain.js";
import { ALLOC, ARRAY, COS_SIN, TABLE } from "./lane-posenc.js";
import { PEERS, uploaded } from "./peers.js";
import { WIDE } from "./plain-loops.js";
import { spread } from "./statistics.js";

/** @typedef {import("./measure.js").Measured} Measured */
/** @typedef {import("./measure.js").Timing} Timing */
/** @typedef {ReturnType<typeof import("../model/terminal.js").colours>} Colours */
/** @typedef {(of: Measured) => Timing | undefined} Pick */

export const LABEL = 28;
export const COLUMN = 14;

/** Where a number ends and its spread begins. */
const AFTER = "     ";

/** Three digits, as many as a noisy machine deserves. @param {number} v */
export const digits = (v) => (v === 0 || v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v >= 0.1 ? v.toFixed(2) : v.toFixed(3));

/**
 * A row of the tables: each text in its column.
 * @param {string} label
 * @param {readonly string[]} cells
 * @param {number} [width]
 */
export const row = (label, cells, width = COLUMN) => `${`  ${label}`.padEnd(LABEL)}${cells.map((cell) => cell.padStart(width)).join("")}`;

/** @param {Measured} of @param {Timing} timing */
const rate = ({ elements }, timing) => `${digits(elements / timing.median / 1e6)} ±${`${Math.round(100 * spread(timing))}`.padStart(2)}%`;

/** The name of one of many, under its number. @param {string} name */
const short = (name) => {
  const rest =
    [PLAIN_NEW, PLAIN, STAGED, NEW, LIMIT]
      .reduce((text, start) => (text.startsWith(start) ? text.slice(start.length) : text), name)
      .replace(/^, /, "")
      .replace(WIDE, "") || "whole";
  return rest.length <= 8 ? rest + AFTER : rest;
};

/** @type {(name: string) => Pick} */
const by = (name) => (of) => found(of, name);
/** @type {Pick} */
const plainNew = (of) => of.contenders.filter(({ name }) => name.startsWith(PLAIN_NEW)).sort((a, b) => a.median - b.median)[0];
/** @type {Pick} */
const wide = (of) => bestPlain(of, "float64");
/** @type {Pick} */
const limit = (of) => bestLimit(of);
/** @type {Pick} */
const staged = (of) => bestLimit(of, "staged");
/** @type {Pick} */
const fresh = (of) => bestLimit(of, "new");

/** Who is in a table; the best of many with its name below. @type {readonly [label: string, pick: Pick, many?: boolean][]} */
const CONTENDERS = [
  ...[ALLOC, ARRAY, TABLE, COS_SIN].map((name) => /** @type {[string, Pick]} */ ([name, by(name)])),
  ["best plain loop", (of) => bestPlain(of), true],
  ["plain, float64 table", wide, true],
  ["plain, new array", plainNew, true],
  ...[NAIVE, SIN_COS_TABLE, NAIVE_TABLE].map((name) => /** @type {[string, Pick]} */ ([name, by(name)])),
  [`${SET} (limit)`, by(SET)],
  ["bare SIMD kernel (limit)", limit, true],
  ["bare kernel, staged", staged, true],
  ["bare kernel, new array", fresh, true],
  ...PEERS.flatMap(
    (peer) =>
      /** @type {[string, Pick][]} */ ([
        [peer.replace(",", ""), by(peer)],
        ["  uploaded", by(uploaded(peer))],
      ]),
  ),
];

/** @type {readonly [label: string, slower: Pick, faster: Pick][]} */
const RATIOS = [
  ["alloc() / best plain", (of) => bestPlain(of), by(ALLOC)],
  ["alloc() / plain, float64", wide, by(ALLOC)],
  ["alloc() / bare kernel", limit, by(ALLOC)],
  ["Float32Array / best plain", (of) => bestPlain(of), by(ARRAY)],
  ["Float32Array / float64", wide, by(ARRAY)],
  ["Float32Array / staged", staged, by(ARRAY)],
  ["table() / best plain", (of) => plainNew(of) ?? bestPlain(of), by(TABLE)],
  ["table() / naive", by(NAIVE_TABLE), by(TABLE)],
  ["table() / bare, new array", fresh, by(TABLE)],
  ["cosSin() / naive", by(NAIVE_TABLE), by(COS_SIN)],
];

/**
 * @param {string} title
 * @param {readonly Measured[]} columns
 * @param {Colours} colours
 * @returns {string[]} no lines without columns
 */
export function table(title, columns, { bold, dim }) {
  if (columns.length === 0) return [];
  const width = columns.length > 4 ? COLUMN : COLUMN + 3; // shapes of four numbers are long
  const line = (/** @type {string} */ label, /** @type {readonly string[]} */ cells) => row(label, cells, width);
  const lines = [
    `${bold(title)}  ${dim(
      line(
        "",
        columns.map(({ shape }) => `[${shape.join()}]`),
      ).slice(title.length + 2),
    )}`,
  ];
  for (const [label, pick, many = false] of CONTENDERS) {
    const timings = columns.map(pick);
    if (timings.every((timing) => timing === undefined)) continue;
    lines.push(
      line(
        label,
        timings.map((timing, i) => (timing === undefined ? `-${AFTER}` : rate(columns[i], timing))),
      ),
    );
    if (many)
      lines.push(
        line(
          "    which is",
          timings.map((timing) => (timing === undefined ? "" : short(timing.name))),
        ),
      );
  }
  for (const [label, slower, faster] of RATIOS) {
    const ratios = columns.map((of) => times(slower(of), faster(of)));
    if (ratios.some((ratio) => ratio !== undefined))
      lines.push(
        line(
          label,
          ratios.map((ratio) => (ratio === undefined ? `-${AFTER}` : `${digits(ratio)}x${AFTER}`)),
        ),
      );
  }
  return [...lines, ""];
}
