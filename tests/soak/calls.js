// Every call that the soak makes, written down once: of which encoder, on how many numbers, with what arguments. A call has
// one result, wherever its array lies, so one digest is enough to know it by.

import { configs, numbers, summary } from "../node/hostile-calls.js";
import { RECIPES } from "./encoders.js";

/** @typedef {import("./encoders.js").Recipe} Recipe */
/**
 * @typedef {object} Call
 * @property {number} id its place in CALLS
 * @property {string} name
 * @property {number} recipe its place in RECIPES
 * @property {string} method
 * @property {number} length of the array that it works on in place; -1 for none
 * @property {any[]} args without that array
 * @property {Work} work what the formula needs
 */
/** @typedef {{ batch: number, heads: number, seq: number, bhsd: boolean, positions: number[], queries: number, keys: number, offset: number }} Work `positions`: of each row, those of all axes after each other */

/** How many calls there are of each method; the last one's array is larger than the staging buffer. */
export const VARIANTS = 16;
const BEYOND = 70_000;
const PROPERTIES = ["frequencies", "wavelengths", "inverseFrequencies", "attentionFactor", "slopes", "fromConfig"];
/** What every array begins with. */
export const INPUT = numbers(2 * BEYOND + 1000);

/** The state of a generator of 32-bit integers (xorshift). @param {number} seed @returns {(n: number) => number} integers below n */
export function generator(seed) {
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);

/** @type {Call[]} */
export const CALLS = [];
/** Of each recipe, of each method: the number of its first call and how many there are. @type {{ first: number, count: number }[][]} */
export const METHODS = RECIPES.map((recipe, r) =>
  recipe.methods.map((method, m) => {
    const first = CALLS.length;
    for (let v = 0; v < (PROPERTIES.includes(method) ? 1 : VARIANTS); v++)
      CALLS.push(describe(recipe, r, method, method === "fromConfig" ? m : v, generator(1 + v + VARIANTS * (m + 16 * r))));
    return { first, count: CALLS.length - first };
  }),
);

/** @param {Recipe} recipe @param {number} index @param {string} method @param {number} variant @param {(n: number) => number} random @returns {Call} */
function describe(recipe, index, method, variant, random) {
  const big = variant === VARIANTS - 1;
  const work = {
    batch: 1 + random(3),
    heads: 1,
    seq: 1 + random(6),
    bhsd: false,
    positions: /** @type {number[]} */ ([]),
    queries: 1 + random(5),
    keys: 1 + random(9),
    offset: 0,
  };
  const call = {
    id: CALLS.length,
    name: `${recipe.scheme || "posenc"}(${(JSON.stringify(recipe.options) ?? "").slice(0, 80)}).${method} ${variant}`,
    recipe: index,
    method,
    length: -1,
    args: /** @type {any[]} */ ([]),
    work,
  };
  if (PROPERTIES.includes(method)) {
    if (method === "fromConfig") call.args = [configs[variant]];
  } else if (recipe.kind === "scores") describeScores(recipe, call, random, big);
  else if (recipe.kind === "lists") call.args = listArguments(method, random, big);
  else describeRows(recipe, call, random, big);
  return call;
}

/** @param {Recipe} recipe @param {Call} call @param {(n: number) => number} random @param {boolean} big */
function describeRows({ kind, width = 1, axes = 1, limits }, call, random, big) {
  const { method, work } = call;
  if (method === "shiftMatrix") return void (call.args = [random(4000) / 8 - 100]);
  const inPlace = ["add", "subtract", "fill", "rotate", "unrotate", "shift"].includes(method);
  if (!inPlace || kind === "points") work.batch = 1;
  if (kind === "turns" && inPlace) [work.heads, work.bhsd] = [1 + random(3), random(2) === 1];
  const of = width * work.heads * work.batch;
  if (limits !== undefined) work.seq = Math.min(work.seq, limits[1]);
  if (big && limits === undefined) work.seq = Math.ceil(BEYOND / of);
  else if (big && inPlace) work.batch = Math.ceil(BEYOND / (width * work.heads * work.seq));
  const { batch, heads, seq } = work;
  call.length = inPlace ? batch * heads * seq * width : -1;
  if (kind === "points" || method === "encode") {
    const points = Float64Array.from({ length: seq * axes }, () => random(8000) / 1024 - 4);
    work.positions = [...points];
    call.args = [points];
    return;
  }
  const at = /** @type {any} */ ({});
  if (inPlace && (batch > 1 || random(2) === 0)) at.batch = batch;
  if (kind === "turns" && inPlace) Object.assign(at, { heads, order: work.bhsd ? "bhsd" : "bshd" });
  if (method === "shift") {
    const delta = random(800) / 8 - 50;
    work.positions = Array(batch * seq * axes).fill(delta);
    call.args = [delta, at];
    return;
  }
  const first =
    limits === undefined
      ? [0, 1, 7, 100, 1000, 65535][random(6)] - (kind === "rows" ? random(20) : 0)
      : limits[0] + random(limits[1] - seq + 1);
  const each = range(batch * seq).map((i) => first + (i % seq));
  work.positions = each.flatMap((p) => Array(axes).fill(p));
  if (random(3) > 0) {
    if (first !== 0 || random(2) === 0) at.offset = first;
  } else {
    // for each axis, one after the other; of a sequence, or of all
    const rows = random(2) === 0 ? seq : batch * seq;
    const one = () => (limits === undefined ? random(4096) / (kind === "rows" ? 4 : 1) : limits[0] + random(limits[1]));
    const given = range(axes).map(() => range(rows).map(one));
    at.positions = random(2) === 0 ? given.flat() : Float64Array.from(given.flat());
    work.positions = each.flatMap((_, i) => given.map((axis) => axis[i % rows]));
  }
  if (at.offset === undefined && at.positions === undefined && first !== 0) at.offset = first;
  call.args = inPlace ? [at] : [seq, at];
}

/** @param {Recipe} recipe @param {Call} call @param {(n: number) => number} random @param {boolean} big */
function describeScores({ heads = 1, square }, call, random, big) {
  const { method, work } = call;
  if (big) [work.queries, work.keys] = [160, 220];
  if (square !== undefined) work.queries = work.keys = square;
  else work.offset = random(12);
  const of = heads * work.queries * work.keys;
  if (big && method === "add") work.batch = Math.ceil(BEYOND / of);
  const at = { ...(work.offset > 0 || random(2) === 0 ? { offset: work.offset } : {}) };
  if (method === "add") {
    call.length = work.batch * of;
    call.args = [{ queryLength: work.queries, keyLength: work.keys, batch: work.batch, ...at }];
  } else call.args = [work.queries, work.keys, at];
}

/** @param {string} method @param {(n: number) => number} random @param {boolean} big */
function listArguments(method, random, big) {
  const n = big ? 9000 : 1 + random(9);
  switch (method) {
    case "positionsFromMask":
      return [range(2 * n).map(() => random(2)), { batch: 2, padding: random(2), start: random(3) - 1 }];
    case "relativePositions":
      return [n, { bidirectional: random(2) === 1 }];
    case "mropePositions":
      return [[{ text: n }, { t: 1 + random(3), h: 2, w: 1 + random(4) }, { text: random(4) }]];
    default:
      return [INPUT.subarray(0, 24 * Math.min(n, 3000)), { to: random(2) === 0 ? "half" : "interleaved", headDim: 8, columns: 3 }];
  }
}

/** What a call gives, or what it has made of x. @param {Call} call @param {any} posenc @param {any} encoder @param {any} x @returns {any} */
export function perform({ length, method, args }, posenc, encoder, x) {
  const self = encoder ?? posenc;
  if (length >= 0) return self[method](x, ...args);
  return typeof self[method] === "function" ? self[method](...args) : self[method];
}

/** Makes the encoder of a call, or nothing where it is posenc's own. @param {Recipe} recipe @param {any} posenc */
export const make = ({ scheme, options }, posenc) => (scheme === "" ? undefined : posenc[scheme](options));

/**
 * A digest of 32 bits (FNV-1a, of words) of whatever a call gave.
 * @param {any} made
 * @param {number} [digest] what it goes on from
 * @returns {number}
 */
export function digestOf(made, digest = 0x811c9dc5) {
  if (typeof made === "number") return digestOf(Float64Array.of(made), digest);
  if (ArrayBuffer.isView(made)) {
    const words = new Uint32Array(made.buffer, made.byteOffset, made.byteLength / 4);
    for (let i = 0; i < words.length; i++) digest = Math.imul(digest ^ words[i], 0x01000193);
    return (digest ^ words.length) >>> 0;
  }
  if ("cos" in made) return digestOf(made.sin, digestOf(made.cos, digest));
  if ("positions" in made) return digestOf(made.next, digestOf(made.positions, digest));
  return digestOf(
    Uint32Array.from(summary(made), (c) => /** @type {number} */ (c.codePointAt(0))),
    digest,
  );
}
