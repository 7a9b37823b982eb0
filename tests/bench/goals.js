// What must be shown, beside what was measured. A goal that is missed is printed as missed and ends
// nothing: speed depends on the machine, so it is for a reader to judge and not for a test to fail.
// Nor is a goal judged when nobody measured what it is about.

import { LIMIT, NEW, STAGED } from "./lane-limit.js";
import { NAIVE, NAIVE_TABLE, PLAIN } from "./lane-plain.js";
import { ALLOC, ARRAY, TABLE } from "./lane-posenc.js";
import { FILL_SHAPES, NEW_TABLE_SHAPES } from "./making-tasks.js";
import { ORT_WEB_1, ORT_WEB_2, PEERS } from "./peers.js";
import { WIDE } from "./plain-loops.js";
import { ADD_SHAPES, ROTATE_SHAPES } from "./tasks.js";

/** @typedef {import("./measure.js").Measured} Measured */
/** @typedef {import("./measure.js").Timing} Timing */
/** @typedef {import("./memory.js").Growth} Growth */
/** @typedef {{ measured: Measured[], memory: Growth[], sweep?: import("./sweep.js").SweepLine[], first?: import("./first.js").First[] }} Results */
/** @typedef {{ what: string, want: number, got: number, unit: "x" | "µs" | "ms" | "MiB", atLeast: boolean, reached: boolean }} Goal */

/**
 * @param {Measured} of
 * @param {string} name
 * @returns {Timing | undefined}
 */
export const found = (of, name) => of.contenders.find((c) => c.name === name);

/**
 * The one with the smallest median. As the fastest of many it is a little lucky too, which is to its favour and not
 * to ours.
 * @param {Measured} of
 * @param {(name: string) => boolean} which
 * @returns {Timing | undefined}
 */
const fastest = (of, which) =>
  of.contenders
    .filter(({ name }) => which(name))
    .reduce((/** @type {Timing | undefined} */ best, c) => (best === undefined || c.median < best.median ? c : best), undefined);

/**
 * The best plain loop. The goals are for loops that read what posenc itself keeps, a
 * table of float32; the report has both, since a table of twice the size makes a faster loop.
 * @param {Measured} of
 * @param {"float32" | "float64"} [table]
 */
export const bestPlain = (of, table = "float32") =>
  fastest(of, (name) => (name === NAIVE || name.startsWith(PLAIN)) && name.endsWith(WIDE) === (table === "float64"));

/**
 * The best of the bare kernels: on arrays in their memory, on those that JavaScript copies there and back, into new ones.
 * @param {Measured} of
 * @param {"whole" | "staged" | "new"} [how]
 */
export const bestLimit = (of, how = "whole") =>
  fastest(of, (name) => name.startsWith(LIMIT) && (name.startsWith(STAGED) ? "staged" : name.startsWith(NEW) ? "new" : "whole") === how);

/** The best of some peers, as their users pay. @param {Measured} of @param {readonly string[]} [peers] */
export const bestPeer = (of, peers = PEERS) => fastest(of, (name) => peers.includes(name));

/**
 * How many times as fast the second is.
 * @param {{ median: number } | undefined} slower
 * @param {{ median: number } | undefined} faster
 */
export const times = (slower, faster) => (slower === undefined || faster === undefined ? undefined : slower.median / faster.median);

/**
 * @param {Results} results
 * @returns {Goal[]}
 */
export function goals({ measured, memory, sweep = [], first = [] }) {
  /** @type {Omit<Goal, "reached">[]} */
  const list = [];
  /** @param {string} what @param {number | undefined} got @param {number} want @param {Goal["unit"]} [unit] @param {boolean} [atLeast] */
  const goal = (what, got, want, unit = "x", atLeast = unit === "x") => {
    if (got !== undefined) list.push({ what, want, got, unit, atLeast });
  };
  /** @param {import("./tasks.js").Kind} kind @param {readonly number[]} shape @param {(of: Measured) => void} judge */
  const at = (kind, shape, judge) => {
    const of = measured.find((m) => m.kind === kind && m.shape.join() === shape.join());
    if (of !== undefined) judge(of);
  };
  const microseconds = (/** @type {Measured} */ of, /** @type {string} */ name) => {
    const timing = found(of, name);
    return timing && 1000 * timing.median;
  };

  ADD_SHAPES.forEach((shape, i) =>
    at("add", shape, (of) => {
      const [alloc, array, plain] = [found(of, ALLOC), found(of, ARRAY), bestPlain(of)];
      const overPlain = [, 5, 5, , 2][i];
      goal(`add [${shape}], alloc(), of the bare kernel`, times(bestLimit(of), alloc), 0.95);
      if (overPlain !== undefined) goal(`add [${shape}], alloc(), over the best plain loop`, times(plain, alloc), overPlain);
      goal(`add [${shape}], Float32Array, of the bare kernel, staged`, times(bestLimit(of, "staged"), array), 0.95);
      goal(`add [${shape}], Float32Array, over the best plain loop`, times(plain, array), i === 1 || i === 2 ? 2 : 1);
      goal(`add [${shape}], Float32Array, over the fastest peer`, times(bestPeer(of), array), 1);
    }),
  );
  FILL_SHAPES.forEach((shape) =>
    at("fill", shape, (of) => {
      const alloc = found(of, ALLOC);
      goal(`fill [${shape}], alloc(), of the bare kernel`, times(bestLimit(of), alloc), 0.9);
      goal(`fill [${shape}], alloc(), over the best plain recurrence`, times(bestPlain(of), alloc), 3);
    }),
  );
  NEW_TABLE_SHAPES.forEach((shape) => {
    at("newTable", shape, (of) => {
      goal(`table [${shape.slice(1)}], of the bare kernel, new array`, times(bestLimit(of, "new"), found(of, TABLE)), 0.9);
      goal(`table [${shape.slice(1)}], over the best plain recurrence`, times(bestPlain(of), found(of, TABLE)), 1.5);
    });
    at("table", shape, (of) =>
      goal(`table [${shape.slice(1)}] from nothing, over the naive loop`, times(found(of, NAIVE_TABLE), found(of, TABLE)), 20),
    );
  });
  at("add", [1, 1, 768], (of) => goal("add [1,1,768], alloc(), one row", microseconds(of, ALLOC), 0.15, "µs"));
  at("decode", [1, 1, 768], (of) => goal("add [1,1,768], alloc(), one row with { offset }", microseconds(of, ALLOC), 0.15, "µs"));
  ROTATE_SHAPES.forEach((shape, i) =>
    at("rotate", shape, (of) => {
      const alloc = found(of, ALLOC);
      goal(`rotate [${shape}], alloc(), of the bare kernel`, times(bestLimit(of), alloc), 0.9);
      goal(`rotate [${shape}], alloc(), over the best plain loop`, times(bestPlain(of), alloc), [4, 4, 2.5][i]);
      goal(`rotate [${shape}], alloc(), over onnxruntime-web`, times(bestPeer(of, [ORT_WEB_1, ORT_WEB_2]), alloc), 10);
      if (shape[2] === 1) goal(`rotate [${shape}], alloc(), one token with { offset }`, microseconds(of, ALLOC), 0.8, "µs");
    }),
  );
  for (const name of [ALLOC, ARRAY]) {
    const [short, long] = [1e4, 1e7].map((rows) => sweep.find((line) => line.rows === rows)?.contenders.find((c) => c.name === name));
    goal(`${name}: time of an element at 10^7 rows over 10^4`, times(long, short), 1.3, "x", false);
    goal(`${name}: more module memory after 10^7 rows`, long && (Number(long.after) - Number(long.before)) / 2 ** 20, 8, "MiB");
  }
  first
    .filter(({ name }) => name === "posenc")
    .forEach(({ fromLoad }) => goal("load() to the first add, a new process", fromLoad.median, 40, "ms"));
  const gigabyte = memory.find(({ bytes }) => bytes === 2 ** 30);
  goal("memory for a Float32Array of 1 GiB", gigabyte && gigabyte.growth / 2 ** 20, 8, "MiB");

  return list.map((goal) => ({
    ...goal,
    reached: goal.atLeast ? goal.got >= goal.want : goal.unit === "µs" || goal.unit === "ms" ? goal.got < goal.want : goal.got <= goal.want,
  }));
}
