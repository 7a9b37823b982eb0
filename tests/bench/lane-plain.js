// The lane of what JavaScript can do by itself: the plain loops, Float32Array.set as the limit that
// memory sets, and the naive table. posenc must not be loaded here; lane.js says why.

import { provide } from "./compile.js";
import { Lane } from "./lane.js";
import { positionOf } from "./making-tasks.js";
import { naive, plainLoops } from "./plain-loops.js";
import { fillLoops, GRID_LOOPS } from "./recurrence-loops.js";
import { biasLoops, naiveBias, naiveRotate, rotateLoops } from "./rotate-loops.js";
import { DECODE_LENGTH, joined, naiveCosSin, naiveTable, scoresOf } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./plain-loops.js").PlainLoop} PlainLoop */
/** @typedef {import("./tasks.js").Task} Task */

/** The plain loops' names begin with it. */
export const PLAIN = "plain loop, ";
/** Those that make a new array, in tasks where others do not. */
export const PLAIN_NEW = "plain new array, ";
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
 * @param {number} [offset]
 */
function sinCosTable(seq, dim, offset = 0) {
  const table = new Float32Array(seq * dim);
  const frequencies = Float64Array.from({ length: Math.ceil(dim / 2) }, (_, i) => Math.pow(10000, (-2 * i) / dim));
  for (let pos = 0, at = 0; pos < seq; pos++) {
    for (let i = 0; i < dim; i += 2) {
      const angle = (offset + pos) * frequencies[i >> 1];
      table[at++] = Math.sin(angle);
      if (i + 1 < dim) table[at++] = Math.cos(angle);
    }
  }
  return table;
}

/**
 * One working copy of a task's input for all its contenders: of the large ones there would be gigabytes.
 * @type {WeakMap<Task, Float32Array>}
 */
const copies = new WeakMap();

/** @param {Task} task */
function copyOf(task) {
  const x = copies.get(task) ?? task.x.slice();
  copies.set(task, x);
  return x;
}

/**
 * @param {import("./rotate-loops.js").PlainRotate} plain
 * @returns {Contender}
 */
export const rotateContender = ({ name, wide, together, turn, interleaved, loop }) => ({
  name,
  begin(task) {
    const {
      kind,
      shape: [batch, heads, seq, headDim],
    } = task;
    const all = batch * heads;
    if (kind !== (interleaved ? "rotateInterleaved" : "rotate") || all % together !== 0 || (headDim / 2) % turn !== 0) return undefined;
    const sines = /** @type {Float32Array} */ (task.sin);
    const cos = wide ? Float64Array.from(task.table) : task.table;
    const sin = wide ? Float64Array.from(sines) : sines;
    const x = copyOf(task);
    return {
      reset: () => x.set(task.x),
      run: (step) => loop(x, cos, sin, all, seq, headDim, seq === 1 ? step % DECODE_LENGTH : 0),
      result: () => x,
    };
  },
});

/**
 * @param {boolean} interleaved
 * @returns {Contender}
 */
const naiveRotateContender = (interleaved) => {
  const loop = naiveRotate(interleaved);
  return rotateContender({
    name: NAIVE,
    wide: false,
    together: 1,
    turn: 1,
    interleaved,
    loop: (x, _cos, _sin, heads, seq, headDim, first) => loop(x, heads, seq, headDim, first),
  });
};

/**
 * @param {import("./rotate-loops.js").PlainBias} plain
 * @returns {Contender}
 */
export const biasContender = ({ name, wide, loop }) => ({
  name,
  begin(task) {
    const { kind, shape, table, slopes } = task;
    if (kind !== "bias" || shape[0] !== 1) return undefined;
    const lines = wide ? Float64Array.from(table) : table;
    const of = scoresOf(shape);
    const x = copyOf(task);
    return { reset: () => x.set(task.x), run: () => loop(x, lines, /** @type {Float64Array} */ (slopes), of), result: () => x };
  },
});

/** @type {Contender} */
const cosSinContender = {
  name: NAIVE_TABLE,
  begin({ kind, shape: [, length, headDim] }) {
    if (kind !== "cosSin") return undefined;
    let made = { cos: new Float32Array(0), sin: new Float32Array(0) };
    return { reset() {}, run: () => void (made = naiveCosSin(length, headDim)), result: () => joined(made.cos, made.sin) };
  },
};

/**
 * Makes rows in an array that exists, or in a new one.
 * @param {import("./recurrence-loops.js").PlainFill} plain
 * @returns {Contender}
 */
export const fillContender = ({ name, make }) => ({
  name,
  begin({ kind, shape: [, seq, dim], x: input }) {
    if ((kind !== "fill" && kind !== "newTable") || dim % 8 !== 0) return undefined;
    const fill = make(seq, dim);
    let x = input.slice();
    const run =
      kind === "fill"
        ? (/** @type {number} */ step) => fill(x, positionOf(step))
        : (/** @type {number} */ step) => fill((x = new Float32Array(seq * dim)), positionOf(step));
    return { reset: () => void x.fill(0), run, result: () => x };
  },
});

/**
 * @param {string} name
 * @param {(seq: number, dim: number, offset: number) => Float32Array} table
 */
const slowFillContender = (name, table) => fillContender({ name, make: (seq, dim) => (x, offset) => x.set(table(seq, dim, offset)) });

/**
 * @param {{ name: string, loop: import("./recurrence-loops.js").PlainGrid }} plain
 * @param {boolean} fresh into a new array
 * @returns {Contender}
 */
const gridContender = ({ name, loop }, fresh) => ({
  name: `${fresh ? PLAIN_NEW : PLAIN}${name}`,
  begin({ kind, shape: [height, width, dim], x: input }) {
    if (kind !== "grid") return undefined;
    const half = dim / 2;
    const [rows, columns] = [height, width].map((length) => naiveTable(length, half));
    let x = fresh ? input : input.slice();
    const run = () => {
      if (fresh) x = new Float32Array(height * width * dim);
      loop(x, rows, columns, height, width, half);
    };
    return { reset: () => void (fresh || x.fill(0)), run, result: () => x };
  },
});

/** @returns {Contender[]} */
export const plainContenders = () => [
  ...plainLoops().map((plain) => loopContender({ ...plain, name: PLAIN + plain.name })),
  loopContender({ name: NAIVE, wide: false, together: 1, loop: naive }),
  set,
  tableContender(NAIVE_TABLE, naiveTable),
  tableContender(SIN_COS_TABLE, sinCosTable),
  ...[false, true].flatMap((interleaved) => [
    ...rotateLoops(interleaved).map((plain) => rotateContender({ ...plain, name: PLAIN + plain.name })),
    naiveRotateContender(interleaved),
  ]),
  ...biasLoops().map((plain) => biasContender({ ...plain, name: PLAIN + plain.name })),
  biasContender({ name: NAIVE, wide: false, turn: 1, loop: naiveBias }),
  cosSinContender,
  ...fillLoops().map(({ name, make }) => fillContender({ name: PLAIN + name, make })),
  slowFillContender(SIN_COS_TABLE, sinCosTable),
  slowFillContender(NAIVE_TABLE, naiveTable),
  ...[false, true].flatMap((fresh) => GRID_LOOPS.map((plain) => gridContender(plain, fresh))),
];

/** @param {string} [loops] a module with their code (loops-module.js), for pages */
export async function createLane(loops) {
  if (loops !== undefined) provide((await import(loops)).default);
  return new Lane(plainContenders());
}
