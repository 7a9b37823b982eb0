// What is added to attention scores, or looked up for them: a number for each query and key.

import { value as say } from "../../lib/format.js";
import { check, choice, list, number, range } from "./options.js";
import { Random } from "./random.js";
import { scores } from "./views.js";

const seed = (/** @type {any} */ rest) =>
  number("seed", "Seed", { start: 1, hint: "of random weights, since the page has no model's", ...rest });
const heads = (start = 8) => range("heads", "Heads", { min: 1, max: 64, start });

/** @param {any} cell @returns {[string, string][]} */
const where = ({ i, j }) => [["query and key", `i = ${i}, j = ${j}, key − query = ${String(j - i).replace("-", "−")}`]];

/** @type {Record<string, import("./schemes.js").Scheme>} */
export const bias = {
  alibi: {
    title: "ALiBi",
    source: "Press et al. 2022, section 3",
    go: ["bias", "NewALiBi", "ALiBiOptions"],
    view: scores("bias"),
    says: "The further back a word, the less it counts, and each head is short-sighted in its own measure. The upper right is for a causal mask to hide.",
    options: [
      heads(),
      number("maxBias", "Largest exponent"),
      choice(
        "slopes",
        "Slopes",
        [
          ["official", "the authors"],
          ["mpt", "MPT"],
          ["geometric", "geometric"],
        ],
        { hint: "they differ where heads are no power of two" },
      ),
      check("symmetric", "Symmetric", { hint: "for encoders" }),
    ],
    explain: (cell) => [
      ...where(cell),
      ["slope", `m of head ${cell.head} = ${say(cell.encoder.slopes[cell.head], 8)}`],
      ["value", cell.o.symmetric ? `−m · |i − j| = ${say(cell.value, 9)}` : `m · (j − i) = ${say(cell.value, 9)}`],
    ],
  },
  t5: {
    title: "T5",
    source: "Raffel et al. 2020, section 2.1",
    go: ["bias", "NewT5", "T5Options"],
    view: scores("buckets", "bias"),
    says: "Near words are told apart one by one, far ones in ever wider buckets; each bucket has a number that the model learned.",
    options: [
      number("numBuckets", "Buckets", { start: 32 }),
      number("maxDistance", "Largest distance", { start: 128 }),
      check("bidirectional", "Both directions", { hint: "no for decoders" }),
      { ...heads(4), when: (o) => o.show === "bias" },
      seed({ when: (/** @type {any} */ o) => o.show === "bias" }),
    ],
    build: ({ seed, ...o }) => (seed === undefined ? o : { ...o, weights: new Random(o.numBuckets * o.heads, seed) }),
    explain: (cell) => [
      ...where(cell),
      ["formula", "near: a bucket each; far: by the logarithm of the distance"],
      [
        "value",
        cell.show === "buckets" ? `bucket ${cell.value}` : `the weight of its bucket for head ${cell.head} = ${say(cell.value, 9)}`,
      ],
    ],
  },
  deberta: {
    title: "DeBERTa",
    source: "He et al. 2021; DeBERTa v2 and v3",
    go: ["bias", "NewDeberta", "DebertaOptions"],
    view: scores("buckets"),
    says: "Which row of a table of relative embeddings a pair of words looks up. Buckets are logarithmic when they are given, distances are clipped otherwise.",
    options: [
      number("maxRelativePositions", "Largest distance", { start: 64 }),
      number("positionBuckets", "Buckets", { start: 32, hint: "0: a row a distance, as in v1" }),
    ],
    explain: (cell) => [
      ...where(cell),
      ["formula", "the bucket of query − key, moved so that none is negative"],
      ["value", `row ${cell.value}`],
    ],
  },
  shaw: {
    title: "Shaw",
    source: "Shaw et al. 2018, section 3.2",
    go: ["bias", "NewShaw", "ShawOptions"],
    view: scores("buckets"),
    says: "The first relative positions: beyond k words it does not matter how far.",
    options: [range("maxRelativePosition", "Largest distance k", { min: 1, max: 128, start: 16 })],
    explain: (cell) => [
      ...where(cell),
      ["formula", `clip(j − i, −${cell.o.maxRelativePosition}, ${cell.o.maxRelativePosition}) + ${cell.o.maxRelativePosition}`],
      ["value", `row ${cell.value}`],
    ],
  },
  swin: {
    title: "Swin",
    source: "Liu et al. 2021, section 3.2",
    go: ["bias", "NewSwin", "SwinOptions"],
    view: scores("buckets", "bias"),
    says: "Within a window of an image: a number for each difference of two cells, in height and in width.",
    options: [
      list("window", "Window", { start: [7, 7], hint: "height and width" }),
      { ...heads(4), when: (o) => o.show === "bias" },
      seed({ when: (/** @type {any} */ o) => o.show === "bias" }),
    ],
    build: ({ seed, ...o }) =>
      seed === undefined ? o : { ...o, weights: new Random((2 * o.window[0] - 1) * (2 * o.window[1] - 1) * o.heads, seed) },
    explain(cell) {
      const [height, width] = cell.o.window,
        cellOf = (/** @type {number} */ k) => [Math.floor(k / width), k % width],
        [a, b] = [cellOf(cell.i), cellOf(cell.j)];
      const row = `(${a[0] - b[0]} + ${height - 1}) · ${2 * width - 1} + (${a[1] - b[1]} + ${width - 1})`.replace(/\(-/g, "(−");
      return [
        ["query and key", `cells (${a.join(", ")}) and (${b.join(", ")})`],
        ["row of the table", row],
        ["value", cell.show === "buckets" ? `row ${cell.value}` : `its weight for head ${cell.head} = ${say(cell.value, 9)}`],
      ];
    },
  },
  kerple: {
    title: "KERPLE",
    source: "Chi et al. 2022, equation 3",
    go: ["bias", "NewKerple", "KerpleOptions"],
    view: scores("bias"),
    says: "A penalty for distance whose shape each head learns. These are examples, not learned.",
    options: [
      choice("type", "Kernel", [
        ["log", "logarithmic"],
        ["power", "power"],
      ]),
      list("p", "p of each head", { start: [1, 0.5] }),
      list("a", "a of each head", { start: [1, 0.25] }),
    ],
    build: (o) => ({ ...o, heads: o.p?.length ?? 1 }),
    explain: (cell) => [
      ...where(cell),
      [
        "formula",
        cell.o.type === "power"
          ? `−${say(cell.o.a[cell.head])} · |i − j|^${say(cell.o.p[cell.head])}`
          : `−${say(cell.o.p[cell.head])} · ln(1 + ${say(cell.o.a[cell.head])} · |i − j|)`,
      ],
      ["value", say(cell.value, 9)],
    ],
  },
  fire: {
    title: "FIRE",
    source: "Li et al. 2024, equation 2",
    go: ["bias", "NewFire", "FireOptions"],
    view: scores("bias"),
    says: "A small network looks at the distance as a share of what there is to look back on. Its weights are random here, from a seed.",
    options: [
      heads(4),
      range("hidden", "Hidden units", { min: 1, max: 64, start: 16 }),
      seed({}),
      number("c", "c"),
      number("threshold", "Threshold L", { start: 64 }),
      number("epsilon", "ε", { more: true }),
    ],
    build: ({ hidden, seed, ...o }) => ({
      ...o,
      w1: new Random(hidden, seed),
      b1: new Random(hidden, seed + 1),
      w2: new Random(hidden * o.heads, seed + 2),
      b2: new Random(o.heads, seed + 3),
    }),
    explain: (cell) => [
      ...where(cell),
      ["formula", `network( ln(c·|i − j| + 1) / ln(c·max(i, L) + 1) ), c = ${say(cell.o.c)}, L = ${say(cell.o.threshold)}`],
      ["input", say(Math.log(cell.o.c * Math.abs(cell.i - cell.j) + 1) / Math.log(cell.o.c * Math.max(cell.i, cell.o.threshold) + 1), 8)],
      ["value", say(cell.value, 9)],
    ],
  },
};
