// What turns queries and keys: a cosine and a sine for each position and pair of channels.

import { value as say, whole } from "../../lib/format.js";
import { base, check, choice, list, number, precision, range, words } from "./options.js";
import { cells, tokens, turns } from "./views.js";

const scaled =
  (/** @type {string[]} */ ...types) =>
  (/** @type {any} */ o) =>
    types.includes(o["scaling.type"]);
const trained = { start: 2048, hint: "the length that the model was trained for" };
const pairs = (/** @type {any} */ o) => (o.rotaryDim ?? o.headDim) >> 1;

/** Each rule that makes a model reach further than it was trained for, and what it needs. @type {import("./options.js").Option[]} */
const scaling = [
  choice(
    "scaling.type",
    "Scaling",
    [
      ["", "none"],
      ["linear", "linear"],
      ["ntk", "NTK"],
      ["dynamic", "dynamic NTK"],
      ["yarn", "YaRN"],
      ["longrope", "LongRoPE"],
      ["llama3", "Llama 3"],
      ["proportional", "proportional"],
      ["freq-factors", "frequency factors (ggml)"],
      ["riflex", "RIFLEx"],
    ],
    { hint: "to reach further than a model was trained for" },
  ),
  number("scaling.factor", "Factor s", { start: 4, when: scaled("linear", "dynamic", "yarn", "llama3", "proportional") }),
  number("scaling.alpha", "Alpha", { start: 4, when: scaled("ntk") }),
  number("maxPositionEmbeddings", "Trained length M", { ...trained, when: scaled("dynamic") }),
  number("scaling.originalMaxPositionEmbeddings", "Trained length M", { ...trained, when: scaled("yarn", "longrope", "llama3") }),
  number("scaling.betaFast", "β fast", { when: scaled("yarn") }),
  number("scaling.betaSlow", "β slow", { when: scaled("yarn") }),
  number("scaling.mscale", "mscale", { when: scaled("yarn"), more: true }),
  number("scaling.mscaleAllDim", "mscale all dim", { when: scaled("yarn"), more: true }),
  check("scaling.truncate", "Ends of the ramp are whole", { when: scaled("yarn"), more: true }),
  list("scaling.shortFactor", "Short factors", {
    when: scaled("longrope"),
    hint: "a divisor a pair, up to M",
    start: (o) => Array(pairs(o)).fill(1),
  }),
  list("scaling.longFactor", "Long factors", {
    when: scaled("longrope"),
    hint: "the same beyond M: examples",
    start: (o) => Array.from({ length: pairs(o) }, (_, i) => 1 + i),
  }),
  number("scaling.factor", "Factor s", { start: 4, when: scaled("longrope") }),
  number("scaling.attentionFactor", "Attention factor", { when: scaled("yarn", "longrope"), more: true, hint: "empty: by its formula" }),
  number("scaling.lowFreqFactor", "Low frequency factor", { when: scaled("llama3") }),
  number("scaling.highFreqFactor", "High frequency factor", { when: scaled("llama3") }),
  number("scaling.partialRotaryFactor", "Part that turns", { start: 0.5, when: scaled("proportional") }),
  list("scaling.freqFactors", "Divisors", {
    when: scaled("freq-factors"),
    hint: "one a pair: examples",
    start: (o) => Array.from({ length: pairs(o) }, (_, i) => 1 + i / 4),
  }),
  range("scaling.index", "Pair that is slowed", { min: 0, max: 63, start: 4, when: scaled("riflex") }),
  number("scaling.length", "Positions L", { start: 128, when: scaled("riflex") }),
];

const pairing = choice(
  "pairing",
  "Pairing",
  [
    ["half", "half: i with i + n"],
    ["interleaved", "interleaved: 2i with 2i + 1"],
  ],
  { hint: "which channels turn together; cos and sin do not show it, a turned vector does" },
);

/** In the proportions of Qwen3-VL, whose axes take turns, or of Qwen2-VL. @param {any} o */
function sections(o) {
  const n = pairs(o),
    [t, h] = o.interleaved ? [n - 2 * Math.floor((n * 5) / 16), Math.floor((n * 5) / 16)] : [n >> 2, Math.floor((n * 3) / 8)];
  return [t, h, n - t - h];
}

/** @param {Partial<import("./options.js").Option>} rest */
const heads = (rest = {}) => range("headDim", "Channels of a head", { min: 2, max: 1024, cap: true, start: 64, ...rest });

/** Pair i at position p. @param {any} cell @param {number} [w] @returns {[string, string][]} */
function working({ encoder, o, p, what, i, value, length }, w = encoder.inverseFrequencies[i]) {
  const factor = encoder.attentionFactor ?? 1,
    front = factor === 1 ? "" : `${say(factor)} · `;
  // Two scalings follow the length of the call, so what the encoder says of its frequencies is not what it used here.
  if (["dynamic", "longrope"].includes(o.scaling?.type))
    return [
      ["formula", `${front}${what}(p · w_i), where w_i follows the length of the call`],
      ["length", whole(length)],
      ["value", say(value, 9)],
    ];
  const angle = p * w;
  return [
    ["formula", `${front}${what}(p · w_i)${o.scaling && o.scaling.type !== "default" ? `, w_i by the rule of ${o.scaling.type}` : ""}`],
    ["frequency", `w_${i} = ${o.scaling && o.scaling.type !== "default" ? "" : `${say(o.base)}^(−2·${i}/${o.rotaryDim}) = `}${say(w, 8)}`],
    ["angle", `p · w_${i} = ${whole(p)} · ${say(w, 8)} = ${say(angle, 8)} rad`],
    ["value", `${front}${what}(${say(angle, 8)}) = ${say(value, 9)}`],
  ];
}

/** @param {any} cell @returns {[string, string][]} */
function explainTurn(cell) {
  const { what, i, o, p, value, partner, xpos } = cell;
  if (what !== "turned") return working(cell);
  if (i === null) return [["value", `1: this channel is not turned`]];
  return [
    [
      "formula",
      `channels ${partner[0]} and ${partner[1]} are pair ${i}: (1, 1) turned by p · w_${i}${xpos ? ", and made longer or shorter by xPos" : ""}`,
    ],
    [
      "angle",
      ["dynamic", "longrope"].includes(o.scaling?.type)
        ? "by the length of the call"
        : `${whole(p)} · ${say(cell.encoder.inverseFrequencies[i], 8)} = ${say(p * cell.encoder.inverseFrequencies[i], 8)} rad`,
    ],
    ["value", `${cell.second ? "sin + cos" : "cos − sin"} = ${say(value, 9)}`],
  ];
}

/** @type {Record<string, import("./schemes.js").Scheme>} */
export const rotary = {
  rotary: {
    title: "RoPE",
    source: "Su et al. 2021, section 3.2.2",
    go: ["rotary", "New", "Options"],
    view: turns,
    says: "Each pair of channels is the hand of a clock, turned by the position. A score between two words then depends on how far apart they are.",
    options: [
      heads(),
      number("rotaryDim", "Channels that turn", { hint: "all, unless said" }),
      base(),
      pairing,
      ...scaling,
      choice(
        "xpos",
        "xPos",
        [
          ["", "without"],
          ["query", "of queries"],
          ["key", "of keys"],
        ],
        { more: true, hint: "scores that fade with distance: look at a turned vector" },
      ),
      number("xposScaleBase", "xPos scale base", { more: true, when: (o) => o.xpos }),
      number("xposCenter", "xPos centre", { more: true, when: (o) => o.xpos }),
      precision,
    ],
    explain: explainTurn,
  },
  mrope: {
    title: "M-RoPE: text, images and video",
    source: "Wang et al. 2024, section 2.1; Qwen3-VL",
    go: ["rotary", "NewMRope", "MRopeOptions"],
    view: tokens,
    says: "A word has one position, a patch of an image three: time, height, width. Some pairs turn by each. Here is text, then an image, then text.",
    options: [
      heads(),
      check("interleaved", "Axes in turns", { hint: "Qwen3-VL; Qwen2-VL has ranges" }),
      list("sections", "Pairs of t, h, w", { start: sections, hint: "together half the channels" }),
      base(),
      pairing,
      ...scaling.filter(({ name }) => !/longrope/.test(name)),
      precision,
    ],
    explain(cell) {
      return [
        ["token", `t = ${cell.axes[0]}, h = ${cell.axes[1]}, w = ${cell.axes[2]}`],
        ["formula", `${cell.what}(position · w_${cell.i}), by the axis that pair ${cell.i} belongs to`],
        ["frequency", `w_${cell.i} = ${say(cell.encoder.inverseFrequencies[cell.i], 8)}`],
        ["value", say(cell.value, 9)],
      ];
    },
  },
  axialRotary: {
    title: "Axial RoPE",
    source: "vision models: DINOv3, FLUX, SAM 2, Pixtral, EVA-02",
    go: ["rotary", "NewAxial", "AxialOptions"],
    view: cells,
    says: "Some pairs turn by the column of a patch, the others by its row.",
    rowsOf: (o) =>
      o.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1) + (o.prefixTokens ?? 0) + (o.suffixTokens ?? 0),
    options: [
      heads(),
      list("shape", "Cells", { start: [8, 8], hint: "height, width; or time, height, width" }),
      choice("convention", "Whose", words("diffusers", "flux", "torchtune", "eva02", "qwen2-vl", "pixtral", "dinov3"), {
        start: "diffusers",
        resets: true,
      }),
      base({ hint: undefined }),
      pairing,
      choice("axes", "Order of the axes", words("hw", "wh", "thw", "twh", "htw", "hwt", "wth", "wht"), { more: true }),
      list("axesDims", "Channels of each axis", { more: true }),
      list("start", "First coordinates", { more: true }),
      list("stop", "Behind the last", { more: true }),
      number("prefixTokens", "Prefix tokens", { more: true, hint: "are not turned" }),
      number("suffixTokens", "Suffix tokens", { more: true }),
    ],
    explain: ({ o, p, what, i, value }) => {
      const cell = p - o.prefixTokens,
        width = o.shape[o.shape.length - 1];
      const all = o.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
      if (cell < 0 || cell >= all) return [["value", `${say(value)}: this token is not turned`]];
      return [
        [
          "cell",
          `${cell} of ${o.shape.join(" × ")}: row ${Math.floor(cell / width) % o.shape[o.shape.length - 2]}, column ${cell % width}`,
        ],
        ["formula", `${what} of the coordinate of one axis times the frequency of pair ${i}`],
        ["value", say(value, 9)],
      ];
    },
  },
};
