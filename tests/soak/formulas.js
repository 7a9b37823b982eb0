// What a call must give, from the formula of its encoder in encoders.js, so that the soak's digests are those of right
// results and not of whatever the package made first.

import { INPUT } from "./calls.js";
import { RECIPES } from "./encoders.js";

/** @typedef {import("./calls.js").Call} Call */

/**
 * The numbers that a call must give, near enough; undefined where there is no formula.
 * @param {Call} call
 * @returns {ArrayLike<number> | undefined}
 */
export function formula(call) {
  const recipe = RECIPES[call.recipe];
  switch (recipe.kind) {
    case "rows":
    case "points":
      return rows(recipe, call);
    case "turns":
      return turns(recipe, call);
    case "scores":
      return scores(recipe, call);
    case "lists":
      return lists(call);
    default:
      return undefined;
  }
}

/** @param {import("./encoders.js").Recipe} recipe @param {Call} call */
function rows({ row, inputScale = 1, axes = 1, kind }, { method, work, length }) {
  if (row === undefined || !["add", "subtract", "fill", "table", "encode"].includes(method)) return undefined;
  const { positions } = work;
  const out = [];
  for (let i = 0; i < positions.length; i += axes) out.push(...row(kind === "points" ? positions.slice(i, i + axes) : positions[i]));
  if (method === "add") for (let i = 0; i < length; i++) out[i] = INPUT[i] * inputScale + out[i];
  if (method === "subtract") for (let i = 0; i < length; i++) out[i] = (INPUT[i] - out[i]) / inputScale;
  return out;
}

/** @param {import("./encoders.js").Recipe} recipe @param {Call} call */
function turns({ turn, pair, width = 0, axes = 1, options }, { method, work, length }) {
  if (turn === undefined || pair === undefined || !["rotate", "unrotate", "shift", "cosSin"].includes(method)) return undefined;
  const { batch, seq, heads, bhsd, positions } = work;
  const n = (options.rotaryDim ?? width) / 2;
  const at = (/** @type {number} */ row) => positions.slice(row * axes, (row + 1) * axes);
  if (method === "cosSin") {
    const all = Array.from({ length: seq * n }, (_, k) => turn(at(Math.floor(k / n)), k % n));
    return [...all.map(({ cos }) => cos), ...all.map(({ sin }) => sin)];
  }
  const out = Float64Array.from(INPUT.subarray(0, length));
  for (let b = 0; b < batch; b++)
    for (let s = 0; s < seq; s++)
      for (let i = 0; i < n; i++) {
        const { cos, sin } = turn(at(b * seq + s), i);
        const [first, second] = pair(i, n);
        for (let h = 0; h < heads; h++) {
          const from = width * (bhsd ? (b * heads + h) * seq + s : (b * seq + s) * heads + h);
          const [x, y] = [INPUT[from + first], INPUT[from + second]];
          out[from + first] = method === "unrotate" ? x * cos + y * sin : x * cos - y * sin;
          out[from + second] = method === "unrotate" ? y * cos - x * sin : y * cos + x * sin;
        }
      }
  return out;
}

/** @param {import("./encoders.js").Recipe} recipe @param {Call} call */
function scores({ heads = 1, bias, bucket }, { method, work, length }) {
  const { queries, keys, offset } = work;
  const of =
    method === "buckets"
      ? bucket && ((/** @type {number} */ _, /** @type {number} */ i, /** @type {number} */ j) => bucket(i, j))
      : method === "slopes"
        ? undefined
        : bias;
  if (of === undefined) return undefined;
  const square = queries * keys;
  const count = method === "buckets" ? square : method === "matrix" ? heads * square : length;
  return Array.from(
    { length: count },
    (_, k) => of(Math.floor(k / square) % heads, offset + (Math.floor(k / keys) % queries), k % keys) + (method === "add" ? INPUT[k] : 0),
  );
}

/** @param {Call} call */
function lists({ method, args: [given, options] }) {
  if (method === "positionsFromMask") {
    const seq = given.length / 2;
    return given.map((/** @type {number} */ v, /** @type {number} */ i) => {
      const before = given.slice(i - (i % seq), i + 1).reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
      return (before + options.start) * v + options.padding;
    });
  }
  if (method === "relativePositions") return Array.from({ length: options.bidirectional ? 2 * given - 1 : given }, (_, i) => given - 1 - i);
  if (method === "permute") {
    // of 8 channels of 3 columns each
    const order = options.to === "half" ? [0, 2, 4, 6, 1, 3, 5, 7] : [0, 4, 1, 5, 2, 6, 3, 7];
    return Array.from(given, (_, i) => given[i - (i % 24) + 3 * order[Math.floor((i % 24) / 3)] + (i % 3)]);
  }
  return undefined;
}

/**
 * What is wrong with what a call gave, if anything.
 * @param {any} made a typed array, or { cos, sin }
 * @param {ArrayLike<number>} want
 */
export function unlike(made, want) {
  const got = "cos" in made ? [...made.cos, ...made.sin] : made;
  if (got.length !== want.length) return `want ${want.length} numbers, got ${got.length}`;
  for (let i = 0; i < want.length; i++) {
    const most = 2e-6 * Math.max(1, Math.abs(want[i]));
    if (!(Math.abs(got[i] - want[i]) <= most)) return `number ${i}: want ${want[i]}, got ${got[i]}`;
  }
  return undefined;
}
