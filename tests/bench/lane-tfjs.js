// The lane of TensorFlow.js with its WebAssembly backend: SIMD, and one thread, since it has no more in Node. Every
// operation makes a tensor of its own and is done when it returns. What lies between input and output is disposed of at once;
// the constants (tables, cosines, biases) are uploaded before.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { Lane } from "./lane.js";
import { angleTolerance, makesTable, offsetAt, TFJS, uploaded, wholeBias } from "./peers.js";
import { DECODE_LENGTH, joined } from "./tasks.js";

const require = createRequire(import.meta.url); // the packages' entry for Node is CommonJS; two copies of the core would not know each other
/** @type {typeof import("@tensorflow/tfjs-core")} */
const tf = require("@tensorflow/tfjs-core");

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./tasks.js").Task} Task */
/** @typedef {import("@tensorflow/tfjs-core").Tensor} Tensor */
/** @typedef {{ constants: Tensor[], shape: readonly number[], apply: (x: Tensor, step: number) => Tensor }} Layer */

/**
 * @param {Task} task
 * @returns {Layer | undefined}
 */
function layerOf(task) {
  switch (task.kind) {
    case "add":
    case "bias":
      return addLayer(task);
    case "decode":
      return decodeLayer(task);
    case "rotate":
    case "rotateInterleaved":
      return rotateLayer(task);
    default:
      return undefined;
  }
}

/**
 * For ALiBi with the bias of every score, which is quicker than to multiply slopes by distances each time.
 * @param {Task} task
 * @returns {Layer}
 */
function addLayer(task) {
  const { kind, shape } = task;
  const table = tf.tensor(kind === "bias" ? wholeBias(task) : task.table, [1, ...shape.slice(1)]);
  return { constants: [table], shape, apply: (x) => tf.add(x, table) };
}

/**
 * With each row a tensor of its own, since slice() first copies all that it takes a part of.
 * @param {Task} task
 * @returns {Layer}
 */
function decodeLayer({ shape, table: values }) {
  const rows = rowsOf(tf.tensor(values, [DECODE_LENGTH, shape[2]]));
  return { constants: rows, shape, apply: (x, step) => tf.add(x, rows[step % DECODE_LENGTH]) };
}

/** @param {Tensor} table which is not needed any more */
function rowsOf(table) {
  const rows = tf.unstack(table);
  table.dispose();
  return rows;
}

/**
 * x * cos + swapped(x) * sin, with cosines and sines for both halves and the sign in the sines: the quickest of several ways.
 * To swap halves is a concat of slices, of two dimensions since those of four are slower; to swap neighbours, which tfjs is
 * slow to take apart, a product with a permutation, five times as quick as gather() and a hundred times as stack(unstack()).
 * @param {Task} task
 * @returns {Layer}
 */
function rotateLayer({ kind, shape, table, sin: sines }) {
  const [batch, heads, seq, headDim] = shape;
  const interleaved = kind === "rotateInterleaved";
  const half = headDim / 2;
  const both = (/** @type {Float32Array} */ of, /** @type {1 | -1} */ sign) =>
    tf.tensor(
      Float32Array.from({ length: 2 * of.length }, (_, i) => {
        const at = i % headDim;
        const first = interleaved ? at % 2 === 0 : at < half;
        return (first ? sign : 1) * of[Math.floor(i / headDim) * half + (interleaved ? at >> 1 : at % half)];
      }),
      [(2 * of.length) / headDim, headDim],
    );
  const moves = seq === 1;
  const cos = moves ? rowsOf(both(table, 1)) : [both(table, 1)];
  const sin = moves ? rowsOf(both(/** @type {Float32Array} */ (sines), -1)) : [both(/** @type {Float32Array} */ (sines), -1)];
  const permutation = Float32Array.from({ length: headDim ** 2 }, (_, i) => (Math.floor(i / headDim) === ((i % headDim) ^ 1) ? 1 : 0));
  const neighbours = tf.tensor2d(permutation, [headDim, headDim]);
  const vectors = batch * heads * seq;
  const swap = (/** @type {Tensor} */ x) => {
    const flat = tf.reshape(x, [vectors, headDim]);
    const swapped = interleaved
      ? tf.matMul(flat, neighbours)
      : tf.concat([tf.slice(flat, [0, half], [vectors, half]), tf.slice(flat, [0, 0], [vectors, half])], 1);
    return tf.reshape(swapped, /** @type {any} */ (shape));
  };
  return {
    constants: [...cos, ...sin, neighbours],
    shape,
    apply(x, step) {
      const at = moves ? step % DECODE_LENGTH : 0;
      return tf.add(tf.mul(x, cos[at]), tf.mul(swap(x), sin[at]));
    },
  };
}

/** The tensors are there, and so is the result after the call; it is downloaded when it is checked. @type {Contender} */
const resident = {
  name: uploaded(TFJS),
  begin(task) {
    const layer = layerOf(task);
    if (layer === undefined) return undefined;
    const x = tf.tensor(task.x, [...layer.shape]);
    let y = tf.scalar(0);
    return {
      reset() {}, // nothing changes x
      run(step) {
        y.dispose();
        y = /** @type {any} */ (tf.tidy(() => layer.apply(x, step)));
      },
      result: () => /** @type {Float32Array} */ (y.dataSync()),
      dispose: () => tf.dispose([x, y, ...layer.constants]),
    };
  },
};

/** From a Float32Array and back into it. @type {Contender} */
const paid = {
  name: TFJS,
  begin(task) {
    const layer = layerOf(task);
    if (layer === undefined) return undefined;
    const x = task.x.slice();
    return {
      reset: () => x.set(task.x),
      run(step) {
        const y = tf.tidy(() => layer.apply(tf.tensor(x, [...layer.shape]), step));
        x.set(y.dataSync());
        y.dispose();
      },
      result: () => x,
      dispose: () => tf.dispose(layer.constants),
    };
  },
};

/** @param {number} offset @param {number} length */
const positions = (offset, length) => tf.reshape(tf.range(offset, offset + length), [length, 1]);

/**
 * A sine of every position times every frequency; the cosines are sines of a quarter turn more, since interleaving
 * two tensors takes tfjs three times as long as the sines.
 * @type {Contender}
 */
const making = {
  name: TFJS,
  begin(task) {
    if (!makesTable(task)) return undefined;
    const {
      kind,
      shape: [, length, dim],
    } = task;
    const frequencies = tf.tensor(
      Float32Array.from({ length: dim }, (_, i) => 10000 ** ((-2 * Math.floor(i / 2)) / dim)),
      [1, dim],
    );
    const phases = tf.tensor(
      Float32Array.from({ length: dim }, (_, i) => ((i % 2) * Math.PI) / 2),
      [1, dim],
    );
    let table = new Float32Array(length * dim);
    const run = (/** @type {number} */ step) => {
      const y = tf.tidy(() => tf.sin(tf.add(tf.mul(positions(offsetAt(task, step), length), frequencies), phases)));
      const made = /** @type {Float32Array} */ (y.dataSync());
      if (kind === "fill") table.set(made);
      else table = made;
      y.dispose();
    };
    return { reset() {}, run, result: () => table, dispose: () => tf.dispose([frequencies, phases]), tolerance: angleTolerance(task) };
  },
};

/** @type {Contender} */
const makingCosSin = {
  name: TFJS,
  begin(task) {
    const {
      kind,
      shape: [, length, headDim],
    } = task;
    if (kind !== "cosSin") return undefined;
    const frequencies = tf.tensor(
      Float32Array.from({ length: headDim / 2 }, (_, i) => 10000 ** ((-2 * i) / headDim)),
      [1, headDim / 2],
    );
    let made = { cos: new Float32Array(0), sin: new Float32Array(0) };
    const run = () => {
      const [cos, sin] = tf.tidy(() => {
        const angles = tf.mul(positions(0, length), frequencies);
        return [tf.cos(angles), tf.sin(angles)];
      });
      made = { cos: /** @type {Float32Array} */ (cos.dataSync()), sin: /** @type {Float32Array} */ (sin.dataSync()) };
      tf.dispose([cos, sin]);
    };
    return {
      reset() {},
      run,
      result: () => joined(made.cos, made.sin),
      dispose: () => frequencies.dispose(),
      tolerance: angleTolerance(task),
    };
  },
};

/** @returns {Contender[]} */
const tfjsContenders = () => [paid, resident, making, makingCosSin];

export async function createLane() {
  const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(fileURLToPath(new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url)));
  tf.enableProdMode(); // without its checks, and its advertisement
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs cannot start its wasm backend");
  return new Lane(tfjsContenders());
}
