// onnxruntime's contenders, for the browsers' build and the native one alike: a model for each task, its constants (tables,
// cosines, biases) in it.
//
// As a user pays: a session of one operator; the numbers go in as a tensor on the Float32Array, and what comes out is copied
// back into it. "uploaded" is what the operator costs inside of a model, where its input is the output of another: a chain of
// many, of which only the first gets its numbers from JavaScript and only the last gives them back. There is no
// other way for the WebAssembly build: its tensors are JavaScript's arrays, copied in and out by every run, and an output
// tensor that it is given is copied in but not out, so its numbers never arrive (1.30).

import { onnxModel } from "./onnx-model.js";
import { angleTolerance, makesTable, offsetAt, uploaded, wholeBias } from "./peers.js";
import { DECODE_LENGTH, joined } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./lane.js").Work} Work */
/** @typedef {import("./onnx-model.js").Node} Node */
/** @typedef {import("./tasks.js").Task} Task */
/** @typedef {import("onnxruntime-common").InferenceSession.SessionOptions} SessionOptions */
/** @typedef {Pick<typeof import("onnxruntime-common"), "InferenceSession" | "Tensor">} Ort */
/** @typedef {{ ort: Ort, name: string, options: SessionOptions, intoOutput: boolean }} Runtime intoOutput: an output tensor that it is given is where it writes to */
/** @typedef {Pick<import("./onnx-model.js").Model, "inputs" | "constants"> & { nodes: (from: string, to: string) => Node[], position?: boolean }} Layer position: it has an input "position", that of its only row */

/** @param {Task} task @returns {Layer | undefined} what turns x into y */
export function layerOf(task) {
  const { kind, shape, table } = task;
  const x = { name: "x", type: /** @type {const} */ ("float32"), dims: shape };
  const position = { name: "position", type: /** @type {const} */ ("int64"), dims: [1] };
  switch (kind) {
    case "add":
    case "bias":
      return {
        inputs: [x],
        constants: [{ name: "table", dims: [1, ...shape.slice(1)], data: kind === "bias" ? wholeBias(task) : table }],
        nodes: (from, to) => [{ op: "Add", inputs: [from, "table"], outputs: [to] }],
      };
    case "decode":
      return {
        position: true,
        inputs: [x, position],
        constants: [{ name: "table", dims: [DECODE_LENGTH, shape[2]], data: table }],
        nodes: (from, to) => [
          { op: "Gather", inputs: ["table", "position"], outputs: ["row"] },
          { op: "Add", inputs: [from, "row"], outputs: [to] },
        ],
      };
    case "rotate":
    case "rotateInterleaved": {
      // onnxruntime's own operator; that of ONNX 23 is the same code, and as fast. position: of the first row.
      const rows = [table.length / (shape[3] / 2), shape[3] / 2];
      const moves = shape[2] === 1;
      const constants = [
        { name: "cos", dims: rows, data: table },
        { name: "sin", dims: rows, data: /** @type {Float32Array} */ (task.sin) },
      ];
      return {
        position: moves,
        inputs: moves ? [x, position] : [x],
        constants: moves ? constants : [...constants, { name: "position", dims: [1], data: BigInt64Array.of(0n) }],
        nodes: (from, to) => [
          {
            op: "RotaryEmbedding",
            domain: "com.microsoft",
            inputs: [from, "position", "cos", "sin"],
            outputs: [to],
            ints: { interleaved: kind === "rotate" ? 0 : 1 },
          },
        ],
      };
    }
    default:
      return undefined;
  }
}

/**
 * A model of a layer `times` times, one after the other; the first one's output is an output too, when there are others.
 * @param {Task} task
 * @param {Layer} layer
 * @param {number} times
 */
export function chain({ shape }, { nodes, inputs, constants }, times) {
  const names = Array.from({ length: times + 1 }, (_, i) => (i === 0 ? "x" : i === times ? "y" : `y${i}`));
  return onnxModel({
    nodes: names.slice(1).flatMap((to, i) => nodes(names[i], to)),
    inputs,
    constants,
    outputs: [...new Set([names[1], "y"])].map((name) => ({ name, type: "float32", dims: shape })),
  });
}

/** @param {Ort} ort @param {number} step */
const positionOf = (ort, step) => new ort.Tensor("int64", BigInt64Array.of(BigInt(step % DECODE_LENGTH)), [1]);

/**
 * @param {Runtime} runtime
 * @returns {Contender}
 */
const paid = ({ ort, name, options, intoOutput }) => ({
  name,
  async begin(task) {
    const layer = layerOf(task);
    if (layer === undefined) return undefined;
    const session = await ort.InferenceSession.create(chain(task, layer, 1), options);
    const x = task.x.slice();
    const { shape } = task;
    const out = intoOutput ? { y: new ort.Tensor("float32", new Float32Array(x.length), shape) } : ["y"]; // its memory is not made anew each time
    return {
      reset: () => x.set(task.x),
      async runAsync(step) {
        /** @type {Record<string, import("onnxruntime-common").Tensor>} */
        const feeds = { x: new ort.Tensor("float32", x, shape) };
        if (layer.position) feeds.position = positionOf(ort, step);
        x.set(/** @type {Float32Array} */ ((await session.run(feeds, out)).y.data));
      },
      result: () => x,
      dispose: () => session.release(),
    };
  },
});

/**
 * How long the chain is: so long that what goes in and out, and the run itself, are hardly seen, but no longer than the
 * largest tasks have time for.
 * @param {Task} task
 */
export const chainLength = ({ x }) => Math.min(64, Math.max(8, Math.floor(2 ** 22 / x.length)));

/**
 * @param {Runtime} runtime
 * @returns {Contender}
 */
const resident = ({ ort, name, options }) => ({
  name: uploaded(name),
  async begin(task) {
    const layer = layerOf(task);
    if (layer === undefined || task.kind === "decode") return undefined; // one lookup of the row would do for the whole chain
    const times = chainLength(task);
    const session = await ort.InferenceSession.create(chain(task, layer, times), options);
    const x = new ort.Tensor("float32", task.x, task.shape);
    let first = new Float32Array(0);
    let check = true;
    return {
      times,
      reset: () => void (check = true),
      async runAsync(step) {
        const feeds = layer.position ? { x, position: positionOf(ort, step) } : { x };
        if (!check) return session.run(feeds, ["y"]);
        check = false; // never a run that is timed: there is one between reset() and those
        first = /** @type {Float32Array} */ ((await session.run(feeds, ["y1", "y"])).y1.data);
      },
      result: () => first,
      dispose: () => session.release(),
    };
  },
});

/**
 * Tables as models make them: a sine of every position times every frequency. Cosines are sines of a quarter turn more,
 * which is quicker than to interleave two tensors.
 * @param {Runtime} runtime
 * @returns {Contender}
 */
const making = ({ ort, name, options }) => ({
  name,
  async begin(task) {
    const {
      kind,
      shape: [, length, dim],
    } = task;
    const cosSin = kind === "cosSin";
    if (!cosSin && !makesTable(task)) return undefined;
    const width = cosSin ? dim / 2 : dim;
    const frequencies = Float32Array.from({ length: width }, (_, i) => 10000 ** ((-2 * (cosSin ? i : Math.floor(i / 2))) / dim));
    const constants = [{ name: "frequencies", dims: [1, width], data: frequencies }];
    if (!cosSin)
      constants.push({ name: "phases", dims: [1, width], data: Float32Array.from({ length: width }, (_, i) => ((i % 2) * Math.PI) / 2) });
    const outputs = cosSin ? ["cos", "sin"] : ["sin"];
    const session = await ort.InferenceSession.create(
      onnxModel({
        nodes: [
          { op: "Mul", inputs: ["positions", "frequencies"], outputs: ["angles"] },
          ...(cosSin
            ? [{ op: "Cos", inputs: ["angles"], outputs: ["cos"] }]
            : [{ op: "Add", inputs: ["angles", "phases"], outputs: ["shifted"] }]),
          { op: "Sin", inputs: [cosSin ? "angles" : "shifted"], outputs: ["sin"] },
        ],
        inputs: [{ name: "positions", type: "float32", dims: [length, 1] }],
        constants,
        outputs: outputs.map((output) => ({ name: output, type: "float32", dims: [length, width] })),
      }),
      options,
    );
    let made = outputs.map(() => new Float32Array(length * width));
    return {
      reset() {},
      async runAsync(step) {
        const offset = offsetAt(task, step);
        const positions = Float32Array.from({ length }, (_, i) => offset + i);
        const results = await session.run({ positions: new ort.Tensor("float32", positions, [length, 1]) });
        const data = outputs.map((output) => /** @type {Float32Array} */ (results[output].data));
        if (kind === "fill") made[0].set(data[0]);
        else made = data;
      },
      result: () => (cosSin ? joined(made[0], made[1]) : made[0]),
      dispose: () => session.release(),
      tolerance: angleTolerance(task),
    };
  },
});

/**
 * @param {Runtime} runtime
 * @returns {Contender[]}
 */
export const ortContenders = (runtime) => [paid(runtime), resident(runtime), making(runtime)];
