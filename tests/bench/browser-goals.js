// What must be shown in browsers: posenc is ahead of the best of all plain loops, whatever their tables, from 4096
// elements on, and twice as fast on alloc(). In Chromium, whose engine Node has too, the goals are those of goals.js, and how soon there is a result.

import { ALLOC, ARRAY } from "./lane-posenc.js";
import { bestPlain, found, times } from "./goals.js";

/** @typedef {import("./goals.js").Goal} Goal */
/** @typedef {import("./measure.js").Measured} Measured */

/** From how many elements on. */
const ELEMENTS = 4096;

/** The best of all plain loops. @param {Measured} of */
export const bestLoop = (of) =>
  [bestPlain(of, "float32"), bestPlain(of, "float64")].reduce((best, loop) =>
    best === undefined || (loop !== undefined && loop.median < best.median) ? loop : best,
  );

/**
 * @param {import("../browsers/launch.js").Name} name
 * @param {{ measured: readonly Measured[], first?: import("./browser-run.js").FirstResult }} results
 * @returns {Goal[]}
 */
export function browserGoals(name, { measured, first }) {
  /** @type {Goal[]} */
  const list = [];
  if (name !== "chromium") {
    for (const [who, contender, want] of /** @type {const} */ ([
      ["alloc()", ALLOC, 2],
      ["Float32Array", ARRAY, 1],
    ])) {
      for (const of of measured) {
        const got = times(bestLoop(of), found(of, contender));
        if (of.elements < ELEMENTS || got === undefined) continue;
        list.push({
          what: `${of.kind} [${of.shape}], ${who}, over the best plain loop`,
          want,
          got,
          unit: "x",
          atLeast: true,
          reached: got >= want,
        });
      }
    }
  } else if (first !== undefined) {
    const got = first.fromLoad.median;
    list.push({ what: "load() to the first add, a cold tab", want: 120, got, unit: "ms", atLeast: false, reached: got < 120 });
  }
  return list;
}
