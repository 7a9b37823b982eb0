// The lane of posenc: on arrays of alloc(), on a Float32Array, a row at a time, and tables from
// nothing.

import { Lane } from "./lane.js";
import { positionOf } from "./making-tasks.js";
import { loadPosenc } from "./package.js";
import { DECODE_LENGTH, joined, scoresOf } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./package.js").Allocation} Allocation */
/** @typedef {import("./package.js").Posenc} Posenc */

export const ALLOC = "posenc, alloc()";
export const ARRAY = "posenc, Float32Array";
export const TABLE = "posenc, table()";
export const COS_SIN = "posenc, cosSin()";

/**
 * Adds to an array that `hold` makes, called as a user would: no options where none are needed, and
 * for a decoder's token new ones each time.
 * @template {Float32Array | Allocation} X
 * @param {Posenc} posenc
 * @param {string} name
 * @param {{ make: (length: number) => X, data: (x: X) => Float32Array, dispose?: (x: X) => void }} hold
 * @returns {Contender}
 */
const adding = (posenc, name, { make, data, dispose }) => ({
  name,
  begin({ kind, shape: [batch, , dim], x: input }) {
    if (kind !== "add" && kind !== "decode") return undefined;
    const encoder = posenc.sinusoidal({ dim });
    const x = make(input.length);
    /** @type {(step: number) => void} */
    let run = () => void encoder.add(x);
    if (kind === "decode") run = (step) => void encoder.add(x, { offset: step % DECODE_LENGTH });
    else if (batch > 1) run = () => void encoder.add(x, { batch });
    return {
      reset: () => data(x).set(input),
      run,
      result: () => data(x),
      dispose() {
        dispose?.(x);
        encoder.dispose();
      },
    };
  },
});

/**
 * Turns queries, or adds ALiBi to scores, in an array that `hold` makes, with new options each time.
 * @template {Float32Array | Allocation} X
 * @param {Posenc} posenc
 * @param {string} name
 * @param {{ make: (length: number) => X, data: (x: X) => Float32Array, dispose?: (x: X) => void }} hold
 * @returns {Contender}
 */
const ofHeads = (posenc, name, { make, data, dispose }) => ({
  name,
  begin({ kind, shape, x: input }) {
    if (kind !== "rotate" && kind !== "rotateInterleaved" && kind !== "bias") return undefined;
    const [batch, heads, seq, width] = shape;
    /** @type {(step: number) => void} */
    let run;
    /** @type {{ dispose: () => void }} */
    let encoder;
    const x = make(input.length);
    if (kind !== "bias") {
      const rotary = (encoder = posenc.rotary({ headDim: width, pairing: kind === "rotate" ? "half" : "interleaved" }));
      run =
        seq === 1
          ? (step) => void rotary.rotate(x, { batch, heads, order: "bhsd", offset: step % DECODE_LENGTH })
          : () => void rotary.rotate(x, { batch, heads, order: "bhsd" });
    } else {
      const alibi = (encoder = posenc.alibi({ heads }));
      const { offset } = scoresOf(shape);
      run = () => void alibi.add(x, { batch, queryLength: seq, keyLength: width, offset });
    }
    return {
      reset: () => data(x).set(input),
      run,
      result: () => data(x),
      dispose() {
        dispose?.(x);
        encoder.dispose();
      },
    };
  },
});

/**
 * Cosines and sines, with an encoder that has made nothing yet, each time.
 * @param {Posenc} posenc
 * @returns {Contender}
 */
const makingCosSin = (posenc) => ({
  name: COS_SIN,
  begin({ kind, shape: [, length, headDim] }) {
    if (kind !== "cosSin") return undefined;
    let made = { cos: new Float32Array(0), sin: new Float32Array(0) };
    const run = () => {
      const encoder = posenc.rotary({ headDim });
      made = encoder.cosSin(length);
      encoder.dispose();
    };
    return { reset() {}, run, result: () => joined(made.cos, made.sin) };
  },
});

/**
 * Overwrites an array that `hold` makes, with an encoder that exists.
 * @template {Float32Array | Allocation} X
 * @param {Posenc} posenc
 * @param {string} name
 * @param {{ make: (length: number) => X, data: (x: X) => Float32Array, dispose?: (x: X) => void }} hold
 * @returns {Contender}
 */
const filling = (posenc, name, { make, data, dispose }) => ({
  name,
  begin({ kind, shape, x: input }) {
    if (kind !== "fill" && kind !== "grid") return undefined;
    const encoder = kind === "fill" ? posenc.sinusoidal({ dim: shape[2] }) : gridOf(posenc, shape);
    const x = make(input.length);
    const run =
      kind === "fill" ? (/** @type {number} */ step) => void encoder.fill(x, { offset: positionOf(step) }) : () => void encoder.fill(x);
    return {
      reset: () => void data(x).fill(0),
      run,
      result: () => data(x),
      dispose() {
        dispose?.(x);
        encoder.dispose();
      },
    };
  },
});

/** @param {Posenc} posenc @param {readonly number[]} shape [H, W, dim] */
const gridOf = (posenc, [height, width, dim]) => posenc.grid({ dim, shape: [height, width] });

/**
 * A new array each time, with an encoder that exists.
 * @param {Posenc} posenc
 * @returns {Contender}
 */
const makingAgain = (posenc) => ({
  name: TABLE,
  begin({ kind, shape }) {
    if (kind !== "newTable" && kind !== "grid") return undefined;
    const encoder = kind === "newTable" ? posenc.sinusoidal({ dim: shape[2] }) : gridOf(posenc, shape);
    const length = kind === "newTable" ? shape[1] : shape[0] * shape[1];
    /** @type {Float32Array} */
    let table = new Float32Array(0);
    const run =
      kind === "newTable"
        ? (/** @type {number} */ step) => void (table = encoder.table(length, { offset: positionOf(step) }))
        : () => void (table = encoder.table(length));
    return { reset() {}, run, result: () => table, dispose: () => encoder.dispose() };
  },
});

/**
 * With an encoder that has made nothing yet, each time.
 * @param {Posenc} posenc
 * @returns {Contender}
 */
const making = (posenc) => ({
  name: TABLE,
  begin({ kind, shape: [, seq, dim] }) {
    if (kind !== "table") return undefined;
    /** @type {Float32Array} */
    let table = new Float32Array(0);
    const run = () => {
      const encoder = posenc.sinusoidal({ dim });
      table = encoder.table(seq);
      encoder.dispose();
    };
    return { reset() {}, run, result: () => table };
  },
});

/**
 * @param {Posenc} posenc
 * @returns {Contender[]}
 */
export const posencContenders = (posenc) => {
  const alloc = {
    make: (/** @type {number} */ length) => posenc.alloc(length),
    data: (/** @type {Allocation} */ x) => x.data,
    dispose: (/** @type {Allocation} */ x) => x.dispose(),
  };
  const array = { make: (/** @type {number} */ length) => new Float32Array(length), data: (/** @type {Float32Array} */ x) => x };
  return [
    adding(posenc, ALLOC, alloc),
    adding(posenc, ARRAY, array),
    making(posenc),
    filling(posenc, ALLOC, alloc),
    filling(posenc, ARRAY, array),
    makingAgain(posenc),
    ofHeads(posenc, ALLOC, alloc),
    ofHeads(posenc, ARRAY, array),
    makingCosSin(posenc),
  ];
};

/** @param {string} [from] the package's folder, where it is not dist/npm */
export const createLane = async (from) => new Lane(posencContenders(await loadPosenc({ from })));
