// What is measured: the tasks, in their order, and the lanes that take part in them. What the tasks read comes from posenc and is
// checked here, against the formula.

import { Disagreement, difference } from "./agree.js";
import { FILL_SHAPES, fillTask, GRID_SHAPE, gridTask, NEW_TABLE_SHAPES } from "./making-tasks.js";
import {
  ADD_SHAPES,
  addTask,
  BIAS_SHAPES,
  biasTask,
  COS_SIN_SHAPE,
  cosSinTask,
  DECODE_LENGTH,
  DECODE_SHAPE,
  decodeTask,
  INTERLEAVED_SHAPE,
  joined,
  naiveCosSin,
  naiveTable,
  ROTATE_SHAPES,
  rotateRows,
  rotateTask,
  TABLE_SHAPES,
  TABLE_TOLERANCE,
  tableTask,
} from "./tasks.js";

/** Those that are always there; peers.js has the others'. */
export const LANES = ["./lane-posenc.js", "./lane-plain.js", "./lane-limit.js"].map((module) => new URL(module, import.meta.url));

/** What else is measured, beside tasks. */
export const EXTRAS = /** @type {const} */ (["sweep", "first", "memory"]);

/**
 * The table that the loops add. It is posenc's, since its rounding differs from the naive one's in a
 * few last bits; that it is the right table is checked here, against the formula.
 * @param {import("./package.js").Posenc} posenc
 * @param {number} seq
 * @param {number} dim
 */
export function checkedTable(posenc, seq, dim) {
  const encoder = posenc.sinusoidal({ dim });
  const table = encoder.table(seq);
  encoder.dispose();
  const wrong = difference(table, naiveTable(seq, dim), TABLE_TOLERANCE);
  if (wrong !== undefined) throw new Disagreement(`posenc, table [${seq}, ${dim}]: ${wrong}`);
  return table;
}

/**
 * The same of the cosines and sines that turn queries.
 * @param {import("./package.js").Posenc} posenc
 * @param {readonly number[]} shape [batch, heads, seq, headDim]
 */
export function checkedCosSin(posenc, shape) {
  const length = rotateRows(shape);
  const headDim = shape[3];
  const encoder = posenc.rotary({ headDim });
  const rows = encoder.cosSin(length);
  encoder.dispose();
  const want = naiveCosSin(length, headDim);
  const wrong = difference(joined(rows.cos, rows.sin), joined(want.cos, want.sin), TABLE_TOLERANCE);
  if (wrong !== undefined) throw new Disagreement(`posenc, cosSin [${length}, ${headDim / 2}]: ${wrong}`);
  return rows;
}

/**
 * And of ALiBi's slopes: 2^(-8h/P) for the first P heads, the power of two, and every other one of 2P for the rest.
 * @param {import("./package.js").Posenc} posenc
 * @param {number} heads
 */
function checkedSlopes(posenc, heads) {
  const encoder = posenc.alibi({ heads });
  const { slopes } = encoder;
  encoder.dispose();
  const p = 2 ** Math.floor(Math.log2(heads));
  slopes.forEach((slope, h) => {
    const want = h < p ? 2 ** ((-8 * (h + 1)) / p) : 2 ** ((-4 * (2 * (h - p) + 1)) / p);
    if (!(Math.abs(slope / want - 1) <= 2 ** -50)) throw new Disagreement(`posenc, slope ${h} of ${heads}: is ${slope}, want ${want}`);
  });
  return slopes;
}

/**
 * Each task is made when it is its turn: the long ones are large.
 * @param {import("./package.js").Posenc} posenc
 * @returns {{ kind: import("./tasks.js").Kind, make: () => import("./tasks.js").Task }[]}
 */
export const plan = (posenc) => [
  ...ADD_SHAPES.map((shape) => ({
    kind: /** @type {const} */ ("add"),
    make: () => addTask(shape, checkedTable(posenc, shape[1], shape[2])),
  })),
  { kind: "decode", make: () => decodeTask(DECODE_SHAPE, checkedTable(posenc, DECODE_LENGTH, DECODE_SHAPE[2])) },
  ...FILL_SHAPES.map((shape) => ({ kind: /** @type {const} */ ("fill"), make: () => fillTask("fill", shape) })),
  ...NEW_TABLE_SHAPES.map((shape) => ({ kind: /** @type {const} */ ("newTable"), make: () => fillTask("newTable", shape) })),
  ...TABLE_SHAPES.map((shape) => ({ kind: /** @type {const} */ ("table"), make: () => tableTask(shape) })),
  { kind: "grid", make: () => gridTask(GRID_SHAPE) },
  ...ROTATE_SHAPES.map((shape) => ({ kind: /** @type {const} */ ("rotate"), make: () => rotateTask(shape, checkedCosSin(posenc, shape)) })),
  { kind: "rotateInterleaved", make: () => rotateTask(INTERLEAVED_SHAPE, checkedCosSin(posenc, INTERLEAVED_SHAPE), true) },
  ...BIAS_SHAPES.map((shape) => ({ kind: /** @type {const} */ ("bias"), make: () => biasTask(shape, checkedSlopes(posenc, shape[1])) })),
  { kind: "cosSin", make: () => cosSinTask(COS_SIN_SHAPE) },
];
