// The plain JavaScript that posenc is measured against. The best loop is not the naive one, and it
// is another one for each engine and length, so there are many, and the fastest counts. In V8:
//
// - A view for each sequence, with one index for x and the table, saves the sum b·n + i.
// - Turns of 32 or 64 save the loop's own work, and `i | k` (i is a multiple of the turn) the check
//   for overflow that `i + k` needs. V8 keeps a bounds check for every element all the same.
// - JavaScript adds in float64, so each element costs three conversions. A table that holds the
//   same values as float64 saves one of the three, for twice the memory to read.
// - Two sequences together share the reading of the table.
// - From the last element of a turn to the first: where no cache holds the arrays, a turn then asks
//   for all its cache lines at once instead of one after the other.
//
// Firefox and WebKit do best with turns of 32 and 64, from the first to the last, and `i + k`, WebKit nearly twice as well as
// with `i | k`; Math.fround changes nothing there.
//
// Tried and slower in V8 11.3 (Node 20) at every shape: turns of 4, 8, 16 and 128; four sequences
// together; Math.fround; `| 0` and `>>> 0`; loads before stores; two or four places of a sequence at
// once; reading ahead; a view for each row.

import { compile } from "./compile.js";

/** How the names of loops with a float64 table end. */
export const WIDE = " f64";

/** @typedef {(x: Float32Array, table: Float32Array | Float64Array, batch: number) => void} Loop x += table for each sequence */
/** @typedef {{ name: string, wide: boolean, together: number, loop: Loop }} PlainLoop wide: wants its table as float64; together: the batch must be a multiple of it */

/**
 * What most people write.
 * @type {Loop}
 */
export function naive(x, table, batch) {
  const n = table.length;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < n; i++) x[b * n + i] += table[i];
  }
}

/**
 * A loop with many elements a turn, written by a program: by hand these are thousands of lines, and
 * a loop within the turn is one that V8 does not unroll. Each has its own code and type feedback.
 * @param {number} turn how many elements, a power of 2
 * @param {"i + k" | "i | k"} index
 * @param {"up" | "down"} order of the elements of a turn
 * @param {1 | 2} together sequences; the batch is a multiple of it
 * @returns {Loop}
 */
export function unrolled(turn, index, order, together) {
  const sequences = [0, 1].slice(0, together);
  const element = (/** @type {string} */ at) =>
    together === 1 ? `y0[${at}] += table[${at}];` : `{ const t = table[${at}]; ${sequences.map((s) => `y${s}[${at}] += t;`).join(" ")} }`;
  const ks = Array.from({ length: turn }, (_, k) => (order === "up" ? k : turn - 1 - k));
  return compile(`function unrolled(x, table, batch) {
    const n = table.length;
    const whole = n - n % ${turn};
    for (let b = 0; b < batch; b += ${together}) {
      const y0 = x.subarray(b * n, b * n + n);
      ${together === 1 ? "" : "const y1 = x.subarray(b * n + n, b * n + 2 * n);"}
      let i = 0;
      for (; i < whole; i += ${turn}) {
        ${ks.map((k) => element(index.replace("k", String(k)))).join("\n        ")}
      }
      for (; i < n; i++) ${element("i")}
    }
  }`);
}

/**
 * All of them, each with code of its own.
 * @returns {PlainLoop[]}
 */
export function plainLoops() {
  /** @type {PlainLoop[]} */
  const loops = [32, 64].map((turn) => ({ name: `${turn} +`, wide: false, together: 1, loop: unrolled(turn, "i + k", "up", 1) }));
  for (const [wide, together] of /** @type {const} */ ([
    [false, 1],
    [true, 1],
    [true, 2],
  ])) {
    for (const turn of [32, 64]) {
      for (const order of /** @type {const} */ (["up", "down"])) {
        const name = `${turn}${together === 2 ? "x2" : ""} ${order}${wide ? WIDE : ""}`;
        loops.push({ name, wide, together, loop: unrolled(turn, "i | k", order, together) });
      }
    }
  }
  return loops;
}
