// What the types promise of the encoders that add rows, beside sinusoidal, against their formulas in float64.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { embeddings, near, same } from "./reference.js";

const posenc = await load();
const waves = (/** @type {number} */ n, base = 10000, shift = 0) => Array.from({ length: n }, (_, i) => base ** (-i / (n - shift)));
const sincos = (/** @type {number} */ p, /** @type {number[]} */ w) => [...w.map((f) => Math.sin(p * f)), ...w.map((f) => Math.cos(p * f))];
const interleaved = (/** @type {number} */ p, /** @type {number[]} */ w) => w.flatMap((f) => [Math.sin(p * f), Math.cos(p * f)]);

/** row(p), for positions that may be asked for. @type {{ scheme: string, given: any, count?: number, row: (p: number) => number[], positions: number[] }[]} */
const CASES = [
  {
    scheme: "grid",
    given: { dim: 8, shape: [3, 5], convention: "mae", prefixTokens: 1 },
    count: 16,
    positions: [0, 15, 7, 7, 3],
    row: (p) => (p === 0 ? Array(8).fill(0) : [...sincos((p - 1) % 5, waves(2)), ...sincos(Math.floor((p - 1) / 5), waves(2))]),
  },
  {
    scheme: "grid",
    given: { dim: 8, shape: [2, 7] },
    count: 14,
    positions: [13, 0, 8],
    row: (p) => [...interleaved(Math.floor(p / 7), waves(2)), ...interleaved(p % 7, waves(2))],
  },
  {
    scheme: "grid",
    given: { dim: 8, shape: [2, 7], convention: "timm" },
    count: 14,
    positions: [13, 0, 8],
    row: (p) => {
      const [y, x, w] = [Math.floor(p / 7), p % 7, waves(2)];
      return [
        ...w.map((f) => Math.sin(y * f)),
        ...w.map((f) => Math.sin(x * f)),
        ...w.map((f) => Math.cos(y * f)),
        ...w.map((f) => Math.cos(x * f)),
      ];
    },
  },
  {
    scheme: "grid",
    given: { dim: 12, shape: [2, 3, 4], axes: "wht" },
    count: 24,
    positions: [23, 5, 12],
    row: (p) => [p % 4, Math.floor(p / 4) % 3, Math.floor(p / 12)].flatMap((c) => interleaved(c, waves(2))),
  },
  {
    scheme: "grid",
    given: { dim: 8, shape: [3, 2], convention: "detr" },
    count: 6,
    positions: [5, 0, 1],
    row: (p) =>
      [
        interleaved(((Math.floor(p / 2) + 1) / (3 + 1e-6)) * 2 * Math.PI, waves(2)),
        interleaved((((p % 2) + 1) / (2 + 1e-6)) * 2 * Math.PI, waves(2)),
      ].flat(),
  },
  {
    scheme: "grid",
    given: { dim: 7, shape: [2, 3], convention: "multidim" },
    count: 6,
    positions: [5, 1],
    row: (p) => [...interleaved(Math.floor(p / 3), waves(2)), ...interleaved(p % 3, waves(2))].slice(0, 7),
  },
  { scheme: "timestep", given: { dim: 8 }, positions: [0, 999, 0.5, -3], row: (p) => sincos(p, waves(4, 10000, 1)) },
  {
    scheme: "timestep",
    given: { dim: 9, convention: "ldm" },
    positions: [0, 999, 0.5],
    row: (p) => [...waves(4).map((f) => Math.cos(p * f)), ...waves(4).map((f) => Math.sin(p * f)), 0],
  },
  {
    scheme: "timestep",
    given: { dim: 6, convention: "grad-tts" },
    positions: [0, 1, 0.25],
    row: (p) => sincos(1000 * p, waves(3, 10000, 1)),
  },
  {
    scheme: "time2vec",
    given: { w: [0.5, 2, -3], phi: [1, 0, 0.25] },
    positions: [0, 2.5, -4, 1000],
    row: (p) => [0.5 * p + 1, Math.sin(2 * p), Math.sin(-3 * p + 0.25)],
  },
  {
    scheme: "learned",
    given: { dim: 3, weights: embeddings(18) },
    count: 6,
    positions: [5, 0, 0, 3],
    row: (p) => [...embeddings(18).subarray(3 * p, 3 * p + 3)],
  },
  {
    scheme: "learned",
    given: { dim: 3, weights: embeddings(18), rowOffset: 2 },
    count: undefined,
    positions: [3, 0, -2],
    row: (p) => [...embeddings(18).subarray(3 * p + 6, 3 * p + 9)],
  },
  {
    scheme: "learned",
    given: { dim: 2, weights: [0, 10, 4, 30], resize: { from: [2], to: [4] } },
    count: 4,
    positions: [0, 1, 2, 3],
    row: (p) =>
      [
        [0, 10],
        [1, 15],
        [3, 25],
        [4, 30],
      ][p],
  },
];

test("add, subtract, fill, table and encode are the formula: batch, offset, positions, all rows", () => {
  for (const { scheme, given, count, row, positions } of CASES) {
    const where = `${scheme} ${JSON.stringify(given)}`;
    const e = /** @type {any} */ (posenc)[scheme](given);
    const rows = positions.map(row);
    const dim = rows[0].length;
    const want = rows.flat();
    const within = 1e-6 * Math.max(1, ...want.map(Math.abs));
    near(e.table(positions.length, { positions }), want, within, `${where}: table`);
    if (e.encode) same(e.encode(positions), e.table(positions.length, { positions }), `${where}: encode`);
    const x = embeddings(2 * want.length);
    const added = e.add(x.slice(), { batch: 2, positions });
    near(
      added,
      x.map((v, i) => v + want[i % want.length]),
      within + 2e-6,
      `${where}: add`,
    );
    near(e.subtract(added, { batch: 2, positions }), x, within + 2e-6, `${where}: subtract`);
    near(e.fill(x.slice(), { batch: 2, positions }), [...want, ...want], within, `${where}: fill`);
    const both = [...positions, ...(positions.toReversed?.() ?? [...positions].reverse())];
    near(e.fill(x.slice(), { batch: 2, positions: both }), both.flatMap(row), within, `${where}: positions of all`);
    const first = count === undefined ? 1 : count - 2;
    near(e.table(2, { offset: first }), [first, first + 1].flatMap(row), within, `${where}: offset`);
    if (count !== undefined) {
      near(e.table(), Array.from({ length: count }, (_, p) => row(p)).flat(), within, `${where}: all rows`);
      for (const call of [
        () => e.table(count + 1),
        () => e.add(new Float32Array(dim), { offset: count }),
        () => e.add(new Float32Array(dim), { positions: [0.5] }),
        () => e.table(1, { offset: -99 }),
      ])
        assert.throws(call, { code: "ERR_POSENC_RANGE" }, where);
    }
    // The options, frozen, make the same encoder again; a table has its weights, and its size, from elsewhere.
    assert.ok(Object.isFrozen(e.options));
    const shown = e.options;
    const again = /** @type {any} */ (posenc)[scheme](
      scheme === "learned" ? { ...shown, weights: given.resize ? e.table() : given.weights } : e.options,
    );
    same(again.table(positions.length, { positions }), e.table(positions.length, { positions }), `${where}: a round trip`);
    for (const [key, value] of Object.entries(given))
      if (!["weights", "resize"].includes(key)) assert.deepEqual(e.options[key], value, `${where}: options.${key}`);
    e.dispose();
    assert.throws(() => e.add(x), { code: "ERR_POSENC_DISPOSED" });
    if (typeof Symbol.dispose === "symbol") assert.equal(e[Symbol.dispose](), undefined);
  }
});

test("frequencies, wavelengths and shiftMatrix", () => {
  near(posenc.timestep({ dim: 8 }).frequencies, waves(4, 10000, 1), 1e-15, "timestep");
  near(
    posenc.timestep({ dim: 8 }).wavelengths,
    waves(4, 10000, 1).map((w) => (2 * Math.PI) / w),
    1e-10,
    "timestep",
  );
  near(posenc.grid({ dim: 8, shape: [2, 3] }).frequencies, [...waves(2), ...waves(2)], 1e-15, "grid");
  const e = posenc.timestep({ dim: 6 });
  const [m, from, to] = [e.shiftMatrix(3), e.table(1, { offset: 4 }), e.table(1, { offset: 7 })];
  near(
    Array.from({ length: 6 }, (_, r) => from.reduce((sum, v, c) => sum + m[6 * r + c] * v, 0)),
    to,
    1e-6,
    "shiftMatrix",
  );
});

test("fourier: points of several inputs, each type", () => {
  const points = [0.25, -1.5, 3, 0.125];
  const rows = (/** @type {any} */ given, /** @type {(a: number, b: number) => number[]} */ row, tolerance = 1e-6) => {
    const e = posenc.fourier({ inputs: 2, ...given });
    const want = [...row(0.25, -1.5), ...row(3, 0.125)];
    near(e.encode(points), want, tolerance, JSON.stringify(given));
    near(e.fill(new Float32Array(want.length), points), want, tolerance, JSON.stringify(given));
    const memory = posenc.alloc(want.length);
    same(e.fill(memory, points).data, e.encode(Float32Array.from(points)), "on alloc()");
    same(posenc.fourier(e.options).encode(points), e.encode(points), "a round trip");
    assert.throws(() => e.encode([1, 2, 3]), { code: "ERR_POSENC_RANGE" });
    assert.throws(() => e.encode([1, NaN]), { code: "ERR_POSENC_RANGE", message: /^points\[1\]: / });
    memory.dispose();
  };
  rows({ bands: 3 }, (a, b) => [1, 2, 4].flatMap((f) => [Math.sin(f * a), Math.sin(f * b), Math.cos(f * a), Math.cos(f * b)]));
  rows({ bands: 2, includeInput: true, includePi: true }, (a, b) => [
    a,
    b,
    ...[1, 2].flatMap((f) => [f * a, f * b].map((v) => Math.sin(Math.PI * v)).concat([f * a, f * b].map((v) => Math.cos(Math.PI * v)))),
  ]);
  const B = [0.5, 1, -2, 0.25, 3, 0];
  rows({ type: "gaussian", bands: 3, b: B }, (a, b) =>
    [Math.sin, Math.cos].flatMap((f) => [0, 1, 2].map((k) => f(2 * Math.PI * (B[2 * k] * a + B[2 * k + 1] * b)))),
  );
  const many = Float64Array.from({ length: 2 * 20000 }, (_, i) => (i % 977) / 100);
  const e = posenc.fourier({ inputs: 2, bands: 3 });
  const all = e.encode(many);
  for (const r of [0, 4095, 4096, 8191, 19999])
    same(all.subarray(12 * r, 12 * r + 12), e.encode(many.slice(2 * r, 2 * r + 2)), `point ${r} of many`);
});
