// What must be shown, beside what was measured. A goal that is missed is printed as missed and ends
// nothing: speed depends on the machine, so it is for a reader to judge and not for a test to fail.

import { NAIVE, NAIVE_TABLE, PLAIN } from "./lane-plain.js";
import { ALLOC, ARRAY, TABLE } from "./lane-posenc.js";
import { ORT_WEB_1, ORT_WEB_2, PEERS } from "./peers.js";
import { WIDE } from "./plain-loops.js";
import { ADD_SHAPES, ROTATE_SHAPES } from "./tasks.js";

/** @typedef {import("./measure.js").Measured} Measured */
/** @typedef {import("./measure.js").Timing} Timing */
/** @typedef {import("./memory.js").Growth} Growth */
/** @typedef {{ measured: Measured[], memory: Growth[] }} Results */
/** @typedef {{ what: string, want: number, got: number, unit: "x" | "µs" | "MiB", atLeast: boolean, reached: boolean }} Goal */

/**
 * @param {Measured} of
 * @param {string} name
 * @returns {Timing}
 */
export function contender(of, name) {
  const found = of.contenders.find((c) => c.name === name);
  if (found === undefined) throw new RangeError(`no contender ${name}`);
  return found;
}

/**
 * The plain loop with the smallest median. As the fastest of many it is a little lucky too, which
 * is to its favour and not to ours. The goals are for loops that read what posenc itself keeps, a
 * table of float32; the report has both, since a table of twice the size makes a faster loop.
 * @param {Measured} of
 * @param {"float32" | "float64"} [table]
 */
export function bestPlain(of, table = "float32") {
  const loops = of.contenders.filter(({ name }) => (name === NAIVE || name.startsWith(PLAIN)) && name.endsWith(WIDE) === (table === "float64"));
  return loops.reduce((best, loop) => (loop.median < best.median ? loop : best));
}

/**
 * How many times as fast as the fastest of some peers, as their users pay.
 * @param {Measured} of
 * @param {string} name
 * @param {readonly string[]} [peers]
 * @returns {number | undefined} undefined: none was measured
 */
export function overPeers(of, name, peers = PEERS) {
  const medians = of.contenders.filter((c) => peers.includes(c.name)).map(({ median }) => median);
  return medians.length === 0 ? undefined : Math.min(...medians) / contender(of, name).median;
}

/**
 * The results of one task.
 * @param {readonly Measured[]} measured
 * @param {import("./tasks.js").Kind} kind
 * @param {readonly number[]} shape
 */
export function at(measured, kind, shape) {
  const found = measured.find((m) => m.kind === kind && m.shape.join() === shape.join());
  if (found === undefined) throw new RangeError(`nothing measured for ${kind} [${shape}]`);
  return found;
}

/**
 * @param {Results} results
 * @returns {Goal[]}
 */
export function goals({ measured, memory }) {
  /** @param {readonly number[]} shape @param {string} name */
  const overPlain = (shape, name) => {
    const of = at(measured, "add", shape);
    return bestPlain(of).median / contender(of, name).median;
  };
  /** @param {readonly number[]} shape */
  const overNaive = (shape) => {
    const of = at(measured, "table", shape);
    return contender(of, NAIVE_TABLE).median / contender(of, TABLE).median;
  };
  /** @param {import("./tasks.js").Kind} kind */
  const row = (kind) => 1000 * contender(at(measured, kind, [1, 1, 768]), ALLOC).median;

  /** @param {readonly number[]} shape */
  const overRotate = (shape) => {
    const of = at(measured, "rotate", shape);
    return bestPlain(of).median / contender(of, ALLOC).median;
  };

  const gigabyte = /** @type {Growth} */ (memory.find(({ bytes }) => bytes === 2 ** 30));

  /** @type {(Omit<Goal, "reached" | "got"> & { got: number | undefined })[]} judged only when there were peers */
  const overOthers = [
    ...ADD_SHAPES.map((shape) => (
      { what: `add [${shape}], Float32Array, over the fastest peer`, want: 1, got: overPeers(at(measured, "add", shape), ARRAY), unit: /** @type {const} */ ("x"), atLeast: true })),
    ...ROTATE_SHAPES.map((shape) => (
      { what: `rotate [${shape}], alloc(), over onnxruntime-web`, want: 10, got: overPeers(at(measured, "rotate", shape), ALLOC, [ORT_WEB_1, ORT_WEB_2]), unit: /** @type {const} */ ("x"), atLeast: true })),
  ];

  /** @type {Omit<Goal, "reached">[]} */
  const list = [
    ...[[1, 128, 384], [1, 512, 768], [1, 8192, 768]].map((shape, i) => (
      { what: `add [${shape}], alloc(), over the best plain loop`, want: [5, 5, 2][i], got: overPlain(shape, ALLOC), unit: /** @type {const} */ ("x"), atLeast: true })),
    ...[[1, 128, 384], [1, 512, 768]].map((shape) => (
      { what: `add [${shape}], Float32Array, over the best plain loop`, want: 2, got: overPlain(shape, ARRAY), unit: /** @type {const} */ ("x"), atLeast: true })),
    ...[[1, 128, 384], [1, 512, 768]].map((shape) => (
      { what: `table [${shape.slice(1)}] from nothing, over the naive loop`, want: 20, got: overNaive(shape), unit: /** @type {const} */ ("x"), atLeast: true })),
    { what: "add [1,1,768], alloc(), one row", want: 1, got: row("add"), unit: "µs", atLeast: false },
    { what: "add [1,1,768], alloc(), one row with { offset }", want: 1, got: row("decode"), unit: "µs", atLeast: false },
    ...ROTATE_SHAPES.map((shape, i) => (
      { what: `rotate [${shape}], alloc(), over the best plain loop`, want: [4, 4, 2.5][i], got: overRotate(shape), unit: /** @type {const} */ ("x"), atLeast: true })),
    ...overOthers.flatMap(({ got, ...goal }) => (got === undefined ? [] : [{ ...goal, got }])),
    { what: "memory for a Float32Array of 1 GiB", want: 8, got: gigabyte.growth / 2 ** 20, unit: "MiB", atLeast: false },
  ];
  return list.map((goal) => ({ ...goal, reached: goal.atLeast ? goal.got >= goal.want : goal.unit === "µs" ? goal.got < goal.want : goal.got <= goal.want }));
}
