// The encoders that the soak works with, one or more of every scheme, and what most of them are by formula: float64, one line
// each, from the papers and not from the code. Those without a formula are held to themselves only.

import { configs, numbers } from "../node/hostile-calls.js";
import { row } from "../node/reference.js";

/**
 * @typedef {object} Recipe
 * @property {string} scheme
 * @property {any} options
 * @property {"rows" | "points" | "turns" | "scores" | "lists" | "config"} kind what its calls work on
 * @property {string[]} methods and properties
 * @property {number} [width] of a row, or of a head
 * @property {number} [axes] numbers of a position or point
 * @property {[number, number]} [limits] the first position and how many there are, where there are rows
 * @property {number} [heads] of scores
 * @property {number} [square] the only length of queries and keys
 * @property {(position: any) => number[]} [row] of a position, or a point
 * @property {number} [inputScale]
 * @property {(p: number[], i: number) => { cos: number, sin: number }} [turn] of pair i at a position
 * @property {(i: number, n: number) => [number, number]} [pair] the channels of pair i of n
 * @property {(h: number, query: number, key: number) => number} [bias]
 * @property {(query: number, key: number) => number} [bucket]
 */

/** @param {number} length positive */
const list = (length) => [...numbers(length)].map((v) => Math.abs(v) + 0.1);
/** @param {number} length that are exact in float32 */
const floats = (length) => [...Float32Array.from(list(length))];
const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);

const ROWS = ["add", "subtract", "fill", "table"];
const WAVES = [...ROWS, "frequencies", "wavelengths", "shiftMatrix"];
const TURNS = ["rotate", "unrotate", "cosSin"];
const ROTARY = [...TURNS, "shift", "inverseFrequencies", "attentionFactor"];

/** @param {any} options @param {Partial<Recipe>} [more] @returns {Recipe} */
const sinusoidal = (options, more) => ({ scheme: "sinusoidal", options, kind: "rows", methods: WAVES, width: options.dim, ...more });
/** @param {any} options @param {Partial<Recipe>} [more] @returns {Recipe} */
const rotary = (options, more) => ({ scheme: "rotary", options, kind: "turns", methods: ROTARY, width: options.headDim, axes: 1, ...more });
/** @param {string} scheme @param {any} options @param {string[]} methods @param {Partial<Recipe>} more @returns {Recipe} */
const scores = (scheme, options, methods, more) => ({ scheme, options, kind: "scores", methods, heads: options.heads ?? 1, ...more });

/** @param {number} angle */
const turned = (angle) => ({ cos: Math.cos(angle), sin: Math.sin(angle) });
const half = (/** @type {number} */ i, /** @type {number} */ n) => /** @type {[number, number]} */ ([i, i + n]);
const interleaved = (/** @type {number} */ i) => /** @type {[number, number]} */ ([2 * i, 2 * i + 1]);

/** T5's bucket of key - query. @param {number} rel @param {boolean} both @param {number} count @param {number} most */
function t5Bucket(rel, both, count, most) {
  const n = both ? count / 2 : count;
  const distance = both ? Math.abs(rel) : Math.max(-rel, 0);
  const exact = n / 2;
  const far = exact + Math.floor((Math.log(distance / exact) / Math.log(most / exact)) * (n - exact));
  return (both && rel > 0 ? n : 0) + (distance < exact ? distance : Math.min(far, n - 1));
}

const angles = range(24).map((k) => 0.3 * k * k);
const WEIGHTS = { learned: floats(24), t5: floats(16), swin: floats(30), cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
const FIRE = { w1: [0.5, -1.5, 2], b1: [0.25, 1, -0.5], w2: [1, -0.5, 0.25, 2, 1, -1], b2: [0.125, -0.75] };
const B = [0.5, 0.25, -1, 2, 0.125, 3];
const SECTIONS = [0, 0, 1, 2];
const SLOW = (/** @type {number} */ distance) => Math.log(0.1 * distance + 1);

/** @type {Recipe[]} */
export const RECIPES = [
  sinusoidal({ dim: 8 }, { row: (p) => row({ dim: 8 }, p) }),
  sinusoidal({ dim: 7, convention: "tensor2tensor" }, { row: (p) => row({ dim: 7, convention: "tensor2tensor" }, p) }),
  sinusoidal(
    { dim: 16, convention: "ldm", scale: 2, inputScale: "sqrt-dim" },
    { inputScale: 4, row: (p) => row({ dim: 16, convention: "ldm", scale: 2 }, p) },
  ),
  sinusoidal({ dim: 64, precision: "float32" }),
  sinusoidal({ dim: 384 }, { row: (p) => row({ dim: 384 }, p), methods: ROWS }),
  {
    scheme: "timestep",
    options: { dim: 9 },
    kind: "rows",
    methods: [...WAVES, "encode"],
    width: 9,
    row: (t) => [...range(4).map((i) => Math.sin(t * 10000 ** (-i / 3))), ...range(4).map((i) => Math.cos(t * 10000 ** (-i / 3))), 0],
  },
  {
    scheme: "timestep",
    options: { dim: 8, convention: "stable-diffusion" },
    kind: "rows",
    methods: [...WAVES, "encode"],
    width: 8,
    row: (t) => [...range(4).map((i) => Math.cos(t * 10000 ** (-i / 4))), ...range(4).map((i) => Math.sin(t * 10000 ** (-i / 4)))],
  },
  {
    scheme: "time2vec",
    options: { w: [0.5, 1, 2, 0.25], phi: [1, 0, 0.5, 2] },
    kind: "rows",
    methods: [...ROWS, "encode"],
    width: 4,
    row: (t) => [0.5 * t + 1, Math.sin(t), Math.sin(2 * t + 0.5), Math.sin(0.25 * t + 2)],
  },
  {
    scheme: "learned",
    options: { dim: 4, weights: WEIGHTS.learned, rowOffset: 1 },
    kind: "rows",
    methods: ROWS,
    width: 4,
    limits: [-1, 6],
    row: (p) => WEIGHTS.learned.slice(4 * (p + 1), 4 * (p + 2)),
  },
  {
    scheme: "learned",
    options: { dim: 2, weights: numbers(8), resize: { from: [2, 2], to: [3, 2] } },
    kind: "rows",
    methods: ROWS,
    width: 2,
    limits: [0, 6],
  },
  {
    scheme: "grid",
    options: { dim: 8, shape: [2, 3] },
    kind: "rows",
    methods: [...ROWS, "frequencies"],
    width: 8,
    limits: [0, 6],
    row: (p) => [Math.floor(p / 3), p % 3].flatMap((k) => row({ dim: 4 }, k)),
  },
  {
    scheme: "grid",
    options: { dim: 8, shape: [3, 2], convention: "mae", prefixTokens: 1 },
    kind: "rows",
    methods: [...ROWS, "frequencies"],
    width: 8,
    limits: [0, 7],
    row: (p) => (p === 0 ? Array(8).fill(0) : [(p - 1) % 2, Math.floor((p - 1) / 2)].flatMap((k) => row({ dim: 4, layout: "concat" }, k))),
  },
  {
    scheme: "grid",
    options: { dim: 16, shape: [2, 2, 2], convention: "diffusers", baseSize: 4 },
    kind: "rows",
    methods: ROWS,
    width: 16,
    limits: [0, 8],
  },

  {
    scheme: "fourier",
    options: { inputs: 2, bands: 3, includeInput: true },
    kind: "points",
    methods: ["encode", "fill", "frequencies"],
    axes: 2,
    width: 14,
    row: (x) => [
      ...x,
      ...range(3).flatMap((k) => [
        ...x.map((/** @type {number} */ v) => Math.sin(2 ** k * v)),
        ...x.map((/** @type {number} */ v) => Math.cos(2 ** k * v)),
      ]),
    ],
  },
  {
    scheme: "fourier",
    options: { inputs: 2, type: "gaussian", b: B },
    kind: "points",
    methods: ["encode", "fill", "frequencies"],
    axes: 2,
    width: 6,
    row: ([x, y]) => [Math.sin, Math.cos].flatMap((f) => range(3).map((k) => f(2 * Math.PI * (B[2 * k] * x + B[2 * k + 1] * y)))),
  },
  {
    scheme: "fourier",
    options: { inputs: 2, type: "timm", bands: 4 },
    kind: "points",
    methods: ["encode", "fill", "frequencies"],
    axes: 2,
    width: 16,
  },

  rotary({ headDim: 8 }, { pair: half, turn: ([p], i) => turned(p * 10000 ** (-i / 4)) }),
  rotary({ headDim: 128, base: 500000 }, { pair: half, turn: ([p], i) => turned(p * 500000 ** (-i / 64)), methods: TURNS }),
  rotary(
    { headDim: 12, rotaryDim: 8, pairing: "interleaved", base: 500 },
    { pair: interleaved, turn: ([p], i) => turned(p * 500 ** (-i / 4)) },
  ),
  rotary({ headDim: 8, scaling: { type: "linear", factor: 4 } }, { pair: half, turn: ([p], i) => turned((p * 10000 ** (-i / 4)) / 4) }),
  rotary(
    { headDim: 8, scaling: { type: "ntk", alpha: 3 } },
    { pair: half, turn: ([p], i) => turned(p * (10000 * 3 ** (8 / 6)) ** (-i / 4)) },
  ),
  rotary({ headDim: 8, maxPositionEmbeddings: 4, scaling: { type: "dynamic", factor: 2 } }),
  rotary({ headDim: 16, scaling: { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 32 } }),
  rotary({
    headDim: 8,
    scaling: { type: "longrope", shortFactor: [1, 1, 1, 1], longFactor: [1, 2, 3, 4], originalMaxPositionEmbeddings: 4, factor: 4 },
  }),
  rotary({ headDim: 16, base: 500000, scaling: { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 64 } }),
  rotary({ headDim: 8, precision: "float32" }),
  rotary({ headDim: 8, xpos: "key" }, { limits: [0, 2000] }),
  rotary(
    { headDim: 4, cos: WEIGHTS.cos, sin: WEIGHTS.sin },
    { methods: TURNS, limits: [0, 12], pair: half, turn: ([p], i) => ({ cos: WEIGHTS.cos[2 * p + i], sin: WEIGHTS.sin[2 * p + i] }) },
  ),
  {
    scheme: "mrope",
    options: { headDim: 8, sections: [2, 1, 1] },
    kind: "turns",
    methods: ROTARY,
    width: 8,
    axes: 3,
    pair: half,
    turn: (p, i) => turned(p[SECTIONS[i]] * 10000 ** (-i / 4)),
  },
  {
    scheme: "axialRotary",
    options: { headDim: 8, shape: [2, 3], convention: "torchtune", prefixTokens: 1 },
    kind: "turns",
    methods: TURNS,
    width: 8,
    axes: 1,
    limits: [0, 7],
  },
  {
    scheme: "axialRotary",
    options: { headDim: 8, shape: [2, 3], convention: "dinov3" },
    kind: "turns",
    methods: TURNS,
    width: 8,
    axes: 1,
    limits: [0, 6],
    pair: half,
    turn: ([p], i) =>
      turned(2 * Math.PI * ((2 * ((i < 2 ? Math.floor(p / 3) : p % 3) + 0.5)) / (i < 2 ? 2 : 3) - 1) * 100 ** (-(i % 2) / 2)),
  },

  scores("alibi", { heads: 4 }, ["add", "matrix", "slopes"], { bias: (h, i, j) => 2 ** (-2 * (h + 1)) * (j - i) }),
  scores("alibi", { heads: 2, symmetric: true, maxBias: 4 }, ["add", "matrix", "slopes"], {
    bias: (h, i, j) => -(2 ** (-2 * (h + 1))) * Math.abs(j - i),
  }),
  scores("t5", { heads: 2, numBuckets: 8, maxDistance: 20, weights: WEIGHTS.t5 }, ["add", "matrix", "buckets"], {
    bias: (h, i, j) => WEIGHTS.t5[2 * t5Bucket(j - i, true, 8, 20) + h],
    bucket: (i, j) => t5Bucket(j - i, true, 8, 20),
  }),
  scores("t5", { heads: 2, numBuckets: 8, maxDistance: 20, bidirectional: false }, ["buckets"], {
    bucket: (i, j) => t5Bucket(j - i, false, 8, 20),
  }),
  scores("deberta", { maxRelativePositions: 6 }, ["buckets"], { bucket: (i, j) => Math.min(Math.max(i - j + 6, 0), 11) }),
  scores("deberta", { positionBuckets: 8, maxRelativePositions: 32 }, ["buckets"], {}),
  scores("shaw", { maxRelativePosition: 3 }, ["buckets"], { bucket: (i, j) => Math.min(Math.max(j - i, -3), 3) + 3 }),
  scores("swin", { window: [2, 3], heads: 2, weights: WEIGHTS.swin }, ["add", "matrix", "buckets"], {
    square: 6,
    bias: (h, i, j) => WEIGHTS.swin[2 * swinBucket(i, j) + h],
    bucket: swinBucket,
  }),
  scores("kerple", { heads: 2, p: [1, 2], a: [0.5, 0.25] }, ["add", "matrix"], {
    bias: (h, i, j) => -[1, 2][h] * Math.log(1 + [0.5, 0.25][h] * Math.abs(i - j)),
  }),
  scores("kerple", { heads: 2, type: "power", p: [1, 0.5], a: [0.5, 0.25] }, ["add", "matrix"], {
    bias: (h, i, j) => -[0.5, 0.25][h] * Math.abs(i - j) ** [1, 0.5][h],
  }),
  scores("fire", { heads: 2, ...FIRE, threshold: 4 }, ["add", "matrix"], {
    bias: (h, i, j) =>
      FIRE.b2[h] +
      range(3).reduce(
        (sum, k) => sum + FIRE.w2[3 * h + k] * Math.max(FIRE.w1[k] * (SLOW(Math.abs(i - j)) / SLOW(Math.max(i, 4))) + FIRE.b1[k], 0),
        0,
      ),
  }),

  { scheme: "", options: undefined, kind: "lists", methods: ["positionsFromMask", "relativePositions", "mropePositions", "permute"] },
  { scheme: "", options: undefined, kind: "config", methods: configs.map(() => "fromConfig") },
];

/** Row of Swin's table for two cells of a window of 2 by 3. @param {number} i @param {number} j */
function swinBucket(i, j) {
  return (Math.floor(i / 3) - Math.floor(j / 3) + 1) * 5 + ((i % 3) - (j % 3) + 2);
}
