// What the types promise of the encoders that turn queries and keys, against the formula in float64, and what makes rotary
// encodings what they are: scores depend on distances, a turn can be undone, cached keys can be moved.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { embeddings, near, same } from "./reference.js";

const posenc = await load();
/** @typedef {{ headDim: number, rotaryDim?: number, base?: number, pairing?: "half" | "interleaved" }} Plain */

/** Turns [batch, seq, heads, headDim]. @param {ArrayLike<number>} x @param {Plain & { w?: number[], factor?: number }} o @param {(vector: number) => (pair: number) => number} position */
function turned(x, { headDim, rotaryDim = headDim, base = 10000, pairing = "half", w, factor = 1 }, position) {
  const n = rotaryDim / 2;
  const out = Array.from(x);
  for (let v = 0; v < x.length / headDim; v++) {
    for (let i = 0; i < n; i++) {
      const [a, b] = pairing === "half" ? [i, i + n] : [2 * i, 2 * i + 1];
      const angle = position(v)(i) * (w?.[i] ?? base ** ((-2 * i) / rotaryDim));
      const [c, s] = [factor * Math.cos(angle), factor * Math.sin(angle)];
      out[v * headDim + a] = x[v * headDim + a] * c - x[v * headDim + b] * s;
      out[v * headDim + b] = x[v * headDim + a] * s + x[v * headDim + b] * c;
    }
  }
  return out;
}

/** @type {Plain[]} */
const PLAIN = [
  { headDim: 2 },
  { headDim: 7, rotaryDim: 4 },
  { headDim: 16 },
  { headDim: 16, pairing: "interleaved", base: 500 },
  { headDim: 33, rotaryDim: 10, pairing: "interleaved" },
  { headDim: 128, base: 1e6 },
];

test("rotate is the formula: batch, heads, both orders, offset, positions of one and of all sequences", () => {
  const [batch, seq, heads] = [2, 5, 3];
  const packed = [0, 1, 0, 1, 2, -3, 0.5, 1000, 17.25, 0];
  /** @type {[object, (b: number, s: number) => number][]} */
  const ats = [
    [{}, (_, s) => s],
    [{ offset: 100 }, (_, s) => 100 + s],
    [{ offset: -3 }, (_, s) => s - 3],
    [{ positions: packed.slice(5) }, (_, s) => packed[5 + s]],
    [{ positions: Float64Array.from(packed) }, (b, s) => packed[b * seq + s]],
  ];
  for (const o of PLAIN) {
    const e = posenc.rotary(o);
    const x = embeddings(batch * seq * heads * o.headDim);
    for (const [at, position] of ats) {
      for (const order of /** @type {const} */ (["bshd", "bhsd"])) {
        const at2 = { batch, heads, order, ...at };
        const of = (/** @type {number} */ v) => () =>
          position(Math.floor(v / seq / heads), order === "bshd" ? Math.floor(v / heads) % seq : v % seq);
        const got = e.rotate(x.slice(), at2);
        near(got, turned(x, o, of), 2e-6, `${JSON.stringify(o)} ${JSON.stringify(at2)}`);
        near(e.unrotate(got.slice(), at2), x, 2e-6, "unrotate restores");
        if (o.rotaryDim)
          for (let v = 0; v < x.length; v += o.headDim)
            same(got.subarray(v + o.rotaryDim, v + o.headDim), x.subarray(v + o.rotaryDim, v + o.headDim), "channels past rotaryDim");
      }
    }
    near(
      Array.from(e.inverseFrequencies, (w, i) => w / (o.base ?? 10000) ** ((-2 * i) / (o.rotaryDim ?? o.headDim))),
      Array(e.inverseFrequencies.length).fill(1),
      1e-14,
      "inverseFrequencies",
    );
    assert.equal(e.attentionFactor, 1);
    assert.deepEqual(
      { ...e.options, scaling: { ...e.options.scaling } },
      { rotaryDim: o.headDim, base: 10000, pairing: "half", precision: "exact", ...o, scaling: { type: "default" } },
    );
    assert.ok(Object.isFrozen(e.options) && Object.isFrozen(e.options.scaling));
    same(posenc.rotary(e.options).rotate(x.slice(), { batch, heads }), e.rotate(x.slice(), { batch, heads }), "a round trip of options");
    e.dispose();
    for (const call of [
      () => e.rotate(x),
      () => e.unrotate(x),
      () => e.shift(x, 1),
      () => e.cosSin(1),
      () => e.inverseFrequencies,
      () => e.attentionFactor,
    ])
      assert.throws(call, { code: "ERR_POSENC_DISPOSED" });
  }
});

test("scalings make a round trip of their options, and turn the same", () => {
  const lists = { shortFactor: [1, 1.5, 2, 3], longFactor: [2, 3, 4, 5] };
  /** @type {any[]} */
  const scalings = [
    { type: "linear", factor: 4 },
    { type: "ntk", alpha: 3 },
    { type: "dynamic", factor: 2 },
    { type: "yarn", factor: 4 },
    { type: "yarn", factor: 4, truncate: false, mscale: 0.7, mscaleAllDim: 1, betaFast: 20, betaSlow: 2 },
    { type: "longrope", factor: 2, ...lists },
    { type: "llama3", factor: 8 },
    { type: "proportional", partialRotaryFactor: 0.5 },
    { type: "freq-factors", freqFactors: [1, 2, 3, 4] },
    { type: "riflex", index: 0, length: 50 },
  ];
  for (const scaling of scalings) {
    const e = posenc.rotary({ headDim: 8, maxPositionEmbeddings: 64, scaling });
    const again = posenc.rotary(e.options);
    assert.deepEqual(again.options, e.options, scaling.type);
    for (const [key, value] of Object.entries(scaling))
      assert.deepEqual(/** @type {any} */ (e.options.scaling)[key], value, `${scaling.type}.${key}`);
    for (const sequenceLength of [10, 64, 65, 1000])
      same(again.cosSin(9, { sequenceLength }).sin, e.cosSin(9, { sequenceLength }).sin, scaling.type);
    assert.equal(again.attentionFactor, e.attentionFactor);
  }
  for (const xpos of /** @type {const} */ (["query", "key"])) {
    const e = posenc.rotary({ headDim: 8, xpos });
    assert.deepEqual(
      { ...e.options, scaling: 0 },
      { headDim: 8, rotaryDim: 8, base: 10000, pairing: "half", precision: "exact", scaling: 0, xpos, xposScaleBase: 512, xposCenter: 0 },
    );
    same(posenc.rotary(e.options).rotate(embeddings(80)), e.rotate(embeddings(80)), "xpos");
  }
});

const dot = (/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b) =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

test("scores depend on the distance alone; with xpos and with every scaling, too", () => {
  const [q, k] = [embeddings(64), embeddings(128).subarray(64)];
  /** @type {any[]} */
  const encoders = [
    {},
    { pairing: "interleaved" },
    { rotaryDim: 32 },
    { scaling: { type: "yarn", factor: 8, originalMaxPositionEmbeddings: 64 } },
    { scaling: { type: "linear", factor: 4 } },
  ];
  for (const o of encoders) {
    const e = posenc.rotary({ headDim: 64, ...o });
    const score = (/** @type {number} */ i, /** @type {number} */ j) =>
      dot(e.rotate(q.slice(), { offset: i }), e.rotate(k.slice(), { offset: j }));
    for (const r of [0, 1, -5, 300])
      for (const p of [7, 1000, 123456]) near([score(p, p + r)], [score(0, r)], 3e-5, `${JSON.stringify(o)}, distance ${r}`);
    assert.ok(Math.abs(score(0, 1) - score(0, 30)) > 0.1, "and it does depend on it");
  }
  const [query, key] = [posenc.rotary({ headDim: 64, xpos: "query" }), posenc.rotary({ headDim: 64, xpos: "key" })];
  const score = (/** @type {number} */ i, /** @type {number} */ j) =>
    dot(query.rotate(q.slice(), { offset: i }), key.rotate(k.slice(), { offset: j }));
  for (const p of [5, 400]) near([score(p, p - 5)], [score(5, 0)], 5e-5, "xpos");
});

test("shift moves keys as if they had been turned there", () => {
  for (const o of PLAIN) {
    const e = posenc.rotary(o);
    const x = embeddings(6 * 2 * o.headDim);
    for (const delta of [1, -4, 1000, 2.5]) {
      const moved = e.shift(e.rotate(x.slice(), { heads: 2, offset: 10 }), delta, { heads: 2 });
      near(
        moved,
        e.rotate(x.slice(), { heads: 2, positions: [0, 1, 2, 3, 4, 5].map((s) => 10 + s + delta) }),
        2e-6,
        `${JSON.stringify(o)} by ${delta}`,
      );
    }
  }
});

test("dynamic is the default up to M, turns slower beyond it, and comes back after a long call", () => {
  const [M, s, d] = [64, 4, 16];
  const e = posenc.rotary({ headDim: d, maxPositionEmbeddings: M, scaling: { type: "dynamic", factor: s } });
  const plain = posenc.rotary({ headDim: d });
  const x = embeddings(M * d);
  same(e.rotate(x.slice()), plain.rotate(x.slice()), "M rows");
  for (const L of [65, 100, 5000]) {
    const long = embeddings(L * d);
    const base = 10000 * ((s * L) / M - (s - 1)) ** (d / (d - 2));
    near(
      e.rotate(long.slice()),
      turned(long, { headDim: d, base }, (v) => () => v),
      2e-6,
      `${L} rows`,
    );
    same(e.rotate(x.slice()), plain.rotate(x.slice()), `M rows after ${L}`);
  }
});

test("half and interleaved agree under permute", () => {
  const [heads, headDim, rotaryDim, seq] = [2, 10, 6, 4];
  const x = embeddings(seq * heads * headDim);
  const permuted = posenc.permute(x, { to: "half", headDim, rotaryDim });
  const half = posenc.rotary({ headDim, rotaryDim }).rotate(permuted, { heads, offset: 3 });
  const interleaved = posenc.rotary({ headDim, rotaryDim, pairing: "interleaved" }).rotate(x.slice(), { heads, offset: 3 });
  same(half, posenc.permute(interleaved, { to: "half", headDim, rotaryDim }), "permuted before and after");
});

test("mrope takes each pair's position from its axis; text is plain rotary", () => {
  const positions = [5, 5, 6, 0.25, 5, 7, -8, 1000, 5, 9, 10, 4096.5]; // [3, 4]
  for (const [sections, interleaved, pairing] of /** @type {[number[], boolean, "half" | "interleaved"][]} */ ([
    [[2, 1, 4], false, "half"],
    [[3, 2, 2], true, "interleaved"],
    [[7, 0, 0], false, "half"],
  ])) {
    const o = { headDim: 15, rotaryDim: 14, pairing };
    const e = posenc.mrope({ ...o, sections, interleaved });
    const axes = Array.from({ length: 7 }, (_, i) =>
      interleaved ? (i % 3 && i < 3 * sections[i % 3] ? i % 3 : 0) : i < sections[0] ? 0 : i < sections[0] + sections[1] ? 1 : 2,
    );
    const x = embeddings(4 * 2 * 15);
    near(
      e.rotate(x.slice(), { heads: 2, positions }),
      turned(x, o, (v) => (i) => positions[axes[i] * 4 + (v >> 1)]),
      2e-6,
      JSON.stringify(sections),
    );
    same(e.rotate(x.slice(), { heads: 2, offset: 9 }), posenc.rotary(o).rotate(x.slice(), { heads: 2, offset: 9 }), "text");
    assert.deepEqual([e.options.sections, e.options.interleaved], [sections, interleaved]);
    same(posenc.mrope(e.options).rotate(x.slice(), { heads: 2, positions }), e.rotate(x.slice(), { heads: 2, positions }), "a round trip");
    assert.throws(() => e.rotate(x, { heads: 2, positions: [1, 2, 3, 4] }), { code: "ERR_POSENC_RANGE", message: /^positions: / });
  }
});

test("axial: each axis turns its own channels, H != W, tokens around are left alone", () => {
  const [H, W, d] = [3, 5, 8];
  /** @type {[any, (i: number, y: number, x: number) => number][]} */
  const cases = [
    [{ convention: "diffusers" }, (i, y, x) => (i < 2 ? x : y) * 10000 ** ((-2 * (i % 2)) / 4)],
    [{ convention: "qwen2-vl" }, (i, y, x) => (i < 2 ? y : x) * 10000 ** ((-2 * (i % 2)) / 4)],
    [{ convention: "torchtune", suffixTokens: 1 }, (i, y, x) => ((i < 2 ? x : y) + 1) * 10000 ** ((-2 * (i % 2)) / 4)],
    [
      { convention: "eva02", prefixTokens: 2, stop: [6, 20], base: 100 },
      (i, y, x) => (i < 2 ? y * 2 : x * 4) * 100 ** ((-2 * (i % 2)) / 4),
    ],
    [
      { convention: "dinov3" },
      (i, y, x) => 2 * Math.PI * (i < 2 ? (2 * (y + 0.5)) / H - 1 : (2 * (x + 0.5)) / W - 1) * 100 ** ((-2 * (i % 2)) / 4),
    ],
    [{ convention: "pixtral" }, (i, y, x) => (i < 2 ? y : x) * 10000 ** (-(2 * (i % 2) + (i < 2 ? 0 : 1)) / 4)],
  ];
  for (const [o, angle] of cases) {
    const e = posenc.axialRotary({ headDim: d, shape: [H, W], ...o });
    const { prefixTokens, suffixTokens, pairing } = /** @type {any} */ (e.options);
    const rows = prefixTokens + H * W + suffixTokens;
    const x = embeddings(rows * 2 * d);
    const position = (/** @type {number} */ v) => (/** @type {number} */ i) => {
      const cell = (v >> 1) - prefixTokens;
      return cell < 0 || cell >= H * W ? 0 : angle(i, Math.floor(cell / W), cell % W);
    };
    const got = e.rotate(x.slice(), { heads: 2 });
    near(got, turned(x, { headDim: d, pairing, ...{ w: [1, 1, 1, 1] } }, position), 2e-6, o.convention);
    near(e.unrotate(got.slice(), { heads: 2 }), x, 2e-6, "unrotate");
    assert.deepEqual(posenc.axialRotary(e.options).options, e.options);
    assert.throws(() => e.rotate(new Float32Array((rows + 1) * d)), { code: "ERR_POSENC_RANGE" });
    assert.throws(() => e.rotate(new Float32Array(d), { positions: [0.5] }), { code: "ERR_POSENC_RANGE", message: /^positions\[0\]: / });
  }
});
