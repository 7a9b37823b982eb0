// What README.md and the types promise of posenc.sinusoidal, against its formula in reference.js: every layout, ladder and
// odd width, every convention, where the rows stand, and the numbers around them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { columns, CONVENTIONS, distance, embeddings, filledIn, frequencies, near, row, same } from "./reference.js";

/** @typedef {import("../../dist/npm/index.js").SinusoidalOptions} Options */

const posenc = await load();
const LAYOUTS = /** @type {const} */ (["interleaved", "concat", "concat-cos-sin"]);
const POSITIONS = [0, 1, 3, -2, 17.25, -0.5, 511, 100];

/** Every combination that the formula tells apart. @type {Options[]} */
const COMBINATIONS = [1, 2, 3, 4, 5, 7, 8, 16, 33, 384]
  .flatMap((dim) =>
    LAYOUTS.flatMap((layout) =>
      /** @type {const} */ (["sin", "zero"]).flatMap((oddDim) =>
        [0, 1, 0.25, -1].flatMap((frequencyShift) => [
          { dim, layout, oddDim, frequencyShift },
          { dim, layout, oddDim, frequencyShift, base: 500000, minTimescale: 0.5 },
          { dim, layout, oddDim, frequencyShift, base: 7, minTimescale: 3, scale: -1.5 },
        ]),
      ),
    ),
  )
  .filter(
    ({ dim, oddDim, frequencyShift }) =>
      !(dim === 1 && oddDim === "zero") &&
      (dim <= (oddDim === "sin" ? 2 : 3) || frequencyShift < (oddDim === "sin" ? dim / 2 : Math.floor(dim / 2))),
  );

test(`${COMBINATIONS.length} combinations of options give the rows of the formula`, () => {
  for (const options of COMBINATIONS) {
    const pe = posenc.sinusoidal(options);
    const table = pe.table(POSITIONS.length, { positions: POSITIONS });
    POSITIONS.forEach((p, i) => {
      near(table.subarray(i * options.dim, (i + 1) * options.dim), row(options, p), 1e-6, `${JSON.stringify(options)}, position ${p}`);
    });
    pe.dispose();
  }
});

test("each sine and cosine is within 0.501 units in the last place, or within 2^-50, up to position 2^53", () => {
  const dim = 8; // with base 10000 its frequencies are 1, 1/10, 1/100 and 1/1000
  for (const layout of LAYOUTS) {
    const pe = posenc.sinusoidal({ dim, layout });
    const held = columns({ dim, layout });
    for (const first of [0, 1e6, 131072, 2 ** 31, 2 ** 40 + 1, 123456789012345, 2 ** 53 - 40, -5, -1e12, -(2 ** 53)]) {
      const table = pe.table(40, { offset: first });
      table.forEach((got, k) => {
        const { i, cos } = /** @type {{ i: number, cos: boolean }} */ (held[k % dim]);
        const p = first + Math.floor(k / dim);
        const { ulps, absolute } = distance(got, p, i, cos);
        assert.ok(
          ulps <= 0.501 || absolute <= 2 ** -50,
          `${layout}, position ${p}, column ${k % dim}: ${got} is off by ${ulps} ulp, ${absolute}`,
        );
      });
    }
    pe.dispose();
  }
});

test("options show every default, and those of each convention, and are frozen", () => {
  assert.deepEqual({ ...posenc.sinusoidal({ dim: 6 }).options }, filledIn({ dim: 6 }));
  for (const convention of /** @type {import("../../dist/npm/index.js").Convention[]} */ (Object.keys(CONVENTIONS))) {
    const { options } = posenc.sinusoidal({ dim: 32, convention });
    assert.deepEqual({ ...options }, filledIn({ dim: 32, convention }));
    assert.ok(Object.isFrozen(options));
    near(
      posenc.sinusoidal({ dim: 33, convention }).table(3),
      [0, 1, 2].flatMap((p) => row({ dim: 33, convention }, p)),
      1e-6,
      convention,
    );
  }
  const given = /** @type {const} */ ({
    dim: 5,
    base: 50,
    layout: "concat",
    frequencyShift: 0.5,
    minTimescale: 2,
    oddDim: "zero",
    scale: 3,
    inputScale: 0.25,
    precision: "float32",
    convention: "ldm",
  });
  assert.deepEqual({ ...posenc.sinusoidal(given).options }, given, "what is given wins over the convention");
  assert.equal(posenc.sinusoidal({ dim: 9, inputScale: "sqrt-dim" }).options.inputScale, "sqrt-dim");
  assert.deepEqual({ ...posenc.sinusoidal({ dim: 6, base: undefined, convention: undefined }).options }, filledIn({ dim: 6 }));
  const pe = posenc.sinusoidal({ dim: 4 });
  assert.throws(() => {
    /** @type {any} */ (pe).options = {};
  }, TypeError);
  assert.throws(() => {
    /** @type {any} */ (pe.options).dim = 5;
  }, TypeError);
  const mine = { dim: 4 };
  const other = posenc.sinusoidal(mine);
  mine.dim = 8;
  assert.equal(other.options.dim, 4, "options are a copy");
});

/** The cases of `at`: with seq rows in each of batch sequences, the position of row j of sequence b. */
const AT = [
  { batch: 1, seq: 7, at: undefined, position: (/** @type {number} */ _b, /** @type {number} */ j) => j },
  { batch: 1, seq: 7, at: {}, position: (/** @type {number} */ _b, /** @type {number} */ j) => j },
  { batch: 3, seq: 5, at: { batch: 3 }, position: (/** @type {number} */ _b, /** @type {number} */ j) => j },
  { batch: 3, seq: 5, at: { batch: 3, offset: -2 }, position: (/** @type {number} */ _b, /** @type {number} */ j) => j - 2 },
  { batch: 2, seq: 4, at: { batch: 2, offset: 999 }, position: (/** @type {number} */ _b, /** @type {number} */ j) => 999 + j },
  {
    batch: 2,
    seq: 3,
    at: { batch: 2, positions: [4, 0.5, -9], offset: 77 },
    position: (/** @type {number} */ _b, /** @type {number} */ j) => [4, 0.5, -9][j],
  },
  {
    batch: 2,
    seq: 3,
    at: { batch: 2, positions: [0, 1, 2, 0, 0, 7.5] },
    position: (/** @type {number} */ b, /** @type {number} */ j) =>
      [
        [0, 1, 2],
        [0, 0, 7.5],
      ][b][j],
  },
  ...[Float64Array, Float32Array, Int32Array, Uint32Array, Int16Array, Uint16Array, Int8Array, Uint8Array, Uint8ClampedArray].map(
    (Type) => ({
      batch: 2,
      seq: 2,
      at: { batch: 2, positions: Type.from([9, 3]) },
      position: (/** @type {number} */ _b, /** @type {number} */ j) => [9, 3][j],
    }),
  ),
  { batch: 1, seq: 0, at: {}, position: () => NaN },
  { batch: 5, seq: 0, at: { batch: 5, positions: [] }, position: () => NaN },
];

test("add, subtract and fill put each row where batch, offset and positions say", () => {
  for (const options of /** @type {Options[]} */ ([
    { dim: 6 },
    { dim: 5, convention: "fairseq", inputScale: "sqrt-dim" },
    { dim: 4, scale: 0.5, inputScale: -3, layout: "concat" },
  ])) {
    const { dim } = options;
    const inputScale = options.inputScale === "sqrt-dim" ? Math.sqrt(dim) : (options.inputScale ?? 1);
    const pe = posenc.sinusoidal(options);
    for (const { batch, seq, at, position } of AT) {
      const where = `${JSON.stringify(options)}, ${JSON.stringify(at)}`;
      const x = embeddings(batch * seq * dim);
      const rows = Array.from({ length: batch * seq }, (_, k) => row(options, position(Math.floor(k / seq), k % seq))).flat();
      const added = x.slice();
      assert.equal(pe.add(added, at), added, "add returns its array");
      near(
        added,
        rows.map((v, i) => v + inputScale * x[i]),
        2e-6,
        `add ${where}`,
      );
      assert.equal(pe.subtract(added, at), added);
      near(added, x, 2e-6, `subtract undoes add, ${where}`);
      const filled = x.slice();
      assert.equal(pe.fill(filled, at), filled);
      near(filled, rows, 1e-6, `fill ${where}`);
      if (batch === 1) {
        const table = pe.table(seq, at);
        near(table, rows, 1e-6, `table ${where}`);
        assert.ok(table.buffer.byteLength === table.byteLength, "an array of its own");
      }
    }
    pe.dispose();
  }
});

test("frequencies and wavelengths are those of the formula, to the last digits", () => {
  for (const options of COMBINATIONS) {
    const pe = posenc.sinusoidal(options);
    const want = frequencies(options);
    assert.ok(pe.frequencies instanceof Float64Array && pe.wavelengths instanceof Float64Array);
    near(
      Array.from(pe.frequencies, (v, i) => v / want[i]),
      want.map(() => 1),
      1e-14,
      `frequencies of ${JSON.stringify(options)}`,
    );
    near(
      Array.from(pe.wavelengths, (v, i) => (v * want[i]) / (2 * Math.PI)),
      want.map(() => 1),
      1e-14,
      `wavelengths of ${JSON.stringify(options)}`,
    );
    pe.dispose();
  }
});

test("shiftMatrix(k) times PE(p) is PE(p + k), and it is orthogonal", () => {
  for (const options of COMBINATIONS.filter(({ dim }) => dim <= 16)) {
    const { dim } = options;
    const pe = posenc.sinusoidal(options);
    if (dim % 2 === 1 && options.oddDim === "sin") {
      // a sine alone has no such map
      assert.throws(() => pe.shiftMatrix(1), {
        name: "RangeError",
        code: "ERR_POSENC_RANGE",
        message: /^dim: want an even one.*, got \d+$/,
      });
      continue;
    }
    for (const k of [0, 1, -3, 17.5, 1000]) {
      const m = pe.shiftMatrix(k);
      assert.ok(m instanceof Float64Array && m.length === dim * dim);
      const times = (/** @type {number[]} */ v) => v.map((_, r) => v.reduce((sum, value, c) => sum + m[r * dim + c] * value, 0));
      for (const p of [0, 5, -2.5])
        near(times(row(options, p)), row(options, p + k), 1e-11, `M(${k})·PE(${p}) of ${JSON.stringify(options)}`);
      for (let i = 0; i < dim; i++) {
        const transposed = Array.from({ length: dim }, (_, c) => m[i * dim + c]);
        near(
          times(transposed),
          transposed.map((_, j) => (i === j ? 1 : 0)),
          1e-15,
          `M·Mᵀ, row ${i}, of ${JSON.stringify(options)}`,
        );
      }
    }
    pe.dispose();
  }
});

test("embeddings that are NaN, infinite, -0, subnormal or huge follow IEEE, and leave their neighbours alone", () => {
  const pe = posenc.sinusoidal({ dim: 8 });
  const hard = [NaN, Infinity, -Infinity, -0, 2 ** -149, 3.4028234663852886e38, -3.4028234663852886e38, 1];
  for (const base of [hard, hard.toReversed?.() ?? [...hard].reverse()]) {
    const x = Float32Array.from([...base, ...base]);
    const table = pe.table(2);
    const want = Array.from(x, (v, i) => Math.fround(v + table[i]));
    same(pe.add(Float32Array.from(x)), want, "add");
    same(pe.fill(Float32Array.from(x)), table, "fill");
    same(
      pe.subtract(Float32Array.from(x)),
      Array.from(x, (v, i) => Math.fround(v - table[i])),
      "subtract",
    );
  }
});

test("the whole of the object: nothing but what is promised can be reached", async () => {
  const reach = (/** @type {any} */ o) => {
    const keys = new Set();
    for (; o !== null && o !== Object.prototype; o = Object.getPrototypeOf(o)) for (const key of Reflect.ownKeys(o)) keys.add(String(key));
    return [...keys].sort();
  };
  const disposable = typeof Symbol.dispose === "symbol" ? [String(Symbol.dispose)] : [];
  assert.deepEqual(
    reach(posenc.sinusoidal({ dim: 2 })),
    [
      ...disposable,
      "add",
      "constructor",
      "dispose",
      "fill",
      "frequencies",
      "options",
      "shiftMatrix",
      "subtract",
      "table",
      "wavelengths",
    ].sort(),
  );
  const encoder = [...disposable, "constructor", "dispose", "options"];
  const rows = [...encoder, "add", "fill", "subtract", "table"];
  const turns = [...encoder, "cosSin", "rotate", "unrotate"];
  const scores = [...encoder, "add", "matrix"];
  /** @type {[any, string[]][]} */
  const promised = [
    [posenc.grid({ dim: 4, shape: [1, 1] }), [...rows, "frequencies"]],
    [posenc.timestep({ dim: 4 }), [...rows, "encode", "frequencies", "wavelengths", "shiftMatrix"]],
    [posenc.time2vec({ w: [1], phi: [1] }), [...rows, "encode"]],
    [posenc.learned({ dim: 1, weights: [1] }), rows],
    [posenc.fourier({ inputs: 1 }), [...encoder, "encode", "fill", "frequencies"]],
    [posenc.rotary({ headDim: 2 }), [...turns, "attentionFactor", "inverseFrequencies", "shift"]],
    [posenc.mrope({ headDim: 2, sections: [1] }), [...turns, "attentionFactor", "inverseFrequencies", "shift"]],
    [posenc.axialRotary({ headDim: 4, shape: [1, 1], convention: "diffusers" }), turns],
    [posenc.alibi({ heads: 1 }), [...scores, "slopes"]],
    [posenc.t5(), [...scores, "buckets"]],
    [posenc.swin({ window: [1, 1] }), [...scores, "buckets"]],
    [posenc.deberta({ maxRelativePositions: 4 }), [...encoder, "buckets"]],
    [posenc.shaw({ maxRelativePosition: 4 }), [...encoder, "buckets"]],
    [posenc.kerple({ heads: 1, p: [1], a: [1] }), scores],
    [posenc.fire({ heads: 1, w1: [1], b1: [1], w2: [1], b2: [1] }), scores],
  ];
  for (const [each, members] of promised) assert.deepEqual(reach(each), members.sort(), each.constructor.name);
  assert.deepEqual(reach(posenc.analysis), [
    "attention",
    "constructor",
    "cosines",
    "firstRepetition",
    "fitShift",
    "gram",
    "orthogonality",
    "overlap",
    "permutationError",
    "preserve",
    "profile",
    "project",
    "randomCosine",
    "shiftResidual",
    "spectrum",
  ]);
  assert.deepEqual(reach(posenc.alloc(1)), [...disposable, "constructor", "data", "dispose", "length"].sort());
  const pool = await posenc.pool({ workers: 1 });
  assert.deepEqual(
    reach(pool),
    [
      ...disposable,
      "add",
      "constructor",
      "cosSin",
      "dispose",
      "fill",
      "rotate",
      "shift",
      "subtract",
      "table",
      "unrotate",
      "workers",
    ].sort(),
  );
  pool.dispose();
  assert.deepEqual(reach(posenc), [
    "alibi",
    "alloc",
    "analysis",
    "axialRotary",
    "constructor",
    "deberta",
    "fire",
    "fourier",
    "fromConfig",
    "grid",
    "kerple",
    "learned",
    "mrope",
    "mropePositions",
    "permute",
    "pool",
    "positionsFromMask",
    "relativePositions",
    "rotary",
    "shaw",
    "sinusoidal",
    "swin",
    "t5",
    "time2vec",
    "timestep",
    "version",
  ]);
});
