// posenc.analysis against plain loops in float64. What the measures are is tested in encoding/analysis; here, that they come through whole: from
// every kind of list, in parts where they are long, and with encoders.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { numbers } from "./hostile-calls.js";

const posenc = await load();
const { analysis } = posenc;

/** @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {number} most @param {string} what */
function near(got, want, most, what) {
  assert.equal(got.length, want.length, `${what}: length`);
  for (let i = 0; i < want.length; i++)
    if (!(Math.abs(got[i] - want[i]) <= most)) assert.fail(`${what}, number ${i}: want ${want[i]} ± ${most}, got ${got[i]}`);
}
/** @param {ArrayLike<number>} x @param {number} i @param {ArrayLike<number>} y @param {number} j @param {number} dim */
const dot = (x, i, y, j, dim) => {
  let sum = 0;
  for (let c = 0; c < dim; c++) sum += x[i * dim + c] * y[j * dim + c];
  return sum;
};

test("gram and profile: PE(i)·PE(j) is Σ cos((i - j)·w)", () => {
  const [dim, n] = [16, 300]; // 90,000 numbers, more than the staging buffer holds
  const pe = posenc.sinusoidal({ dim });
  const w = pe.frequencies;
  const closed = (/** @type {number} */ k) => w.reduce((sum, each) => sum + Math.cos(k * each), 0);
  const gram = analysis.gram(pe.table(n), { dim });
  assert.ok(gram instanceof Float32Array);
  near(
    gram,
    Float64Array.from({ length: n * n }, (_, at) => closed(Math.floor(at / n) - (at % n))),
    2e-6,
    "gram",
  );
  const { mean, min, max } = analysis.profile(pe.table(n), { dim });
  near(
    mean,
    Float64Array.from({ length: n }, (_, k) => closed(k)),
    1e-6,
    "profile",
  );
  assert.ok(mean.every((v, k) => min[k] <= v && v <= max[k] && max[k] - min[k] < 2e-6));
});

test("a shift is a rotation, and leaves the rounding of float32; sines alone have none", () => {
  const dim = 32;
  const pe = posenc.sinusoidal({ dim, layout: "concat" });
  const table = pe.table(200, { offset: 5 });
  const matrix = pe.shiftMatrix(-7);
  const { max, rms } = analysis.shiftResidual(matrix, table, { dim, k: -7 });
  assert.ok(max > 0 && max < 2 ** -22 && rms < max, `${max}, ${rms}`);
  assert.ok(analysis.orthogonality(matrix, { dim }) < 1e-15);
  matrix[3] += 0.25;
  assert.ok(analysis.shiftResidual(matrix, table, { dim, k: -7 }).max > 0.2);
  near([analysis.orthogonality([2, 0, 0, 1], { dim: 2 })], [3], 0, "MᵀM - I of a stretch");
  const both = posenc.sinusoidal({ dim: 8 });
  const fit = analysis.fitShift(both.table(400), { dim: 8, k: 3 });
  near(fit.matrix, both.shiftMatrix(3), 1e-3, "the best map is the formula's");
  assert.ok(fit.residual.max < 1e-6 && fit.rank === 8);
  const sines = Float32Array.from({ length: 400 * 4 }, (_, at) => both.table(1, { offset: at >> 2 })[2 * (at % 4)]);
  assert.ok(analysis.fitShift(sines, { dim: 4, k: 3 }).residual.max > 0.1);
});

test("spectrum and repetition", () => {
  const n = 64;
  const wave = (/** @type {number} */ turns, /** @type {number} */ p) => Math.sin((2 * Math.PI * turns * p) / n);
  const table = Float32Array.from({ length: 2 * n }, (_, at) => wave(at % 2 ? 12 : 3, at >> 1));
  const { frequencies, shares } = analysis.spectrum(table, { dim: 2 });
  near(frequencies, [(2 * Math.PI * 3) / n, (2 * Math.PI * 12) / n], 1e-12, "frequencies");
  near(shares, [1, 1], 1e-6, "shares");
  const rows = [0, 1, 5, 5, 1, 2, 5, 5.1, 0, 1];
  assert.deepEqual(analysis.firstRepetition(rows, { dim: 2 }), { ofFirst: 4, row: 4, earlier: 0 });
  assert.deepEqual(analysis.firstRepetition(rows.slice(0, 8), { dim: 2 }), { ofFirst: -1, row: -1, earlier: -1 });
  assert.deepEqual(analysis.firstRepetition(rows.slice(0, 8), { dim: 2, tolerance: 0.2 }), { ofFirst: -1, row: 3, earlier: 1 });
});

test("tokens: cosines, what is left of them, main directions, other widths", () => {
  const [dim, n, m] = [24, 50, 7];
  const [x, table] = [numbers(n * dim), posenc.sinusoidal({ dim }).table(m)];
  const cosine = (/** @type {any} */ a, /** @type {number} */ i, /** @type {any} */ b, /** @type {number} */ j) =>
    dot(a, i, b, j, dim) / Math.sqrt(dot(a, i, a, i, dim) * dot(b, j, b, j, dim));
  const pairs = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs.push(Math.abs(cosine(x, i, x, j)));
  const within = analysis.cosines(x, { dim });
  near(
    [within.meanAbs, within.maxAbs, within.pairs],
    [pairs.reduce((a, b) => a + b) / pairs.length, Math.max(...pairs), pairs.length],
    1e-9,
    "cosines",
  );
  assert.equal(analysis.cosines(x, { dim, y: table }).pairs, n * m);
  const tokens = [4, 4, 9],
    positions = Uint8Array.of(0, 6, 3);
  const sums = tokens.map((t, i) => x.slice(t * dim, (t + 1) * dim).map((v, c) => v + table[positions[i] * dim + c]));
  const cosines = sums.map((y, i) => cosine(x, tokens[i], y, 0));
  const kept = analysis.preserve(x, table, { dim, tokens, positions });
  near(
    [kept.cosine.mean, kept.cosine.min, kept.cosine.max, kept.pairs],
    [cosines.reduce((a, b) => a + b) / 3, Math.min(...cosines), Math.max(...cosines), 3],
    1e-9,
    "preserve",
  );
  assert.equal(analysis.preserve(x, table, { dim }).pairs, n);
  const { tokens: variance, positions: energy } = analysis.overlap(x, table, { dim });
  assert.equal(variance.length, dim + 1);
  near([variance[0], variance[dim], energy[0], energy[dim]], [0, 1, 0, 1], 1e-9, "overlap");
  const projected = analysis.project(x, { dim, to: 2000, seed: 3 });
  const ratio = dot(projected, 5, projected, 5, 2000) / dot(x, 5, x, 5, dim);
  assert.ok(Math.abs(ratio - 1) < 5 * Math.sqrt(2 / 2000), `squared length times ${ratio}`); // of a χ² of 2000, five deviations
  assert.deepEqual(analysis.project(x, { dim, to: 2000, seed: 3 }), projected);
  const { meanAbs, rms } = analysis.randomCosine({ dim: 3 });
  near([meanAbs, rms], [0.5, 1 / Math.sqrt(3)], 1e-15, "on a sphere");
});

test("attention, and how far it is from taking no notice of order: none, added, turned, biased", () => {
  const [dim, n] = [16, 6];
  const x = numbers(n * dim);
  const permutation = [2, 0, 1, 5, 4, 3];
  const rotary = posenc.rotary({ headDim: dim });
  const turned = rotary.rotate(x.slice(), { offset: 3 });
  for (const [where, q, at] of /** @type {[string, Float32Array, any][]} */ ([
    ["plain", x, {}],
    ["turned", turned, { rotary, offset: 3 }],
  ])) {
    const { scores, weights, output } = analysis.attention(x, { dim, ...at });
    near(
      scores,
      Float64Array.from({ length: n * n }, (_, i) => dot(q, Math.floor(i / n), q, i % n, dim) / 4),
      1e-5,
      `${where}: scores`,
    );
    for (let i = 0; i < n; i++) {
      const e = Array.from({ length: n }, (_, j) => Math.exp(scores[i * n + j]));
      const sum = e.reduce((a, b) => a + b);
      near(
        weights.subarray(i * n, (i + 1) * n),
        e.map((v) => v / sum),
        1e-6,
        `${where}: weights`,
      );
      near(
        output.subarray(i * dim, (i + 1) * dim),
        Array.from({ length: dim }, (_, c) => e.reduce((a, v, j) => a + (v / sum) * x[j * dim + c], 0)),
        1e-5,
        `${where}: output`,
      );
    }
  }
  const hidden = new Float32Array(n * n).map((_, i) => (i % n > i / n ? -Infinity : 0));
  assert.deepEqual([...analysis.attention(x, { dim, bias: hidden }).weights.subarray(0, n)], [1, 0, 0, 0, 0, 0]);
  const error = (/** @type {any} */ how) => analysis.permutationError(x, { dim, permutation, ...how }).max;
  assert.ok(error({}) < 1e-14, `${error({})}`);
  for (const how of [
    { table: posenc.sinusoidal({ dim }).table(n) },
    { rotary },
    {
      bias: posenc
        .alibi({ heads: 8 })
        .matrix(n, n)
        .subarray(0, n * n),
    },
  ])
    assert.ok(error(how) > 0.01, `${Object.keys(how)}: ${error(how)}`);
  const [query, key, value] = [numbers(dim * 4), numbers(dim * 4).reverse(), numbers(dim * 5)];
  assert.equal(analysis.attention(x, { dim, query, key, value }).output.length, n * 5);
});

test("lists of any kind, arrays of alloc() too, are copied and not changed; the module's memory is flat", () => {
  const table = numbers(40);
  const memory = posenc.alloc(40);
  memory.data.set(table);
  const want = analysis.gram(table, { dim: 4 });
  for (const each of [memory, memory.data, [...table], Float64Array.from(table)]) assert.deepEqual(analysis.gram(each, { dim: 4 }), want);
  assert.deepEqual([...memory.data], [...numbers(40)]);
  const bytes = () => memory.data.buffer.byteLength;
  const long = numbers(200 * 500);
  for (let i = 0; i < 60; i++) analysis.gram(long, { dim: 500 });
  const had = bytes();
  for (let i = 0; i < 200; i++) analysis.gram(long, { dim: 500 });
  assert.ok(bytes() <= had, `${had} bytes, then ${bytes()}`);
  memory.dispose();
});

test("work and results have bounds, and the error says so before anything is done", () => {
  for (const call of [
    () => analysis.gram(new Float32Array(5000), { dim: 1 }),
    () => analysis.fitShift(new Float32Array(6000 * 2048), { dim: 2048, k: 1 }),
    () => analysis.cosines(new Float32Array(1 << 22), { dim: 16 }),
  ]) {
    assert.throws(call, {
      name: "RangeError",
      code: "ERR_POSENC_RANGE",
      message: /at most \d+ (numbers in one result|multiplications in one call)/,
    });
  }
});

test("an encoder that does not fit, one of another kind, another's, and what is none: refused, by name", async () => {
  const x = numbers(3 * 4);
  const other = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const endless = new Proxy(
    {},
    {
      getPrototypeOf: (target) => /** @type {any} */ (target),
      get: () => {
        throw new Error("asked");
      },
    },
  );
  for (const [rotary, name, message] of /** @type {[any, string, RegExp][]} */ ([
    [posenc.rotary({ headDim: 2 }), "RangeError", /^rotary: want an encoder whose headDim is the width of query and key, 4, got one of 2$/],
    [posenc.rotary({ headDim: 12 }), "RangeError", /, got one of 12$/],
    [posenc.sinusoidal({ dim: 4 }), "TypeError", /^rotary: want an encoder that turns/],
    [other.rotary({ headDim: 4 }), "TypeError", /^rotary: want an encoder of the same load\(\)/],
    [endless, "TypeError", /^rotary: want/],
    [new Proxy(posenc.rotary({ headDim: 4 }), {}), "TypeError", /^rotary: want/],
    [4, "TypeError", /^rotary: want/],
    [null, "TypeError", /^rotary: want/],
  ]))
    assert.throws(() => analysis.attention(x, { dim: 4, rotary }), { name, message });
  const gone = posenc.rotary({ headDim: 4 });
  gone.dispose();
  assert.throws(() => analysis.attention(x, { dim: 4, rotary: gone }), { code: "ERR_POSENC_DISPOSED" });
  assert.throws(() => analysis.shiftResidual([1, 0, 0, 1], [1, 2, 3, 4], /** @type {any} */ ({ dim: 2 })), {
    name: "TypeError",
    message: "k: want a number, got undefined",
  });
  const kept = posenc.alloc(4);
  assert.throws(() => analysis.attention(new Float32Array(64), { dim: 1, value: new Float32Array(2 ** 22 - 1) }), {
    code: "ERR_POSENC_RANGE",
    message: /^value: want at most/,
  });
  assert.equal(kept.data.length, 4); // the instance lives
  kept.dispose();
});
