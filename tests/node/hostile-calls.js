// Every call of the package, and what is thrown at each of its arguments. It asks nothing of Node, so browsers run it too.
// A call is valid arguments, made anew each time; the places for hostile values are the arguments themselves and, where one is an object or a
// list of parts, what is in it.

import * as self from "./hostile-calls.js";

/**
 * @typedef {object} Call
 * @property {string} name
 * @property {() => any} [encoder] makes what the method is of; absent for posenc's own methods
 * @property {() => Record<string, any>} args by name, in the order of the call
 * @property {(args: Record<string, any>, encoder: any) => any} run
 * @property {string} [writes] the argument that is written to
 * @property {Record<string, any>} [also] options that the valid arguments leave out, by path, each with a value of its type
 */

/** @param {number} length */
export function numbers(length) {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = ((Math.imul(i + 1, 0x9e3779b1) >>> 8) / 2 ** 24 - 0.5) * 4;
  return out;
}
/** @param {number} length */
const list = (length) => [...numbers(length)].map((v) => Math.abs(v) + 0.1);

/** What stands in the place of an encoder: none is made that nobody would let go of. */
const ENCODER_LIKE = new (class {
  options = {};
  dispose() {}
})();

/** The options of an encoder of each scheme, and by path those that they leave out. @type {[string, () => any, Record<string, any>][]} */
const SCHEMES = [
  [
    "sinusoidal",
    () => ({ dim: 8, base: 500, layout: "concat", frequencyShift: 1, convention: "vaswani" }),
    { minTimescale: 1, oddDim: "zero", scale: 2, inputScale: 2 },
  ],
  [
    "rotary",
    () => ({
      headDim: 8,
      rotaryDim: 8,
      pairing: "interleaved",
      maxPositionEmbeddings: 64,
      scaling: { type: "yarn", factor: 2, originalMaxPositionEmbeddings: 32, betaFast: 32, betaSlow: 1, truncate: true },
    }),
    {
      base: 1,
      xpos: "key",
      xposScaleBase: 1,
      xposCenter: 1,
      cos: [1],
      sin: [1],
      "scaling.alpha": 1,
      "scaling.attentionFactor": 1,
      "scaling.mscale": 1,
      "scaling.mscaleAllDim": 1,
      "scaling.shortFactor": [1],
      "scaling.longFactor": [1],
      "scaling.lowFreqFactor": 1,
      "scaling.highFreqFactor": 1,
      "scaling.partialRotaryFactor": 1,
      "scaling.freqFactors": [1],
      "scaling.index": 1,
      "scaling.length": 1,
    },
  ],
  [
    "rotary",
    () => ({
      headDim: 8,
      scaling: { type: "longrope", shortFactor: [1, 1, 1, 1], longFactor: [1, 2, 3, 4], originalMaxPositionEmbeddings: 4, factor: 4 },
    }),
    { rotaryDim: 8 },
  ],
  ["rotary", () => ({ headDim: 8, base: 500, xpos: "query", xposScaleBase: 64, xposCenter: 3 }), { rotaryDim: 8 }],
  ["rotary", () => ({ headDim: 8, cos: numbers(24), sin: list(24) }), { pairing: "half", rotaryDim: 8 }],
  [
    "mrope",
    () => ({ headDim: 8, sections: [2, 1, 1], interleaved: false, base: 500 }),
    { rotaryDim: 8, pairing: "half", scaling: { type: "default" }, maxPositionEmbeddings: 1 },
  ],
  [
    "axialRotary",
    () => ({ headDim: 8, shape: [2, 3], convention: "torchtune", prefixTokens: 1 }),
    { base: 1, pairing: "half", axes: "hw", axesDims: [4, 4], start: [0, 0], stop: [1, 1], suffixTokens: 1 },
  ],
  ["alibi", () => ({ heads: 2, maxBias: 4, slopes: "mpt", symmetric: true }), {}],
  ["deberta", () => ({ positionBuckets: 8, maxRelativePositions: 32 }), {}],
  ["fire", () => ({ heads: 2, c: 0.5, threshold: 4, epsilon: 1e-6, w1: list(3), b1: numbers(3), w2: numbers(6), b2: list(2) }), {}],
  [
    "fourier",
    () => ({ inputs: 2, type: "nerf", bands: 3, layout: "concat", includeInput: true, linear: true, includePi: true }),
    { inPixels: true, maxRes: 1, temperature: 1, b: [1], sigma: 1, seed: 1 },
  ],
  ["fourier", () => ({ inputs: 2, type: "gaussian", b: [1, 2, 3, 4, 5, 6] }), { bands: 3 }],
  ["fourier", () => ({ inputs: 2, type: "gaussian", bands: 3, seed: 7, sigma: 2 }), {}],
  [
    "grid",
    () => ({ dim: 8, shape: [2, 3], base: 500, layout: "concat", prefixTokens: 1, convention: "mae" }),
    {
      axes: "hw",
      axisDims: [4, 4],
      acrossAxes: true,
      frequencyShift: 1,
      minTimescale: 1,
      coordinateStart: 1,
      baseSize: 1,
      interpolationScale: 1,
      temporalInterpolationScale: 1,
      normalize: true,
      normalizeScale: 1,
    },
  ],
  ["kerple", () => ({ heads: 2, type: "log", p: [1, 2], a: [0.5, 0.25] }), {}],
  ["learned", () => ({ dim: 2, rows: 6, rowOffset: 1, weights: numbers(12) }), {}],
  [
    "learned",
    () => ({
      dim: 2,
      weights: numbers(8),
      resize: { from: [2, 2], to: [3, 2], mode: "bilinear", alignCorners: false, antialias: false, prefixTokens: 0 },
    }),
    {},
  ],
  ["shaw", () => ({ maxRelativePosition: 4 }), {}],
  ["swin", () => ({ window: [2, 2], heads: 2, weights: list(18) }), {}],
  ["t5", () => ({ heads: 2, numBuckets: 8, maxDistance: 32, bidirectional: true, weights: list(16) }), {}],
  ["time2vec", () => ({ w: [1, 2, 3], phi: [0, 0.5, 1] }), {}],
  ["timestep", () => ({ dim: 8, convention: "ddpm", flipSinToCos: true, scale: 2, maxPeriod: 500 }), { downscaleFreqShift: 0.5 }],
];

/** config.json files whose encoders are made. */
export const configs = [
  {
    model_type: "llama",
    hidden_size: 64,
    num_attention_heads: 4,
    max_position_embeddings: 256,
    rope_theta: 500000,
    rope_scaling: { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
  },
  { model_type: "bert", hidden_size: 16, num_attention_heads: 2, max_position_embeddings: 32 },
  { model_type: "t5", d_model: 16, num_heads: 2, relative_attention_num_buckets: 8, relative_attention_max_distance: 32 },
  { model_type: "bloom", hidden_size: 16, n_head: 2 },
  {
    model_type: "qwen2_vl",
    hidden_size: 64,
    num_attention_heads: 4,
    max_position_embeddings: 256,
    rope_theta: 1000000,
    rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
  },
];

/** Numbers of whatever a call returned. @param {any} result @returns {any} */
function facts(result) {
  if (result === null || typeof result !== "object") return result;
  if (ArrayBuffer.isView(result)) return digest(/** @type {any} */ (result));
  if ("data" in result) return digest(result.data);
  if (typeof result.dispose === "function") return { options: result.options, ...sampled(result) };
  return Object.fromEntries(Object.keys(result).map((key) => [key, facts(result[key])]));
}

/** Some numbers of an encoder. @param {any} encoder */
function sampled(encoder) {
  const { w, window: area, inputs, rows, weights } = encoder.options;
  const [q, k] = area === undefined ? [3, 4] : [area[0] * area[1], area[0] * area[1]];
  const out = /** @type {any} */ ({});
  if (encoder.cosSin !== undefined) out.cosSin = facts(encoder.cosSin(3));
  else if (inputs !== undefined) out.encoded = facts(encoder.encode(numbers(2 * inputs)));
  else if (rows === undefined && encoder.table !== undefined) out.table = facts(encoder.table(3));
  else if (rows !== undefined) out.rows = rows;
  for (const key of /** @type {const} */ (["matrix", "buckets"])) {
    if (encoder[key] === undefined) continue;
    try {
      out[key] = facts(encoder[key](q, k));
    } catch (error) {
      out[key] = /** @type {any} */ (error).message;
    }
  }
  return { ...out, w: w?.length, weights: weights?.length };
}

/** FNV-1a of the bytes, or of words of four, and the length. @param {ArrayBufferView} view */
export function digest(view) {
  const bytes = view instanceof DataView ? new Uint8Array(0) : new Uint8Array(bufferOf.call(view), offsetOf.call(view), byteLength(view));
  const parts = (bytes.length | bytes.byteOffset) % 4 === 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : bytes;
  let hash = 0x811c9dc5;
  for (let i = 0; i < parts.length; i++) hash = Math.imul(hash ^ parts[i], 0x01000193);
  return `${bytes.length} bytes, ${(hash >>> 0).toString(16)}`;
}

/** What must be the same again after anything hostile. @param {any} result */
export const summary = (result) => JSON.stringify(facts(result)) ?? "undefined";

/**
 * @param {any} posenc
 * @returns {Call[]}
 */
export function calls(posenc) {
  /** @type {Call[]} */
  const all = SCHEMES.map(([scheme, options, also]) => ({
    name: scheme,
    args: () => ({ options: options() }),
    run: ({ options }) => posenc[scheme](options),
    also: Object.fromEntries(Object.entries(also).map(([key, value]) => [`options.${key}`, value])),
  }));
  for (const config of configs)
    all.push({
      name: `fromConfig ${config.model_type}`,
      args: () => ({ config: structuredClone(config) }),
      run: ({ config }) => posenc.fromConfig(config),
    });
  all.push(
    {
      name: "positionsFromMask",
      args: () => ({ mask: [1, 1, 0, 0, 1, 1], options: { batch: 2, start: 1, padding: 1 } }),
      run: ({ mask, options }) => posenc.positionsFromMask(mask, options),
    },
    {
      name: "mropePositions",
      args: () => ({ parts: [{ text: 3 }, { t: 2, h: 2, w: 2, temporalScale: 1.5 }] }),
      run: ({ parts }) => posenc.mropePositions(parts),
    },
    {
      name: "relativePositions",
      args: () => ({ length: 4, options: { bidirectional: true } }),
      run: ({ length, options }) => posenc.relativePositions(length, options),
    },
    {
      name: "permute",
      args: () => ({ weights: numbers(48), options: { to: "half", headDim: 8, heads: 2, rotaryDim: 4, columns: 3 } }),
      run: ({ weights, options }) => posenc.permute(weights, options),
    },
    { name: "alloc", args: () => ({ length: 16 }), run: ({ length }) => posenc.alloc(length) },
  );
  const rows = () => ({ table: list(24) });
  const tokens = () => ({ embeddings: numbers(24), table: list(8) });
  const attention = { table: list(12), query: numbers(8), key: numbers(8), value: numbers(4), bias: numbers(9) };
  for (const [name, args, options, also] of /** @type {[string, () => any, any, any?][]} */ ([
    ["gram", rows, {}],
    ["profile", rows, {}],
    ["spectrum", rows, {}],
    ["firstRepetition", rows, { tolerance: 0.5 }],
    ["fitShift", rows, { k: 1 }],
    ["shiftResidual", () => ({ matrix: list(16), table: list(24) }), { k: -2 }],
    ["orthogonality", () => ({ matrix: list(16) }), {}],
    ["randomCosine", () => ({}), {}],
    ["cosines", () => ({ x: numbers(24) }), {}, { y: list(8) }],
    ["overlap", tokens, {}],
    ["preserve", tokens, { tokens: [0, 5], positions: [1, 0] }],
    ["project", () => ({ x: numbers(24) }), { to: 3, seed: 5 }],
    ["attention", () => ({ x: numbers(12) }), attention, { offset: 1, rotary: ENCODER_LIKE }],
    ["permutationError", () => ({ x: numbers(12) }), { permutation: [2, 0, 1], ...attention }, { offset: 1, rotary: ENCODER_LIKE }],
  ])) {
    all.push({
      name: `analysis.${name}`,
      args: () => ({ ...args(), options: { dim: 4, ...structuredClone(options) } }),
      run: (given) => posenc.analysis[name](...Object.values(given)),
      also: Object.fromEntries(Object.entries(also ?? {}).map(([key, value]) => [`options.${key}`, value])),
    });
  }

  /** @param {string} name @param {string} scheme @param {any} options @param {Call["args"]} args @param {string} [writes] @param {Call["also"]} [also] */
  const method = (name, scheme, options, args, writes, also) => {
    const key = /** @type {string} */ (name.split(" ")[0]);
    all.push({
      name: `${scheme}.${name}`,
      encoder: () => posenc[scheme](options),
      args,
      run: (given, encoder) => encoder[key](...Object.values(given)),
      writes,
      also,
    });
  };
  /** @param {string} scheme @param {any} options @param {string[]} keys */
  const getters = (scheme, options, keys) => {
    for (const key of keys)
      all.push({ name: `${scheme}.${key}`, encoder: () => posenc[scheme](options), args: () => ({}), run: (_, encoder) => encoder[key] });
  };
  const WHERE = { "at.offset": 1, "at.allowShared": true };
  for (const [scheme, options, dim] of /** @type {[string, any, number][]} */ ([
    ["sinusoidal", { dim: 8 }, 8],
    ["grid", { dim: 8, shape: [2, 3] }, 8],
    ["learned", { dim: 8, weights: numbers(48) }, 8],
    ["time2vec", { w: [1, 2, 3], phi: [0, 0, 1] }, 3],
    ["timestep", { dim: 8 }, 8],
  ])) {
    for (const op of ["add", "subtract", "fill"]) {
      method(op, scheme, options, () => ({ x: numbers(6 * dim), at: { batch: 2, positions: [1, 0, 2] } }), "x", WHERE);
      if (op === "add")
        method(`${op} from`, scheme, options, () => ({ x: numbers(6 * dim), at: { batch: 3, offset: 1, allowShared: false } }), "x");
    }
    method("table", scheme, options, () => ({ length: 3, at: { positions: [2, 0, 1] } }), undefined, { "at.offset": 1, "at.batch": 1 });
  }
  method(
    "add long",
    "sinusoidal",
    { dim: 8 },
    () => ({ x: numbers(8 * 9000), at: { batch: 9, positions: Float64Array.from({ length: 1000 }, (_, i) => i / 2) } }),
    "x",
  );
  method("encode", "time2vec", { w: [1, 2, 3], phi: [0, 0, 1] }, () => ({ times: [0, 0.5, 3] }));
  method("encode", "timestep", { dim: 8 }, () => ({ timesteps: [0, 0.5, 999] }));
  method("encode", "fourier", { inputs: 2, bands: 3 }, () => ({ points: [0, 0.5, 1, -1] }));
  method("fill", "fourier", { inputs: 2, bands: 3 }, () => ({ x: numbers(24), points: [0, 0.5, 1, -1] }), "x");
  for (const scheme of ["sinusoidal", "timestep"]) {
    method("shiftMatrix", scheme, { dim: 8 }, () => ({ k: 2.5 }));
    getters(scheme, { dim: 8 }, ["frequencies", "wavelengths"]);
  }
  getters("grid", { dim: 8, shape: [2, 3] }, ["frequencies"]);
  getters("fourier", { inputs: 2, bands: 3 }, ["frequencies"]);
  getters("rotary", { headDim: 8 }, ["inverseFrequencies", "attentionFactor"]);
  getters("mrope", { headDim: 8, sections: [2, 1, 1] }, ["inverseFrequencies", "attentionFactor"]);
  getters("alibi", { heads: 2 }, ["slopes"]);

  const cached = { headDim: 8, cos: numbers(48), sin: list(48) };
  for (const [scheme, options, axes] of /** @type {[string, any, number][]} */ ([
    ["rotary", { headDim: 8, scaling: { type: "dynamic", factor: 2 }, maxPositionEmbeddings: 4 }, 1],
    ["rotary", cached, 1],
    ["mrope", { headDim: 8, sections: [2, 1, 1] }, 3],
    ["axialRotary", { headDim: 8, shape: [2, 3], convention: "torchtune" }, 1],
  ])) {
    const positions = () => Array.from({ length: 3 * axes }, (_, i) => (i * 2) % 5);
    const where = { ...WHERE, "at.sequenceLength": 8 };
    for (const op of ["rotate", "unrotate"]) {
      method(
        op,
        scheme,
        options,
        () => ({ x: numbers(96), at: { batch: 2, heads: 2, order: "bhsd", positions: positions() } }),
        "x",
        where,
      );
      method(`${op} from`, scheme, options, () => ({ x: numbers(96), at: { batch: 2, heads: 2, order: "bshd", offset: 1 } }), "x", where);
    }
    method("cosSin", scheme, options, () => ({ length: 3, at: { positions: positions() } }), undefined, {
      "at.offset": 1,
      "at.sequenceLength": 8,
      "at.batch": 1,
    });
  }
  method("shift", "rotary", { headDim: 8 }, () => ({ x: numbers(96), delta: -2.5, at: { batch: 2, heads: 2, order: "bhsd" } }), "x", {
    "at.sequenceLength": 8,
    "at.allowShared": true,
  });
  method(
    "shift",
    "mrope",
    { headDim: 8, sections: [2, 1, 1] },
    () => ({ x: numbers(96), delta: 3, at: { batch: 2, heads: 2, order: "bshd" } }),
    "x",
    { "at.sequenceLength": 8, "at.allowShared": true },
  );
  method("rotate long", "rotary", { headDim: 8 }, () => ({ x: numbers(8 * 9000), at: { batch: 2, heads: 2, order: "bhsd" } }), "x");

  const hidden = { w1: list(3), b1: numbers(3), w2: numbers(6), b2: list(2) };
  for (const [scheme, options, sides, made] of /** @type {[string, any, [number, number], string[]][]} */ ([
    ["alibi", { heads: 2 }, [3, 4], ["add", "matrix"]],
    ["t5", { heads: 2, numBuckets: 8, weights: list(16) }, [3, 4], ["add", "matrix", "buckets"]],
    ["swin", { window: [2, 2], heads: 2, weights: list(18) }, [4, 4], ["add", "matrix", "buckets"]],
    ["kerple", { heads: 2, p: [1, 2], a: [0.5, 0.25] }, [3, 4], ["add", "matrix"]],
    ["fire", { heads: 2, ...hidden }, [3, 4], ["add", "matrix"]],
    ["deberta", { maxRelativePositions: 32 }, [3, 4], ["buckets"]],
    ["shaw", { maxRelativePosition: 4 }, [3, 4], ["buckets"]],
  ])) {
    const [queryLength, keyLength] = sides;
    const offset = scheme === "swin" ? {} : { offset: 1 };
    for (const op of made) {
      if (op === "add")
        method(
          op,
          scheme,
          options,
          () => ({ scores: numbers(4 * queryLength * keyLength), at: { queryLength, keyLength, batch: 2, ...offset } }),
          "scores",
          WHERE,
        );
      else method(op, scheme, options, () => ({ queryLength, keyLength, at: { ...offset } }), undefined, { "at.offset": 1 });
    }
  }
  for (const [scheme, options] of new Map(SCHEMES.map(([name, make]) => [name, make])))
    all.push({
      name: `${scheme}.dispose`,
      encoder: () => posenc[scheme](options()),
      args: () => ({}),
      run: (_, encoder) => encoder.dispose(),
    });
  getters("alloc", 8, ["length", "data"]);
  method("dispose", "alloc", 8, () => ({}));
  all.push({ name: "version", args: () => ({}), run: () => posenc.version });
  method("add long", "alibi", { heads: 2 }, () => ({ scores: numbers(2 * 300 * 300), at: { queryLength: 300, keyLength: 300 } }), "scores");
  return all;
}

/**
 * What a hostile value may be made of.
 * @typedef {object} Context
 * @property {any} posenc
 * @property {any} other another instance of the package, or undefined
 * @property {any} encoder of the method, or undefined
 * @property {any} valid what stands in the place otherwise
 * @property {any} x the array that is written to, or undefined
 * @property {() => any} again the same call, with valid arguments
 * @property {Error} mine thrown by getters and traps
 * @property {(buffer: any) => void} detach
 * @property {any} realm another realm's globals, or undefined
 */

/**
 * @typedef {object} Hostile
 * @property {string} name
 * @property {(context: Context) => any} value
 * @property {"type" | "range" | "refused" | "same"} [want] what must come of it: an error of that class, any error, or the valid result; otherwise
 *   both a result and an error will do
 * @property {boolean} [heavy] whether it takes long by its size alone; every eighth place has to do
 * @property {boolean} [engine] whether it depends on the engine, and so is for browsers too
 */

export const ABSENT = Symbol("not in this engine");
/** Has the place's option on Object.prototype, and not in the object. */
export const POLLUTED = Symbol("polluted");

let asked = 0;
const ask = () => (asked++, 4);
/** How often valueOf, toString and the like were called; never, it should be. */
export const askedFor = () => asked;
const curious = Object.defineProperties(
  {},
  Object.fromEntries(["valueOf", "toString", "toJSON", Symbol.toPrimitive].map((key) => [key, { value: ask }])),
);
const HUGE = "x".repeat(1e8);
/** @type {any} */
let million;
const aMillion = () => (million ??= Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [`k${i}`, i])));
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
/** What typeof calls undefined, and what is not undefined. @type {Hostile} */
const documentAll = { name: "document.all", engine: true, want: "type", value: () => globalThis.document?.all ?? ABSENT };
/** For what is not to be asked for its constructor. @param {any} list @param {Error} mine */
const unbuilt = (list, mine) =>
  Object.defineProperty(list, "constructor", {
    get() {
      asked++;
      throw mine;
    },
  });
/** @type {any} */
let far;
/** A buffer of more than 2 GiB, of which hardly any is used. */
const farBuffer = () => {
  try {
    return (far ??= new ArrayBuffer(2 ** 31 + 2 ** 20));
  } catch {
    return undefined;
  }
};
/** Keys and accessors that a prototype has, and the object has not. */
class Inherited {
  get dim() {
    return ask();
  }
  get batch() {
    return ask();
  }
  get heads() {
    return ask();
  }
  get offset() {
    return ask();
  }
}
/** @param {string} name @param {any} value @returns {Hostile} */
const wrong = (name, value) => ({ name, value: () => value, want: "type" });
const any = (/** @type {string} */ name, /** @type {any} */ value) => /** @type {Hostile} */ ({ name, value: () => value });

/** Wrong wherever a number is wanted, and most of it anywhere. */
const NO_NUMBERS = [
  wrong("4n", 4n),
  wrong("new Number(4)", new Number(4)),
  wrong('"4"', "4"),
  wrong("true", true),
  wrong("a Symbol", Symbol("4")),
  wrong("a Date", new Date(4)),
  wrong("null", null),
  wrong("{}", {}),
  wrong("[4]", [4]),
  wrong("a function", () => 4),
  wrong("what is curious", curious),
  wrong("100 MB of text", HUGE),
  { name: "a revoked Proxy", value: revoked, want: /** @type {const} */ ("type") },
  documentAll,
  any("undefined", undefined),
];
const NUMBERS = [
  ...[NaN, Infinity, -Infinity].map((v) => /** @type {Hostile} */ ({ name: `${v}`, value: () => v, want: "range" })),
  ...[0, -0, 1, 1.5, -1, 3, 1e300, -1e300, 5e-324, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 4, 2 ** 53, 2 ** 53 + 2, -(2 ** 53)].map((v) =>
    any(Object.is(v, -0) ? "-0" : `${v}`, v),
  ),
  ...NO_NUMBERS,
];
const TEXTS = [
  ...["", "__proto__", "constructor", "toString", "hasOwnProperty", "concat ", "CONCAT", "\ud800", '\0"\\\n', "é".repeat(500)].map(
    (v) => /** @type {Hostile} */ ({ name: JSON.stringify(v.slice(0, 20)), value: () => v, want: "refused" }),
  ),
  wrong("new String", new String("half")),
  wrong("4", 4),
  wrong("NaN", NaN),
  wrong("4n", 4n),
  wrong("true", true),
  wrong("a Symbol", Symbol("half")),
  wrong("null", null),
  wrong("{}", {}),
  wrong('["half"]', ["half"]),
  wrong("a function", () => "half"),
  wrong("what is curious", curious),
  { name: "100 MB", value: () => HUGE, want: /** @type {const} */ ("refused") },
  { name: "a revoked Proxy", value: revoked, want: /** @type {const} */ ("type") },
  documentAll,
  any("undefined", undefined),
];
const BOOLEANS = [
  ...[0, 1, NaN, "true", "", 1n, null, new Boolean(false), {}, [], curious, () => true, Symbol("true")].map((v) =>
    wrong(typeof v === "symbol" ? "a Symbol" : typeof v === "object" ? Object.prototype.toString.call(v) : `${typeof v}`, v),
  ),
  documentAll,
  any("undefined", undefined),
];

/** @param {any} context @returns {any} a view of a resizable buffer, or ABSENT */
const resizable = ({ valid }, tracking = false, cut = false) => {
  if (!("resize" in ArrayBuffer.prototype)) return ABSENT;
  const bytes = valid.length * 4;
  const buffer = new /** @type {any} */ (ArrayBuffer)(bytes, { maxByteLength: bytes + 64 });
  const view = tracking ? new Float32Array(buffer) : new Float32Array(buffer, 0, valid.length);
  view.set(valid);
  if (cut) buffer.resize(Math.max(0, bytes - 4));
  return view;
};
/** @param {number} bytes */
export const sharedBuffer = (bytes) =>
  typeof SharedArrayBuffer === "function"
    ? new SharedArrayBuffer(bytes)
    : new WebAssembly.Memory({ initial: 1 + (bytes >> 16), maximum: 1 + (bytes >> 16), shared: true }).buffer;
class Strange extends Float32Array {
  static get [Symbol.species]() {
    asked++;
    return Array;
  }
  get length() {
    asked++;
    return 3;
  }
  get buffer() {
    asked++;
    return /** @type {any} */ (null);
  }
  get byteOffset() {
    asked++;
    return 12;
  }
  subarray() {
    asked++;
    return /** @type {any} */ (null);
  }
  set() {
    asked++;
  }
}
const inherits = wrong("what only inherits from Float32Array", Object.create(Float32Array.prototype));

/** @type {Hostile[]} */
const ARRAYS = [
  {
    name: "detached",
    engine: true,
    want: "type",
    value: ({ valid, detach }) => {
      detach(valid.buffer);
      return valid;
    },
  },
  { name: "out of bounds", engine: true, want: "type", value: (context) => resizable(context, false, true) },
  { name: "on a resizable buffer", engine: true, value: (context) => resizable(context), want: "same" },
  { name: "tracking a buffer's length", engine: true, value: (context) => resizable(context, true), want: "same" },
  { name: "tracking a buffer that was cut", engine: true, want: "range", value: (context) => resizable(context, true, true) },
  {
    name: "shared",
    engine: true,
    want: "type",
    value: ({ valid }) => {
      const x = new Float32Array(sharedBuffer(4 * valid.length), 0, valid.length);
      x.set(valid);
      return x;
    },
  },
  {
    name: "growable and shared",
    engine: true,
    want: "type",
    value: ({ valid }) =>
      typeof SharedArrayBuffer === "function" && "grow" in SharedArrayBuffer.prototype
        ? new Float32Array(new /** @type {any} */ (SharedArrayBuffer)(4 * valid.length, { maxByteLength: 8 * valid.length }))
        : ABSENT,
  },
  {
    name: "of another realm",
    engine: true,
    want: "same",
    value: ({ valid, realm }) => {
      if (realm === undefined) return ABSENT;
      const x = new realm.Float32Array(valid.length);
      x.set(valid);
      return x;
    },
  },
  {
    name: "a Float64Array of another realm",
    engine: true,
    want: "type",
    value: ({ realm }) => (realm === undefined ? ABSENT : new realm.Float64Array(8)),
  },
  { name: "a Proxy", engine: true, want: "type", value: ({ valid }) => new Proxy(valid, {}) },
  { name: "a revoked Proxy", engine: true, want: "type", value: revoked },
  { ...inherits, engine: true },
  {
    name: "a subclass with its own everything",
    engine: true,
    want: "same",
    value: ({ valid }) => {
      const x = new Strange(byteLength(valid) / 4);
      Float32Array.prototype.set.call(x, valid);
      return x;
    },
  },
  { name: "frozen in its properties", engine: true, want: "same", value: ({ valid }) => Object.preventExtensions(valid) },
  {
    name: "with a length of its own",
    engine: true,
    want: "same",
    value: ({ valid }) => Object.defineProperty(valid, "length", { get: ask }),
  },
  {
    name: "on a WebAssembly.Memory of another's",
    engine: true,
    want: "same",
    value: ({ valid }) =>
      fillFrom(new Float32Array(new WebAssembly.Memory({ initial: 1 + ((4 * valid.length) >> 16) }).buffer, 0, valid.length), valid),
  },
  {
    name: "at an odd place in a buffer",
    engine: true,
    want: "same",
    value: ({ valid }) => fillFrom(new Float32Array(new ArrayBuffer(4 * (valid.length + 1024)), 4 * 1021, valid.length), valid),
  },
  {
    name: "2 GiB into a buffer",
    engine: true,
    heavy: true,
    want: "same",
    value: ({ valid }) => {
      const buffer = farBuffer();
      return buffer === undefined ? ABSENT : fillFrom(new Float32Array(buffer, 2 ** 31 + 4, valid.length), valid);
    },
  },
  { name: "with a constructor of its own", engine: true, want: "same", value: ({ valid, mine }) => unbuilt(valid, mine) },
  { ...documentAll, engine: true },
  {
    name: "a Float16Array",
    engine: true,
    want: "type",
    value: () => {
      const F = /** @type {any} */ (globalThis).Float16Array;
      return F ? new F(8) : ABSENT;
    },
  },
  ...[
    new Float64Array(8),
    new Int32Array(8),
    new Uint8Array(32),
    new BigInt64Array(4),
    new BigUint64Array(4),
    new DataView(new ArrayBuffer(32)),
    new ArrayBuffer(32),
    [1, 2, 3, 4, 5, 6, 7, 8],
    null,
    undefined,
    8,
    "8",
    8n,
    {},
    curious,
    () => 8,
    Symbol("8"),
    new Set([1]),
    { length: 8 },
    { data: new Float32Array(8), length: 8 },
  ].map((v) => wrong(Object.prototype.toString.call(v), v)),
  { name: "empty", value: () => new Float32Array(0) },
  { name: "of 1", value: () => new Float32Array(1), want: "refused" },
  { name: "one too short", value: ({ valid }) => valid.slice(1), want: "range" },
  { name: "one too long", value: ({ valid }) => new Float32Array(valid.length + 1), want: "range" },
  { name: "of NaN", value: ({ valid }) => valid.fill(NaN) },
  { name: "of Infinity", value: ({ valid }) => valid.fill(Infinity) },
  {
    name: "the module's own memory",
    want: "type",
    value: ({ posenc, valid }) => {
      const memory = posenc.alloc(4);
      const x = new Float32Array(memory.data.buffer, 1024, valid.length);
      memory.dispose();
      return x;
    },
  },
  {
    name: "an array of alloc()",
    want: "same",
    value: ({ posenc, valid }) => {
      const memory = posenc.alloc(valid.length);
      memory.data.set(valid);
      return memory;
    },
  },
  {
    name: "the data of alloc()",
    want: "same",
    value: ({ posenc, valid }) => {
      const memory = posenc.alloc(valid.length + 7);
      return Object.assign(memory.data.subarray(3, 3 + valid.length)).fill(0) && fillFrom(memory.data.subarray(3, 3 + valid.length), valid);
    },
  },
  {
    name: "a disposed array of alloc()",
    want: "refused",
    value: ({ posenc }) => {
      const memory = posenc.alloc(8);
      memory.dispose();
      return memory;
    },
  },
  { name: "another instance's alloc()", want: "type", value: ({ other }) => (other === undefined ? ABSENT : other.alloc(8)) },
  {
    name: "what only inherits from alloc()'s",
    want: "type",
    value: ({ posenc }) => {
      const memory = posenc.alloc(1);
      memory.dispose();
      return Object.create(Object.getPrototypeOf(memory));
    },
  },
];
/** @param {Float32Array} x @param {Float32Array} from */
function fillFrom(x, from) {
  x.set(from);
  return x;
}
const byteLengthOf = /** @type {any} */ (Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), "byteLength")).get;
/** @param {any} view @returns {number} */
const byteLength = (view) => byteLengthOf.call(view);

/** @type {Hostile[]} */
const LISTS = [
  {
    name: "a throwing element",
    engine: true,
    value: ({ valid, mine }) =>
      Object.defineProperty([...valid], 0, {
        get() {
          throw mine;
        },
      }),
    want: "refused",
  },
  {
    name: "a throwing length",
    engine: true,
    value: ({ mine }) =>
      new Proxy([], {
        get(t, key) {
          if (key === "length") throw mine;
          return /** @type {any} */ (t)[key];
        },
      }),
    want: "refused",
  },
  ...["3", NaN, -1, 2 ** 53, 1.5, Infinity, {}].map(
    (length) =>
      /** @type {Hostile} */ ({
        name: `a Proxy of length ${length}`,
        engine: true,
        value: () => new Proxy([], { get: (_t, key) => (key === "length" ? length : 1) }),
        want: "refused",
      }),
  ),
  { name: "a Proxy round it", engine: true, value: ({ valid }) => new Proxy([...valid], {}), want: "same" },
  { name: "a revoked Proxy", engine: true, value: revoked, want: "type" },
  {
    name: "a revoked Proxy of an array",
    engine: true,
    value: () => {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      return proxy;
    },
    want: "type",
  },
  {
    name: "an element that detaches x",
    engine: true,
    value: ({ valid, x, detach }) =>
      x === undefined
        ? ABSENT
        : Object.defineProperty([...valid], 0, {
            get() {
              detach(x.buffer);
              return valid[0];
            },
          }),
    want: "refused",
  },
  {
    name: "an element that disposes of the encoder",
    engine: true,
    value: ({ valid, encoder }) =>
      encoder === undefined
        ? ABSENT
        : Object.defineProperty([...valid], 0, {
            get() {
              encoder.dispose();
              return valid[0];
            },
          }),
    want: "refused",
  },
  {
    name: "an element that makes the same call",
    engine: true,
    value: ({ valid, again }) =>
      Object.defineProperty([...valid], 0, {
        get() {
          again();
          return valid[0];
        },
      }),
    want: "same",
  },
  {
    name: "an element that makes the list longer",
    engine: true,
    value: ({ valid }) => {
      const l = [...valid];
      const first = l[0];
      return Object.defineProperty(l, 0, {
        get() {
          l.push(9);
          return first;
        },
      });
    },
    want: "same",
  },
  {
    name: "an array of another realm",
    engine: true,
    want: "same",
    value: ({ valid, realm }) => (realm === undefined ? ABSENT : realm.Array.from(valid)),
  },
  { name: "a Float64Array", engine: true, value: ({ valid }) => Float64Array.from(valid), want: "same" },
  {
    name: "a Float64Array of another realm",
    engine: true,
    want: "same",
    value: ({ valid, realm }) => (realm === undefined ? ABSENT : realm.Float64Array.from(valid)),
  },
  {
    name: "a shared Float64Array",
    engine: true,
    value: ({ valid }) => {
      const l = new Float64Array(sharedBuffer(8 * valid.length), 0, valid.length);
      l.set(valid);
      return l;
    },
    want: "same",
  },
  {
    name: "a subclass of Float64Array",
    engine: true,
    value: ({ valid }) =>
      new (class extends Float64Array {
        get length() {
          asked++;
          return 1;
        }
      })(valid),
    want: "same",
  },
  { name: "a Float16Array", engine: true, value: ({ valid }) => /** @type {any} */ (globalThis).Float16Array?.from(valid) ?? ABSENT },
  { name: "a Uint8ClampedArray", engine: true, value: ({ valid }) => Uint8ClampedArray.from(valid) },
  { name: "an array with a constructor of its own", engine: true, want: "same", value: ({ valid, mine }) => unbuilt([...valid], mine) },
  {
    name: "a Float64Array with a constructor of its own",
    engine: true,
    want: "same",
    value: ({ valid, mine }) => unbuilt(Float64Array.from(valid), mine),
  },
  documentAll,
  {
    name: "a generator",
    want: "type",
    value: ({ valid }) =>
      (function* () {
        yield* valid;
      })(),
  },
  {
    name: "arguments",
    want: "type",
    value: () =>
      (function () {
        return arguments;
      })(),
  },
  wrong("a WeakMap", new WeakMap()),
  {
    name: "detached",
    engine: true,
    want: "type",
    value: ({ detach, valid }) => {
      const l = Float64Array.from(valid);
      detach(l.buffer);
      return l;
    },
  },
  {
    name: "out of bounds",
    engine: true,
    want: "type",
    value: () => {
      if (!("resize" in ArrayBuffer.prototype)) return ABSENT;
      const b = new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 64 });
      const l = new Float64Array(b, 32, 4);
      b.resize(16);
      return l;
    },
  },
  ...[
    new BigInt64Array(4),
    new DataView(new ArrayBuffer(32)),
    new ArrayBuffer(32),
    null,
    8,
    "8",
    8n,
    {},
    curious,
    () => 8,
    Symbol("8"),
    new Set([1]),
    { length: 8, 0: 1 },
    Object.create(Array.prototype),
    Object.create(Float64Array.prototype),
    ["1"],
    [1n],
    [new Number(1)],
    [null],
    [, 1],
    [curious],
    [[1]],
  ].map((v) => wrong(Array.isArray(v) ? `[${typeof v[0]}]` : Object.prototype.toString.call(v), v)),
  any("undefined", undefined),
  any("[]", []),
  ...[[NaN], [Infinity], [-1], [1.5], [1e300], [0, 0], [-0], [2 ** 31, 2 ** 31], [65536, 65536, 65536], [2 ** 53 + 2]].map((v) =>
    any(`[${v}]`, v),
  ),
  { name: "NaN in it", value: ({ valid }) => [...valid].fill(NaN, 0, 1) },
  { name: "Infinity in it", value: ({ valid }) => [...valid].fill(-Infinity, -1) },
  { name: "one too short", value: ({ valid }) => [...valid].slice(1) },
  { name: "one too long", value: ({ valid }) => [...valid, 1] },
  { ...any("2 million bytes", new Uint8Array(1 << 21)), heavy: true },
  { ...any("2 million ones", new Uint8Array(1 << 21).fill(1)), heavy: true },
];

/** @param {any} valid @param {string} key @param {() => any} get */
const withGetter = (valid, key, get) => Object.defineProperty({ ...valid }, key, { get, enumerable: true });
/** @param {any} valid */
const keyOf = (valid) => Object.keys(valid)[0] ?? "offset";
/** @type {Hostile[]} */
const OBJECTS = [
  wrong("null", null),
  wrong("[]", []),
  wrong("a function", () => ({})),
  wrong("text", "dim"),
  wrong("4", 4),
  wrong("4n", 4n),
  wrong("true", true),
  wrong("a Symbol", Symbol("dim")),
  any("undefined", undefined),
  any("{}", {}),
  { name: "a revoked Proxy", engine: true, want: "type", value: revoked },
  { name: "a Proxy round []", engine: true, want: "type", value: () => new Proxy([], {}) },
  { name: "a Proxy round it", engine: true, want: "same", value: ({ valid }) => new Proxy(valid, {}) },
  {
    name: "a Proxy that is its own prototype",
    engine: true,
    value: () => {
      /** @type {any} */ const own = new Proxy({}, { getPrototypeOf: () => own });
      return own;
    },
  },
  {
    name: "a Proxy of another realm's",
    engine: true,
    want: "same",
    value: ({ valid, realm }) => (realm === undefined ? ABSENT : new realm.Proxy(realm.Object.assign(new realm.Object(), valid), {})),
  },
  ...["ownKeys", "get", "getOwnPropertyDescriptor"].map(
    (trap) =>
      /** @type {Hostile} */ ({
        name: `a Proxy whose ${trap} throws`,
        engine: true,
        want: "refused",
        value: ({ valid, mine }) =>
          new Proxy(
            { [keyOf(valid)]: 1, ...valid },
            {
              [trap]() {
                throw mine;
              },
            },
          ),
      }),
  ),
  {
    name: "options of another realm",
    engine: true,
    want: "same",
    value: ({ valid, realm }) => (realm === undefined ? ABSENT : realm.Object.assign(new realm.Object(), valid)),
  },
  documentAll,
  { name: "a function that has them", engine: true, want: "type", value: ({ valid }) => Object.assign(() => {}, valid) },
  any("a generator", (function* () {})()),
  any("a WeakMap", new WeakMap()),
  {
    name: "arguments, whose keys are numbers",
    engine: true,
    want: "type",
    value: () =>
      (function (/** @type {any[]} */ ..._) {
        return arguments;
      })(4),
  },
  { name: "a module, whose keys are its exports", engine: true, want: "type", value: () => self },
  { name: "globalThis, of many keys", engine: true, want: "type", value: () => globalThis },
  { name: "an instance of a class that has options", engine: true, value: () => new Inherited() },
  {
    name: "options of their own on such an instance",
    engine: true,
    want: "same",
    value: ({ valid }) => Object.defineProperties(new Inherited(), Object.getOwnPropertyDescriptors(valid)),
  },
  { name: "without a prototype", want: "same", value: ({ valid }) => Object.assign(Object.create(null), valid) },
  { name: "frozen", want: "same", value: ({ valid }) => Object.freeze(valid) },
  {
    name: "a throwing getter",
    engine: true,
    want: "refused",
    value: ({ valid, mine }) =>
      withGetter(valid, keyOf(valid), () => {
        throw mine;
      }),
  },
  {
    name: "a getter that detaches x",
    engine: true,
    want: "refused",
    value: ({ valid, x, detach }) =>
      x === undefined
        ? ABSENT
        : withGetter(valid, keyOf(valid), () => {
            detach(x.buffer);
            return valid[keyOf(valid)];
          }),
  },
  {
    name: "a getter that disposes of the encoder",
    engine: true,
    want: "refused",
    value: ({ valid, encoder }) =>
      encoder === undefined
        ? ABSENT
        : withGetter(valid, keyOf(valid), () => {
            encoder.dispose();
            return valid[keyOf(valid)];
          }),
  },
  {
    name: "a getter that disposes of the encoder and makes others",
    engine: true,
    want: "refused",
    value: ({ valid, encoder, posenc }) =>
      encoder === undefined
        ? ABSENT
        : withGetter(valid, keyOf(valid), () => {
            encoder.dispose();
            posenc.shaw({ maxRelativePosition: 1 });
            return valid[keyOf(valid)];
          }),
  },
  {
    name: "a getter that makes the same call",
    engine: true,
    want: "same",
    value: ({ valid, again }) =>
      withGetter(valid, keyOf(valid), () => {
        again();
        return valid[keyOf(valid)];
      }),
  },
  { name: "an unknown key", want: "type", value: ({ valid }) => ({ ...valid, dimm: 4 }) },
  { name: "a key of 1 MB", want: "type", value: ({ valid }) => ({ ...valid, ["x".repeat(1e6)]: 4 }) },
  { name: "a key like a format", want: "type", value: ({ valid }) => ({ ...valid, "%s\n\ud800": 4 }) },
  {
    name: "an own __proto__",
    want: "type",
    value: ({ valid }) => Object.defineProperty({ ...valid }, "__proto__", { value: { dim: 4 }, enumerable: true }),
  },
  { name: "constructor", want: "type", value: ({ valid }) => ({ ...valid, constructor: 4 }) },
  { name: "a million keys", heavy: true, want: "type", value: aMillion },
  { name: "a Symbol as a key", want: "same", value: ({ valid }) => ({ ...valid, [Symbol("dim")]: 4 }) },
  { name: "inherited options", value: ({ valid }) => Object.create(valid) },
  { name: "a polluted Object.prototype", want: "same", value: () => POLLUTED },
  { name: "a Float32Array", want: "refused", value: () => new Float32Array(4) },
  { name: "a Map", value: () => new Map([["dim", 4]]) },
];
/** An encoder is known, not read, so nothing that would throw is asked. @type {Hostile[]} */
const ENCODERS = OBJECTS.map((hostile) => ({
  ...hostile,
  name: hostile.name.replace(/throw(s|ing)/, "is not asked"),
  want: hostile.name === "undefined" || hostile.name.includes("polluted") ? undefined : "refused",
}));
/** A config may have any key. @type {Hostile[]} */
const CONFIGS = OBJECTS.map((hostile) => (/key|__proto__|constructor$/.test(hostile.name) ? { ...hostile, want: undefined } : hostile));
const PARTS = [
  documentAll,
  wrong("null", null),
  wrong("4", 4),
  wrong("{}", {}),
  wrong("a typed array", new Float64Array(3)),
  wrong("text", "abc"),
  wrong("a function", () => []),
  { name: "undefined", value: () => undefined, want: /** @type {const} */ ("type") },
  any("[]", []),
  { name: "[null]", value: () => [null], want: /** @type {const} */ ("type") },
  wrong("[4]", [4]),
  { name: "a hole", value: () => [,], want: /** @type {const} */ ("type") },
  { name: "a revoked Proxy", engine: true, value: revoked, want: /** @type {const} */ ("type") },
  {
    name: "a Proxy of length 1e9",
    engine: true,
    value: () => new Proxy([], { get: (_t, key) => (key === "length" ? 1e9 : {}) }),
    want: /** @type {const} */ ("range"),
  },
  { name: "much text", value: () => Array(1e5).fill({ text: 200 }), want: /** @type {const} */ ("range") },
  { name: "a large block", value: () => [{ t: 65536, h: 65536, w: 65536 }], want: /** @type {const} */ ("range") },
  any("frames", [{ t: 1 << 24, h: 1, w: 1, temporalScale: 2 ** 20 }]),
  any("100,000 empty", Array(1e5).fill({ text: 0 })),
];

/** Where a hostile value goes. @typedef {{ path: string[], kind: string, valid: any, values: readonly Hostile[] }} Place `valid`: an option that is left out has this, made once */

/**
 * The places of a call.
 * @param {Call} call
 * @returns {Place[]}
 */
export function places(call) {
  const args = call.args();
  /** @type {Place[]} */
  const out = [];
  const config = call.name.startsWith("fromConfig");
  /** @param {string[]} path @param {any} valid */
  const visit = (path, valid, more = false) => {
    const add = (/** @type {string} */ kind, /** @type {readonly Hostile[]} */ values) =>
      out.push({
        path,
        kind,
        valid,
        values: more
          ? values.map((hostile) =>
              hostile.want === "same"
                ? { ...hostile, want: undefined }
                : hostile.want === "range"
                  ? { ...hostile, want: "refused" }
                  : hostile,
            )
          : values,
      });
    // What a config has too much of or of another type may have no part in the model.
    if (config && path.length > 1)
      add(
        "json",
        [...NUMBERS, ...TEXTS, ...LISTS].map((hostile) => (hostile.name.includes("throw") ? hostile : { ...hostile, want: undefined })),
      );
    else if (path.at(-1) === call.writes) add("array", ARRAYS);
    else if (typeof valid === "number") add("number", NUMBERS);
    else if (typeof valid === "boolean") add("boolean", BOOLEANS);
    else if (typeof valid === "string") add("text", TEXTS);
    else if (path[0] === "parts" && path.length === 1) add("parts", PARTS);
    else if (Array.isArray(valid) || ArrayBuffer.isView(valid)) add("list", LISTS);
    else if (typeof valid?.dispose === "function") add("encoder", ENCODERS);
    else add("object", config ? CONFIGS : OBJECTS);
    if (!more && typeof valid === "object" && !ArrayBuffer.isView(valid) && (path[0] === "parts" || !Array.isArray(valid)))
      for (const key of Object.keys(valid)) visit([...path, key], valid[key]);
  };
  for (const name of Object.keys(args)) visit([name], args[name]);
  for (const [path, valid] of Object.entries(call.also ?? {})) visit(path.split("."), valid, true);
  return out;
}

/** @param {any} root @param {string[]} path */
const at = (root, path) => path.reduce((value, key) => value?.[key], root);
/** @param {any} root @param {string[]} path @param {any} value */
function put(root, path, value) {
  const parent = at(root, path.slice(0, -1));
  if (value === undefined && path.length > 1 && parent[path.at(-1) ?? ""] === undefined) return;
  Object.defineProperty(parent, /** @type {string} */ (path.at(-1)), { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Throws every hostile value at every place of every call.
 * @param {any} posenc
 * @param {{ other?: any, realm?: any, detach: (buffer: any) => void, engine?: boolean, only?: string }} how `engine`: only what depends on the engine
 * @returns {{ pairs: number, worked: number, failed: number, slowest: { where: string, ms: number }, wrong: string[] }}
 */
export function attack(posenc, { other, realm, detach, engine = false, only = "" }) {
  const result = { pairs: 0, worked: 0, failed: 0, slowest: { where: "", ms: 0 }, wrong: /** @type {string[]} */ ([]) };
  let heavy = 0;
  for (const call of calls(posenc)) {
    if (!call.name.includes(only)) continue;
    let encoder = call.encoder?.();
    const valid = () => {
      const made = call.run(call.args(), encoder);
      const text = summary(made);
      done(made);
      return text;
    };
    const right = valid();
    for (const { path, kind, valid: usual, values } of places(call)) {
      for (const hostile of values) {
        if ((engine && !hostile.engine) || (hostile.heavy && heavy++ % 8 !== 0)) continue;
        const where = `${call.name}, ${path.join(".")}: ${hostile.name}`;
        const problem = (/** @type {string} */ text) => result.wrong.push(`${where}: ${text}`);
        const args = call.args();
        const x = call.writes === undefined ? undefined : args[call.writes];
        const lists = Object.values(args).flatMap((arg) => [arg, ...(isPlain(arg) ? Object.values(arg) : [])]);
        const mine = new Error("mine");
        const value = hostile.value({
          posenc,
          other,
          encoder,
          valid: kind === "json" && !Array.isArray(usual) ? [1] : (at(args, path) ?? structuredClone(usual)),
          x,
          mine,
          detach,
          realm,
          again: () => {
            const made = call.run(call.args(), encoder);
            done(made);
          },
        });
        if (value === ABSENT) continue;
        let undo = () => {};
        if (value === POLLUTED) undo = pollute(at(args, path) ?? {});
        else put(args, path, value);
        result.pairs++;
        const target = call.writes === undefined ? undefined : args[call.writes];
        const watched = [...lists, value, dataOf(value)];
        const before = watched.map((each) => look(each));
        const began = performance.now();
        let made,
          error,
          threw = false;
        try {
          made = call.run(args, encoder);
        } catch (thrown) {
          [error, threw] = [/** @type {any} */ (thrown), true];
        }
        const ms = performance.now() - began;
        undo();
        if (ms > result.slowest.ms) result.slowest = { where, ms };
        if (globalThis.process?.env.SHOW && ms > 300) console.log(where, ms);
        if (ms > 5000) problem(`took ${ms} ms`);
        try {
          if (threw) {
            result.failed++;
            for (const text of faults(error, { mine, path, call, hostile, kind, value })) problem(text);
            watched.forEach((each, i) => {
              const now = look(each);
              if (now !== before[i] && now !== "gone") problem("an array was changed by a call that failed");
            });
          } else {
            result.worked++;
            if (made === undefined) problem("no result");
            if (hostile.want === "same" ? summary(made) !== right : hostile.want !== undefined)
              problem(hostile.want === "same" ? `want ${right}, got ${summary(made)}` : `want an error (${hostile.want}), got a result`);
            done(made);
          }
          if (target !== value || made !== target) done(target);
          if (encoder !== undefined) {
            try {
              call.run(call.args(), encoder);
            } catch (again) {
              if (/** @type {any} */ (again).code !== "ERR_POSENC_DISPOSED" || !hostile.name.includes("dispose"))
                problem(`the same call then: ${again}`);
              encoder.dispose();
              encoder = call.encoder?.();
            }
          }
          const then = valid();
          if (then !== right) problem(`afterwards want ${right}, got ${then}`);
        } catch (then) {
          problem(`afterwards: ${then}`);
        }
      }
    }
    if (encoder !== undefined) {
      for (const [name, self] of impostors(posenc, encoder)) {
        result.pairs++;
        const args = call.args();
        const before = Object.values(args).map(look);
        try {
          const method = call.name.slice(call.name.indexOf(".") + 1).split(" ")[0];
          const prototype = Object.getPrototypeOf(encoder);
          const descriptor = find(prototype, method);
          const f = descriptor.get ?? descriptor.value;
          f.apply(self, Object.values(args));
          result.worked++;
          if (!name.startsWith("an encoder")) result.wrong.push(`${call.name}, this: ${name}: want an error, got a result`);
        } catch (error) {
          result.failed++;
          const { code, message } = /** @type {any} */ (error);
          if (!/^ERR_POSENC_(TYPE|RANGE)$/.test(code)) result.wrong.push(`${call.name}, this: ${name}: ${error} ${code}`);
          if (Object.values(args).some((each, i) => look(each) !== before[i]))
            result.wrong.push(`${call.name}, this: ${name}: an array was changed: ${message}`);
        }
        if (valid() !== right) result.wrong.push(`${call.name}, this: ${name}: wrong afterwards`);
        if (name.startsWith("an encoder")) self.dispose();
      }
      encoder.dispose();
    }
  }
  return result;
}

/** What is no encoder of the scheme. @param {any} posenc @param {any} encoder @returns {[string, any][]} */
function impostors(posenc, encoder) {
  return [
    ["null", null],
    ["undefined", undefined],
    ["{}", {}],
    ["a Proxy", new Proxy(encoder, {})],
    ["an heir", Object.create(encoder)],
    ["posenc", posenc],
    ["an encoder of rows", posenc.sinusoidal({ dim: 8 })],
    ["an encoder that turns", posenc.rotary({ headDim: 8 })],
    ["an encoder of points", posenc.fourier({ inputs: 2, bands: 2 })],
    ["an encoder of scores", posenc.alibi({ heads: 2 })],
    ["an encoder of buckets", posenc.shaw({ maxRelativePosition: 2 })],
    ["an encoder of a grid", posenc.grid({ dim: 8, shape: [2, 3] })],
  ];
}

/** @param {any} value */
const isPlain = (value) => typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

/** The data of an array of alloc() that lives. @param {any} value */
function dataOf(value) {
  try {
    return value.data;
  } catch {
    return undefined;
  }
}

/** @param {any} prototype @param {string} name @returns {PropertyDescriptor} */
function find(prototype, name) {
  return Object.getOwnPropertyDescriptor(prototype, name) ?? find(Object.getPrototypeOf(prototype), name);
}

/** @param {any} value @returns {string} */
function look(value) {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return "";
  const length = byteLength(value);
  if (length > 1e6) return "";
  return length === 0 ? "gone" : digest(value);
}
const bufferOf = /** @type {any} */ (Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), "buffer")).get;
const offsetOf = /** @type {any} */ (Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), "byteOffset")).get;

/** Lets go of what a call made. @param {any} made */
function done(made) {
  if (made === null || typeof made !== "object" || ArrayBuffer.isView(made)) return;
  try {
    if (typeof made.dispose === "function") made.dispose();
    else if ("modelType" in made)
      for (const family of [made.absolute, made.rotary, made.bias])
        for (const each of family === null ? [] : "dispose" in family ? [family] : Object.values(family)) each.dispose();
  } catch {
    // another's
  }
}

/** Has these options, all options of the object and more on Object.prototype. @param {any} options @returns {() => void} */
function pollute(options) {
  const added = [...Object.keys(options), "wasm", "dim", "base", "batch", "heads", "get", "set", "value", "scheme", "code"].filter(
    (key) => !(key in Object.prototype),
  );
  for (const key of added)
    Object.defineProperty(
      Object.prototype,
      key,
      /** @type {any} */ ({ __proto__: null, value: 7, configurable: true, writable: true, enumerable: true }),
    );
  return () => {
    for (const key of added) delete (/** @type {any} */ (Object.prototype)[key]);
  };
}

/**
 * What is wrong with an error.
 * @param {any} error @param {{ mine: Error, path: string[], call: Call, hostile: Hostile, kind: string, value: any }} pair
 * @returns {string[]}
 */
function faults(error, { mine, path, call, hostile, kind }) {
  if (error === mine) return hostile.name.includes("throw") ? [] : ["the user's exception, of another's making"];
  if (hostile.name.includes("throw")) return [`want the user's own exception, got ${error}`];
  if (/revoked/.test(hostile.name) && error instanceof TypeError && /revoked/.test(error.message)) return [];
  const { code, message } = Object(error);
  if (code === "ERR_POSENC_DISPOSED") return hostile.name.includes("dispose") ? [] : [`${error}`];
  const out = [];
  const Class = code === "ERR_POSENC_TYPE" ? TypeError : code === "ERR_POSENC_RANGE" ? RangeError : undefined;
  if (Class === undefined || !(error instanceof Class)) return [`${error}, ${code}`];
  if (hostile.want === "same") out.push(`want a result, got ${error}`);
  if (hostile.want === "type" && Class !== TypeError) out.push(`want a TypeError, got ${error}`);
  if (hostile.want === "range" && Class !== RangeError) out.push(`want a RangeError, got ${error}`);
  if (message.length > 1000 || !/^[\x20-\x7e·±θπ²√]*$/.test(message))
    out.push(`a message of ${message.length} characters: ${message.slice(0, 300)}`);
  // A wrong type is its own argument's fault; a wrong number may make another the wrong one.
  const own = /** @type {string} */ (path.at(-1));
  const names =
    Class === TypeError &&
    kind !== "object" &&
    kind !== "json" &&
    !(path.join(".") in (call.also ?? {})) &&
    hostile.name !== "undefined" &&
    !hostile.name.includes("detaches")
      ? [own]
      : namesOf(call);
  const named = /^(?:[\w.[\]]+\.)?(?:"[^"]*"(?:\.\.\.)?[\w$.[\]]*|[\w$.[\]%]+)(?=:)/.exec(message)?.[0] ?? "";
  const parts = named.replace(/\[\d*\]/g, "").split(".");
  if (!parts.some((part) => names.includes(part)) && !(kind === "object" || kind === "json"))
    out.push(`does not name ${names}: ${message}`);
  if (named === "") out.push(`names nothing: ${message}`);
  return out;
}

/** @param {Call} call @returns {string[]} */
function namesOf(call) {
  const out = Object.keys(call.also ?? {}).flatMap((path) => path.split("."));
  /** @param {any} value */
  const visit = (value) => {
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
    for (const key of Object.keys(value)) {
      out.push(key);
      visit(value[key]);
    }
  };
  visit(call.args());
  return out;
}
export { at, done, faults, pollute, put }; // for the soak, which throws one at a time
