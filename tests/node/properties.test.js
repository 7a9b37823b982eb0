// What must hold for whatever options, positions and arrays, tried with random ones. fast-check says the seed and the smallest
// case of a failure.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { load } from "../../dist/npm/index.js";
import { configs, numbers } from "./hostile-calls.js";
import { same } from "./reference.js";

const posenc = /** @type {any} */ (await load());
/** Cases of each property; a scheme is chosen for each. */
const RUNS = { numRuns: 300 };

/** @param {string} name @param {any[]} arbitraries @param {(...values: any[]) => void} holds */
const property = (name, arbitraries, holds) => test(name, () => fc.assert(/** @type {any} */ (fc.property)(...arbitraries, holds), RUNS));

/** Uses an encoder and lets go of it. @template T @param {string} scheme @param {any} options @param {(encoder: any) => T} use @returns {T} */
function using(scheme, options, use) {
  const encoder = posenc[scheme](options);
  try {
    return use(encoder);
  } finally {
    encoder.dispose();
  }
}

const double = (/** @type {number} */ min, /** @type {number} */ max) => fc.double({ min, max, noNaN: true });
const integer = (/** @type {number} */ min, /** @type {number} */ max) => fc.integer({ min, max });
const even = (/** @type {number} */ min, /** @type {number} */ max) => integer(min / 2, max / 2).map((v) => 2 * v);
/** An object of options, each there or not. @param {Record<string, any>} needed @param {Record<string, any>} [more] */
const options = (needed, more = {}) => fc.record({ ...needed, ...more }, { requiredKeys: Object.keys(needed) });
const base = double(1.5, 1e6);
const layout = fc.constantFrom("interleaved", "concat", "concat-cos-sin");

const SINUSOIDAL = options(
  { dim: integer(5, 70) },
  {
    base,
    layout,
    frequencyShift: double(0, 1),
    minTimescale: double(0.1, 2),
    oddDim: fc.constantFrom("sin", "zero"),
    scale: double(0.1, 8),
    inputScale: fc.oneof(double(0.25, 8), fc.constant("sqrt-dim")),
    precision: fc.constantFrom("exact", "float32"),
    convention: fc.constantFrom("vaswani", "fairseq", "marian", "ldm", "mlx", "whisper"),
  },
);
const TIMESTEP = options(
  { dim: integer(6, 40) },
  {
    flipSinToCos: fc.boolean(),
    downscaleFreqShift: double(0.1, 1),
    scale: double(0.5, 1000),
    maxPeriod: base,
    convention: fc.constantFrom("ddpm", "glide", "grad-tts"),
  },
);
const SCALING = fc.oneof(
  options({ type: fc.constant("linear"), factor: double(1, 9) }),
  options({ type: fc.constant("ntk"), alpha: double(1, 9) }),
  options({ type: fc.constant("dynamic"), factor: double(1, 9) }),
  options(
    { type: fc.constant("yarn"), factor: double(1, 9) },
    {
      betaFast: double(8, 40),
      betaSlow: double(0.5, 4),
      truncate: fc.boolean(),
      originalMaxPositionEmbeddings: integer(8, 64),
      attentionFactor: double(0.5, 2),
    },
  ),
  options({ type: fc.constant("llama3"), factor: double(1, 9) }, { originalMaxPositionEmbeddings: integer(8, 64) }),
  options({ type: fc.constant("default") }),
);
const ROTARY = options(
  { headDim: even(4, 40) },
  { base, pairing: fc.constantFrom("half", "interleaved"), scaling: SCALING, precision: fc.constantFrom("exact", "float32") },
).map((o) => /** @type {any} */ ({ maxPositionEmbeddings: 32, ...o }));
const MROPE = fc
  .tuple(ROTARY, fc.tuple(integer(1, 5), integer(1, 5), integer(1, 5)))
  .map(([o, sections]) => ({ ...o, headDim: 2 * (sections[0] + sections[1] + sections[2]), sections }));
const AXIAL = options(
  {
    headDim: integer(1, 4).map((v) => 16 * v),
    shape: fc.tuple(integer(1, 5), integer(1, 5)),
    convention: fc.constantFrom("diffusers", "torchtune", "eva02", "qwen2-vl", "pixtral", "dinov3"),
  },
  { base, prefixTokens: integer(0, 2), suffixTokens: integer(0, 2) },
);
const GRID = options(
  { dim: integer(1, 6).map((v) => 8 * v), shape: fc.tuple(integer(1, 5), integer(1, 5)) },
  { base, layout, acrossAxes: fc.boolean(), prefixTokens: integer(0, 2), coordinateStart: integer(-3, 3) },
).map((o) => (o.acrossAxes && o.layout !== "concat-cos-sin" ? { ...o, layout: "concat" } : o)); // interleaved has no halves to be across
const T2V = integer(1, 9).chain((n) => {
  const list = fc.array(double(-9, 9), { minLength: n, maxLength: n });
  return options({ w: list, phi: list });
});
const LEARNED = options({ dim: integer(1, 9), rows: integer(8, 12) }, { rowOffset: integer(0, 3) }).map(({ rows, ...o }) => ({
  ...o,
  weights: numbers(rows * o.dim),
}));

/** An encoder that adds rows: its scheme, options, how wide a row is, and which positions there are. @typedef {{ scheme: string, options: any, width: number, first: number, count: number, fractions: boolean }} Rows */
const anywhere = { first: -(2 ** 40), count: 2 ** 41, fractions: true };
/** @type {fc.Arbitrary<Rows>} */
const rows = fc.oneof(
  SINUSOIDAL.map((o) => ({
    scheme: "sinusoidal",
    options: o,
    width: o.dim,
    ...anywhere,
    ...(o.precision === "float32" ? { first: 0, count: 2 ** 20 } : {}),
  })),
  TIMESTEP.map((o) => ({ scheme: "timestep", options: o, width: o.dim, ...anywhere })),
  T2V.map((o) => ({ scheme: "time2vec", options: o, width: o.w.length, ...anywhere })),
  GRID.map((o) => ({
    scheme: "grid",
    options: o,
    width: o.dim,
    first: 0,
    count: o.shape[0] * o.shape[1] + (o.prefixTokens ?? 0),
    fractions: false,
  })),
  LEARNED.map((o) => ({
    scheme: "learned",
    options: o,
    width: o.dim,
    first: -(o.rowOffset ?? 0),
    count: o.weights.length / o.dim,
    fractions: false,
  })),
);
const turns = fc.oneof(
  ROTARY.map((o) => ({ scheme: "rotary", options: o, width: o.headDim, axes: 1, count: 2 ** 40 })),
  MROPE.map((o) => ({ scheme: "mrope", options: o, width: o.headDim, axes: 3, count: 2 ** 40 })),
  AXIAL.map((o) => ({
    scheme: "axialRotary",
    options: o,
    width: o.headDim,
    axes: 1,
    count: o.shape[0] * o.shape[1] + (o.prefixTokens ?? 0) + (o.suffixTokens ?? 0),
  })),
);
const BIASES = fc.oneof(
  options(
    { heads: integer(1, 9) },
    { maxBias: double(1, 9), slopes: fc.constantFrom("official", "mpt", "geometric"), symmetric: fc.boolean() },
  ).map((o) => ({ scheme: "alibi", options: o, heads: o.heads })),
  options({ heads: integer(1, 4) }, { maxDistance: integer(20, 200), bidirectional: fc.boolean() }).map((o) => ({
    scheme: "t5",
    options: { ...o, numBuckets: 8, weights: numbers(8 * o.heads) },
    heads: o.heads,
  })),
  integer(1, 4).chain((heads) => {
    const list = fc.array(double(0.1, 2), { minLength: heads, maxLength: heads });
    return options({ p: list, a: list }, { type: fc.constantFrom("log", "power") }).map((o) => ({
      scheme: "kerple",
      options: { heads, ...o },
      heads,
    }));
  }),
  options({ heads: integer(1, 4) }, { c: double(0.1, 2), threshold: double(1, 99), epsilon: double(0, 0.1) }).map((o) => ({
    scheme: "fire",
    options: { ...o, w1: numbers(3), b1: numbers(3), w2: numbers(3 * o.heads), b2: numbers(o.heads) },
    heads: o.heads,
  })),
);
const shape = fc.record({
  batch: integer(1, 3),
  seq: integer(1, 9),
  heads: integer(1, 3),
  order: fc.constantFrom("bshd", "bhsd"),
  where: double(0, 1),
});

/** The first of seq positions that an encoder has, by a number from 0 to 1. @param {{ first?: number, count: number }} of @param {number} seq @param {number} where */
const firstOf = ({ first = 0, count }, seq, where) => first + Math.floor(where * (count - seq));
/** @param {number} first @param {number} seq @param {number} [axes] */
const run = (first, seq, axes = 1) => Float64Array.from({ length: seq * axes }, (_, i) => first + (i % seq));
/** @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {number} most @param {string} where */
function close(got, want, most, where) {
  for (let i = 0; i < want.length; i++)
    if (!(Math.abs(got[i] - want[i]) <= most)) assert.fail(`${where}: number ${i}: want ${want[i]} ± ${most}, got ${got[i]}`);
}
/** Rows, seq within what there is. @param {Rows | { count: number }} of @param {number} seq */
const within = (of, seq) => Math.min(seq, of.count);

property("subtract undoes add, up to the rounding of the sums", [rows, shape], (/** @type {Rows} */ of, { batch, seq, where }) =>
  using(of.scheme, of.options, (pe) => {
    const n = within(of, seq);
    const offset = firstOf(of, n, where);
    const x = numbers(batch * n * of.width);
    const most = Math.max(...pe.table(n, { offset }).map(Math.abs), 2);
    const { inputScale = 1 } = of.options;
    const scale = inputScale === "sqrt-dim" ? Math.sqrt(of.width) : inputScale;
    const y = pe.subtract(pe.add(x.slice(), { batch, offset }), { batch, offset });
    close(y, x, (2 ** -22 * (most + 2 * scale)) / Math.min(scale, 1), "x"); // a sum and its scaling, each rounded by 2^-24 of it
  }),
);

property(
  "a table's row i is the table of one row there, and what fill makes",
  [rows, shape],
  (/** @type {Rows} */ of, { batch, seq, where }) =>
    using(of.scheme, of.options, (pe) => {
      const n = within(of, seq);
      const offset = firstOf(of, n, where);
      const table = pe.table(n, { offset });
      for (let i = 0; i < n; i++) same(table.subarray(i * of.width, (i + 1) * of.width), pe.table(1, { offset: offset + i }), `row ${i}`);
      const filled = pe.fill(new Float32Array(batch * n * of.width), { batch, offset });
      for (let b = 0; b < batch; b++) same(filled.subarray(b * table.length, (b + 1) * table.length), table, `sequence ${b}`);
    }),
);

property(
  "positions say the same as offset, and a batch the same as its rows one by one",
  [rows, shape, fc.boolean()],
  (/** @type {Rows} */ of, { batch, seq, where }, subtract) =>
    using(of.scheme, of.options, (pe) => {
      const n = within(of, seq);
      const offset = firstOf(of, n, where);
      const op = subtract ? "subtract" : "add";
      const x = numbers(batch * n * of.width);
      const want = pe[op](x.slice(), { batch, offset });
      same(pe[op](x.slice(), { batch, positions: [...run(offset, n)] }), want, "positions of a sequence");
      same(
        pe[op](x.slice(), { batch, positions: Float64Array.from({ length: batch * n }, (_, i) => offset + (i % n)) }),
        want,
        "positions of all",
      );
      const y = x.slice();
      for (let i = 0; i < batch * n; i++) pe[op](y.subarray(i * of.width, (i + 1) * of.width), { offset: offset + (i % n) });
      same(y, want, "row by row");
    }),
);

property(
  "fractions and negative positions, in any order: each row is that of its position",
  [rows.filter((of) => of.fractions), fc.array(double(-1e6, 1e6), { minLength: 1, maxLength: 9 })],
  (/** @type {Rows} */ of, positions) =>
    using(of.scheme, of.options, (pe) => {
      const table = pe.table(positions.length, { positions });
      for (const [i, p] of positions.entries())
        same(table.subarray(i * of.width, (i + 1) * of.width), pe.fill(new Float32Array(of.width), { positions: [p] }), `row ${i}`);
    }),
);

/** The same in every place where an array may lie. @param {Float32Array} x @param {(x: any) => any} operate */
function everywhere(x, operate) {
  const want = operate(x.slice());
  const [whole, around] = [posenc.alloc(x.length), posenc.alloc(x.length + 9)];
  try {
    whole.data.set(x);
    assert.equal(operate(whole), whole);
    same(whole.data, want, "alloc()");
    around.data.fill(42).set(x, 5);
    operate(around.data.subarray(5, 5 + x.length));
    const data = around.data;
    same(data.subarray(5, 5 + x.length), want, "a part of alloc().data");
    same([...data.subarray(0, 5), ...data.subarray(5 + x.length)], Array(9).fill(42), "what lies beside it");
    const shared = new Float32Array(new SharedArrayBuffer(x.byteLength + 12), 8, x.length);
    assert.throws(() => operate(shared), { code: "ERR_POSENC_TYPE" });
  } finally {
    whole.dispose();
    around.dispose();
  }
}

property(
  "rows: a Float32Array, alloc() and a part of its data get the same bits",
  [rows, shape, fc.constantFrom("add", "subtract", "fill"), fc.boolean()],
  (/** @type {Rows} */ of, { batch, seq, where }, op, listed) =>
    using(of.scheme, of.options, (pe) => {
      const n = within(of, seq);
      const offset = firstOf(of, n, where);
      everywhere(numbers(batch * n * of.width), (x) => pe[op](x, listed ? { batch, positions: run(offset, n) } : { batch, offset }));
    }),
);

property(
  "turns: a Float32Array, alloc() and a part of its data get the same bits",
  [turns, shape, fc.constantFrom("rotate", "unrotate"), fc.boolean()],
  (of, { batch, seq, heads, order, where }, op, listed) =>
    using(of.scheme, of.options, (rope) => {
      const n = within(of, seq);
      const offset = firstOf(of, n, where);
      everywhere(numbers(batch * n * heads * of.width), (x) =>
        rope[op](x, { batch, heads, order, ...(listed ? { positions: run(offset, n, of.axes) } : { offset }) }),
      );
    }),
);

property("unrotate undoes rotate, in either order of the heads", [turns, shape], (of, { batch, seq, heads, order, where }) =>
  using(of.scheme, of.options, (rope) => {
    const n = within(of, seq);
    const at = { batch, heads, order, offset: firstOf(of, n, where) };
    const x = numbers(batch * n * heads * of.width);
    close(rope.unrotate(rope.rotate(x.slice(), at), at), x, 2 ** -20, "x"); // a few roundings by 2^-24 of 4, the longest pair
  }),
);

property(
  "shift by a and by -a is where it was, and shift moves what was rotated",
  [ROTARY.filter((o) => o.scaling?.type !== "dynamic"), shape, integer(0, 2 ** 20), integer(-1000, 1000)],
  (o, { batch, seq, heads, order }, offset, a) =>
    using("rotary", { ...o, precision: "exact" }, (rope) => {
      const x = numbers(batch * seq * heads * o.headDim);
      const at = { batch, heads, order };
      close(rope.shift(rope.shift(x.slice(), a, at), -a, at), x, 2 ** -19, "there and back");
      const size = 4 * Math.max(1, rope.attentionFactor);
      close(
        rope.shift(rope.rotate(x.slice(), { ...at, offset: offset + 1000 }), a, at),
        rope.rotate(x.slice(), { ...at, offset: offset + 1000 + a }),
        2 ** -21 * size,
        "rotated elsewhere",
      );
    }),
);

property(
  "turns: positions say the same as offset, a batch the same as its sequences, also where each has positions of its own",
  [turns, shape, fc.infiniteStream(double(0, 1))],
  (of, { batch, seq, heads, order, where }, random) =>
    using(of.scheme, of.options, (rope) => {
      const n = within(of, seq);
      const offset = firstOf(of, n, where);
      const x = numbers(batch * n * heads * of.width);
      const size = x.length / batch;
      /** @param {(b: number) => any} at */
      const oneByOne = (at) => {
        const y = x.slice();
        for (let b = 0; b < batch; b++) rope.rotate(y.subarray(b * size, (b + 1) * size), { heads, order, ...at(b) });
        return y;
      };
      const want = rope.rotate(x.slice(), { batch, heads, order, offset });
      same(rope.rotate(x.slice(), { batch, heads, order, positions: run(offset, n, of.axes) }), want, "positions");
      same(
        oneByOne(() => ({ offset })),
        want,
        "sequence by sequence",
      );
      const positions = Float64Array.from({ length: of.axes * batch * n }, () =>
        Math.floor(random.next().value * Math.min(of.count - 1, 1000)),
      ); // [axes, batch, seq]
      const own = (/** @type {number} */ b) =>
        Array.from({ length: of.axes }, (_, a) => [...positions.subarray((a * batch + b) * n, (a * batch + b + 1) * n)]).flat();
      const sequenceLength = 1000; // for scalings that follow it
      everywhere(x, (y) => rope.rotate(y, { batch, heads, order, positions, sequenceLength }));
      same(
        rope.rotate(x.slice(), { batch, heads, order, positions, sequenceLength }),
        oneByOne((b) => ({ positions: own(b), sequenceLength })),
        "positions of each sequence",
      );
    }),
);

property(
  "a bias is added as its matrix is in JavaScript, wherever the scores lie",
  [BIASES, integer(1, 3), integer(1, 9), integer(1, 20), integer(0, 1000)],
  (of, batch, queryLength, keyLength, offset) =>
    using(of.scheme, of.options, (bias) => {
      const matrix = bias.matrix(queryLength, keyLength, { offset });
      const x = numbers(batch * matrix.length);
      same(
        bias.add(x.slice(), { batch, queryLength, keyLength, offset }),
        x.map((v, i) => v + matrix[i % matrix.length]),
        "scores",
      );
      everywhere(x, (scores) => bias.add(scores, { batch, queryLength, keyLength, offset }));
      for (let i = 0; i < queryLength; i++) {
        const row = bias.matrix(1, keyLength, { offset: offset + i });
        for (let h = 0; h < of.heads; h++)
          same(
            matrix.subarray((h * queryLength + i) * keyLength, (h * queryLength + i + 1) * keyLength),
            row.subarray(h * keyLength, (h + 1) * keyLength),
            `head ${h}, query ${i}`,
          );
      }
    }),
);

const FOURIER = fc.oneof(
  options(
    { inputs: integer(1, 3), bands: integer(2, 6) },
    { type: fc.constantFrom("nerf", "timm"), layout, includeInput: fc.boolean(), linear: fc.boolean() },
  ),
  options(
    { inputs: integer(1, 3), bands: integer(1, 6), type: fc.constant("gaussian") },
    { sigma: double(0.1, 9), seed: integer(0, 2 ** 31) },
  ),
);
/** Bits that tell one encoder from another. @param {any} e @returns {number[]} */
function sample(e) {
  const { shape, inputs, rows, prefixTokens = 0, suffixTokens = 0 } = e.options;
  if (e.cosSin !== undefined) {
    const count = shape === undefined ? 4 : prefixTokens + shape[0] * shape[1] + suffixTokens;
    const { cos, sin } = e.cosSin(count);
    return [...cos, ...sin, ...e.rotate(numbers(e.options.headDim), { offset: count - 1 })];
  }
  if (inputs !== undefined) return e.encode(numbers(2 * inputs));
  if (e.table === undefined) return (e.matrix === undefined ? e.buckets : e.matrix).call(e, 2, 9);
  const table = shape === undefined && rows === undefined ? e.table(2, { offset: 3 }) : e.table();
  return [...table, ...e.add(numbers(e.table(1).length))];
}
const every = fc.oneof(
  rows,
  turns,
  BIASES,
  FOURIER.map((o) => ({ scheme: "fourier", options: o })),
  options({ maxRelativePosition: integer(1, 9) }).map((o) => ({ scheme: "shaw", options: o })),
  options({ maxRelativePositions: integer(10, 99) }, { positionBuckets: even(2, 16) }).map((o) => ({ scheme: "deberta", options: o })),
);

property(
  "any options in any order, frozen and without a prototype, used twice: the same encoder",
  [every, fc.infiniteStream(fc.nat())],
  (of, order) =>
    using(of.scheme, of.options, (first) => {
      const keys = Object.keys(of.options)
        .map((key) => [order.next().value, key])
        .sort(([a], [b]) => a - b)
        .map(([, key]) => key);
      const given = Object.freeze(
        Object.assign(
          Object.create(null),
          Object.fromEntries(keys.map((key) => [key, of.options[key]])),
          of.scheme === "rotary" ? { scaling: of.options.scaling } : {},
        ),
      ); // which may be undefined
      for (let i = 0; i < 2; i++)
        using(of.scheme, given, (again) => {
          assert.deepEqual(again.options, first.options);
          same(sample(again), sample(first), "bits");
        });
    }),
);

property("an encoder's own options make it again", [every.filter((of) => of.options.weights === undefined && of.scheme !== "fire")], (of) =>
  using(of.scheme, of.options, (first) => {
    assert.ok(Object.isFrozen(first.options));
    using(of.scheme, first.options, (again) => {
      assert.deepEqual(again.options, first.options);
      same(sample(again), sample(first), "bits");
    });
  }),
);

const SCHEMES = [
  "sinusoidal",
  "rotary",
  "mrope",
  "axialRotary",
  "alibi",
  "deberta",
  "fire",
  "fourier",
  "grid",
  "kerple",
  "learned",
  "shaw",
  "swin",
  "t5",
  "time2vec",
  "timestep",
];
const right = posenc.sinusoidal({ dim: 8 }).table(3);
/** A result, or one of our errors; and the next call is right. @param {() => any} call */
function defined(call) {
  try {
    const made = call();
    for (const family of "modelType" in made ? [made.absolute, made.rotary, made.bias] : [made])
      for (const each of family === null ? [] : "dispose" in family ? [family] : /** @type {any[]} */ (Object.values(family)))
        each.dispose();
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    assert.match(`${code}`, /^ERR_POSENC_(TYPE|RANGE)$/, `${error}`);
    assert.ok(error instanceof (code === "ERR_POSENC_TYPE" ? TypeError : RangeError) && message.length < 1000, message);
  }
  same(
    using("sinusoidal", { dim: 8 }, (pe) => pe.table(3)),
    right,
    "the next call",
  );
}
const NAMES = [
  "dim",
  "base",
  "layout",
  "headDim",
  "rotaryDim",
  "scaling",
  "pairing",
  "sections",
  "heads",
  "maxBias",
  "slopes",
  "weights",
  "rows",
  "resize",
  "window",
  "numBuckets",
  "maxDistance",
  "w",
  "phi",
  "shape",
  "convention",
  "inputs",
  "bands",
  "type",
  "b",
  "p",
  "a",
  "c",
  "w1",
  "b1",
  "w2",
  "b2",
  "maxRelativePosition",
  "maxRelativePositions",
  "positionBuckets",
  "cos",
  "sin",
  "precision",
  "frequencies",
  "prefixTokens",
  "axes",
];
const scalar = fc.oneof(
  integer(-2, 16),
  double(-1e3, 1e3),
  fc.double(),
  fc.constantFrom("half", "yarn", "mae", "pixtral", "exact", "interleaved", "linear", "sqrt-dim", "hw"),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
);
const value = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.array(fc.oneof(integer(0, 6), fc.double()), { maxLength: 12 }),
  fc.dictionary(fc.constantFrom("type", "factor", "from", "to", "mode", "alpha", "shortFactor", "index"), scalar, { maxKeys: 4 }),
  fc.jsonValue({ maxDepth: 3 }),
);

property(
  "any JSON as options: an encoder, or one of our errors, and the next call works",
  [fc.constantFrom(...SCHEMES), fc.oneof(fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 }), fc.jsonValue())],
  (scheme, given) => defined(() => posenc[scheme](given)),
);

property("good options with any JSON in place of one: the same", [every, fc.nat(), value], (of, i, other) => {
  const keys = Object.keys(of.options);
  defined(() => posenc[of.scheme]({ ...of.options, [keys[i % keys.length]]: other }));
});

property(
  "any JSON as a call's options: a result or one of our errors, and on an error x is as it was",
  [rows, fc.oneof(fc.dictionary(fc.constantFrom("batch", "offset", "positions", "allowShared"), value), fc.jsonValue())],
  (/** @type {Rows} */ of, at) =>
    using(of.scheme, of.options, (pe) => {
      const x = numbers(6 * of.width);
      try {
        pe.add(x, at);
      } catch (error) {
        assert.match(/** @type {any} */ (error).code, /^ERR_POSENC_(TYPE|RANGE)$/, `${error}`);
        same(x, numbers(6 * of.width), "x");
      }
    }),
);

const KEYS = [
  "model_type",
  "hidden_size",
  "num_attention_heads",
  "head_dim",
  "rope_theta",
  "rope_scaling",
  "max_position_embeddings",
  "d_model",
  "layer_types",
  "partial_rotary_factor",
  "vision_config",
  "text_config",
  "num_hidden_layers",
  "pad_token_id",
];
property(
  "any JSON as a config.json, or a real one with any JSON in it, as an object or as text",
  [
    fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...KEYS), value),
      fc.tuple(fc.constantFrom(...configs), fc.nat(), fc.oneof(value, fc.jsonValue())).map(([config, i, other]) => {
        const keys = Object.keys(config).slice(1);
        return { ...config, [keys[i % keys.length]]: other };
      }),
    ),
  ],
  (config) => {
    defined(() => posenc.fromConfig(config));
    defined(() => posenc.fromConfig(JSON.stringify(config)));
  },
);
