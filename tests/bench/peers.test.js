// The other libraries: the models that are built for onnxruntime say what is meant, every peer computes what the task asks for,
// and one that does not is caught. No test here depends on how long anything takes.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import ortNode from "onnxruntime-node";
import * as ortWeb from "onnxruntime-web";

import { Disagreement, difference } from "./agree.js";
import { bestPeer, goals } from "./goals.js";
import { Lane } from "./lane.js";
import { measure } from "./measure.js";
import { onnxModel } from "./onnx-model.js";
import { chain, chainLength, layerOf } from "./ort-contenders.js";
import {
  ORT_NODE_1,
  ORT_NODE_2,
  ORT_WEB_1,
  ORT_WEB_2,
  PEER_LANES,
  PEERS,
  peerVersions,
  settling,
  TFJS,
  uploaded,
  wholeBias,
} from "./peers.js";
import { report } from "./report.js";
import { summary } from "./statistics.js";
import {
  ADD_SHAPES,
  addTask,
  BIAS_SHAPES,
  biasTask,
  COS_SIN_SHAPE,
  cosSinTask,
  decodeTask,
  DECODE_LENGTH,
  embeddings,
  INTERLEAVED_SHAPE,
  naiveCosSin,
  naiveTable,
  ROTATE_SHAPES,
  rotateRows,
  rotateTask,
  TABLE_SHAPES,
  tableTask,
} from "./tasks.js";
import { startLane } from "./worker.js";

const EFFORT = { repetitions: 1, repetition: 0, warmUp: 0 };

ortWeb.env.wasm.numThreads = 1;
const RUNTIMES = { "onnxruntime-web": ortWeb, "onnxruntime-node": ortNode };

/** @param {any} ort @param {import("./onnx-model.js").Model} model @param {Record<string, [any, readonly number[]]>} feeds */
async function run(ort, model, feeds) {
  const session = await ort.InferenceSession.create(onnxModel(model));
  const types = new Map([
    [Float32Array, "float32"],
    [Float64Array, "float64"],
    [BigInt64Array, "int64"],
  ]);
  const results = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, [data, dims]]) => [name, new ort.Tensor(types.get(data.constructor), data, dims)]),
    ),
  );
  await session.release();
  return results;
}

const float32 = (/** @type {string} */ name, /** @type {readonly (number | string)[]} */ dims) => ({
  name,
  type: /** @type {const} */ ("float32"),
  dims,
});

/** @param {readonly number[]} shape */
const rotating = (shape, interleaved = false) =>
  rotateTask(/** @type {any} */ (shape), naiveCosSin(rotateRows(shape), shape[3]), interleaved);
const slopes = (/** @type {number} */ heads) => Float64Array.from({ length: heads }, (_, h) => 2 ** ((-8 * (h + 1)) / heads));

for (const [name, ort] of Object.entries(RUNTIMES)) {
  describe(`models, read by ${name}`, () => {
    test("a table is added to every sequence of the batch", async () => {
      // 300: a size of two bytes; 3: a row that does not end with a group of four
      for (const [batch, seq, dim] of [
        [1, 1, 1],
        [2, 3, 5],
        [3, 2, 300],
      ]) {
        const x = embeddings(batch * seq * dim);
        const table = naiveTable(seq, dim);
        const { y } = await run(
          ort,
          {
            nodes: [{ op: "Add", inputs: ["x", "table"], outputs: ["y"] }],
            inputs: [float32("x", ["batch", seq, dim])],
            outputs: [float32("y", ["batch", seq, dim])],
            constants: [{ name: "table", dims: [1, seq, dim], data: table }],
          },
          { x: [x, [batch, seq, dim]] },
        );
        assert.deepEqual(y.dims, [batch, seq, dim]);
        assert.equal(
          difference(
            y.data,
            x.map((v, i) => v + table[i % table.length]),
            0,
          ),
          undefined,
        );
      }
    });

    test("constants of every type and size, attributes of both kinds, and a name that is not ASCII", async () => {
      const wide = Float64Array.from({ length: 1 << 19 }, (_, i) => i + 1 / 3); // 4 MiB: a length of four bytes
      const { größte, at, turned } = await run(
        ort,
        {
          nodes: [
            { op: "Gather", inputs: ["wide", "i"], outputs: ["größte"], ints: { axis: 0 } },
            { op: "Add", inputs: ["i", "one"], outputs: ["at"] },
            { op: "Transpose", inputs: ["x"], outputs: ["turned"], ints: { perm: [1, 0] } },
          ],
          inputs: [{ name: "i", type: "int64", dims: [1] }, float32("x", [2, 3])],
          outputs: [{ name: "größte", type: "float64", dims: [1] }, { name: "at", type: "int64", dims: [1] }, float32("turned", [3, 2])],
          constants: [
            { name: "wide", dims: [wide.length], data: wide },
            { name: "one", dims: [1], data: BigInt64Array.of(-1n) },
          ],
        },
        { i: [BigInt64Array.of(BigInt(wide.length - 1)), [1]], x: [Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]] },
      );
      assert.deepEqual([...größte.data], [wide[wide.length - 1]]);
      assert.deepEqual([...at.data], [BigInt(wide.length - 2)]);
      assert.deepEqual([...turned.data], [0, 3, 1, 4, 2, 5]);
    });

    test("RotaryEmbedding of Microsoft, and that of ONNX 23, turn both kinds of pairs", async () => {
      for (const shape of [
        [2, 3, 5, 16],
        [1, 2, 4, 64],
      ]) {
        for (const interleaved of [0, 1]) {
          const { x, table, sin, expected, tolerance } = rotating(shape, interleaved === 1);
          const constants = [
            { name: "cos", dims: [shape[2], shape[3] / 2], data: table },
            { name: "sin", dims: [shape[2], shape[3] / 2], data: sin },
            { name: "first", dims: [1], data: BigInt64Array.of(0n) },
            {
              name: "ids",
              dims: [shape[0], shape[2]],
              data: BigInt64Array.from({ length: shape[0] * shape[2] }, (_, i) => BigInt(i % shape[2])),
            },
          ];
          const { microsofts, onnxs } = await run(
            ort,
            {
              nodes: [
                {
                  op: "RotaryEmbedding",
                  domain: "com.microsoft",
                  inputs: ["x", "first", "cos", "sin"],
                  outputs: ["microsofts"],
                  ints: { interleaved },
                },
                { op: "RotaryEmbedding", inputs: ["x", "cos", "sin", "ids"], outputs: ["onnxs"], ints: { interleaved } },
              ],
              inputs: [float32("x", shape)],
              outputs: [float32("microsofts", shape), float32("onnxs", shape)],
              constants,
              opset: 23,
            },
            { x: [x, shape] },
          );
          assert.equal(difference(microsofts.data, expected[0].want, tolerance), undefined);
          assert.equal(difference(onnxs.data, expected[0].want, tolerance), undefined);
        }
      }
    });

    test("a chain does its work as often as it says", async () => {
      const task = addTask([2, 3, 5], naiveTable(3, 5));
      const session = await ort.InferenceSession.create(chain(task, layerOf(task), 7));
      const { y1, y } = await session.run({ x: new ort.Tensor("float32", task.x, task.shape) });
      await session.release();
      assert.equal(difference(y1.data, task.expected[0].want, 0), undefined);
      const want = task.x.slice();
      for (let i = 0; i < 7; i++) want.forEach((v, at) => void (want[at] = v + task.table[at % task.table.length]));
      assert.equal(difference(y.data, want, 0), undefined);
    });
  });
}

test("a chain is long for a token and short for what no cache holds", () => {
  assert.equal(chainLength(addTask([1, 1, 768], naiveTable(1, 768))), 64);
  assert.equal(chainLength(/** @type {any} */ ({ x: { length: 2 ** 19 } })), 8);
  assert.equal(chainLength(/** @type {any} */ ({ x: { length: 2 ** 24 } })), 8);
});

test("the bias of every score is the task's", () => {
  const task = biasTask([1, 4, 7, 39], slopes(4));
  const bias = wholeBias(task);
  assert.equal(
    difference(
      task.x.map((v, i) => v + bias[i]),
      task.expected[0].want,
      0,
    ),
    undefined,
  );
});

describe("the lanes", () => {
  /** @type {{ lane: import("./measure.js").RemoteLane, stop(): Promise<unknown> }[]} */
  let workers = [];
  before(
    () =>
      void (workers = PEER_LANES.map((module) => {
        const { lane, stop } = /** @type {typeof startLane<Lane>} */ (startLane)(module);
        return { lane: settling(lane), stop };
      })),
  );
  after(() => Promise.all(workers.map(({ stop }) => stop())));
  const everyone = [...PEERS, ...PEERS.map(uploaded)].sort();

  test("every peer does what the task asks for", async () => {
    const shapes = [
      [1, 4, 1, 32],
      [2, 3, 5, 16],
    ];
    const tasks = [
      addTask([1, 1, 768], naiveTable(1, 768)),
      addTask([3, 5, 7], naiveTable(5, 7)),
      decodeTask([1, 1, 48], naiveTable(DECODE_LENGTH, 48)),
      tableTask([1, 50, 64]),
      cosSinTask([1, 50, 64]),
      ...shapes.flatMap((shape) => [rotating(shape), rotating(shape, true)]),
      biasTask([1, 12, 7, 39], slopes(12)),
      biasTask([1, 4, 1, 100], slopes(4)),
    ];
    const expected = { decode: [...PEERS, uploaded(TFJS)].sort(), table: [...PEERS].sort(), cosSin: [...PEERS].sort() };
    for (const task of tasks) {
      const { contenders } = await measure(
        workers.map(({ lane }) => lane),
        task,
        EFFORT,
      );
      assert.deepEqual(
        contenders.map(({ name }) => name).sort(),
        /** @type {Record<string, string[]>} */ (expected)[task.kind] ?? everyone,
        task.kind,
      );
    }
  });

  test("a peer that is wrong ends the run", async () => {
    const table = naiveTable(5, 7);
    const tasks = [addTask([3, 5, 7], table), rotating([1, 4, 3, 16]), tableTask([1, 50, 64])];
    for (const task of tasks) {
      const {
        kind,
        shape,
        expected: [{ step, want }],
      } = task;
      const other = want.slice();
      if (kind === "add") new Int32Array(other.buffer)[3] ^= 1;
      else other[3] += 1e-3;
      for (const { lane } of workers) {
        const names = await lane.prepare(task);
        await assert.rejects(
          measure([lane], { ...task, expected: [{ step, want: other }] }, EFFORT),
          (error) => error instanceof Disagreement && error.message.startsWith(`${names[0]}, ${kind} [${shape.join(", ")}]: element 3 is `),
        );
      }
    }
  });
});

test("asynchronous work is awaited, and counts as often as it is done", async () => {
  let under = 0;
  let most = 0;
  let calls = 0;
  const runAsync = async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, 2));
    under--;
    calls++;
  };
  const want = Float32Array.of(1);
  const work = (/** @type {number | undefined} */ times) => ({
    reset() {},
    runAsync,
    result: () => Float32Array.of(calls > 0 ? 1 : 0),
    times,
  });
  const lane = new Lane([
    { name: "once", begin: async () => work(undefined) },
    { name: "a thousand times", begin: () => work(1000) },
    { name: "not this", begin: async () => undefined },
  ]);
  const task = { ...tableTask([1, 1, 1]), expected: [{ step: 0, want }] };
  assert.deepEqual(await lane.prepare(task), ["once", "a thousand times"]);
  assert.equal(await lane.check("once"), undefined);
  calls = 0;
  const once = await lane.time("once", 4);
  assert.equal(calls, 5); // one before
  assert.ok((await lane.time("a thousand times", 4)) < once / 10);
  assert.equal(most, 1);
});

test("the report has the peers, their versions and goals, and a dash for who was not there", async () => {
  const versions = await peerVersions();
  assert.deepEqual(Object.keys(versions), [
    "@tensorflow/tfjs-core",
    "@tensorflow/tfjs-backend-wasm",
    "onnxruntime-web",
    "onnxruntime-node",
  ]);
  for (const version of Object.values(versions)) assert.match(version, /^\d+\.\d+\.\d+/);

  const medians = {
    [TFJS]: 4,
    [ORT_WEB_1]: 12,
    [ORT_WEB_2]: 9,
    [ORT_NODE_1]: 3,
    [ORT_NODE_2]: 2,
    [uploaded(TFJS)]: 0.5,
    "posenc, alloc()": 1,
    "posenc, Float32Array": 2.5,
    "posenc, table()": 1,
    "posenc, cosSin()": 1,
    "naive table": 1,
    "Math.sin and Math.cos only": 1,
    "naive loop": 1,
    "plain loop, 32 up": 0.5,
    "plain loop, 32 up f64": 0.5,
    "Float32Array.set": 1,
  };
  const measured = [];
  for (const [kind, shapes] of /** @type {const} */ ([
    ["add", ADD_SHAPES],
    ["decode", [[1, 1, 768]]],
    ["table", TABLE_SHAPES],
    ["rotate", ROTATE_SHAPES],
    ["rotateInterleaved", [INTERLEAVED_SHAPE]],
    ["bias", BIAS_SHAPES],
    ["cosSin", [COS_SIN_SHAPE]],
  ])) {
    for (const shape of shapes) {
      const contenders = Object.entries(medians)
        .filter(([name]) => name !== ORT_WEB_1 || shape[1] !== 1 || kind !== "add")
        .map(([name, median]) => ({ name, calls: 1, ...summary([median]), samples: [] }));
      measured.push({ kind, shape, elements: 1e6, contenders });
    }
  }
  assert.equal(bestPeer(measured[0])?.name, ORT_NODE_2);
  assert.equal(bestPeer(measured[0], ["no such"]), undefined);
  const memory = [
    { shape: /** @type {const} */ ([1, 1 << 18, 1024]), fractions: false, bytes: 2 ** 30, before: 0, after: 0, growth: 0, milliseconds: 1 },
  ];
  const judged = goals({ measured, memory });
  assert.deepEqual(
    judged.filter(({ what }) => what.endsWith("fastest peer")).map(({ got, reached }) => [got, reached]),
    ADD_SHAPES.map(() => [0.8, false]),
  );
  assert.deepEqual(
    judged.filter(({ what }) => what.endsWith("onnxruntime-web")).map(({ got, reached }) => [got, reached]),
    ROTATE_SHAPES.map(() => [9, false]),
  );

  const plain = (/** @type {string} */ text) => text;
  const text = report(
    { measured, memory, goals: judged, version: "1.2.3", peers: versions, seconds: 1, effort: EFFORT },
    { bold: plain, dim: plain, good: plain, bad: plain },
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  assert.match(text, /^peers: tfjs-core [\d.]+, tfjs-backend-wasm [\d.]+, onnxruntime-web [\d.]+, onnxruntime-node [\d.]+$/m);
  assert.match(text, /^ {2}onnxruntime-web 1 thread +- +0\.083 ± 0%/m);
  assert.equal(text.match(/^ {2}tfjs-wasm /gm)?.length, 7); // add, one row, table, rotate, interleaved, ALiBi, cos and sin

  const without = measured.map((m) => ({
    ...m,
    contenders: m.contenders.filter(({ name }) => !PEERS.some((peer) => name.startsWith(peer))),
  }));
  const fewer = goals({ measured: without, memory });
  assert.equal(fewer.length, judged.length - ADD_SHAPES.length - ROTATE_SHAPES.length);
  assert.doesNotMatch(
    report(
      { measured: without, memory, goals: fewer, version: "1.2.3", seconds: 1, effort: EFFORT },
      { bold: plain, dim: plain, good: plain, bad: plain },
    ),
    /tfjs|onnx/,
  );
});
