// The lane of posenc: on arrays of alloc(), on a Float32Array, a row at a time, and a table from
// nothing.

import { Lane } from "./lane.js";
import { loadPosenc } from "./package.js";
import { DECODE_LENGTH } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./package.js").Allocation} Allocation */
/** @typedef {import("./package.js").Posenc} Posenc */

export const ALLOC = "posenc, alloc()";
export const ARRAY = "posenc, Float32Array";
export const TABLE = "posenc, table()";

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
    if (kind === "table") return undefined;
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
export const posencContenders = (posenc) => [
  adding(posenc, ALLOC, { make: (length) => posenc.alloc(length), data: (x) => x.data, dispose: (x) => x.dispose() }),
  adding(posenc, ARRAY, { make: (length) => new Float32Array(length), data: (x) => x }),
  making(posenc),
];

export const createLane = async () => new Lane(posencContenders(await loadPosenc()));
