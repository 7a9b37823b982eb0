// The limits: every kernel does what it says and nothing beside it, rows that are made are the right ones, and a limit that
// is wrong is found. No test here depends on how long anything takes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Disagreement } from "./agree.js";
import { first } from "./first.js";
import { bestLimit, bestPlain, goals } from "./goals.js";
import { BLOCK, kernelBytes, instantiate } from "./kernels.js";
import { Lane } from "./lane.js";
import { limitContenders, LIMIT, NEW, STAGED } from "./lane-limit.js";
import { fillContender, plainContenders } from "./lane-plain.js";
import { posencContenders } from "./lane-posenc.js";
import { fillTask, gridTask, positionOf } from "./making-tasks.js";
import { measure } from "./measure.js";
import { loadPosenc } from "./package.js";
import { LANES, plan } from "./plan.js";
import { fillLoops } from "./recurrence-loops.js";
import { report } from "./report.js";
import { Room, Waves } from "./room.js";
import { summary } from "./statistics.js";
import { judge, sweep } from "./sweep.js";
import { checksum, wrongRows } from "./sweep-lane.js";
import {
  addTask,
  biasTask,
  decodeTask,
  DECODE_LENGTH,
  embeddings,
  naiveCosSin,
  naiveTable,
  rotateRows,
  rotateTask,
  tableTask,
} from "./tasks.js";

const EFFORT = { repetitions: 1, repetition: 0, warmUp: 0 };
const module = await WebAssembly.compile(await kernelBytes());
const posenc = await loadPosenc();

const GUARD = 12345.678;

/**
 * A kernel's arrays among values that must stay as they are.
 * @param {readonly (number | Float32Array)[]} arrays or their lengths
 */
function guarded(arrays) {
  const lengths = arrays.map((array) => (typeof array === "number" ? array : array.length));
  const { kernels, memory } = instantiate(module, 4 * lengths.reduce((a, b) => a + b + 64, 64));
  const all = new Float32Array(memory.buffer).fill(GUARD);
  let end = 64;
  const at = arrays.map((array, i) => {
    const start = end;
    if (typeof array !== "number") all.set(array, start);
    end += lengths[i] + 33; // so that not all begin with a vector
    return 4 * start;
  });
  const views = at.map((address, i) => new Float32Array(memory.buffer, address, lengths[i]));
  const check = (/** @type {string} */ what) => {
    const rest = all.slice();
    at.forEach((address, i) => rest.fill(GUARD, address / 4, address / 4 + lengths[i]));
    assert.ok(
      rest.every((v) => v === Math.fround(GUARD)),
      `${what}: something beside was written`,
    );
  };
  return { kernels, at, views, check };
}

test("adding kernels do every element, and no other", () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 63, 64, 65, 100, 127, 128, 131]) {
    const x = embeddings(n);
    const t = embeddings(2 * n).subarray(n);
    const one = guarded([x, t]);
    one.kernels.add(one.at[0], one.at[1], 4 * n);
    assert.deepEqual(
      one.views[0],
      x.map((v, i) => v + t[i]),
      `add ${n}`,
    );
    one.check(`add ${n}`);

    const four = guarded([embeddings(4 * n), t]);
    four.kernels.add4(four.at[0], four.at[1], 4 * n);
    assert.deepEqual(
      four.views[0],
      embeddings(4 * n).map((v, i) => v + t[i % n]),
      `add4 ${n}`,
    );
    four.check(`add4 ${n}`);
  }
});

test("the kernel of a bias takes each query's stretch of the line", () => {
  for (const [queries, keys] of [
    [1, 1],
    [1, 37],
    [5, 1],
    [4, 32],
    [7, 39],
    [3, 130],
  ]) {
    const x = embeddings(queries * keys);
    const line = Float32Array.from({ length: queries + keys - 1 }, (_, i) => i - (queries - 1));
    const { kernels, at, views, check } = guarded([x, line]);
    kernels.bias(at[0], at[1], queries, 4 * keys);
    assert.deepEqual(
      views[0],
      x.map((v, i) => v + ((i % keys) - Math.floor(i / keys))),
      `bias ${queries}, ${keys}`,
    );
    check(`bias ${queries}, ${keys}`);
  }
});

test("the kernel of a grid copies both halves of each cell", () => {
  for (const [height, width, half] of [
    [1, 1, 1],
    [3, 2, 5],
    [2, 5, 32],
    [4, 3, 39],
  ]) {
    const rows = embeddings(height * half);
    const columns = embeddings(2 * width * half).subarray(width * half);
    const { kernels, at, views, check } = guarded([height * width * 2 * half, rows, columns]);
    kernels.grid(at[0], at[1], at[2], height, width, 4 * half);
    const want = views[0].map((_, i) => {
      const [cell, channel] = [Math.floor(i / (2 * half)), i % (2 * half)];
      return channel < half ? rows[Math.floor(cell / width) * half + channel] : columns[(cell % width) * half + channel - half];
    });
    assert.deepEqual(views[0], want, `grid ${height}, ${width}, ${half}`);
    check(`grid ${height}, ${width}, ${half}`);
  }
});

test("kernels that turn do all pairs of their heads, and no other", () => {
  for (const together of /** @type {const} */ ([1, 2, 4, "All"])) {
    for (const zip of [false, true]) {
      for (const [heads, rows, half] of [
        [4, 1, 1],
        [4, 3, 5],
        [8, 2, 16],
        [4, 2, 37],
        [4, 5, 64],
      ]) {
        if ((zip && half % 2 !== 0) || (together === "All" && half % 16 !== 0)) continue;
        const width = 2 * half;
        const x = embeddings(heads * rows * width);
        const { cos, sin } = naiveCosSin(rows, width);
        const twice = (/** @type {Float32Array} */ of, /** @type {number} */ sign) =>
          Float32Array.from({ length: 2 * of.length }, (_, i) => (i % 2 === 0 ? sign : 1) * of[i >> 1]);
        const { kernels, at, views, check } = guarded([x, zip ? twice(cos, 1) : cos, zip ? twice(sin, -1) : sin]);
        const name = /** @type {const} */ (`${zip ? "rotateZip" : "rotate"}${together}`);
        kernels[name](at[0], at[1], at[2], zip ? 4 * width : 4 * half, rows, heads, 4 * rows * width);
        const f = Math.fround;
        const want = x.map((v, i) => {
          const [vector, channel] = [Math.floor(i / width), i % width];
          const pair = zip ? channel >> 1 : channel % half;
          const second = zip ? channel % 2 === 1 : channel >= half;
          const other = x[second ? i - (zip ? 1 : half) : i + (zip ? 1 : half)];
          const [c, s] = [cos[(vector % rows) * half + pair], sin[(vector % rows) * half + pair]];
          return second ? f(f(v * c) + f(other * s)) : f(f(v * c) - f(other * s));
        });
        assert.deepEqual(views[0], want, `${name} ${heads}, ${rows}, ${half}`);
        check(`${name} ${heads}, ${rows}, ${half}`);
      }
    }
  }
});

test("kernels that make rows make them as exact as float32 has them, from any position on", () => {
  for (const [dim, lines] of /** @type {const} */ ([
    [4, false],
    [12, false],
    [16, true],
    [48, true],
    [100, false],
  ])) {
    const room = new Room(module, 1 << 17);
    const all = new Float32Array(room.buffer);
    const rows = 5 * BLOCK;
    const waves = new Waves(room, dim, lines);
    const before = room.take(64);
    const x = room.take(rows * dim);
    const after = room.take(64);
    all.fill(GUARD, before / 4, after / 4 + 64);
    for (const position of [0, 7, 65_432, 999_999]) {
      for (const op of /** @type {const} */ (["fill", "add"])) {
        const view = room.view(x, rows * dim).fill(op === "add" ? 0.5 : NaN);
        waves.start(position);
        waves.run(x, 2 * BLOCK, op);
        waves.run(x + 4 * 2 * BLOCK * dim, rows - 2 * BLOCK, op); // goes on
        naiveTable(rows, dim, position).forEach((want, i) =>
          assert.ok(
            Math.abs(view[i] - (op === "add" ? want + 0.5 : want)) <= 2.5e-7,
            `${dim}, ${position}, ${op}: element ${i} is ${view[i]}`,
          ),
        );
      }
    }
    assert.ok(
      all.subarray(before / 4, x / 4).every((v) => v === Math.fround(GUARD)) &&
        all.subarray(x / 4 + rows * dim, after / 4 + 64).every((v) => v === Math.fround(GUARD)),
      `${dim}: something beside was written`,
    );
  }
});

/** @param {number} seq @param {number} dim */
const table = (seq, dim) => posenc.sinusoidal({ dim }).table(seq);
/** @param {readonly number[]} shape */
const cosSin = (shape) => posenc.rotary({ headDim: shape[3] }).cosSin(rotateRows(shape));

test("all contenders with limits agree, whole and in tiles that do not divide the work", async () => {
  const lane = new Lane([...posencContenders(posenc), ...plainContenders(), ...limitContenders(module)]);
  const rotations = /** @type {const} */ ([
    [1, 4, 1, 32],
    [1, 12, 9, 64],
    [2, 3, 5, 12],
    [1, 2, 300, 64],
    [1, 64, 1, 128],
  ]);
  const tasks = [
    ...[
      [1, 1, 768],
      [1, 130, 96],
      [4, 16, 48],
      [8, 100, 50],
      [3, 5, 7],
    ].map(([batch, seq, dim]) => addTask([batch, seq, dim], table(seq, dim))),
    decodeTask([1, 1, 768], table(DECODE_LENGTH, 768)),
    tableTask([1, 50, 64]),
    ...[
      [1, 1, 16],
      [1, 50, 64],
      [1, 16, 32],
      [1, 100, 24],
    ].flatMap(([, seq, dim]) => /** @type {const} */ (["fill", "newTable"]).map((kind) => fillTask(kind, [1, seq, dim]))),
    gridTask([3, 5, 24]),
    gridTask([20, 9, 64]),
    ...rotations.flatMap((shape) => [false, true].map((interleaved) => rotateTask(shape, cosSin(shape), interleaved))),
    biasTask([1, 12, 7, 39], posenc.alibi({ heads: 12 }).slopes),
    biasTask([1, 4, 1, 3000], posenc.alibi({ heads: 4 }).slopes),
    biasTask([1, 2, 100, 100], posenc.alibi({ heads: 2 }).slopes),
  ];
  for (const task of tasks) {
    const names = await lane.prepare(task);
    const what = `${task.kind} [${task.shape}]`;
    assert.ok(
      names.some((name) => name.startsWith("posenc")),
      what,
    );
    assert.ok(
      names.some((name) => name.startsWith(LIMIT)),
      what,
    );
    if (task.kind !== "table" && task.kind !== "newTable")
      assert.ok(
        names.some((name) => name.startsWith(STAGED)),
        what,
      );
    assert.equal(new Set(names).size, names.length, what);
    for (const name of names) assert.equal(await lane.check(name), undefined, `${name}, ${what}`);
  }
});

test("positions of steps are far apart and below a million", () => {
  const positions = Array.from({ length: 1000 }, (_, step) => positionOf(step));
  for (const [i, position] of positions.entries()) {
    assert.ok(Number.isInteger(position) && position >= 0 && position < 1e6);
    if (i > 0) assert.ok(Math.abs(position - positions[i - 1]) > 9000);
  }
});

test("a recurrence that is wrong ends the run", async () => {
  const [{ make }] = fillLoops();
  /** @type {Record<string, import("./recurrence-loops.js").MakeFill>} */
  const broken = {
    "does nothing": () => () => {},
    "keeps the first rows": (seq, dim) => {
      const fill = make(seq, dim);
      return (x) => fill(x, 0);
    },
    "begins one late": (seq, dim) => {
      const fill = make(seq, dim);
      return (x, offset) => fill(x, offset + 1);
    },
    "leaves out the last row": (seq, dim) => {
      const fill = make(seq - 1, dim);
      return (x, offset) => fill(x.subarray(0, x.length - dim), offset);
    },
  };
  for (const [name, of] of Object.entries(broken)) {
    const lane = new Lane([...posencContenders(posenc), fillContender({ name, make: of })]);
    const remote = /** @type {any} */ ({
      prepare: lane.prepare.bind(lane),
      check: lane.check.bind(lane),
      calibrate: () => assert.fail("timed"),
    });
    await assert.rejects(
      measure([remote], fillTask("fill", [1, 40, 16]), EFFORT),
      (error) => error instanceof Disagreement && error.message.startsWith(`${name}, fill [1, 40, 16]: element `),
    );
  }
});

test("a sweep finds rows that are wrong, near the ends and between", async () => {
  const [rows, dim] = [5000, 16];
  const right = () => {
    const x = new Float32Array(rows * dim);
    for (let i = 0; i < x.length; i++) x[i] = (Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 31 - 1;
    return x.map((v, i) => v + naive[i]);
  };
  const naive = naiveTable(rows, dim);
  assert.equal(wrongRows(right(), dim), undefined);
  for (const row of [0, 999, 2500, rows - 1]) {
    const x = right();
    x[row * dim + 3] += 1e-4;
    assert.match(wrongRows(x, dim) ?? "", /element/, `row ${row}`);
  }
  const between = right();
  between.copyWithin(1500 * dim, 1501 * dim, 1502 * dim); // not looked at, but the sum is another
  assert.equal(wrongRows(between, dim), undefined);
  const entries = [
    { name: "plain loop", checksum: checksum(right()) },
    { name: "posenc", checksum: checksum(between) },
  ];
  assert.throws(
    () => judge(entries, rows, dim),
    (error) => error instanceof Disagreement && /^posenc, sweep, 5000 rows: the sum/.test(error.message),
  );

  const lines = await sweep(EFFORT, undefined, [1, 70]);
  assert.deepEqual(
    lines.map((line) => line.rows),
    [1, 70],
  );
  for (const { contenders } of lines) {
    assert.equal(contenders.length, 6);
    for (const { name, median, before } of contenders) {
      assert.ok(median > 0);
      assert.equal(Number.isInteger(before), name.startsWith("posenc"));
    }
  }
});

test("a first result comes from a process of its own", async () => {
  const [{ fromImport, fromLoad }] = await first(undefined, undefined, 1);
  assert.ok(fromLoad.median > 0 && fromImport.median > fromLoad.median);
});

test("the plan has all kinds, and the report has a limit for each within its columns", () => {
  const kinds = [...new Set(plan(posenc).map(({ kind }) => kind))];
  assert.deepEqual(kinds, ["add", "decode", "fill", "newTable", "table", "grid", "rotate", "rotateInterleaved", "bias", "cosSin"]);
  assert.equal(LANES.length, 3);
  const medians = {
    "posenc, alloc()": 1,
    "posenc, Float32Array": 2,
    "posenc, table()": 2,
    [LIMIT]: 0.95,
    [`${LIMIT}, 4 by head`]: 0.9,
    [`${STAGED}8 KiB`]: 1.9,
    [`${STAGED}16 rows made`]: 1.95,
    [`${NEW}`]: 1.5,
    [`${NEW}, 64 rows`]: 1.6,
    "plain loop, both 1/256": 4,
    "plain loop, 64 down f64": 3,
    "plain new array, within": 5,
  };
  const measured = plan(posenc).map(({ kind }, i) => ({
    kind,
    shape: [
      [1, 1, 768],
      [1, 128, 384],
      [1, 512, 768],
      [16, 512, 384],
      [1, 8192, 768],
    ][i] ?? [1, 512, 768],
    elements: 1e6,
    contenders: Object.entries(medians).map(([name, median]) => ({ name, calls: 1, ...summary([median]), samples: [] })),
  }));
  assert.equal(bestLimit(measured[0])?.name, `${LIMIT}, 4 by head`);
  assert.equal(bestLimit(measured[0], "staged")?.name, `${STAGED}8 KiB`);
  assert.equal(bestLimit(measured[0], "new")?.name, NEW);
  assert.equal(bestPlain(measured[0])?.name, "plain loop, both 1/256");

  const line = (/** @type {number} */ rows, /** @type {number} */ ns) => ({
    rows,
    dim: 16,
    contenders: ["posenc, alloc()", "posenc, Float32Array", "plain loop, 32 up", LIMIT].map((name) => ({
      name,
      before: 2 ** 22,
      after: 2 ** 22 + rows,
      ...summary([ns]),
    })),
  });
  const results = {
    measured,
    memory: [],
    sweep: [line(1, 20), line(1e4, 1), line(1e7, 1.2)],
    first: [{ name: "posenc", fromImport: summary([80]), fromLoad: summary([50]) }],
  };
  const judged = goals(results);
  const judgement = (/** @type {string} */ what) =>
    judged.filter((goal) => goal.what.includes(what)).map(({ got, reached }) => [Math.round(1000 * got) / 1000, reached]);
  assert.deepEqual(judgement("add [1,128,384]"), [
    [0.9, false],
    [4, false],
    [0.95, true],
    [2, true],
  ]);
  assert.deepEqual(judgement("of the bare kernel, new array"), [[0.75, false]]);
  assert.deepEqual(judgement("time of an element"), [
    [1.2, true],
    [1.2, true],
  ]);
  assert.deepEqual(judgement("more module memory"), [
    [9.537, false],
    [9.537, false],
  ]);
  assert.deepEqual(judgement("first add"), [[50, false]]);
  const plain = (/** @type {string} */ text) => text;
  const text = report(
    { ...results, goals: judged, version: "1.2.3", seconds: 1, effort: EFFORT },
    { bold: plain, dim: plain, good: plain, bad: plain },
  );
  for (const of of text.split("\n")) assert.ok(of.length <= 100, `${of.length} columns: ${of}`);
  assert.equal(text.match(/^ {2}bare SIMD kernel \(limit\) /gm)?.length, kinds.length);
  assert.match(text, /^ {2}\[1,10000000,16\] +1\.20 +1\.20 +1\.20 +1\.20 +4\.00 > 13\.5$/m);
});
