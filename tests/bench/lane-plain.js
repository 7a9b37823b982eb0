// The lane of what JavaScript can do by itself: the plain loops, Float32Array.set as the limit that
// memory sets, and the naive table. posenc must not be loaded here; lane.js says why.

import { Lane } from "./lane.js";
import { naive, plainLoops } from "./plain-loops.js";
import { naiveTable } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./plain-loops.js").PlainLoop} PlainLoop */

/** The plain loops' names begin with it. */
export const PLAIN = "plain loop, ";
export const NAIVE = "naive loop";
export const SET = "Float32Array.set";
export const NAIVE_TABLE = "naive table";
export const SIN_COS_TABLE = "Math.sin and Math.cos only";

/**
 * A contender that adds a table that it has been given.
 * @param {PlainLoop} plain
 * @returns {Contender}
 */
export function loopContender({ name, wide, together, loop }) {
  return {
    name,
    begin({ kind, shape: [batch], x: input, table: float32 }) {
      if (kind !== "add" || batch % together !== 0) return undefined;
      const table = wide ? Float64Array.from(float32) : float32;
      const x = input.slice();
      return { reset: () => x.set(input), run: () => loop(x, table, batch), result: () => x };
    },
  };
}

/**
 * No addition, only the way of the numbers: from the input to where the results go.
 * @type {Contender}
 */
const set = {
  name: SET,
  begin({ kind, x: input, expected }) {
    if (kind !== "add") return undefined;
    const x = input.slice();
    return { reset: () => x.set(input), run: () => x.set(expected[0].want), result: () => x };
  },
};

/**
 * @param {string} name
 * @param {(seq: number, dim: number) => Float32Array} make
 * @returns {Contender}
 */
const tableContender = (name, make) => ({
  name,
  begin({ kind, shape: [, seq, dim] }) {
    if (kind !== "table") return undefined;
    /** @type {Float32Array} */
    let table = new Float32Array(0);
    return { reset() {}, run: () => void (table = make(seq, dim)), result: () => table };
  },
});

/**
 * A better loop than the naive one, for orientation: what stays when each frequency is computed once.
 * @param {number} seq
 * @param {number} dim
 */
function sinCosTable(seq, dim) {
  const table = new Float32Array(seq * dim);
  const frequencies = Float64Array.from({ length: Math.ceil(dim / 2) }, (_, i) => Math.pow(10000, (-2 * i) / dim));
  for (let pos = 0, at = 0; pos < seq; pos++) {
    for (let i = 0; i < dim; i += 2) {
      const angle = pos * frequencies[i >> 1];
      table[at++] = Math.sin(angle);
      if (i + 1 < dim) table[at++] = Math.cos(angle);
    }
  }
  return table;
}

/** @returns {Contender[]} */
export const plainContenders = () => [
  ...plainLoops().map((plain) => loopContender({ ...plain, name: PLAIN + plain.name })),
  loopContender({ name: NAIVE, wide: false, together: 1, loop: naive }),
  set,
  tableContender(NAIVE_TABLE, naiveTable),
  tableContender(SIN_COS_TABLE, sinCosTable),
];

export const createLane = () => new Lane(plainContenders());
