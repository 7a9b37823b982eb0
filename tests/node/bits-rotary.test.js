// A turned vector has one value: its bits depend on itself, its position and the options (and on the length of the sequence,
// for the scalings that follow it), not on the array, tile, batch, order or path. What they are is known, too: of
// cosSin's numbers each product and each sum is rounded to float32.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { transposed } from "./cases.js";
import { child } from "./child.js";
import { embeddings, near, same } from "./reference.js";

const posenc = await load();

/** @typedef {{ batch: number, seq: number, heads: number, offset: number }} Shape */

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

/** @param {any} encoder */
const axesOf = (encoder) => encoder.options.sections?.length ?? 1;
/** [axes, seq] of text. @param {any} encoder @param {Shape} s */
const positionsOf = (encoder, { seq, offset }) => Float64Array.from({ length: axesOf(encoder) * seq }, (_, j) => offset + (j % seq));
/** [axes, batch, seq] @param {any} encoder @param {Shape} s */
const positionsOfAll = (encoder, { batch, seq, offset }) =>
  Float64Array.from({ length: axesOf(encoder) * batch * seq }, (_, j) => offset + (j % seq));

/** Ways to turn x [batch, seq, heads, headDim]; `length` is sequenceLength for an encoder that takes it. */
const PATHS = {
  /** @param {any} e @param {Float32Array} x @param {Shape} s @param {object} length */
  "a Float32Array, again": (e, x, { batch, heads, offset }) => e.rotate(x.slice(), { batch, heads, offset }),
  "told how long it is": (e, x, { batch, heads, offset }, length) => e.rotate(x.slice(), { batch, heads, offset, ...length }),
  "a subarray": (e, x, { batch, heads, offset }) => {
    const around = new Float32Array(x.length + 7).fill(42);
    around.set(x, 3);
    const part = e.rotate(around.subarray(3, 3 + x.length), { batch, heads, offset });
    assert.deepEqual([...around.subarray(0, 3), ...around.subarray(3 + x.length)], Array(7).fill(42), "neighbours of the subarray");
    return part;
  },
  "alloc()": (e, x, { batch, heads, offset }) => inMemory(x.length, x, (memory) => e.rotate(memory, { batch, heads, offset }).data.slice()),
  "a subarray of alloc().data": (e, x, { batch, heads, offset }) =>
    inMemory(x.length + 9, new Float32Array(x.length + 9).fill(42), (memory) => {
      memory.data.set(x, 5);
      e.rotate(memory.data.subarray(5, 5 + x.length), { batch, heads, offset });
      assert.deepEqual([...memory.data.subarray(0, 5), ...memory.data.subarray(5 + x.length)], Array(9).fill(42), "neighbours in alloc()");
      return memory.data.slice(5, 5 + x.length);
    }),
  "shared memory, allowed": (e, x, { batch, heads, offset }) => {
    const shared = new Float32Array(new SharedArrayBuffer(x.byteLength));
    shared.set(x);
    return e.rotate(shared, { batch, heads, offset, allowShared: true }).slice();
  },
  positions: (e, x, s) => e.rotate(x.slice(), { batch: s.batch, heads: s.heads, positions: positionsOf(e, s) }),
  "positions of all": (e, x, s) => e.rotate(x.slice(), { batch: s.batch, heads: s.heads, positions: positionsOfAll(e, s) }),
  "positions on alloc()": (e, x, s) =>
    inMemory(x.length, x, (memory) => e.rotate(memory, { batch: s.batch, heads: s.heads, positions: positionsOf(e, s) }).data.slice()),
  "positions of all on alloc()": (e, x, s) =>
    inMemory(x.length, x, (memory) => e.rotate(memory, { batch: s.batch, heads: s.heads, positions: positionsOfAll(e, s) }).data.slice()),
  bhsd: (e, x, { batch, seq, heads, offset }) =>
    transposed(e.rotate(transposed(x, batch, seq, heads), { batch, heads, order: "bhsd", offset }), batch, heads, seq),
  "bhsd on alloc()": (e, x, { batch, seq, heads, offset }) =>
    inMemory(x.length, transposed(x, batch, seq, heads), (memory) =>
      transposed(e.rotate(memory, { batch, heads, order: "bhsd", offset }).data.slice(), batch, heads, seq),
    ),
  "bhsd, positions": (e, x, s) =>
    transposed(
      e.rotate(transposed(x, s.batch, s.seq, s.heads), { batch: s.batch, heads: s.heads, order: "bhsd", positions: positionsOf(e, s) }),
      s.batch,
      s.heads,
      s.seq,
    ),
  "bhsd, positions of all": (e, x, s) =>
    transposed(
      e.rotate(transposed(x, s.batch, s.seq, s.heads), { batch: s.batch, heads: s.heads, order: "bhsd", positions: positionsOfAll(e, s) }),
      s.batch,
      s.heads,
      s.seq,
    ),
  "bhsd, positions of all, on alloc()": (e, x, s) =>
    inMemory(x.length, transposed(x, s.batch, s.seq, s.heads), (memory) =>
      transposed(
        e.rotate(memory, { batch: s.batch, heads: s.heads, order: "bhsd", positions: positionsOfAll(e, s) }).data.slice(),
        s.batch,
        s.heads,
        s.seq,
      ),
    ),
  "sequence by sequence": (e, x, { batch, heads, offset }) => {
    const y = x.slice();
    const stride = y.length / batch;
    for (let b = 0; b < batch; b++) e.rotate(y.subarray(b * stride, (b + 1) * stride), { heads, offset });
    return y;
  },
  "a few rows at a time": (e, x, { batch, seq, heads, offset }, length) => {
    const y = x.slice();
    const row = y.length / batch / seq;
    const steps = [1, 2, 7, 16, 33, 100, 1000];
    for (let b = 0; b < batch; b++) {
      for (let j = 0, turn = 0; j < seq; turn++) {
        const n = Math.min(steps[turn % steps.length], seq - j);
        e.rotate(y.subarray((b * seq + j) * row, (b * seq + j + n) * row), { heads, offset: offset + j, ...length });
        j += n;
      }
    }
    return y;
  },
  "token by token": (e, x, { batch, seq, heads, offset }, length) => {
    const y = x.slice();
    const row = y.length / batch / seq;
    for (let b = 0; b < batch; b++) {
      for (let j = 0; j < Math.min(seq, 300); j++)
        e.rotate(y.subarray((b * seq + j) * row, (b * seq + j + 1) * row), { heads, offset: offset + j, ...length });
      if (seq > 300) e.rotate(y.subarray((b * seq + 300) * row, (b + 1) * seq * row), { heads, offset: offset + 300, ...length });
    }
    return y;
  },
  "with another encoder between": (e, x, { batch, heads, offset }, length) => {
    const other = posenc.rotary({ headDim: e.options.headDim, base: 77 });
    const y = x.slice();
    const stride = y.length / batch;
    const noise = embeddings(e.options.headDim * 40);
    for (let b = 0; b < batch; b++) {
      other.rotate(noise, { offset: b });
      e.rotate(y.subarray(b * stride, (b + 1) * stride), { heads, offset, ...length });
    }
    other.dispose();
    return y;
  },
};

/** cosSin's numbers applied here. @param {any} e @param {Float32Array} x @param {Shape} s @param {object} length */
function byHand(e, x, { batch, seq, heads, offset }, length) {
  const { headDim, pairing } = e.options;
  const { cos, sin } = e.cosSin(seq, { offset, ...length });
  const n = cos.length / seq;
  const y = x.slice();
  for (let v = 0; v < x.length / headDim; v++) {
    const row = (Math.floor(v / heads) % seq) * n;
    for (let i = 0; i < n; i++) {
      const first = v * headDim + (pairing === "half" ? i : 2 * i);
      const second = v * headDim + (pairing === "half" ? i + n : 2 * i + 1);
      const [a, b, c, s] = [x[first], x[second], cos[row + i], sin[row + i]];
      y[first] = Math.fround(a * c) - Math.fround(b * s);
      y[second] = Math.fround(a * s) + Math.fround(b * c);
    }
  }
  assert.ok(batch * seq * heads * headDim === x.length);
  return y;
}

const lists = { shortFactor: Array(32).fill(1.25), longFactor: Array.from({ length: 32 }, (_, i) => 1 + i / 3) };
/** One of each kind; `follows`: the length of the call has a say. @type {Record<string, { make: () => any, follows?: boolean }>} */
const ENCODERS = {
  half: { make: () => posenc.rotary({ headDim: 64 }) },
  "interleaved, partial": { make: () => posenc.rotary({ headDim: 80, rotaryDim: 32, pairing: "interleaved", base: 500000 }) },
  yarn: { make: () => posenc.rotary({ headDim: 64, scaling: { type: "yarn", factor: 8, originalMaxPositionEmbeddings: 512 } }) },
  dynamic: {
    make: () => posenc.rotary({ headDim: 64, maxPositionEmbeddings: 1000, scaling: { type: "dynamic", factor: 4 } }),
    follows: true,
  },
  longrope: {
    make: () =>
      posenc.rotary({
        headDim: 64,
        pairing: "interleaved",
        scaling: { type: "longrope", factor: 4, originalMaxPositionEmbeddings: 1000, ...lists },
      }),
    follows: true,
  },
  mrope: { make: () => posenc.mrope({ headDim: 64, sections: [8, 12, 12] }) },
  "mrope, interleaved, dynamic": {
    make: () =>
      posenc.mrope({
        headDim: 64,
        sections: [12, 10, 10],
        interleaved: true,
        maxPositionEmbeddings: 1000,
        scaling: { type: "dynamic", factor: 2 },
      }),
    follows: true,
  },
  axial: { make: () => posenc.axialRotary({ headDim: 64, shape: [101, 131], convention: "diffusers", prefixTokens: 40 }) },
  "given cos and sin": {
    make: () => posenc.rotary({ headDim: 64, rotaryDim: 16, cos: embeddings(12000 * 8), sin: embeddings(12001 * 8).subarray(8) }),
  },
};

/** Within a tile, past it, past the rows that an encoder keeps, more than a list of positions at once, and round M = 1000. @type {Shape[]} */
const SHAPES = [
  { batch: 1, seq: 1, heads: 1, offset: 0 },
  { batch: 3, seq: 5, heads: 2, offset: 7 },
  { batch: 2, seq: 1000, heads: 1, offset: 0 },
  { batch: 2, seq: 1001, heads: 1, offset: 0 },
  { batch: 2, seq: 333, heads: 5, offset: 669 },
  { batch: 2, seq: 8201, heads: 1, offset: 33 },
];

for (const [name, { make, follows }] of Object.entries(ENCODERS)) {
  for (const shape of SHAPES) {
    const { batch, seq, heads, offset } = shape;
    test(`${name}, [${batch}, ${seq}, ${heads}] from ${offset}: ${Object.keys(PATHS).length} paths, the same bits`, () => {
      const e = make();
      const x = embeddings(batch * seq * heads * e.options.headDim);
      const want = make().rotate(x.slice(), { batch, heads, offset });
      const takesLength = e.shift !== undefined && e.options.cos === undefined && e.options.scaling !== undefined;
      const length = takesLength ? { sequenceLength: offset + seq } : {};
      same(byHand(e, x, shape, length), want, "by hand from cosSin");
      for (const [path, rotate] of Object.entries(PATHS)) same(rotate(e, x, shape, length), want, path);
      const back = e.unrotate(want.slice(), { batch, heads, offset });
      if (!name.startsWith("given"))
        near(
          back,
          Array.from(x, (v) => v),
          name === "yarn" || name === "longrope" ? 4e-6 : 1e-6,
          "unrotate restores",
        );
      same(
        inMemory(x.length, want, (memory) => e.unrotate(memory, { batch, heads, offset }).data.slice()),
        back,
        "unrotate on alloc()",
      );
      same(
        transposed(
          e.unrotate(transposed(want, batch, seq, heads), { batch, heads, order: "bhsd", positions: positionsOf(e, shape) }),
          batch,
          heads,
          seq,
        ),
        back,
        "unrotate, bhsd, positions",
      );
      if (follows && seq > 1)
        assert.notDeepEqual(
          e.cosSin(1, { offset: 5, sequenceLength: 2000 }).sin,
          e.cosSin(1, { offset: 5, sequenceLength: 9 }).sin,
          "the length has a say",
        );
      e.dispose();
    });
  }
}

test("rows wider than the staging buffer, in every order", () => {
  for (const { headDim, heads, batch, seq } of [
    { headDim: 2048, heads: 40, batch: 2, seq: 5 },
    { headDim: 16384, heads: 5, batch: 1, seq: 3 },
    { headDim: 64, heads: 1025, batch: 2, seq: 3 },
    { headDim: 6, heads: 10923, batch: 1, seq: 2 },
  ]) {
    const e = posenc.rotary({ headDim, scaling: { type: "dynamic", factor: 2 }, maxPositionEmbeddings: 4 });
    const shape = { batch, seq, heads, offset: 3 };
    const x = embeddings(batch * seq * heads * headDim);
    const want = byHand(e, x, shape, { sequenceLength: 3 + seq });
    for (const [path, rotate] of Object.entries(PATHS))
      same(rotate(e, x, shape, { sequenceLength: 3 + seq }), want, `${path}, ${JSON.stringify({ headDim, ...shape })}`);
    e.dispose();
  }
});

test("positions on several axes: [axes, batch, seq], in tiles and where it lies, the same as token by token", () => {
  for (const [batch, seq, heads] of [
    [1, 3, 2],
    [2, 7, 3],
    [2, 2800, 1],
    [3, 4000, 2],
  ]) {
    const e = posenc.mrope({ headDim: 16, sections: [2, 3, 3], pairing: seq % 2 ? "half" : "interleaved" });
    const rows = batch * seq;
    const all = Float64Array.from({ length: 3 * rows }, (_, i) => ((i * 7919) % 1009) - 300 + (i % 3) / 4);
    const x = embeddings(rows * heads * 16);
    const want = x.slice();
    for (let r = 0; r < rows; r++)
      e.rotate(want.subarray(r * heads * 16, (r + 1) * heads * 16), { heads, positions: [all[r], all[rows + r], all[2 * rows + r]] });
    const at = { batch, heads, positions: all };
    same(e.rotate(x.slice(), at), want, "a Float32Array");
    same(
      inMemory(x.length, x, (memory) => e.rotate(memory, at).data.slice()),
      want,
      "alloc()",
    );
    const other = transposed(x, batch, seq, heads);
    same(transposed(e.rotate(other.slice(), { ...at, order: "bhsd" }), batch, heads, seq), want, "bhsd");
    same(
      inMemory(x.length, other, (memory) => transposed(e.rotate(memory, { ...at, order: "bhsd" }).data.slice(), batch, heads, seq)),
      want,
      "bhsd on alloc()",
    );
    const { cos, sin } = e.cosSin(rows, { positions: all });
    const each = Array.from({ length: rows }, (_, r) => e.cosSin(1, { positions: [all[r], all[rows + r], all[2 * rows + r]] }));
    same(
      cos,
      each.flatMap((one) => [...one.cos]),
      "cosSin: cos",
    );
    same(
      sin,
      each.flatMap((one) => [...one.sin]),
      "cosSin: sin",
    );
    const first = Float64Array.from({ length: 3 * seq }, (_, i) => all[Math.floor(i / seq) * rows + (i % seq)]); // one list for the whole batch
    const shared = e.rotate(x.slice(), { batch, heads, positions: first });
    const stride = x.length / batch;
    for (let b = 0; b < batch; b++)
      same(
        shared.subarray(b * stride, (b + 1) * stride),
        e.rotate(x.slice(b * stride, (b + 1) * stride), { heads, positions: first }),
        `sequence ${b}`,
      );
    e.dispose();
  }
});

test("shift has one value on each path, for whole and broken numbers, however long the array is", () => {
  for (const make of [
    () => posenc.rotary({ headDim: 64 }),
    () => posenc.rotary({ headDim: 64, rotaryDim: 48, pairing: "interleaved" }),
    () => posenc.mrope({ headDim: 64, sections: [16, 8, 8] }),
    ENCODERS.yarn.make,
  ]) {
    const e = make();
    for (const [batch, seq, heads] of [
      [1, 1, 1],
      [2, 9, 3],
      [1, 1100, 1],
      [2, 900, 2],
      [2, 3, 1030],
    ]) {
      const x = embeddings(batch * seq * heads * 64);
      for (const delta of [1, -7, 0.5, -1000.25, 1e9 + 0.125]) {
        const where = `${JSON.stringify([batch, seq, heads])} by ${delta}`;
        const want = x.slice();
        for (let v = 0; v < x.length; v += 64) e.shift(want.subarray(v, v + 64), delta);
        same(e.shift(x.slice(), delta, { batch, heads }), want, where);
        same(e.shift(x.slice(), delta), want, `${where}, as one long sequence`);
        same(e.shift(x.slice(), delta, { batch, heads, order: "bhsd" }), want, `${where}, bhsd`);
        same(
          inMemory(x.length, x, (memory) => e.shift(memory, delta, { batch, heads }).data.slice()),
          want,
          `${where}, alloc()`,
        );
      }
    }
    e.dispose();
  }
});

test("all tiles of a call go by the length of the whole: dynamic and longrope on both sides of M", () => {
  for (const name of ["dynamic", "longrope", "mrope, interleaved, dynamic"]) {
    const e = ENCODERS[name].make();
    for (const seq of [998, 999, 1000, 1001, 1002, 2000, 2025, 5000]) {
      const x = embeddings(seq * 128);
      const short = e.rotate(x.slice(0, 128), { heads: 2, sequenceLength: seq }); // the first row, position 0: turns nothing but by the factor
      const whole = e.rotate(x.slice(), { heads: 2 });
      same(whole.subarray(0, 128), short, `${name}, ${seq}: row 0`);
      for (const j of [1, 511, seq - 1])
        same(
          whole.subarray(j * 128, (j + 1) * 128),
          e.rotate(x.slice(j * 128, (j + 1) * 128), { heads: 2, offset: j, sequenceLength: seq }),
          `${name}, ${seq}: row ${j}`,
        );
      const positions = Float64Array.from({ length: seq * axesOf(e) }, (_, j) => seq - 1 - (j % seq)); // the longest first
      const reversed = e.rotate(x.slice(), { heads: 2, positions });
      for (const j of [0, 600, seq - 1])
        same(
          reversed.subarray(j * 128, (j + 1) * 128),
          e.rotate(x.slice(j * 128, (j + 1) * 128), { heads: 2, offset: seq - 1 - j, sequenceLength: seq }),
          `${name}, ${seq}: row ${j} of reversed`,
        );
      if (seq <= 1000) same(e.rotate(x.slice(), { heads: 2, sequenceLength: 1 }), whole, `${name}, ${seq}: as short as any`);
    }
    e.dispose();
  }
});

test("an instance that died changes no bit, of no encoder", () => {
  const { status, answer, stderr } = child(`
    const Real = WebAssembly.Instance;
    const caught = [];
    WebAssembly.Instance = class extends Real { constructor(...args) { super(...args); caught.push(this); } };
    const { load } = await import(posenc);
    const own = await load();
    const cos = Float32Array.from({ length: 40 * 8 }, (_, i) => Math.cos(i)), sin = cos.map((v) => 1 - v);
    const list = Float64Array.from({ length: 8 }, (_, i) => 1 + i);
    const encoders = [own.rotary({ headDim: 16 }), own.rotary({ headDim: 16, maxPositionEmbeddings: 8, scaling: { type: "dynamic", factor: 2 } }),
      own.rotary({ headDim: 16, scaling: { type: "longrope", factor: 2, originalMaxPositionEmbeddings: 8, shortFactor: list, longFactor: list } }),
      own.rotary({ headDim: 16, cos, sin }), own.mrope({ headDim: 16, sections: [4, 2, 2] }), own.axialRotary({ headDim: 16, shape: [5, 8], convention: "diffusers" })];
    const bias = [own.alibi({ heads: 3 }), own.t5({ heads: 3, weights: Array.from({ length: 96 }, (_, i) => i) }), own.swin({ window: [2, 3], heads: 1, weights: Float32Array.from({ length: 15 }, (_, i) => i) }),
      own.kerple({ heads: 1, p: [2], a: [0.5] }), own.fire({ heads: 1, w1: [1, -1], b1: [0, 0.5], w2: [2, 3], b2: [0.25] })];
    const buckets = [own.deberta({ maxRelativePositions: 512, positionBuckets: 256 }), own.shaw({ maxRelativePosition: 3 })];
    const rows = [own.grid({ dim: 8, shape: [2, 3] }), own.learned({ dim: 2, weights: Float32Array.from({ length: 12 }, (_, i) => i) }), own.timestep({ dim: 8 }), own.time2vec({ w: [1, 2], phi: [0, 1] }),
      own.learned({ dim: 1, weights: [1, 2, 3, 4], resize: { from: [4], to: [6] } })];
    const points = own.fourier({ inputs: 2, type: "gaussian", bands: 4, seed: 7 });
    list.fill(99); cos.fill(99); // what was given is theirs
    const all = () => JSON.stringify([encoders.map((e) => [...e.rotate(new Float32Array(40 * 16).fill(1))]), bias.map((e) => [...e.matrix(6, 6)]), buckets.map((e) => [...e.buckets(6, 60)]), rows.map((e) => [...e.table(6)]), [...points.encode([1, 2, 3, 4])]]);
    const before = all();
    const each = [...encoders.map((e) => (x) => e.rotate(x)), ...bias.map((e) => (x) => e.add(x, { queryLength: 6, keyLength: 6, batch: e.options.heads === 3 ? 1 : 3 })), ...rows.map((e) => (x) => e.add(x.subarray(0, 6 * (e.options.dim ?? 2))))];
    const outcomes = [];
    for (const call of each) {
      const size = encoders.length > outcomes.length ? 40 * 16 : 108;
      const x = new Float32Array(size).fill(5);
      try { caught.at(-1).exports.posenc_free(99999); } catch {}
      let code;
      try { call(x); } catch (e) { code = e.code; }
      outcomes.push([code, x.every((v) => v === 5), all() === before]);
    }
    console.log(JSON.stringify(outcomes));`);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(answer.length, 16);
  for (const outcome of answer) assert.deepEqual(outcome, ["ERR_POSENC_INTERNAL", true, true]);
});
