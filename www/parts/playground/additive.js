// What is added to embeddings: a row for each position.

import { value as say, whole } from "../../lib/format.js";
import { base, check, choice, layouts, list, number, precision, range, words } from "./options.js";
import { Random } from "./random.js";
import { points, rows } from "./views.js";

const dim = (start = 64) => range("dim", "Channels d", { min: 2, max: 1024, cap: true, start });
const ladder = [
  number("frequencyShift", "Frequency shift f", { hint: "0 divides by d/2, the paper; 1 by d/2 − 1, tensor2tensor" }),
  number("minTimescale", "Least time scale m", { more: true, hint: "multiplies every frequency" }),
];

/** Which wave column j of a sinusoidal row is. @param {any} o @param {number} j */
export function wave({ dim, layout, oddDim = "zero" }, j) {
  const half = layout !== "interleaved" && dim % 2 && oddDim === "sin" ? (dim + 1) >> 1 : dim >> 1; // a lone sine is in the sines' part
  if (dim % 2 && j === dim - 1 && oddDim === "zero") return null;
  if (layout === "interleaved") return { i: j >> 1, cosine: j % 2 === 1 };
  if (layout === "concat") return { i: j < half ? j : j - half, cosine: j >= half };
  const cosines = dim >> 1;
  return { i: j < cosines ? j : j - cosines, cosine: j < cosines };
}

/** @param {string} exponent what the frequency is, as a formula @param {any} at */
function working(exponent, { p, i, cosine, w, value, factor = 1 }) {
  const fn = cosine ? "cos" : "sin",
    angle = p * w,
    front = factor === 1 ? "" : `${say(factor)} · `;
  return [
    ["formula", `${front}${fn}(p · w_i)`],
    ["frequency", `w_${i} = ${exponent} = ${say(w, 8)}`],
    ["angle", `p · w_${i} = ${whole(p)} · ${say(w, 8)} = ${say(angle, 8)} rad`],
    ["value", `${front}${fn}(${say(angle, 8)}) = ${say(value, 9)}`],
  ];
}

const nothing = [["value", "0: a column or row without a wave"]];

/** @type {Record<string, import("./schemes.js").Scheme>} */
export const additive = {
  sinusoidal: {
    title: "Sinusoidal",
    source: "Vaswani et al. 2017, section 3.5",
    go: ["additive", "NewSinusoidal", "SinusoidalOptions"],
    view: rows,
    says: "Waves from fast to slow, each as a sine and a cosine: a clock with many hands.",
    options: [
      dim(),
      choice(
        "convention",
        "Whose",
        [
          ["vaswani", "Vaswani, the paper"],
          ["keras", "Keras"],
          ["tensor2tensor", "tensor2tensor"],
          ["fairseq", "fairseq"],
          ["m2m100", "M2M100"],
          ["whisper", "Whisper"],
          ["ddpm", "DDPM"],
          ["marian", "Marian"],
          ["roformer", "RoFormer"],
          ["transformer-xl", "Transformer-XL"],
          ["ldm", "latent diffusion"],
          ["mlx", "MLX"],
        ],
        { start: "vaswani", resets: true, hint: "sets the options below as that project has them" },
      ),
      choice("layout", "Layout", layouts),
      base(),
      ladder[0],
      ladder[1],
      choice(
        "oddDim",
        "Last column of an odd d",
        [
          ["sin", "a sine alone"],
          ["zero", "0"],
        ],
        { when: (o) => o.dim % 2 === 1 },
      ),
      number("scale", "Scale", { more: true, hint: "multiplies the encoding" }),
      choice(
        "inputScale",
        "Scale of the embeddings",
        [
          ["", "1"],
          ["sqrt-dim", "√d, as in the paper"],
        ],
        { more: true, hint: "before the encoding is added; it does not change the picture" },
      ),
      precision,
    ],
    explain({ encoder, o, p, column, value }) {
      const at = wave(o, column);
      if (!at) return nothing;
      const exponent = `${o.minTimescale === 1 ? "" : `${say(o.minTimescale)} · `}${o.minTimescale === 1 ? say(o.base) : `(${say(o.base)}/${say(o.minTimescale)})`}^(−${at.i}/${say(o.dim / 2 - o.frequencyShift)})`;
      return working(exponent, { p, ...at, w: encoder.frequencies[at.i], value, factor: o.scale });
    },
  },
  grid: {
    title: "Grid of an image or a video",
    source: "MAE, ViT, timm, diffusers, tensor2tensor, DETR",
    go: ["additive", "NewGrid", "GridOptions"],
    view: rows,
    says: "Each axis has channels of its own, and in them a sinusoidal encoding of its coordinate. A row is a cell, the last axis fastest.",
    rowsOf: (o) => o.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1) + (o.prefixTokens ?? 0),
    options: [
      dim(),
      list("shape", "Cells", { start: [8, 8], hint: "height, width; or time, height, width" }),
      choice("convention", "Whose", [["", "nobody's"], ...words("mae", "timm", "diffusers", "tensor2tensor", "multidim", "detr")], {
        resets: true,
        start: "mae",
      }),
      choice("axes", "Order of the axes", words("hw", "wh", "thw", "twh", "htw", "hwt", "wth", "wht"), {
        hint: "whose channels come first",
      }),
      choice("layout", "Layout of an axis", layouts),
      base(),
      ladder[0],
      ladder[1],
      list("axisDims", "Channels of each axis", { more: true }),
      check("acrossAxes", "Layout across axes", { more: true, hint: "the sines of all axes first" }),
      number("prefixTokens", "Prefix tokens", { more: true, hint: "rows of 0 in front" }),
      number("coordinateStart", "First coordinate", { more: true }),
      number("baseSize", "Base size", { more: true, hint: "0: none" }),
      number("interpolationScale", "Interpolation scale", { more: true }),
      number("temporalInterpolationScale", "The same in time", { more: true }),
      check("normalize", "Normalised coordinates", { more: true }),
      number("normalizeScale", "up to", { more: true }),
    ],
    explain({ o, p, value }) {
      const cell = p - o.prefixTokens;
      if (cell < 0) return nothing;
      let rest = cell;
      const coordinates = [...o.shape]
        .reverse()
        .map((/** @type {number} */ size) => [rest % size, (rest = Math.floor(rest / size))][0])
        .reverse();
      return [
        ["formula", "sin or cos of the coordinate of one axis times a frequency of that axis"],
        [
          "cell",
          `${cell} of ${o.shape.join(" × ")}: ${coordinates.map((c, k) => `${"thw".slice(3 - o.shape.length)[k]} = ${c}`).join(", ")}`,
        ],
        ["value", say(value, 9)],
      ];
    },
  },
  timestep: {
    title: "Time step of a diffusion model",
    source: "Ho et al. 2020; diffusers",
    go: ["additive", "NewTimestep", "TimestepOptions"],
    view: points({ step: 8, length: 125 }),
    says: "How noisy is the image now? The same waves, but of the time step. A wrong order or shift ruins a checkpoint without an error.",
    options: [
      dim(),
      choice(
        "convention",
        "Whose",
        [
          ["ddpm", "DDPM"],
          ["score-vde", "score SDE"],
          ["ldm", "latent diffusion"],
          ["glide", "GLIDE"],
          ["stable-diffusion", "Stable Diffusion"],
          ["grad-tts", "Grad-TTS"],
        ],
        { start: "ddpm", resets: true },
      ),
      check("flipSinToCos", "Cosines first"),
      number("downscaleFreqShift", "Frequency shift f"),
      number("scale", "Scale of the time"),
      number("maxPeriod", "Base θ"),
    ],
    explain({ encoder, o, p, column, value }) {
      const at = wave({ dim: o.dim, layout: o.flipSinToCos ? "concat-cos-sin" : "concat" }, column);
      if (!at) return nothing;
      return working(`${say(o.scale)} · ${say(o.maxPeriod)}^(−${at.i}/${say((o.dim >> 1) - o.downscaleFreqShift)})`, {
        p,
        ...at,
        w: encoder.frequencies[at.i],
        value,
      });
    },
  },
  fourier: {
    title: "Fourier features",
    source: "Mildenhall et al. 2020; Tancik et al. 2020; timm",
    go: ["additive", "NewFourier", "FourierOptions"],
    view: points({ start: -1, step: 0.02, length: 101, perPoint: true }),
    says: "A point in space in place of a word. Waves that double each time let a network see fine detail. All coordinates of a point are the same t here.",
    options: [
      range("inputs", "Coordinates of a point", { min: 1, max: 4, start: 1 }),
      choice(
        "type",
        "Type",
        [
          ["nerf", "NeRF: 2^k"],
          ["gaussian", "Gaussian: random directions"],
          ["timm", "timm"],
        ],
        { start: "nerf", resets: true },
      ),
      range("bands", "Frequencies", { min: 1, max: 64, start: (/** @type {any} */ o) => ({ gaussian: 32, timm: 16 })[o.type] ?? 8 }),
      choice("layout", "Layout", layouts.slice(0, 2)),
      check("includeInput", "The point itself in front"),
      check("linear", "Equal steps", { when: (o) => o.type !== "gaussian", hint: "between frequencies, not equal ratios" }),
      check("includePi", "Times π", { when: (o) => o.type === "nerf", hint: "the paper has it, its code has not" }),
      number("sigma", "Spread σ", { when: (o) => o.type === "gaussian" }),
      number("seed", "Seed", { when: (o) => o.type === "gaussian" }),
      check("inPixels", "In pixels", { when: (o) => o.type === "timm" }),
      number("maxRes", "Largest resolution", { when: (o) => o.type === "timm" }),
      number("temperature", "Temperature", { when: (o) => o.type === "timm", more: true }),
    ],
    explain({ encoder, o, p, column, value }) {
      const j = column - (o.includeInput ? o.inputs : 0);
      if (j < 0) return [["value", `the point's own coordinate, ${say(value, 9)}`]];
      if (o.type !== "nerf" || o.layout !== "interleaved")
        return [
          ["formula", o.type === "gaussian" ? "sin or cos of 2π · (B t)" : "sin or cos of t times a frequency"],
          ["point", `t = ${say(p)} in each coordinate`],
          ["value", say(value, 9)],
        ];
      const k = Math.floor(j / (2 * o.inputs));
      return working(`${o.includePi ? "π · " : ""}${o.linear ? "a step of the line up to 2^" + (o.bands - 1) : `2^${k}`}`, {
        p,
        i: k,
        cosine: j % (2 * o.inputs) >= o.inputs,
        w: encoder.frequencies[k],
        value,
      });
    },
  },
  time2vec: {
    title: "Time2Vec",
    source: "Kazemi et al. 2019, equation 1",
    go: ["additive", "NewTime2Vec", "Time2VecOptions"],
    view: points({ step: 0.25, length: 128 }),
    says: "One line for what grows, and waves whose frequency and phase a model learns. These are examples, not learned.",
    options: [
      list("w", "Frequencies w", { start: [0.02, 0.1, 0.2, 0.4, 0.8, 1.6] }),
      list("phi", "Phases φ", { start: (/** @type {any} */ o) => o.w?.map(() => 0), hint: "as many as frequencies" }),
    ],
    explain({ o, p, column, value }) {
      const [w, phi] = [o.w[column], o.phi[column]],
        inside = `${say(w)} · ${say(p)} + ${say(phi)}`;
      return [
        ["formula", column ? "sin(w_j · t + φ_j)" : "w_0 · t + φ_0"],
        ["angle", `${inside} = ${say(w * p + phi, 8)}${column ? " rad" : ""}`],
        ["value", column ? `sin(${say(w * p + phi, 8)}) = ${say(value, 9)}` : say(value, 9)],
      ];
    },
  },
  learned: {
    title: "Learned table",
    source: "Gehring et al. 2017; BERT, GPT-2, ViT",
    go: ["additive", "NewLearned", "LearnedOptions"],
    view: rows,
    says: "Every position has a row that training found. This page has no model's weights, so the table is random, from a seed.",
    rowsOf: (o) => (o["resize.to"] ?? o.rows) - (o.rowOffset ?? 0),
    options: [
      dim(),
      range("rows", "Rows", { min: 1, max: 512, cap: true, start: 128 }),
      number("seed", "Seed", { start: 1, hint: "of the random table" }),
      number("rowOffset", "Row of position 0", { hint: "2 in BART and OPT" }),
      number("resize.to", "Stretched to rows", { more: true, hint: "linear, as a longer model would start; empty: not" }),
      check("resize.alignCorners", "Ends stay where they are", { more: true, when: (o) => o["resize.to"] !== undefined }),
    ],
    build({ seed, rows, resize, ...o }) {
      return { ...o, weights: new Random(rows * o.dim, seed), ...(resize ? { resize: { ...resize, from: [rows], to: [resize.to] } } : {}) };
    },
    explain: ({ o, p, value }) => [
      ["formula", "row p of the table, as it was learned"],
      ["row", `${whole(p)} + ${o.rowOffset} = ${whole(p + o.rowOffset)}`],
      ["value", say(value, 9)],
    ],
  },
};
