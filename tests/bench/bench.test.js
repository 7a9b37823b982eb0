// The benchmark tells the truth: its contenders agree, one that does not is caught, and what is said
// of the times follows from them. No test here depends on how long anything takes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Disagreement, difference } from "./agree.js";
import { bestPlain, goals } from "./goals.js";
import { Lane } from "./lane.js";
import { loopContender, plainContenders, rotateContender } from "./lane-plain.js";
import { posencContenders } from "./lane-posenc.js";
import { measure } from "./measure.js";
import { growth } from "./memory.js";
import { loadPosenc } from "./package.js";
import { naive, WIDE } from "./plain-loops.js";
import { report } from "./report.js";
import { quantile, spread, summary } from "./statistics.js";
import { unrolledRotate } from "./rotate-loops.js";
import {
  ADD_SHAPES,
  addTask,
  BIAS_SHAPES,
  biasTask,
  COS_SIN_SHAPE,
  cosSinTask,
  DECODE_LENGTH,
  decodeTask,
  INTERLEAVED_SHAPE,
  ROTATE_SHAPES,
  rotateRows,
  rotateTask,
  TABLE_SHAPES,
  tableTask,
} from "./tasks.js";

const posenc = await loadPosenc();
const EFFORT = { repetitions: 2, repetition: 0, warmUp: 0 };

/** @param {number} seq @param {number} dim */
function table(seq, dim) {
  const encoder = posenc.sinusoidal({ dim });
  const made = encoder.table(seq);
  encoder.dispose();
  return made;
}

/**
 * A lane without a worker, which remembers what was asked of it.
 * @param {readonly import("./lane.js").Contender[]} contenders
 */
function local(contenders) {
  const lane = new Lane(contenders);
  /** @type {string[]} */
  const asked = [];
  const ask =
    (/** @type {"prepare" | "check" | "calibrate" | "time"} */ method) =>
    async (/** @type {any[]} */ ...args) => {
      asked.push(method);
      return /** @type {any} */ (lane[method])(...args);
    };
  return { asked, prepare: ask("prepare"), check: ask("check"), calibrate: ask("calibrate"), time: ask("time") };
}

const everyone = () => [...posencContenders(posenc), ...plainContenders()];

test("every contender computes the same bits", async () => {
  const lane = new Lane(everyone());
  // With lengths that no turn of a loop divides.
  const tasks = [
    [1, 1, 768],
    [1, 128, 384],
    [3, 5, 7],
    [4, 16, 48],
    [2, 33, 65],
  ].map(([batch, seq, dim]) => addTask([batch, seq, dim], table(seq, dim)));
  for (const task of [...tasks, decodeTask([1, 1, 768], table(DECODE_LENGTH, 768)), tableTask([1, 50, 64])]) {
    const names = await lane.prepare(task);
    assert.ok(names.length >= (task.kind === "decode" ? 2 : 3), `${task.kind} [${task.shape}]: ${names}`);
    for (const name of names) assert.equal(await lane.check(name), undefined, `${name}, ${task.kind} [${task.shape}]`);
  }
});

test("a contender that is wrong ends the run before anything is timed", async () => {
  /** @type {Record<string, import("./plain-loops.js").Loop>} */
  const broken = {
    "does nothing": () => {},
    "leaves out the last element": (x, t, batch) => naive(x.subarray(0, x.length - 1), t, batch),
    "adds one bit too much": (x, t, batch) => {
      naive(x, t, batch);
      new Int32Array(x.buffer)[100] ^= 1;
    },
    "adds twice": (x, t, batch) => {
      naive(x, t, batch);
      naive(x, t, batch);
    },
  };
  for (const [name, loop] of Object.entries(broken)) {
    const lane = local([...posencContenders(posenc), loopContender({ name, wide: false, together: 1, loop })]);
    await assert.rejects(
      measure([lane], addTask([2, 8, 16], table(8, 16)), EFFORT),
      (error) => error instanceof Disagreement && error.message.startsWith(`${name}, add [2, 8, 16]: element `),
    );
    assert.ok(!lane.asked.includes("time") && !lane.asked.includes("calibrate"), name);
  }
});

/** @param {readonly number[]} shape [batch, heads, seq, headDim] */
function cosSin(shape) {
  const encoder = posenc.rotary({ headDim: shape[3] });
  const made = encoder.cosSin(rotateRows(shape));
  encoder.dispose();
  return made;
}

/** @param {number} heads */
function slopes(heads) {
  const encoder = posenc.alibi({ heads });
  const made = encoder.slopes;
  encoder.dispose();
  return made;
}

test("every contender turns queries, adds biases and makes cosines and sines alike", async () => {
  const lane = new Lane(everyone());
  const shapes = /** @type {const} */ ([
    [1, 4, 1, 32],
    [1, 12, 9, 64],
    [2, 3, 5, 12],
    [1, 5, 3, 2],
  ]);
  const tasks = [
    ...shapes.flatMap((shape) => [false, true].map((interleaved) => rotateTask(shape, cosSin(shape), interleaved))),
    biasTask([1, 12, 7, 39], slopes(12)),
    biasTask([1, 4, 1, 100], slopes(4)),
    cosSinTask([1, 50, 64]),
  ];
  for (const task of tasks) {
    const names = await lane.prepare(task);
    const least = task.kind === "cosSin" ? 2 : task.kind === "bias" ? 13 : 3;
    assert.ok(names.length >= least, `${task.kind} [${task.shape}]: ${names}`);
    for (const name of names) assert.equal(await lane.check(name), undefined, `${name}, ${task.kind} [${task.shape}]`);
  }
});

test("a rotation that is wrong ends the run", async () => {
  const right = unrolledRotate(2, 1, false);
  /** @type {Record<string, import("./rotate-loops.js").RotateLoop>} */
  const broken = {
    "does nothing": () => {},
    "turns back": (x, cos, sin, ...rest) =>
      right(
        x,
        cos,
        sin.map((v) => -v),
        ...rest,
      ),
    "takes the next row": (x, cos, sin, heads, seq, headDim, first) => right(x, cos, sin, heads, seq, headDim, first + 1),
    "pairs neighbours": unrolledRotate(2, 1, true),
    "leaves out a head": (x, cos, sin, heads, ...rest) => right(x, cos, sin, heads - 1, ...rest),
  };
  const shape = /** @type {const} */ ([1, 4, 1, 32]);
  for (const [name, loop] of Object.entries(broken)) {
    const lane = local([
      ...posencContenders(posenc),
      rotateContender({ name, wide: false, together: 1, turn: 2, interleaved: false, loop }),
    ]);
    await assert.rejects(
      measure([lane], rotateTask(shape, cosSin(shape)), EFFORT),
      (error) => error instanceof Disagreement && error.message.startsWith(`${name}, rotate [1, 4, 1, 32]: element `),
    );
    assert.ok(!lane.asked.includes("time"), name);
  }
});

test("agreement is in bits, or within a tolerance", () => {
  const of = (/** @type {number[]} */ ...values) => Float32Array.from(values);
  assert.equal(difference(of(1, -0), of(1, -0), 0), undefined);
  assert.equal(difference(of(NaN), of(NaN), 0), undefined);
  assert.match(difference(of(1, 0), of(1, -0), 0) ?? "", /^element 1 is 0, want -0$/);
  assert.match(difference(of(1), of(1, 2), 0) ?? "", /^has 1 elements, want 2$/);
  assert.equal(difference(of(1), of(1 + 2 ** -20), 1e-6), undefined);
  assert.match(difference(of(1), of(1.00001), 1e-6) ?? "", /within 0.000001$/);
  assert.match(difference(of(NaN), of(1), 1e-6) ?? "", /^element 0 is NaN/);
});

test("contenders take turns", async () => {
  /** @type {string[]} */
  const order = [];
  const task = addTask([1, 2, 4], table(2, 4));
  const lane = local(["A", "B", "C"].map((name) => loopContender({ name, wide: false, together: 1, loop: naive })));
  const time = lane.time;
  lane.time = async (name, calls) => (order.push(name), time(name, calls));
  const { contenders } = await measure([lane], task, { ...EFFORT, repetitions: 3 });
  assert.equal(order.join(""), "ABCABCABC");
  assert.deepEqual(
    contenders.map(({ samples }) => samples.length),
    [3, 3, 3],
  );
});

test("inputs stay near embeddings however often they are added to", async () => {
  let since = NaN;
  let most = 0;
  const work = { reset: () => void (since = 0), run: () => void (most = Math.max(most, ++since)), result: () => new Float32Array(0) };
  const lane = new Lane([{ name: "counting", begin: () => work }]);
  await lane.prepare(tableTask([1, 1, 1]));
  for (let i = 0; i < 100; i++) await lane.time("counting", 999);
  assert.ok(most >= 9000 && most <= 10_000, `${most} calls in a row`);
  await lane.time("counting", 50_000);
  assert.equal(since, 50_001); // a repetition that takes more begins with fresh input
  assert.equal(most, 50_001);
});

test("the median and its spread", () => {
  assert.deepEqual(summary([5]), { median: 5, q1: 5, q3: 5, min: 5, max: 5 });
  assert.deepEqual(summary([9, 1, 3, 7, 5]), { median: 5, q1: 3, q3: 7, min: 1, max: 9 });
  assert.deepEqual(summary([10, 2, 1, 100]), { median: 6, q1: 1.75, q3: 32.5, min: 1, max: 100 }); // not sorted as text
  assert.equal(quantile([0, 10], 0.9), 9);
  assert.equal(spread({ median: 5, q1: 4, q3: 7, min: 0, max: 9 }), 0.3);
  assert.throws(() => summary([]), RangeError);
});

test("goals are judged by medians, and the report keeps to its columns", async () => {
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
      const median = (/** @type {string} */ name) =>
        ({ "posenc, alloc()": 1, "posenc, table()": 0.1 })[name] ?? (name.endsWith("down") ? 4.5 : name.endsWith(WIDE) ? 3 : 5);
      const contenders = everyone().map(({ name }) => ({ name, calls: 1, ...summary([median(name), median(name), 1000]), samples: [] }));
      measured.push({ kind, shape, elements: /** @type {readonly number[]} */ (shape).reduce((a, b) => a * b), contenders });
    }
  }
  assert.equal(bestPlain(measured[1])?.name, "plain loop, 32 down");
  assert.equal(bestPlain(measured[1], "float64")?.name, "plain loop, 32 up f64");
  const memory = [
    growth(await loadPosenc({ fresh: true }), { shape: [2, 16, 64], fractions: true }),
    {
      shape: /** @type {const} */ ([1, 1 << 18, 1024]),
      fractions: false,
      bytes: 2 ** 30,
      before: 0,
      after: 8 * 2 ** 20,
      growth: 8 * 2 ** 20,
      milliseconds: 1,
    },
  ];
  const judged = goals({ measured, memory });
  assert.deepEqual(
    judged.map(({ got, reached }) => [got, reached]),
    [
      [0.9, false], // add: one row in a Float32Array
      [4.5, false],
      [0.9, false],
      [4.5, false],
      [0.9, false], // alloc() 5x, Float32Array 2x
      [0.9, false],
      [4.5, true],
      [0.9, false], // a batch; what no cache holds: 2x and 1x
      [50, true],
      [50, true], // table: 20x
      [1000, false],
      [1000, false], // 1 ms is not below 0.15 µs
      [4.5, true],
      [1000, false],
      [4.5, true],
      [4.5, true], // rotate: 4x, and a token below 0.8 µs; 4x, 2.5x
      [8, true],
    ],
  );
  const plain = (/** @type {string} */ text) => text;
  const text = report(
    { measured, memory, goals: judged, version: "1.2.3", seconds: 1, effort: EFFORT },
    { bold: plain, dim: plain, good: plain, bad: plain },
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  assert.equal(text.match(/ reached$/gm)?.length, 7);
  assert.equal(text.match(/ missed$/gm)?.length, 10);
});
