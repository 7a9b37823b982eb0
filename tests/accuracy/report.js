// The results as a table for people.

import { EXACT, NAMES } from "./contenders.js";
import { KINDS } from "./sample.js";
import { CLASSES } from "./statistics.js";

/** @typedef {import("./statistics.js").Results} Results */
/** @typedef {import("./statistics.js").Tally} Tally */

/** An error in ulps, short. @param {number} v */
export function short(v) {
  if (v < 10) return v.toFixed(v > 0.49 && v < 0.52 ? 5 : 3);
  return v < 1e5 ? v.toFixed(0) : v.toExponential(1).replace("e+", "e");
}

/** A share as a percentage that says 100 only of all. @param {Tally} tally */
function percent({ count, wrong }) {
  if (wrong === 0) return "all";
  const right = 100 * (1 - wrong / count);
  return `${right >= 99.9 ? (Math.floor(right * 1e5) / 1e5).toFixed(5) : right.toFixed(2)} %`;
}

const count = (/** @type {number} */ n) => n.toLocaleString("en-US");

/** @param {import("./statistics.js").Worst | undefined} w */
const where = (w) =>
  w === undefined ? "" : `${w.cos ? "cos" : "sin"}, pair ${w.pair}, position ${w.position}: ${w.got}, true ${w.want}; ${w.name}`;

/**
 * @param {Results} results
 * @param {ReturnType<typeof import("../model/terminal.js").colours>} colours
 * @param {number} seconds
 */
export function report(results, { bold, dim }, seconds) {
  const [label, cell] = [24, 22];
  const row = (/** @type {string} */ name, /** @type {string[]} */ cells) =>
    `  ${name.padEnd(label)}${cells.map((c) => c.padStart(cell)).join("")}`;
  const head = (/** @type {string} */ title) => bold(title.padEnd(label + 2)) + dim(NAMES.map((n) => n.padStart(cell)).join(""));
  const line = (
    /** @type {string} */ name,
    /** @type {import("./statistics.js").Tallies} */ from,
    /** @type {string} */ key,
    /** @type {(t: Tally) => string} */ text,
  ) =>
    row(
      name,
      NAMES.map((contender) => {
        const t = from.get(`${contender}|${key}`);
        return t === undefined ? "-" : text(t);
      }),
    );
  const both = (/** @type {Tally} */ t) => `${percent(t)}  ${short(t.largest).padStart(8)}`;

  const sizes = /** @type {const} */ ([
    ["large", "entries above 2^-20"],
    ["small", "entries below 2^-20"],
  ]).flatMap(([key, title]) => [
    head(title),
    line("entries", results.size, key, (t) => count(t.count)),
    line("not correctly rounded", results.size, key, (t) => count(t.wrong)),
    line("correctly rounded", results.size, key, percent),
    line("mean error, ulp", results.size, key, (t) => short(t.mean)),
    line("largest error, ulp", results.size, key, (t) => short(t.largest)),
    "",
  ]);
  const classes = CLASSES.map((end, k) => {
    const name = k === 0 ? "nearest float32" : end === Infinity ? `more` : `up to ${end} ulp`;
    return line(name, results.size, "large", (t) => count(t.histogram[k]));
  });
  return [
    bold("posenc: how exact"),
    dim(`errors in units in the last place (ulp) of a float32, against 300 bits; ${seconds.toFixed(0)} s`),
    "",
    ...sizes,
    head("how many are off by"),
    ...classes,
    "",
    head("share and largest, ulp"),
    ...["sinusoidal", "rotary", "grid", "timestep"].map((scheme) => line(scheme, results.scheme, scheme, both)),
    "",
    head("by position"),
    ...KINDS.map((kind) => line(kind, results.kind, kind, both)),
    "",
    bold("the largest errors"),
    ...NAMES.flatMap((name) =>
      ["large", "small"].map((key) => {
        const w = results.size.get(`${name}|${key}`)?.worst;
        return `  ${name}, ${key === "large" ? "above" : "below"} 2^-20: ${short(w?.ulps ?? 0)} ulp\n    ${dim(where(w))}`;
      }),
    ),
  ].join("\n");
}

/** What exact entries do not keep of the promise. @param {Results} results */
export function broken(results) {
  const found = [];
  for (const [key, share, most] of /** @type {const} */ ([
    ["large", 0.9999, 0.501],
    ["small", 0, 1],
  ])) {
    const tally = results.size.of(`${EXACT}|${key}`);
    if (tally.share < share) found.push(`only ${tally.share} of the entries are correctly rounded, not ${share}`);
    if (tally.largest > most) found.push(`${tally.largest} ulp, not at most ${most}: ${where(tally.worst)}`);
  }
  return found;
}
