// posenc.pool(): the same bits as one thread has, whatever is shared between workers, and an end for everything that can go wrong.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { load } from "../../dist/npm/index.js";
import { bits as slowBits } from "./cases.js";
import { child, PACKAGE } from "./child.js";

const TYPE = { name: "TypeError", code: "ERR_POSENC_TYPE" };
const RANGE = { name: "RangeError", code: "ERR_POSENC_RANGE" };
const DISPOSED = { name: "Error", code: "ERR_POSENC_DISPOSED" };
const DIED = { name: "Error", code: "ERR_POSENC_INTERNAL", message: "a worker of the pool died; another takes its place" };

/** Every worker that a pool starts here, and what it is sent. @type {{ worker: any, sent: any[] }[]} */
const started = [];
/** What is sent in place of a message. @type {(message: any) => any} */
let tamper = (message) => message;
process.on("worker", (/** @type {any} */ worker) => {
  /** @type {any[]} */
  const sent = [];
  const post = worker.postMessage;
  worker.postMessage = (/** @type {any} */ message, /** @type {any} */ transfer) => {
    const recipe = message.recipe && { ...message.recipe, arrays: undefined }; // weights would stay
    sent.push({ ...message, recipe, x: message.x && (message.x.buffer instanceof ArrayBuffer ? "own" : "shared"), length: message.length });
    post.call(worker, tamper(message), transfer);
  };
  started.push({ worker, sent });
});

const posenc = await load();
const pool = await posenc.pool({ workers: 3 });
const mine = started.slice();
after(() => pool.dispose());
const parts = () => mine.reduce((n, { sent }) => n + sent.filter(({ what }) => what).length, 0);

const noise = new Float32Array(8e6);
for (let i = 0, v = 1; i < noise.length; i++) noise[i] = (v = (v * 16807) % 2147483647) / 2 ** 30 - 1;
/** Numbers of no pattern. @param {number} n @param {boolean} [shared] */
function sample(n, shared = false) {
  const x = new Float32Array(/** @type {any} */ (shared ? new SharedArrayBuffer(4 * n) : new ArrayBuffer(4 * n)));
  x.set(noise.subarray(0, n));
  return x;
}
/** The same bits. @param {Float32Array} got @param {Float32Array} want @param {string} where */
function bits(got, want, where) {
  const [a, b] = [got, want].map((x) => new Int32Array(x.buffer, x.byteOffset, x.length));
  let same = a.length === b.length;
  for (let i = 0; same && i < a.length; i++) same = a[i] === b[i];
  if (!same) slowBits(got, want, where);
}
const list = (/** @type {number} */ n, /** @type {(i: number) => number} */ f) => Float64Array.from({ length: n }, (_, i) => f(i));
const turn = (/** @type {() => boolean} */ until) =>
  new Promise((resolve) => {
    const look = () => (until() ? resolve(undefined) : setImmediate(look));
    look();
  });

test("it has as many workers as it was asked for, and by default some", async () => {
  assert.equal(pool.workers, 3);
  assert.equal(mine.length, 3);
  const other = await posenc.pool();
  assert.ok(other.workers >= 1 && other.workers <= 16, `${other.workers}`);
  other.dispose();
});

test("a worker gets the compiled module, and each encoder once with its weights", async () => {
  for (const { sent } of mine) assert.ok(sent[0].module instanceof WebAssembly.Module);
  const weights = sample(1000 * 64);
  const e = posenc.learned({ dim: 64, weights });
  const positions = list(20000, (i) => (i * 7) % 1000);
  for (let i = 0; i < 3; i++) bits(await pool.table(e, 20000, { positions }), e.table(20000, { positions }), "learned");
  for (const { sent } of mine) assert.ok(sent.filter(({ recipe }) => recipe?.scheme === "learned").length <= 1);
  e.dispose();
  await pool.table(posenc.sinusoidal({ dim: 64 }), 20000, { positions });
  const recipes = mine.reduce((n, { sent }) => n + sent.filter(({ recipe }) => recipe?.scheme === "learned").length, 0);
  assert.equal(
    mine.reduce((n, { sent }) => n + sent.filter(({ forget }) => forget > 0).length, 0),
    recipes,
    "a disposed one is forgotten",
  );
});

/** Enough rows of 64 for workers, of two sequences each; at listed positions fewer are. */
const [many, few] = [8401, 1201];
/** Encoders that add rows, with the ends that positions have. @type {[string, () => any, number?, ((i: number) => number)?][]} */
const additive = [
  ["sinusoidal", () => posenc.sinusoidal({ dim: 64 })],
  ["sinusoidal, odd", () => posenc.sinusoidal({ dim: 63, layout: "concat", scale: 0.5, inputScale: "sqrt-dim" })],
  ["sinusoidal, float32", () => posenc.sinusoidal({ dim: 64, precision: "float32", convention: "tensor2tensor" })],
  ["grid", () => posenc.grid({ dim: 64, shape: [160, 120], prefixTokens: 1 }), 19201, Math.floor],
  ["learned", () => posenc.learned({ dim: 64, weights: sample(19000 * 64), rowOffset: 2 }), 18000, Math.floor],
  ["time2vec", () => posenc.time2vec({ w: list(64, (i) => i / 7), phi: list(64, (i) => i) })],
  ["timestep", () => posenc.timestep({ dim: 64, convention: "stable-diffusion" })],
];

for (const [name, make, end = 2 ** 53, whole = (v) => v] of additive) {
  test(`the bits of one thread: ${name}`, async () => {
    const e = make();
    const dim = e.table(1).length;
    const position = (/** @type {number} */ i) => whole(Math.abs(Math.sin(i)) * Math.min(end - 1, 1e6));
    /** @type {any[]} */
    const ats = [
      { batch: 2 },
      { batch: 2, offset: 11 },
      { batch: 2, positions: list(few, position) },
      { batch: 2, positions: list(2 * few, position) },
      { offset: 3 },
      { batch: 2 * many },
    ];
    if (end === 2 ** 53) ats.push({ batch: 2, offset: 2 ** 53 - 2 * many }, { batch: 2, offset: -5 });
    for (const at of ats) {
      const length = 2 * (at.positions ? few : many) * dim;
      for (const op of ["add", "subtract", "fill"]) {
        const want = e[op](sample(length), at);
        for (const shared of [false, true]) {
          const x = sample(length, shared);
          const before = parts();
          assert.equal(await /** @type {any} */ (pool)[op](e, x, { ...at, allowShared: shared }), x);
          const slow = name === "time2vec" || name.endsWith("float32");
          const sent = at.positions ? name !== "grid" : shared || (slow && at.batch !== 2 * many); // a grid's rows are quick anywhere
          assert.ok(sent ? parts() - before > 3 : parts() === before, `${parts() - before} parts`);
          bits(x, want, `${op} ${JSON.stringify({ ...at, positions: at.positions?.length })} ${shared}`);
        }
      }
    }
    for (const at of [{}, { offset: 1 }, { positions: list(2 * few, position) }]) {
      const rows = at.positions ? 2 * few : 2 * many;
      const want = e.table(rows, at);
      bits(await pool.table(e, rows, at), want, "table");
      const shared = await pool.table(e, rows, { ...at, shared: true });
      assert.ok(shared.buffer instanceof SharedArrayBuffer);
      bits(shared, want, "table, shared");
    }
    e.dispose();
  });
}

test("a table without a length is all rows", async () => {
  for (const e of [posenc.grid({ dim: 64, shape: [160, 120] }), posenc.learned({ dim: 64, weights: sample(17000 * 64), rowOffset: 2 })]) {
    bits(await pool.table(e), e.table(), "all rows");
    bits(await pool.table(e, undefined, { onProgress() {} }), e.table(), "all rows, watched");
  }
  await assert.rejects(pool.table(posenc.sinusoidal({ dim: 64 })), { ...TYPE, message: /^length: / });
});

test("the bits of one thread: points of a Fourier encoder", async () => {
  for (const type of /** @type {const} */ (["nerf", "gaussian", "timm"])) {
    const e = posenc.fourier({ inputs: 3, type });
    const points = list(3 * 3000, Math.sin);
    const want = e.encode(points);
    bits(await pool.table(e, 3000, { positions: points }), want, type);
    bits(await pool.fill(e, new Float32Array(want.length), { positions: points }), want, type);
    for (const call of [() => pool.table(e, 10), () => pool.fill(e, new Float32Array(want.length))])
      await assert.rejects(call, { ...TYPE, message: /^positions: want / });
    await assert.rejects(pool.add(/** @type {any} */ (e), new Float32Array(want.length)), {
      ...TYPE,
      message: /^encoder: want an encoder that has this method/,
    });
  }
});

const longrope = {
  type: /** @type {const} */ ("longrope"),
  originalMaxPositionEmbeddings: 512,
  shortFactor: list(16, () => 1),
  longFactor: list(16, (i) => 2 + i),
};
/** @type {[string, () => any, number?][]} */
const turning = [
  ["rotary", () => posenc.rotary({ headDim: 32 })],
  ["rotary, partial and interleaved", () => posenc.rotary({ headDim: 40, rotaryDim: 24, pairing: "interleaved" })],
  ["rotary, dynamic", () => posenc.rotary({ headDim: 32, maxPositionEmbeddings: 512, scaling: { type: "dynamic", factor: 4 } })],
  ["rotary, longrope", () => posenc.rotary({ headDim: 32, maxPositionEmbeddings: 4096, scaling: longrope })],
  [
    "rotary, yarn in float32",
    () => posenc.rotary({ headDim: 32, precision: "float32", scaling: { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 512 } }),
  ],
  ["rotary, xpos", () => posenc.rotary({ headDim: 32, xpos: "key" })],
  ["rotary of caches", () => posenc.rotary({ headDim: 32, cos: sample(70_000 * 16), sin: sample(70_000 * 16) }), 70_000],
  ["mrope", () => posenc.mrope({ headDim: 32, sections: [4, 6, 6] })],
  ["axial", () => posenc.axialRotary({ headDim: 32, shape: [250, 270], convention: "dinov3" }), 67_500],
];

for (const [name, make, end = 0] of turning) {
  test(`the bits of one thread: ${name}`, async () => {
    const e = make();
    const { headDim } = e.options;
    const axes = e.options.sections?.length ?? 1;
    const position = (/** @type {number} */ i) =>
      end
        ? (i * 7919) % end
        : Math.floor(Math.abs(Math.sin(i)) * (name === "mrope" ? 6e4 : 5e3)) / (axes === 1 && name !== "rotary, xpos" ? 2 : 1);
    let sent = 0;
    const shapes = [
      [2, 3301, 5],
      [120, 9, 31],
      [1, 8301, 4],
      [3, 60, 190],
    ];
    for (const order of ["bshd", "bhsd"]) {
      for (const [batch, rows, heads] of shapes) {
        const some = rows >> 3 || 1; // at listed positions
        for (const at of [
          {},
          { offset: 9 },
          { positions: list(axes * some, position) },
          { positions: list(axes * batch * some, position) },
          { sequenceLength: 70_000 },
        ]) {
          const length = batch * (at.positions ? some : rows) * heads * headDim;
          for (const op of ["rotate", "unrotate"]) {
            const all = { batch, heads, order, ...at };
            const want = e[op](sample(length), all);
            const shared = op === "unrotate";
            const x = sample(length, shared);
            const before = parts();
            assert.equal(await /** @type {any} */ (pool)[op](e, x, { ...all, allowShared: shared }), x);
            if (shared ? length >= 2 ** 20 : at.positions && heads < 6 && (at.positions.length / axes) * headDim >= 2 ** 16)
              assert.ok(parts() - before > 3, `${parts() - before} parts`);
            sent += parts() - before;
            bits(x, want, `${op} ${JSON.stringify({ ...all, positions: all.positions?.length })}`);
          }
        }
        if (e.shift && name !== "rotary of caches") {
          const at = { batch, heads, order };
          const length = batch * rows * heads * headDim;
          bits(await pool.shift(e, sample(length), -7.5, at), e.shift(sample(length), -7.5, at), "shift");
        }
      }
    }
    assert.ok(sent > 100, `${sent} parts`);
    for (const at of [{}, ...(end ? [] : [{ offset: 5 }]), { positions: list(axes * 2001, position) }]) {
      const rows = at.positions ? 2001 : end || (name === "rotary, xpos" ? 30_001 : 70_001); // to where xPos goes
      const want = e.cosSin(rows, at);
      for (const shared of [false, true]) {
        const { cos, sin } = await pool.cosSin(e, rows, { ...at, shared });
        bits(cos, want.cos, "cos");
        bits(sin, want.sin, "sin");
        assert.equal(sin.buffer instanceof SharedArrayBuffer, shared);
      }
    }
  });
}

test("rows of a long sequence, which are made once for several heads and sequences", async () => {
  const rope = posenc.rotary({ headDim: 128 });
  const pe = posenc.sinusoidal({ dim: 128 });
  for (const shared of [false, true]) {
    const [batch, heads, rows] = [2, 2, 9001];
    const at = { batch, heads, order: /** @type {const} */ ("bhsd"), allowShared: shared };
    bits(
      await pool.rotate(rope, sample(batch * heads * rows * 128, shared), at),
      rope.rotate(sample(batch * heads * rows * 128), at),
      "rotate",
    );
    bits(
      await pool.add(pe, sample(3 * rows * 128, shared), { batch: 3, allowShared: shared }),
      pe.add(sample(3 * rows * 128), { batch: 3 }),
      "add",
    );
  }
  const x = sample(300 * 900 * 8); // rows wider than the staging buffer
  const few = posenc.rotary({ headDim: 8 });
  const wide = sample(x.length, true);
  bits(await pool.rotate(few, wide, { heads: 9000, allowShared: true }), few.rotate(x, { heads: 9000 }), "wide rows");
});

test("the bits of one thread: bias", async () => {
  const [heads, queryLength, keyLength, batch] = [3, 501, 407, 2];
  const each = (/** @type {number} */ n) => list(n, (i) => 1 / (i + 1));
  for (const e of [
    posenc.alibi({ heads }),
    posenc.t5({ heads, weights: sample(32 * heads) }),
    posenc.kerple({ heads, p: each(heads), a: each(heads) }),
    posenc.fire({ heads, w1: each(4), b1: each(4), w2: each(4 * heads), b2: each(heads) }),
  ]) {
    for (const shared of [false, true]) {
      const at = { batch, queryLength, keyLength, offset: 5, allowShared: shared };
      const size = batch * heads * queryLength * keyLength;
      bits(await pool.add(e, sample(size, shared), at), e.add(sample(size), at), "scores");
    }
  }
  const swin = posenc.swin({ window: [8, 8], heads, weights: sample(225 * heads) });
  const at = { batch: 90, queryLength: 64, keyLength: 64 };
  bits(await pool.add(swin, sample(90 * heads * 4096), at), swin.add(sample(90 * heads * 4096), at), "swin");
  await assert.rejects(pool.add(swin, sample(5), at), RANGE);
  await assert.rejects(pool.add(swin, sample(5), /** @type {any} */ ({})), { ...TYPE, message: /^queryLength/ });
  await assert.rejects(pool.add(swin, sample(5), /** @type {any} */ (undefined)), { ...TYPE, message: /^queryLength/ });
});

test("a part of an array, and nothing beside it", async () => {
  const pe = posenc.sinusoidal({ dim: 64 });
  const around = sample(64 * 17_000 + 200);
  const before = around.slice();
  const positions = list(17_000, (i) => i / 2);
  await pool.add(pe, around.subarray(100, 100 + 64 * 17_000), { positions });
  bits(around.subarray(100, 100 + 64 * 17_000), pe.add(before.slice(100, 100 + 64 * 17_000), { positions }), "inside");
  bits(around.subarray(0, 100), before.subarray(0, 100), "before");
  bits(around.subarray(100 + 64 * 17_000), before.subarray(100 + 64 * 17_000), "behind");
});

test("what would take longer to copy than to do is done on this thread", async () => {
  const rope = posenc.rotary({ headDim: 64 });
  const before = parts();
  const x = sample(64 * 40_000);
  bits(await pool.rotate(rope, x.slice(), { heads: 8 }), rope.rotate(x.slice(), { heads: 8 }), "rotate");
  const packed = list(5000, (i) => i % 700); // sequences that restart: rows in memory
  bits(
    await pool.rotate(rope, x.slice(), { heads: 8, positions: packed }),
    rope.rotate(x.slice(), { heads: 8, positions: packed }),
    "packed",
  );
  const at = { queryLength: 1024, keyLength: 1024 };
  bits(await pool.add(posenc.alibi({ heads: 1 }), sample(2 ** 20), at), posenc.alibi({ heads: 1 }).add(sample(2 ** 20), at), "scores");
  assert.equal(parts(), before);
  const halves = list(40_000, (i) => (i % 100) / 2); // near, but no row in memory
  bits(
    await pool.add(posenc.sinusoidal({ dim: 64 }), x.slice(), { positions: halves }),
    posenc.sinusoidal({ dim: 64 }).add(x.slice(), { positions: halves }),
    "halves",
  );
  assert.ok(parts() > before);
});

test("small work, and arrays of alloc(), are done at once on this thread", async () => {
  const pe = posenc.sinusoidal({ dim: 64 });
  const before = parts();
  const x = sample(640);
  const want = pe.add(x.slice());
  const promise = pool.add(pe, x);
  bits(x, want, "at once");
  assert.equal(await promise, x);
  const memory = posenc.alloc(64 * 20000);
  const told = /** @type {number[]} */ ([]);
  assert.equal(await pool.fill(pe, memory, { onProgress: (f) => told.push(f) }), memory);
  bits(memory.data, pe.table(20000), "alloc");
  await pool.add(pe, memory.data);
  assert.deepEqual(told, [1]);
  const positions = list(20000, (i) => i / 2);
  await pool.fill(pe, memory, { positions });
  bits(memory.data, pe.table(20000, { positions }), "alloc, at fractions");
  memory.dispose();
  assert.equal((await pool.add(pe, new Float32Array(0))).length, 0);
  assert.equal((await pool.table(pe, 0)).length, 0);
  assert.deepEqual(await pool.cosSin(posenc.rotary({ headDim: 4 }), 2), posenc.rotary({ headDim: 4 }).cosSin(2));
  assert.ok((await pool.table(pe, 2, { shared: true })).buffer instanceof SharedArrayBuffer);
  assert.equal(parts(), before);
});

const pe = posenc.sinusoidal({ dim: 64 });
const rows = 200_000;
/** Rows that take their time. */
const slow = list(rows, (i) => i + 0.5);

test("an abort ends the work, and leaves the array as it was", async () => {
  const reason = { why: "enough" };
  const x = sample(64 * rows);
  const before = x.slice();
  await assert.rejects(pool.add(pe, x, { signal: AbortSignal.abort(reason) }), (/** @type {any} */ e) => e === reason);
  await assert.rejects(pool.table(pe, 3, { signal: AbortSignal.abort() }), { name: "AbortError" });
  const abort = new AbortController();
  const working = pool.add(pe, x, { positions: slow, signal: abort.signal });
  setTimeout(() => abort.abort(reason), 15);
  await assert.rejects(working, (e) => e === reason);
  bits(x, before, "x");
  await pool.add(pe, x, { positions: slow, signal: new AbortController().signal });
  bits(x, pe.add(before, { positions: slow }), "the next job");
});

test("an abort leaves each row of a shared array done or as it was, and nothing is written after it", async () => {
  const x = sample(64 * rows, true);
  const before = x.slice();
  const done = pe.add(before.slice(), { positions: slow });
  const abort = new AbortController();
  const working = pool.add(pe, x, { positions: slow, allowShared: true, signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(working, { name: "AbortError" });
  const then = x.slice();
  let changed = 0;
  for (let i = 0; i < x.length; i += 64) {
    const row = x.subarray(i, i + 64);
    const isDone = row.every((v, j) => Object.is(v, done[i + j]));
    if (isDone) changed++;
    else bits(row, before.subarray(i, i + 64), `row ${i / 64}`);
  }
  assert.ok(changed > 0 && changed < rows, `${changed} rows`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  bits(x, then, "afterwards");
});

test("an abort in the last onProgress is in time", async () => {
  const abort = new AbortController();
  const x = sample(64 * 17_000);
  const before = x.slice();
  for (const length of [640, x.length]) {
    const part = x.subarray(0, length);
    await assert.rejects(pool.add(pe, part, { signal: abort.signal, onProgress: (f) => f === 1 && abort.abort() }), { name: "AbortError" });
  }
  bits(x, before, "x");
});

test("onProgress rises to 1, and not too often", async () => {
  const told = /** @type {number[]} */ ([]);
  const begin = performance.now();
  await pool.table(pe, rows, { positions: slow, onProgress: (f) => told.push(f) });
  const most = (performance.now() - begin) / 50 + 1;
  assert.ok(told.length > 1 && told.length <= most, `${told.length} of ${most}`);
  assert.equal(told.at(-1), 1);
  assert.ok(
    told.every((f, i) => f > (told[i - 1] ?? 0)),
    told.join(" "),
  );
});

test("what onProgress throws ends the work", async () => {
  const thrown = new Error("mine");
  for (const [x, at] of /** @type {[Float32Array, any][]} */ ([
    [sample(64 * rows), { positions: slow }],
    [sample(64), {}],
  ])) {
    const before = x.slice();
    await assert.rejects(
      pool.add(pe, x, {
        ...at,
        onProgress: () => {
          throw thrown;
        },
      }),
      (e) => e === thrown,
    );
    bits(x, before, "x");
  }
  bits(await pool.table(pe, 17_000), pe.table(17_000), "the next job");
});

test("jobs take turns, and all are right", async () => {
  const order = /** @type {string[]} */ ([]);
  const jobs = [
    ["long", rows],
    ["short", 6000],
    ["middle", 9000],
  ].map(async ([name, n]) => {
    const x = sample(64 * Number(n));
    await pool.add(pe, x, { positions: slow.subarray(0, Number(n)) });
    order.push(String(name));
    bits(x, pe.add(sample(64 * Number(n)), { positions: slow.subarray(0, Number(n)) }), String(name));
  });
  await Promise.all(jobs);
  assert.equal(order.at(-1), "long");
});

test("an array that is written to, detached or resized meanwhile is an error, and is not written", async () => {
  const x = sample(64 * rows);
  const written = pool.add(pe, x, { positions: slow });
  x.fill(7);
  await assert.rejects(written, { ...TYPE, message: /^x: it was written to while/ });
  assert.ok(x.every((v) => v === 7));
  for (const op of /** @type {const} */ (["add", "fill"])) {
    const gone = sample(64 * rows);
    const detached = pool[op](pe, gone, { positions: slow });
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await assert.rejects(detached, { ...TYPE, message: /^x: its buffer was detached/ });
  }
  const late = sample(64 * rows);
  await assert.rejects(
    pool.add(pe, late, { positions: slow, onProgress: (f) => f === 1 && structuredClone(late.buffer, { transfer: [late.buffer] }) }),
    TYPE,
  );
  const buffer = new /** @type {any} */ (ArrayBuffer)(256 * rows, { maxByteLength: 512 * rows });
  const resized = pool.add(pe, new Float32Array(buffer), { positions: slow });
  buffer.resize(512 * rows);
  await assert.rejects(resized, TYPE);
  const shorter = pool.add(pe, new Float32Array(buffer).subarray(0), { positions: list(2 * rows, (i) => i + 0.5) });
  buffer.resize(256 * rows);
  await assert.rejects(shorter, { ...TYPE, message: /^x: its buffer was detached or resized/ });
  assert.ok(new Uint8Array(buffer).every((v) => v === 0));
});

test("a worker that dies rejects what it was at, and another takes its place", async () => {
  const from = started.length;
  const two = await posenc.pool({ workers: 2 });
  const [first] = started.slice(from);
  const x = sample(64 * rows);
  const before = x.slice();
  const working = two.add(pe, x, { positions: slow });
  const waiting = two.table(posenc.sinusoidal({ dim: 62 }), 10);
  first.worker.terminate();
  await assert.rejects(working, DIED);
  await waiting;
  bits(x, before, "x");
  bits(await two.add(pe, x, { positions: slow }), pe.add(before.slice(), { positions: slow }), "the next job");
  assert.equal(two.workers, 2);
  assert.equal(started.length, from + 3);
  started[from + 1].worker.terminate(); // idle
  await turn(() => started[from + 1].worker.threadId === -1);
  bits(await two.table(pe, 17_000), pe.table(17_000), "after an idle one died");
  two.dispose();

  const one = await posenc.pool({ workers: 1 });
  const [lost, later] = [one.table(pe, rows, { positions: slow }), one.table(pe, 17_000)];
  started.at(-1)?.worker.terminate();
  await assert.rejects(lost, DIED);
  bits(await later, pe.table(17_000), "which the dead one had not begun");
  bits(await one.table(pe, 17_000), pe.table(17_000), "alone");
  one.dispose();
});

test("an encoder whose part failed is forgotten with the others, and serves until then", async () => {
  const from = mine.map(({ sent }) => sent.length);
  const e = posenc.sinusoidal({ dim: 64, base: 300 });
  tamper = (message) => (message.recipe ? { ...message, call: { ...message.call, offset: 1n } } : message); // which Go cannot be called with
  const failure = await pool.table(e, rows, { positions: slow }).catch((error) => error);
  tamper = (message) => message;
  assert.equal(failure.code, DIED.code);
  assert.equal(failure.message, "a worker of the pool failed: posenc's WebAssembly instance died; the next call starts a fresh instance");
  bits(
    await pool.table(e, 6000, { positions: slow.subarray(0, 6000) }),
    e.table(6000, { positions: slow.subarray(0, 6000) }),
    "the next job",
  );
  e.dispose();
  await pool.table(pe, 17_000);
  for (const [i, { sent }] of mine.entries()) {
    const later = sent.slice(from[i]);
    const of = later.filter(({ recipe }) => recipe?.snapshot.base === 300);
    assert.equal(of.length, 1);
    assert.equal(later.filter(({ forget }) => forget === of[0].encoder).length, 1, "forgotten");
  }
});

test("a worker that could not make an encoder makes it with the next part", () => {
  const { status, answer, stderr } = child(`
    const { plan, WAYS } = await import(faults);
    const heard = [];
    globalThis.postMessage = (answer) => heard.push(answer.error?.code ?? answer.x?.length ?? "");
    await import(new URL("worker.js", posenc));
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const { readFileSync } = await import("node:fs");
    const tell = (data) => globalThis.onmessage({ data });
    tell({ key: 0, module: new WebAssembly.Module(readFileSync("../faults.wasm")), forget: 0 });
    const part = { key: 1, encoder: 1, recipe: null, what: "rows", x: null, y: null, length: 8, gap: 0,
      call: { op: 2, batch: 1, heads: 1, order: 0, offset: 0, sequence: 0, positions: undefined, shared: false } };
    plan(WAYS.PANIC);
    tell({ ...part, recipe: { scheme: "sinusoidal", snapshot: { dim: 4 }, arrays: [] } });
    tell(part);
    console.log(JSON.stringify(heard));`);
  assert.deepEqual([status, answer], [0, ["", "", "ERR_POSENC_INTERNAL", 8]], stderr);
});

test("a worker that throws is one that died", async () => {
  const one = await posenc.pool({ workers: 1 });
  const working = one.table(pe, rows, { positions: slow });
  started.at(-1)?.worker.emit("error", new Error("thrown in the worker"));
  await assert.rejects(working, (/** @type {any} */ e) => e.code === DIED.code && e.cause.message === "thrown in the worker");
  bits(await one.table(pe, 17_000), pe.table(17_000), "the next job");
  one.dispose();
});

test("dispose() ends the workers and the work", async () => {
  const from = started.length;
  const two = await posenc.pool({ workers: 2 });
  const [x, y] = [sample(64 * rows), sample(64 * rows, true)];
  const [beforeX, beforeY] = [x.slice(), y.slice()];
  const doneY = pe.add(y.slice(), { positions: slow });
  const jobs = [two.add(pe, x, { positions: slow }), two.add(pe, y, { positions: slow, allowShared: true }), two.table(pe, rows)];
  two.dispose();
  two.dispose();
  for (const job of jobs) await assert.rejects(job, DISPOSED);
  bits(x, beforeX, "x");
  for (let i = 0; i < y.length; i += 64) {
    const row = y.subarray(i, i + 64);
    if (!row.every((v, j) => Object.is(v, doneY[i + j]))) bits(row, beforeY.subarray(i, i + 64), `row ${i / 64}`);
  }
  await assert.rejects(two.add(pe, new Float32Array(64)), DISPOSED);
  await assert.rejects(two.table(pe, 1), DISPOSED);
  await turn(() => started.slice(from).every(({ worker }) => worker.threadId === -1));
  const other = await posenc.pool({ workers: 1 });
  if (Symbol.dispose) /** @type {any} */ (other)[Symbol.dispose]();
  else other.dispose();
  await assert.rejects(other.table(pe, 1), DISPOSED);
  await turn(() => started.at(-1)?.worker.threadId === -1); // which was idle
});

test("an encoder that is disposed of meanwhile does its work all the same", async () => {
  const e = posenc.sinusoidal({ dim: 64, base: 5000 });
  const want = e.table(rows, { positions: slow });
  const working = pool.table(e, rows, { positions: slow });
  e.dispose();
  bits(await working, want, "table");
  await assert.rejects(pool.table(e, 1), DISPOSED);
});

test("arguments of a wrong kind are refused, and nothing is touched", async () => {
  const any = /** @type {any} */ (pool);
  const rope = posenc.rotary({ headDim: 4 });
  const x = sample(64 * 17_000);
  const before = x.slice();
  for (const workers of [0, -1, 1.5, NaN, Infinity, 65])
    await assert.rejects(posenc.pool({ workers }), { ...RANGE, message: /^workers: / });
  for (const options of [null, 3, "4", [], { workers: "2" }, { workers: 2n }, { worker: 2 }])
    await assert.rejects(posenc.pool(/** @type {any} */ (options)), TYPE);
  await assert.rejects(posenc.pool(/** @type {any} */ ({ worker: 2 })), { message: "worker: unknown option; did you mean workers?" });
  await assert.rejects(async () => {
    const { pool: free } = posenc;
    await free({ workers: 1 });
  }, TYPE);
  for (const e of [undefined, null, {}, "pe", Object.create(pe), new Proxy(pe, {})])
    await assert.rejects(any.add(e, x), { ...TYPE, message: /^encoder: want an encoder/ });
  const other = await load({ wasm: new URL("posenc.wasm", PACKAGE) });
  await assert.rejects(any.add(other.sinusoidal({ dim: 64 }), x), { ...TYPE, message: /^encoder: want one of the same load\(\)/ });
  for (const call of [
    () => any.add(rope, x),
    () => any.rotate(pe, x),
    () => any.table(rope, 5),
    () => any.table(posenc.alibi({ heads: 1 }), 5),
    () => any.cosSin(pe, 5),
    () => any.shift(pe, x, 1),
    () => any.subtract(posenc.alibi({ heads: 1 }), x),
    () => any.fill(posenc.shaw({ maxRelativePosition: 2 }), x),
  ]) {
    await assert.rejects(call, { ...TYPE, message: /^encoder: want an encoder that has this method/ });
  }
  await assert.rejects(any.shift(posenc.axialRotary({ headDim: 4, shape: [1, 1], convention: "dinov3" }), new Float32Array(4), 1), {
    ...RANGE,
    message: /^delta: /,
  });
  for (const bad of [
    null,
    [1, 2],
    new Float64Array(64),
    new DataView(new ArrayBuffer(256)),
    new SharedArrayBuffer(256),
    sample(64, true),
    Object.create(Float32Array.prototype),
  ]) {
    await assert.rejects(any.add(pe, bad), { ...TYPE, message: /^x: / });
  }
  await assert.rejects(any.add(pe, new Float32Array(65)), RANGE);
  for (const at of [null, 1, [], () => {}]) await assert.rejects(any.add(pe, x, at), { ...TYPE, message: /^at: / });
  for (const onProgress of [null, 1, {}, "log"])
    await assert.rejects(any.add(pe, x, { onProgress }), { ...TYPE, message: /^onProgress: want a function/ });
  for (const signal of [null, 1, {}, { aborted: true }, Object.create(AbortSignal.prototype)]) {
    await assert.rejects(any.add(pe, x, { signal }), { ...TYPE, message: /^signal: want an AbortSignal/ });
  }
  await assert.rejects(any.table(pe, 10, { shared: 1 }), { ...TYPE, message: /^shared: / });
  await assert.rejects(any.add(pe, x, { shared: true }), { ...TYPE, message: /^shared: unknown option/ });
  await assert.rejects(any.add(pe, x, { onprogress() {} }), { message: "onprogress: unknown option; did you mean onProgress?" });
  await assert.rejects(any.add(pe, x, JSON.parse('{ "__proto__": 1 }')), { ...TYPE, message: /^__proto__: / });
  await assert.rejects(any.table(pe, 10, { batch: 2 }), { ...TYPE, message: /^batch: / });
  await assert.rejects(any.table(pe, 2 ** 53), RANGE);
  await assert.rejects(any.table(pe, 2 ** 53, { shared: true }), RANGE);
  await assert.rejects(any.table(pe, 1.5), RANGE);
  await assert.rejects(any.table(pe, "5"), TYPE);
  await assert.rejects(any.table(pe, 9000, { positions: [1] }), RANGE);
  await assert.rejects(any.add(pe, x, { positions: list(17_000, (i) => (i === 16_999 ? NaN : i)) }), {
    ...RANGE,
    message: /^positions\[16999\]/,
  });
  await assert.rejects(any.add(pe, x, { batch: 7 }), RANGE);
  await assert.rejects(any.shift(rope, x, "1"), { ...TYPE, message: /^delta: / });
  await assert.rejects(any.rotate(rope, x, { order: "sbhd" }), TYPE);
  await assert.rejects(any.rotate(rope, x, { sequenceLength: 0 }), RANGE);
  for (const name of ["add", "subtract", "fill", "rotate", "unrotate", "shift", "table", "cosSin"]) {
    for (const self of [undefined, {}, new Proxy(pool, {})])
      await assert.rejects(Reflect.apply(any[name], self, [pe, x, 1]), { ...TYPE, message: /^(this|delta|at): / }, name);
  }
  assert.throws(() => Reflect.apply(any.dispose, {}, []), TYPE);
  assert.throws(() => Reflect.get(Object.getPrototypeOf(pool), "workers", {}), TYPE);
  bits(x, before, "x");
  bits(await pool.add(pe, x), pe.add(before), "the next job");
});

test("each option is read once, and what a getter does is seen", async () => {
  const reads = /** @type {Record<string, number>} */ ({});
  const { signal } = new AbortController();
  const given = /** @type {any} */ ({ batch: 2, offset: 3, positions: undefined, allowShared: false, onProgress() {}, signal });
  const at = new Proxy(given, { get: (target, key) => ((reads[String(key)] = (reads[String(key)] ?? 0) + 1), target[key]) });
  const x = sample(64 * 17_000);
  bits(await pool.add(pe, x, at), pe.add(sample(64 * 17_000), { batch: 2, offset: 3 }), "add");
  assert.deepEqual(reads, { batch: 1, offset: 1, positions: 1, allowShared: 1, onProgress: 1, signal: 1 });
  const mine = new Error("mine");
  await assert.rejects(
    pool.add(pe, x, {
      get offset() {
        throw mine;
      },
    }),
    (e) => e === mine,
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  await assert.rejects(pool.add(pe, x, proxy), TYPE);
  const going = posenc.sinusoidal({ dim: 64 });
  await assert.rejects(
    pool.add(going, x, {
      get offset() {
        going.dispose();
        return 1;
      },
    }),
    DISPOSED,
  );
  const gone = sample(64 * 17_000);
  await assert.rejects(
    pool.add(pe, gone, {
      get offset() {
        structuredClone(gone.buffer, { transfer: [gone.buffer] });
        return 1;
      },
    }),
    { ...TYPE, message: /^x: / },
  );
  const brief = await posenc.pool({ workers: 1 });
  await assert.rejects(
    brief.add(pe, sample(64 * 17_000), {
      get offset() {
        brief.dispose();
        return 1;
      },
    }),
    DISPOSED,
  );
});

test("built-ins that are patched after load() have no say", () => {
  const { status, answer, stderr } = child(`
    const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object, { is } = Object, F32 = Float32Array;
    const put = (patch) => {
      const [object, key] = patch, had = getOwnPropertyDescriptor(object, key);
      defineProperty(object, key, { get: () => () => { throw 1; }, set() {}, configurable: true });
      return () => { had ? defineProperty(object, key, had) : delete object[key]; };
    };
    const Typed = getPrototypeOf(F32).prototype;
    const patches = [
      ...["subarray", "set", "slice", "length", "buffer", "byteOffset", "indexOf"].map((key) => [Typed, key]), [getPrototypeOf(F32), Symbol.species],
      ...["push", "pop", "indexOf", "splice", Symbol.iterator].map((key) => [Array.prototype, key]),
      ...["add", "delete", "has", "size", "values", Symbol.iterator].map((key) => [Set.prototype, key]),
      ...["get", "set", "delete", "has", "size", "values", Symbol.iterator].map((key) => [Map.prototype, key]),
      [WeakMap.prototype, "get"], [WeakMap.prototype, "set"], [WeakRef.prototype, "deref"], [globalThis, "WeakRef"], [getPrototypeOf(function* () {}).prototype, "next"],
      [AbortSignal.prototype, "aborted"], [AbortSignal.prototype, "reason"], [EventTarget.prototype, "addEventListener"], [EventTarget.prototype, "removeEventListener"],
      [Date, "now"], [Function.prototype, "call"], [Function.prototype, "bind"],
    ];
    const one = await (await import(posenc)).load();
    const early = [[AbortSignal.prototype, "aborted"], [EventTarget.prototype, "addEventListener"]].map(put); // pool.js is not loaded yet
    const starting = one.pool({ workers: 2 });
    await import(new URL("pool.js", posenc));
    for (const back of early) back();
    const pool = await starting;
    const pe = one.sinusoidal({ dim: 64 });
    const rope = one.rotary({ headDim: 64 });
    const positions = F32.from({ length: 2000 }, (_, i) => i / 2);
    const { signal } = new AbortController();
    const x = new F32(64 * 2000);
    const jobs = [
      () => pool.table(pe, 2000, { positions, signal }), () => pool.table(pe, 2000, { positions, shared: true }), () => pool.add(pe, x, { positions }),
      () => pool.cosSin(rope, 2000, { positions, shared: true }).then(({ sin }) => sin), () => pool.cosSin(rope, 3).then(({ sin }) => sin),
    ];
    const wants = [pe.table(2000, { positions }), pe.table(2000, { positions }), pe.table(2000, { positions }), rope.cosSin(2000, { positions }).sin, rope.cosSin(3).sin];
    const harmed = [];
    for (const patch of patches) {
      for (let i = 0; i < jobs.length; i++) {
        x.fill(0);
        const back = put(patch);
        let got;
        try { got = await jobs[i](); } catch (e) { got = e; }
        back();
        let same = got?.length === wants[i].length;
        for (let k = 0; same && k < got.length; k++) same = is(got[k], wants[i][k]);
        if (!same) harmed.push([String(patch[1]), i, String(got?.message ?? got).slice(0, 100)]);
      }
    }
    getPrototypeOf(getPrototypeOf(rope)).cosSin = () => { throw 1; };
    await pool.cosSin(rope, 3).catch(() => harmed.push("cosSin"));
    console.log(JSON.stringify(harmed));`);
  assert.deepEqual([status, answer], [0, []], stderr);
});

test("a process with an idle pool ends by itself, one with work does it first", () => {
  const idle = child(`
    const { load } = await import(posenc);
    const pool = await (await load()).pool({ workers: 2 });
    console.log(JSON.stringify(pool.workers));`);
  assert.deepEqual([idle.status, idle.answer], [0, 2], idle.stderr);
  const busy = child(`
    const { load } = await import(posenc);
    const one = await load();
    const pool = await one.pool({ workers: 2 });
    const pe = one.sinusoidal({ dim: 64 });
    await pool.table(pe, 17_000);
    pool.table(pe, 40000, { positions: Float64Array.from({ length: 40000 }, (_, i) => i / 3) }).then((t) => console.log(JSON.stringify(t.length)));`);
  assert.deepEqual([busy.status, busy.answer], [0, 40000 * 64], busy.stderr);
});

test("the workers of a pool that nobody has any more end, after their work", () => {
  const { status, answer, stderr } = child(
    `
    const { load } = await import(posenc);
    const one = await load();
    const workers = [];
    process.on("worker", (worker) => workers.push(worker));
    const pe = one.sinusoidal({ dim: 64 });
    const working = (await one.pool({ workers: 2 })).table(pe, 40000, { positions: Float64Array.from({ length: 40000 }, (_, i) => i / 3) });
    const lengths = [];
    working.then((t) => lengths.push(t.length));
    for (let i = 0; i < 200 && workers.some(({ threadId }) => threadId !== -1); i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(JSON.stringify([lengths, workers.map(({ threadId }) => threadId)]));`,
    ["--expose-gc"],
  );
  assert.deepEqual([status, answer], [0, [[40000 * 64], [-1, -1]]], stderr);
});

test("signals that stop being one, whose event is stopped, or that many jobs share; onProgress has no this", () => {
  const { status, answer, stderr } = child(`
    const { load } = await import(posenc);
    const one = await load();
    const pool = await one.pool({ workers: 1 });
    const pe = one.sinusoidal({ dim: 64, precision: "float32" });
    const warnings = [];
    process.on("warning", ({ name }) => warnings.push(name));
    const results = [];
    const changed = new AbortController();
    const working = pool.table(pe, 60000, { signal: changed.signal });
    Object.defineProperty(changed.signal, "constructor", { value: {} }); // Node's removeEventListener then takes it for something else
    results.push((await working).length);
    const stopped = new AbortController();
    stopped.signal.addEventListener("abort", (event) => event.stopImmediatePropagation());
    const aborted = pool.table(pe, 240000, { signal: stopped.signal });
    setTimeout(() => stopped.abort("why"), 1);
    results.push(await aborted.catch((reason) => reason));
    const selves = new Set();
    await pool.table(pe, 60000, { onProgress() { selves.add(typeof this); } });
    await pool.table(pe, 2, { onProgress() { selves.add(typeof this); } });
    results.push([...selves]);
    const shared = new AbortController();
    const jobs = Array.from({ length: 40 }, () => pool.table(pe, 3000, { signal: shared.signal }));
    results.push(await Promise.all(jobs.slice(0, 5)).then((tables) => tables.length));
    shared.abort("all");
    results.push((await Promise.allSettled(jobs)).filter(({ reason }) => reason === "all").length > 30);
    Object.prototype.rowOffset = 2;
    results.push((await pool.table(one.grid({ dim: 8, shape: [70, 70], convention: "mae" }))).length);
    delete Object.prototype.rowOffset;
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(JSON.stringify([results, warnings]));`);
  assert.deepEqual([status, answer], [0, [[60000 * 64, "why", ["undefined"], 5, true, 70 * 70 * 8], []]], stderr);
});

test("where no worker may start, pool() says so", () => {
  const permission = Number(process.versions.node.split(".")[0]) < 24 ? "--experimental-permission" : "--permission";
  const { status, answer, stderr } = child(
    `
    const { load } = await import(posenc);
    const one = await load();
    const failure = await one.pool({ workers: 2 }).catch((e) => [e.code, e.message.slice(0, 11), e.cause.code]);
    console.log(JSON.stringify([failure, one.sinusoidal({ dim: 2 }).table(1)[1]]));`,
    [permission, "--allow-fs-read=*"],
  );
  assert.deepEqual([status, answer], [0, [["ERR_POSENC_LOAD", "worker.js: ", "ERR_ACCESS_DENIED"], 1]], stderr);
});

test("workers' memory is flat", async () => {
  const one = await posenc.pool({ workers: 1 });
  const memory = () => process.memoryUsage().rss / 2 ** 20;
  const weights = sample(64 * 60_000); // 15 MiB
  const work = async () => {
    for (let i = 0; i < 20; i++) {
      const e = posenc.learned({ dim: 64, weights });
      await one.table(e, 17_000);
      e.dispose();
    }
  };
  await work();
  const before = memory();
  for (let i = 0; i < 2; i++) await work(); // 600 MiB of weights, and as much again in the worker's module
  assert.ok(memory() - before < 200, `${(memory() - before).toFixed()} MiB more`);
  one.dispose();
});

test("sharding by hand with node:worker_threads, without the pool", () => {
  const script = fileURLToPath(new URL("examples/shard.js", import.meta.url));
  assert.match(execFileSync(process.execPath, [script], { encoding: "utf8" }), /^100000 rows by 4 threads, the same bits as by one$/m);
});

test("fake timers, put in after load(), do not stop a pool that takes a breath; nor does a signal that ends it while it is looked at hang its caller", () => {
  const { status, answer, stderr } = child(
    `
    const { load } = await import(posenc);
    const own = await load();
    const pool = await own.pool({ workers: 1 });
    const pe = own.sinusoidal({ dim: 64, precision: "float32" });
    const { setTimeout } = globalThis;
    globalThis.setTimeout = () => 0;
    const rows = (await pool.table(pe, 100_000)).length / 64; // some 100 ms of work, and a breath each 20
    globalThis.setTimeout = setTimeout;
    const { signal } = new AbortController();
    Object.defineProperty(signal, "constructor", { get() { pool.dispose(); return AbortSignal; } }); // Node's addEventListener looks at it
    const code = await pool.table(pe, 60_000, { signal }).then(() => "", (error) => error.code);
    console.log(JSON.stringify({ rows, code }));`,
    [],
    60_000,
  );
  assert.deepEqual([status, stderr, answer], [0, "", { rows: 100_000, code: "ERR_POSENC_DISPOSED" }]);
});
