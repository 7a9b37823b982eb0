// What an encoding does, by measuring: encoding/analysis has the formulas, their limits and their sources. Nothing here changes an array;
// lists are copied into the module for the call. A measure takes from microseconds to a minute, and is refused where it would be
// more: in a page let a worker take the long ones.

import { blockOf, isAllocation } from "./alloc.js";
import { coreOf } from "./encoder.js";
import { rangeError, typeError, wrongThis } from "./errors.js";
import { bufferOf, Float32, freeze, lengthOf, matchOf } from "./intrinsics.js";
import { few, floats, need, number, numbers, snapshot } from "./options.js";

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./call.js").TypedArray} TypedArray */
/** @typedef {readonly number[] | TypedArray | Allocation} Numbers rows one after the other, taken as float32 */
/** @typedef {{ mean: number, min: number, max: number }} Range */
/** @typedef {{ max: number, rms: number }} Residual the largest difference, and the root of the mean of their squares */

/**
 * @typedef {object} AttentionOptions
 * @property {number} dim the width of x
 * @property {Numbers} [query] [dim, width], a projection; without it x is the queries itself, and so with key and value
 * @property {Numbers} [key] [dim, width]
 * @property {Numbers} [value] [dim, any width]
 * @property {Numbers} [table] [n, dim], what an additive encoding adds to x
 * @property {import("./rotary.js").Rotates<any>} [rotary] what turns queries and keys
 * @property {number} [offset] of rotary: the position of the first row; 0
 * @property {Numbers} [bias] [n, n], what is added to scores; -Infinity hides a key from a query
 */

/** @type {import("./options.js").Kind} */
const asItIs = (_, value) => value;
const DIM = { dim: number };
const SEQUENCE = { dim: number, query: asItIs, key: asItIs, value: asItIs, table: asItIs, rotary: asItIs, offset: number, bias: asItIs };
/** The options that are rows. */
const ROWS = freeze(["query", "key", "value", "table", "bias", "y"]);

/**
 * Spec and lists without a prototype.
 * @template {object} T
 * @param {T} entries
 * @returns {any}
 */
const bare = (entries) => ({ ...entries, __proto__: null });

/** @type {(analysis: Analysis) => import("./runtime.js").Runtime} */
let runtimeOf;

/** `posenc.analysis`. */
export class Analysis {
  #runtime;

  /** @param {import("./runtime.js").Runtime} runtime */
  constructor(runtime) {
    this.#runtime = runtime;
    freeze(this);
  }

  /**
   * What rows have in common: G[i, j] = PE(i)·PE(j). For sines with their cosines it depends on i - j alone.
   * @param {Numbers} table [n, dim]
   * @param {{ dim: number }} options
   * @returns {Float32Array<ArrayBuffer>} [n, n]
   */
  gram(table, options) {
    return asFloat32("table", measure(this, "gram", DIM, options, { table }));
  }

  /**
   * The mean, least and largest of PE(i)·PE(i+k) over all i, for each distance k = 0 .. n-1.
   * @param {Numbers} table [n, dim]
   * @param {{ dim: number }} options
   * @returns {{ mean: Float64Array<ArrayBuffer>, min: Float64Array<ArrayBuffer>, max: Float64Array<ArrayBuffer> }} [n] each
   */
  profile(table, options) {
    return measure(this, "profile", DIM, options, { table });
  }

  /**
   * The strongest frequency of each column, in radians per row, and its share of the column's energy.
   * @param {Numbers} table [n, dim]
   * @param {{ dim: number }} options
   * @returns {{ frequencies: Float64Array<ArrayBuffer>, shares: Float64Array<ArrayBuffer> }} [dim] each
   */
  spectrum(table, options) {
    return measure(this, "spectrum", DIM, options, { table });
  }

  /**
   * Where rows are the same again, each number within the tolerance; -1: nowhere among those given.
   * @param {Numbers} table [n, dim]
   * @param {{ dim: number, tolerance?: number }} options
   * @returns {{ ofFirst: number, row: number, earlier: number }} the first row that is as row 0; the first that is as any before it, and which
   */
  firstRepetition(table, options) {
    return measure(this, "firstRepetition", { dim: number, tolerance: number }, options, { table });
  }

  /**
   * |PE(p+k) - M·PE(p)| over all rows: how well a matrix shifts, such as an encoder's shiftMatrix(k).
   * @param {readonly number[] | TypedArray} matrix M [dim, dim]
   * @param {Numbers} table [n, dim]
   * @param {{ dim: number, k: number }} options
   * @returns {Residual}
   */
  shiftResidual(matrix, table, options) {
    return measure(this, "shiftResidual", { dim: number, k: number }, options, { matrix, table });
  }

  /**
   * The largest entry of |MᵀM - I|: 0 where M keeps all lengths and angles.
   * @param {readonly number[] | TypedArray} matrix [dim, dim]
   * @param {{ dim: number }} options
   * @returns {number}
   */
  orthogonality(matrix, options) {
    return measure(this, "orthogonality", DIM, options, { matrix });
  }

  /**
   * The matrix that shifts a table by k rows best, by least squares: for tables that have none by their formula.
   * @param {Numbers} table [n, dim], of more than dim + |k| rows
   * @param {{ dim: number, k: number }} options
   * @returns {{ matrix: Float64Array<ArrayBuffer>, residual: Residual, rank: number, condition: number }} matrix [dim, dim]
   */
  fitShift(table, options) {
    return measure(this, "fitShift", { dim: number, k: number }, options, { table });
  }

  /**
   * What the cosine of two random directions is: the mean of |cos|, near √(2/(π·dim)), and the root of the mean of cos², 1/√dim.
   * @param {{ dim: number }} options
   * @returns {{ meanAbs: number, rms: number }}
   */
  randomCosine(options) {
    return measure(this, "randomCosine", DIM, options, {});
  }

  /**
   * The cosines of all pairs of different rows of x, or of all pairs of a row of x and one of y.
   * @param {Numbers} x [n, dim]
   * @param {{ dim: number, y?: Numbers }} options y [m, dim]
   * @returns {{ meanAbs: number, rms: number, mean: number, maxAbs: number, pairs: number }}
   */
  cosines(x, options) {
    return measure(this, "cosines", { dim: number, y: asItIs }, options, { x });
  }

  /**
   * How much lies in the first r principal directions of embeddings, r = 0 .. dim: of their own variance, and of a table's energy. Directions
   * that know nothing of each other have r/dim.
   * @param {Numbers} embeddings [n, dim]
   * @param {Numbers} table [m, dim]
   * @param {{ dim: number }} options
   * @returns {{ tokens: Float64Array<ArrayBuffer>, positions: Float64Array<ArrayBuffer> }} [dim + 1] each
   */
  overlap(embeddings, table, options) {
    return measure(this, "overlap", DIM, options, { embeddings, table });
  }

  /**
   * What is left of tokens when positions have been added: norms, cosines, and how often the nearest embedding is still the token's.
   * @param {Numbers} embeddings [n, dim]
   * @param {Numbers} table [m, dim]
   * @param {{ dim: number, tokens?: readonly number[] | TypedArray, positions?: readonly number[] | TypedArray }} options pair i is row
   *   tokens[i] of the embeddings with row positions[i] of the table; without both, each token once, with row i mod m
   * @returns {{ normRatio: Range, cosine: Range, byCosine: number, byDistance: number, pairs: number }}
   */
  preserve(embeddings, table, options) {
    return measure(this, "preserve", { dim: number, tokens: few, positions: few }, options, { embeddings, table });
  }

  /**
   * Rows in another width, by a random matrix of a seed that keeps lengths and angles in the mean.
   * @param {Numbers} x [n, dim]
   * @param {{ dim: number, to: number, seed?: number }} options
   * @returns {Float32Array<ArrayBuffer>} [n, to]
   */
  project(x, options) {
    return asFloat32("x", measure(this, "project", { dim: number, to: number, seed: number }, options, { x }));
  }

  /**
   * One head of self-attention, with positions in none, one or more of the three places where they can enter.
   * @param {Numbers} x [n, dim]
   * @param {AttentionOptions} options
   * @returns {{ scores: Float32Array<ArrayBuffer>, weights: Float32Array<ArrayBuffer>, output: Float32Array<ArrayBuffer> }} [n, n], [n, n],
   *   [n, width of value]
   */
  attention(x, options) {
    const { scores, weights, output } = measure(this, "attention", SEQUENCE, options, { x });
    return { scores: asFloat32("x", scores), weights: asFloat32("x", weights), output: asFloat32("value", output) };
  }

  /**
   * |f(πX) - πf(X)| of the output f of attention() when rows are shuffled: 0 but for rounding where nothing knows of order.
   * @param {Numbers} x [n, dim]
   * @param {AttentionOptions & { permutation: readonly number[] | TypedArray }} options row i of what is shuffled is row permutation[i]
   * @returns {Residual}
   */
  permutationError(x, options) {
    return measure(this, "permutationError", { ...SEQUENCE, permutation: few }, options, { x });
  }

  static {
    runtimeOf = (self) => {
      if (typeof self !== "object" || self === null || !(#runtime in self)) throw wrongThis("posenc.analysis", self);
      return self.#runtime;
    };
  }
}

/**
 * Has Go take a measure.
 * @param {Analysis} analysis
 * @param {string} name in jsbridge/analysis.go
 * @param {object} spec @param {unknown} given
 * @param {object} lists the arguments that are rows
 */
function measure(analysis, name, spec, given, lists) {
  const runtime = runtimeOf(analysis);
  const options = snapshot("options", bare(spec), given);
  need(options, "dim", "a number");
  if (options.k === undefined && "k" in spec) throw typeError("k", "a number", undefined);
  /** @type {Float32Array[]} */
  const arrays = [];
  const send = (/** @type {string} */ list, /** @type {unknown} */ value) => {
    arrays[arrays.length] = list === "matrix" ? new Float32(bufferOf(numbers(list, value))) : rowsOf(list, value, runtime);
    options[list] = arrays.length - 1;
  };
  const own = bare(lists);
  for (const list in own) send(list, own[list]);
  for (let i = 0; i < ROWS.length; i++) if (options[ROWS[i]] !== undefined && !(ROWS[i] in own)) send(ROWS[i], options[ROWS[i]]);
  const { rotary } = options;
  if (rotary === undefined) return runtime.measure(name, options, arrays);
  try {
    const core = coreOf(rotary);
    if (core.runtime !== runtime) throw typeError("rotary", "an encoder of the same load()", rotary);
    options.rotary = core.handle;
    return runtime.measure(name, options, arrays);
  } catch (error) {
    // where it is found to be no encoder, or one of another kind, it is called "this"
    throw error instanceof TypeError && matchOf(/^this:/, error.message) ? typeError("rotary", "an encoder that turns", rotary) : error;
  }
}

/**
 * @param {string} name
 * @param {any} list
 */
function asFloat32(name, list) {
  try {
    return new Float32(list);
  } catch {
    throw rangeError(`${name}: want as many numbers as memory allows, got ${lengthOf(list)}`);
  }
}

/**
 * Rows as float32, copied.
 * @param {string} name @param {unknown} value
 * @param {import("./runtime.js").Runtime} runtime
 */
function rowsOf(name, value, runtime) {
  if (!isAllocation(value)) return /** @type {Float32Array} */ (floats(name, value));
  const { address, length } = blockOf(name, value, runtime);
  return asFloat32(name, new Float32(runtime.buffer, address, length));
}
