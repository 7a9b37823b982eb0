// A row has one value: its bits depend on its position and the options, not on the array, chunk, batch or path that it
// was made in. The paths are those of the border: copied through the staging buffer in tiles, or done where it lies.

import assert from "node:assert/strict";
import { freemem } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { load } from "../../dist/npm/index.js";
import { PACKAGE } from "./child.js";
import { embeddings, near, row, same } from "./reference.js";

const posenc = await load();

/** Ways to have seq rows from offset on added to each of batch sequences of x. */
const PATHS = {
  /** @param {any} pe @param {Float32Array} x @param {any} at */
  "a Float32Array": (pe, x, at) => pe.add(x.slice(), at),
  "a subarray": (pe, x, at) => {
    const around = new Float32Array(x.length + 7).fill(42);
    around.set(x, 3);
    const part = pe.add(around.subarray(3, 3 + x.length), at);
    assert.deepEqual([...around.subarray(0, 3), ...around.subarray(3 + x.length)], Array(7).fill(42), "neighbours of the subarray");
    return part;
  },
  "alloc()": (pe, x, at) => inMemory(x.length, x, (memory) => pe.add(memory, at).data.slice()),
  "alloc().data": (pe, x, at) => inMemory(x.length, x, (memory) => pe.add(memory.data, at).slice()),
  "a subarray of alloc().data": (pe, x, at) =>
    inMemory(x.length + 9, new Float32Array(x.length + 9).fill(42), (memory) => {
      memory.data.set(x, 5);
      pe.add(memory.data.subarray(5, 5 + x.length), at);
      const part = memory.data.slice(5, 5 + x.length); // read anew: the memory may have grown
      assert.deepEqual([...memory.data.subarray(0, 5), ...memory.data.subarray(5 + x.length)], Array(9).fill(42), "neighbours in alloc()");
      return part;
    }),
  "shared memory, allowed": (pe, x, at) => {
    const shared = new Float32Array(new SharedArrayBuffer(x.byteLength));
    shared.set(x);
    return pe.add(shared, { ...at, allowShared: true }).slice();
  },
  positions: (pe, x, at) => pe.add(x.slice(), { ...at, offset: undefined, positions: positionsOf(pe, x, at) }),
  "positions, for each row of all": (pe, x, at) => {
    const each = positionsOf(pe, x, at);
    return pe.add(x.slice(), {
      batch: at.batch,
      positions: Float64Array.from({ length: each.length * at.batch }, (_, i) => each[i % each.length]),
    });
  },
  "positions, on alloc()": (pe, x, at) =>
    inMemory(x.length, x, (memory) => pe.add(memory, { batch: at.batch, positions: positionsOf(pe, x, at) }).data.slice()),
  "sequence by sequence": (pe, x, at) => {
    const y = x.slice();
    const stride = y.length / at.batch;
    for (let b = 0; b < at.batch; b++) pe.add(y.subarray(b * stride, (b + 1) * stride), { offset: at.offset });
    return y;
  },
  "a few rows at a time": (pe, x, at) => {
    const { dim } = pe.options;
    const y = x.slice();
    const seq = y.length / dim / at.batch;
    const steps = [1, 2, 7, 16, 33, 100, 1000];
    for (let b = 0; b < at.batch; b++) {
      for (let j = 0, turn = 0; j < seq; turn++) {
        const n = Math.min(steps[turn % steps.length], seq - j);
        pe.add(y.subarray((b * seq + j) * dim, (b * seq + j + n) * dim), { offset: at.offset + j });
        j += n;
      }
    }
    return y;
  },
  "the table, added here": (pe, x, at) => {
    const table = pe.table(x.length / pe.options.dim / at.batch, { offset: at.offset });
    return x.map((v, i) => Math.fround(v + table[i % table.length]));
  },
  "fill, added here": (pe, x, at) => {
    const filled = pe.fill(new Float32Array(x.length), at);
    return x.map((v, i) => Math.fround(v + filled[i]));
  },
};

/** @param {any} pe @param {Float32Array} x @param {any} at */
const positionsOf = (pe, x, at) => Float64Array.from({ length: x.length / pe.options.dim / at.batch }, (_, j) => at.offset + j);

/** @param {number} length @param {Float32Array} x @param {(memory: import("../../dist/npm/index.js").Allocation) => Float32Array} use */
function inMemory(length, x, use) {
  const memory = posenc.alloc(length);
  try {
    memory.data.set(x);
    return use(memory);
  } finally {
    memory.dispose();
  }
}

/** In and past the 4 MiB of rows that an encoder keeps, rows wider than a tile, tiles that no block fits in, far from 0. */
const SHAPES = [
  { dim: 6, batch: 1, seq: 1, offset: 0 },
  { dim: 384, batch: 2, seq: 128, offset: 0 },
  { dim: 1, batch: 3, seq: 9000, offset: -20 },
  { dim: 5, batch: 2, seq: 3001, offset: 2 ** 40 + 3 },
  { dim: 512, batch: 3, seq: 2500, offset: 9 },
  { dim: 768, batch: 1, seq: 2000, offset: 2 ** 53 - 2000 },
  { dim: 3000, batch: 2, seq: 400, offset: -(2 ** 53) },
  { dim: 20000, batch: 2, seq: 70, offset: -33 },
  { dim: 65536, batch: 2, seq: 19, offset: 5 },
];

for (const { dim, batch, seq, offset } of SHAPES) {
  test(`[${batch}, ${seq}, ${dim}] from ${offset}: ${Object.keys(PATHS).length} paths, the same bits`, () => {
    const pe = posenc.sinusoidal({ dim, convention: dim % 2 ? "keras" : "whisper" });
    const x = embeddings(batch * seq * dim);
    const want = PATHS["a Float32Array"](posenc.sinusoidal({ ...pe.options }), x, { batch, offset });
    if (Math.abs(offset) < 1e4) {
      // where float64 can say what is right: the first and the last row of the last sequence
      for (const j of [0, seq - 1]) {
        const from = ((batch - 1) * seq + j) * dim;
        near(
          want.subarray(from, from + dim),
          row(pe.options, offset + j).map((v, c) => v + x[from + c]),
          1e-6,
          `row ${j}`,
        );
      }
    }
    for (const [path, add] of Object.entries(PATHS)) same(add(pe, x, { batch, offset }), want, path);
    pe.dispose();
  });
}

test("2 GiB and more of embeddings go through the staging buffer", (t) => {
  if (freemem() < 4 * 2 ** 30) return t.skip("there are less than 4 GiB free");
  const dim = 1024;
  let x;
  try {
    x = new Float32Array(2 ** 29 + 3 * dim);
  } catch {
    return t.skip("this engine cannot hold it");
  }
  const pe = posenc.sinusoidal({ dim });
  const memory = posenc.alloc(1);
  const before = memory.data.buffer.byteLength;
  pe.fill(x, { offset: 7 });
  const rows = x.length / dim;
  for (const j of [0, 1, 2 ** 18, rows - 4, rows - 3, rows - 1]) {
    same(x.subarray(j * dim, (j + 1) * dim), pe.table(1, { offset: 7 + j }), `row ${j}`);
  }
  const grown = memory.data.buffer.byteLength - before;
  assert.ok(grown <= 8 << 20, `the module's memory grew by ${grown} bytes`);
});

test("subtract and inputScale have one value, too", () => {
  const options = /** @type {const} */ ({ dim: 96, inputScale: "sqrt-dim", scale: 0.3 });
  const pe = posenc.sinusoidal(options);
  const [batch, seq] = [3, 20000];
  const x = embeddings(batch * seq * options.dim);
  const y = pe.subtract(x.slice(), { batch });
  const memory = posenc.alloc(x.length);
  memory.data.set(x);
  same(pe.subtract(memory, { batch }).data, y, "subtract on alloc()");
  const table = pe.table(seq);
  const scale = Math.fround(Math.sqrt(options.dim));
  same(
    pe.add(x.slice(), { batch }),
    x.map((v, i) => Math.fround(Math.fround(v * scale) + table[i % table.length])),
    "x·inputScale + PE, each rounded",
  );
  near(
    y,
    Array.from(x, (v, i) => (v - table[i % table.length]) / Math.sqrt(options.dim)),
    1e-6,
    "(x - PE) / inputScale",
  );
  memory.dispose();
});

test("another thread, from the same Module, gets the same bits", async () => {
  const module = await WebAssembly.compile(await (await import("node:fs/promises")).readFile(new URL("posenc.wasm", PACKAGE)));
  const script = `
    import { parentPort, workerData } from "node:worker_threads";
    const { load } = await import(${JSON.stringify(new URL("index.js", PACKAGE).href)});
    const posenc = await load({ wasm: workerData });
    parentPort.postMessage(posenc.sinusoidal({ dim: 33 }).table(700, { offset: 12345 }));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData: module });
  const table = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  same(table, posenc.sinusoidal({ dim: 33 }).table(700, { offset: 12345 }), "the worker's table");
  await worker.terminate();
});
