// What the types promise of the encoders that act on scores, each against its formula, written here in float64.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { embeddings, near, same } from "./reference.js";

const posenc = await load();

/** Slopes of ALiBi by the names of the three rules. @param {number} heads @param {number} maxBias @param {string} rule @returns {number[]} */
function slopes(heads, maxBias, rule) {
  const power = (/** @type {number} */ n) => Array.from({ length: n }, (_, h) => 2 ** ((-maxBias * (h + 1)) / n));
  const below = 2 ** Math.floor(Math.log2(heads));
  if (rule === "geometric" || below === heads) return power(heads);
  const twice = power(2 * below);
  if (rule === "official") return [...power(below), ...twice.filter((_, i) => i % 2 === 0)].slice(0, heads);
  return [...twice.filter((_, i) => i % 2 === 1), ...twice.filter((_, i) => i % 2 === 0)].slice(0, heads); // mpt
}

/** @param {number} r key - query @param {number} buckets @param {number} max @param {boolean} bidirectional */
function t5Bucket(r, buckets, max, bidirectional) {
  let n = buckets;
  let bucket = 0;
  if (bidirectional) {
    n = buckets / 2;
    if (r > 0) bucket = n;
    r = Math.abs(r);
  } else r = Math.max(-r, 0);
  const exact = Math.floor(n / 2);
  if (r < exact) return bucket + r;
  return bucket + Math.min(n - 1, exact + Math.trunc((Math.log(r / exact) / Math.log(max / exact)) * (n - exact) + 1e-7));
}

/** @param {number} r query - key @param {number} size @param {number} max */
function debertaBucket(r, size, max) {
  const mid = Math.floor(size / 2);
  const a = Math.abs(r);
  if (a < mid) return r;
  return Math.sign(r) * (Math.ceil((Math.log(a / mid) / Math.log((max - 1) / mid)) * (mid - 1) - 1e-9) + mid);
}

const KEPT = embeddings(4000);
const network = { w1: [0.5, -1.5, 2], b1: [0.25, 1, -0.5], w2: [1, 2, 3, -1, 0.5, 4], b2: [0.125, -2] };
const psi = (/** @type {number} */ d, c = 0.1) => Math.log(c * d + 1);

/** bias(h, query, key), by the formula. @type {{ scheme: string, given: any, filledIn: any, bias: (h: number, i: number, j: number) => number, relative: number }[]} */
const CASES = [
  ...[1, 2, 6, 8, 12, 20].flatMap((heads) =>
    ["official", "mpt", "geometric"].flatMap((rule) =>
      [8, 5.5].flatMap((maxBias) =>
        [false, true].map((symmetric) => ({
          scheme: "alibi",
          given: { heads, maxBias, slopes: rule, symmetric },
          filledIn: { heads, maxBias, slopes: rule, symmetric },
          relative: 1e-7,
          bias: (/** @type {number} */ h, /** @type {number} */ i, /** @type {number} */ j) =>
            slopes(heads, maxBias, rule)[h] * (symmetric ? -Math.abs(i - j) : j - i),
        })),
      ),
    ),
  ),
  {
    scheme: "alibi",
    given: { heads: 3 },
    filledIn: { heads: 3, maxBias: 8, slopes: "official", symmetric: false },
    relative: 1e-7,
    bias: (h, i, j) => slopes(3, 8, "official")[h] * (j - i),
  },
  ...[
    [32, 128, true],
    [32, 128, false],
    [8, 20, true],
    [16, 1000, false],
  ].map((/** @type {any} */ [numBuckets, maxDistance, bidirectional]) => ({
    scheme: "t5",
    given: { heads: 3, numBuckets, maxDistance, bidirectional, weights: KEPT.slice(0, 3 * numBuckets) },
    filledIn: { heads: 3, numBuckets, maxDistance, bidirectional },
    relative: 0,
    bias: (/** @type {number} */ h, /** @type {number} */ i, /** @type {number} */ j) =>
      KEPT[3 * t5Bucket(j - i, numBuckets, maxDistance, bidirectional) + h],
  })),
  {
    scheme: "kerple",
    given: { heads: 2, p: [0.5, 3], a: Float32Array.of(2, 0.25) },
    filledIn: { heads: 2, type: "log", p: [0.5, 3], a: [2, 0.25] },
    relative: 1e-7,
    bias: (h, i, j) => -[0.5, 3][h] * Math.log(1 + [2, 0.25][h] * Math.abs(i - j)),
  },
  {
    scheme: "kerple",
    given: { heads: 2, type: "power", p: [0.5, 2], a: [2, 0.25] },
    filledIn: { heads: 2, type: "power", p: [0.5, 2], a: [2, 0.25] },
    relative: 1e-7,
    bias: (h, i, j) => -[2, 0.25][h] * Math.abs(i - j) ** [0.5, 2][h],
  },
  ...[{}, { c: 0.75, threshold: 6, epsilon: 1e-6 }].map((extra) => ({
    scheme: "fire",
    given: { heads: 2, ...network, ...extra },
    filledIn: { heads: 2, c: 0.1, threshold: 512, epsilon: 0, ...extra },
    relative: 1e-6,
    bias: (/** @type {number} */ h, /** @type {number} */ i, /** @type {number} */ j) => {
      const { c = 0.1, threshold = 512, epsilon = 0 } = /** @type {any} */ (extra);
      const x = psi(Math.abs(i - j), c) / (psi(Math.max(i, threshold), c) + epsilon);
      return network.w1.reduce((sum, w, k) => sum + network.w2[3 * h + k] * Math.max(0, w * x + network.b1[k]), network.b2[h]);
    },
  })),
];

test(`${CASES.length} encoders: matrix and add are the formula, with queries at an offset, in a batch`, () => {
  for (const { scheme, given, filledIn, bias, relative } of CASES) {
    const where = `${scheme} ${JSON.stringify(filledIn)}`;
    const e = /** @type {any} */ (posenc)[scheme](given);
    assert.deepEqual({ ...e.options }, filledIn, where);
    assert.ok(Object.isFrozen(e.options));
    for (const [q, k, offset] of [
      [1, 1, 0],
      [5, 9, 0],
      [9, 5, 0],
      [3, 40, 37],
      [2, 7, -4],
      [1, 300, 299],
    ]) {
      const want = Array.from({ length: filledIn.heads * q * k }, (_, n) =>
        bias(Math.floor(n / q / k), offset + (Math.floor(n / k) % q), n % k),
      );
      const got = e.matrix(q, k, { offset });
      assert.ok(got instanceof Float32Array && got.length === want.length);
      want.forEach((w, n) => near([got[n]], [w], relative * Math.max(1, Math.abs(w)), `${where}, ${[q, k, offset]}, number ${n}`));
      const scores = embeddings(2 * want.length);
      const added = scores.slice();
      assert.equal(e.add(added, { batch: 2, queryLength: q, keyLength: k, offset }), added);
      same(
        added,
        scores.map((v, n) => v + got[n % got.length]),
        where,
      );
      if (offset === 0) same(e.matrix(q, k), got, `${where}: offset is 0`);
    }
    if (scheme === "alibi") near(e.slopes, slopes(given.heads, filledIn.maxBias, filledIn.slopes), 1e-15, `${where}: slopes`);
    else assert.equal(e.slopes, undefined);
    // The options again, with the weights, which they do not show, make the same encoder.
    const { weights, w1, b1, w2, b2 } = given;
    const kept = Object.fromEntries(Object.entries({ weights, w1, b1, w2, b2 }).filter(([, v]) => v !== undefined));
    const again = /** @type {any} */ (posenc)[scheme]({ ...e.options, ...kept });
    assert.deepEqual(again.options, e.options);
    same(again.matrix(4, 6, { offset: 2 }), e.matrix(4, 6, { offset: 2 }), `${where}: a round trip`);
    e.dispose();
    e.dispose();
    for (const call of [
      () => e.matrix(1, 1),
      () => e.add(new Float32Array(filledIn.heads), { queryLength: 1, keyLength: 1 }),
      ...(scheme === "alibi" ? [() => e.slopes] : []),
    ]) {
      assert.throws(call, { code: "ERR_POSENC_DISPOSED" });
    }
  }
});

test("ALiBi for 12 heads has the slopes of the paper's code", () => {
  assert.deepEqual(
    [...posenc.alibi({ heads: 12 }).slopes],
    [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, Math.SQRT1_2, 2 ** -1.5, 2 ** -2.5, 2 ** -3.5].map((v, h) =>
      h < 8 ? v : posenc.alibi({ heads: 12 }).slopes[h],
    ),
  );
  near(
    posenc.alibi({ heads: 12 }).slopes.subarray(8),
    [0.7071067811865476, 0.35355339059327384, 0.17677669529663692, 0.08838834764831849],
    1e-16,
    "every second slope of 16",
  );
  const mine = posenc.alibi({ heads: 2 });
  mine.slopes[0] = 9;
  assert.equal(mine.slopes[0], 0.0625, "a new array each time");
});

test("buckets are the formula's: T5, DeBERTa, Shaw, Swin with H != W", () => {
  const pairs = (
    /** @type {number} */ q,
    /** @type {number} */ k,
    /** @type {number} */ offset,
    /** @type {(i: number, j: number) => number} */ of,
  ) => Array.from({ length: q * k }, (_, n) => of(offset + Math.floor(n / k), n % k));
  for (const [q, k, offset] of [
    [1, 1, 0],
    [7, 300, 0],
    [200, 3, 0],
    [2, 900, 899],
    [3, 5, -600],
  ]) {
    for (const [numBuckets, maxDistance, bidirectional] of /** @type {[number, number, boolean][]} */ ([
      [32, 128, true],
      [32, 128, false],
      [10, 50, true],
      [64, 256, false],
    ])) {
      const e = posenc.t5({ numBuckets, maxDistance, bidirectional });
      assert.deepEqual(
        [...e.buckets(q, k, { offset })],
        pairs(q, k, offset, (i, j) => t5Bucket(j - i, numBuckets, maxDistance, bidirectional)),
        `t5 ${[numBuckets, maxDistance, bidirectional, q, k, offset]}`,
      );
      assert.deepEqual({ ...e.options }, { numBuckets, maxDistance, bidirectional, heads: 0, ...{} });
    }
    for (const [positionBuckets, maxRelativePositions] of [
      [256, 512],
      [32, 128],
      [50, 1000],
    ]) {
      const e = posenc.deberta({ positionBuckets, maxRelativePositions });
      const clip = (/** @type {number} */ v) => Math.min(2 * positionBuckets - 1, Math.max(0, v));
      assert.deepEqual(
        [...e.buckets(q, k, { offset })],
        pairs(q, k, offset, (i, j) => clip(debertaBucket(i - j, positionBuckets, maxRelativePositions) + positionBuckets)),
        `deberta ${[positionBuckets, q, k, offset]}`,
      );
      assert.deepEqual({ ...e.options }, { positionBuckets, maxRelativePositions });
      assert.deepEqual({ ...posenc.deberta(e.options).options }, { ...e.options });
    }
    const none = posenc.deberta({ maxRelativePositions: 100 });
    assert.deepEqual(
      [...none.buckets(q, k, { offset })],
      pairs(q, k, offset, (i, j) => Math.min(199, Math.max(0, i - j + 100))),
      "deberta without buckets",
    );
    const shaw = posenc.shaw({ maxRelativePosition: 16 });
    assert.deepEqual(
      [...shaw.buckets(q, k, { offset })],
      pairs(q, k, offset, (i, j) => Math.min(16, Math.max(-16, j - i)) + 16),
      "shaw",
    );
    assert.deepEqual({ ...shaw.options }, { maxRelativePosition: 16 });
  }
  for (const [H, W] of [
    [1, 1],
    [2, 3],
    [5, 2],
    [7, 7],
    [1, 9],
  ]) {
    const heads = 3;
    const weights = KEPT.slice(0, (2 * H - 1) * (2 * W - 1) * heads);
    const e = posenc.swin({ window: [H, W], heads, weights });
    const n = H * W;
    const index = pairs(n, n, 0, (i, j) => (Math.floor(i / W) - Math.floor(j / W) + H - 1) * (2 * W - 1) + (i % W) - (j % W) + W - 1);
    assert.deepEqual([...e.buckets(n, n)], index, `swin ${[H, W]}`);
    same(
      e.matrix(n, n),
      Array.from({ length: heads * n * n }, (_, m) => weights[index[m % (n * n)] * heads + Math.floor(m / n / n)]),
      `swin ${[H, W]}`,
    );
    assert.deepEqual({ ...e.options }, { window: [H, W], heads });
    assert.ok(Object.isFrozen(e.options.window));
    same(posenc.swin({ ...e.options, weights }).matrix(n, n), e.matrix(n, n), "a round trip");
    assert.deepEqual([...posenc.swin({ window: [H, W] }).buckets(n, n)], index, "without weights");
  }
});

test("sizes that do not fit, and encoders without weights: one error that names it, and scores as they were", () => {
  const e = posenc.alibi({ heads: 2 });
  const t5 = posenc.t5({ heads: 2 });
  const swin = posenc.swin({ window: [2, 2], heads: 1, weights: KEPT.slice(0, 9) });
  const scores = embeddings(24);
  const memory = posenc.alloc(24);
  memory.data.set(scores);
  /** @type {[(x: any) => unknown, string, RegExp][]} */
  const wrong = [
    [(x) => e.add(x, /** @type {any} */ ({ queryLength: 3 })), "TypeError", /^keyLength: /],
    [(x) => e.add(x, /** @type {any} */ (undefined)), "TypeError", /^queryLength: /],
    [(x) => e.add(x, { queryLength: 3, keyLength: 5 }), "RangeError", /24/],
    [(x) => e.add(x, { queryLength: 3, keyLength: 4, batch: 2 }), "RangeError", /24/],
    [(x) => e.add(x, { queryLength: 3, keyLength: 4, offset: 0.5 }), "RangeError", /^offset: /],
    [(x) => e.add(x, { queryLength: 3, keyLength: 4, offset: 2 ** 53 }), "RangeError", /^offset: /],
    [(x) => e.add(x, { queryLength: -3, keyLength: -4 }), "RangeError", /^queryLength: /],
    [(x) => e.add(x, { queryLength: 2.4, keyLength: 5 }), "RangeError", /^queryLength: /],
    [(x) => e.add(x, { queryLength: 3, keyLength: 4, batch: 0 }), "RangeError", /^batch: /],
    [(x) => e.add(x, { queryLength: NaN, keyLength: 4 }), "RangeError", /^queryLength: /],
    [(x) => t5.add(x, { queryLength: 3, keyLength: 4 }), "RangeError", /^weights: /],
    [() => t5.matrix(3, 4), "RangeError", /^weights: /],
    [(x) => swin.add(x, { queryLength: 3, keyLength: 8 }), "RangeError", /^queryLength: /],
    [() => e.matrix(2 ** 31, 2 ** 31), "RangeError", /^(queryLength|keyLength): /],
    [() => e.matrix(/** @type {any} */ ("2"), 2), "TypeError", /^queryLength: /],
    [() => posenc.swin({ window: [2] }), "RangeError", /^window: /],
    [() => posenc.swin({ window: [0, 2] }), "RangeError", /^window\[0\]: /],
    [() => posenc.kerple({ heads: 2, p: [1], a: [1, 1] }), "RangeError", /^p: /],
    [() => posenc.kerple({ heads: 1, p: [-1], a: [1] }), "RangeError", /^p\[0\]: /],
    [() => posenc.fire({ heads: 1, w1: [1, 2], b1: [1], w2: [1, 2], b2: [1] }), "RangeError", /^b1: /],
    [() => posenc.t5({ heads: 2, weights: [1, 2, 3] }), "RangeError", /^weights: /],
    [() => posenc.alibi({ heads: 0 }), "RangeError", /^heads: /],
    [() => posenc.alibi({ heads: 2, maxBias: 0 }), "RangeError", /^maxBias: /],
    [() => posenc.shaw({ maxRelativePosition: -1 }), "RangeError", /^maxRelativePosition: /],
  ];
  for (const [call, name, message] of wrong) {
    for (const x of [scores, memory, memory.data]) {
      assert.throws(() => call(x), { name, code: name === "TypeError" ? "ERR_POSENC_TYPE" : "ERR_POSENC_RANGE", message });
      same(scores, embeddings(24), "scores");
      same(memory.data, scores, "scores in alloc()");
    }
  }
  assert.equal(e.add(new Float32Array(0), { queryLength: 0, keyLength: 3 }).length, 0);
  assert.equal(e.matrix(0, 3).length, 0);
  memory.dispose();
});
