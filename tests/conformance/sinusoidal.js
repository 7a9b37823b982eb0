// Sinusoidal encodings: table, fill and add, on arrays of JavaScript's and of alloc(). README.md says what a case is.

import { Disagreement, equal } from "./check.js";

/**
 * @typedef {object} Case
 * @property {any} options
 * @property {number} batch
 * @property {number[]} positions
 * @property {number} firstColumn
 * @property {number[][]} [embeddings]
 * @property {number[][]} expected
 * @property {{ atol: number, rtol: number }} tolerance
 */

/** @param {any} posenc @param {string} where @param {Case} given */
function run(posenc, where, given) {
  const { options, batch, positions, embeddings } = given;
  const pe = posenc.sinusoidal(options);
  const at = { batch, positions };
  const size = positions.length * options.dim;
  const input = new Float32Array(size);
  embeddings?.forEach((row, i) => input.set(row, i * options.dim));
  const zeros = new Float32Array(size);

  const memory = posenc.alloc(size);
  /** Ways to the same numbers: the rows that come out, and what must still be added to them. @type {Record<string, [Float32Array, Float32Array]>} */
  const ways = {
    table: [pe.table(positions.length, { positions }), input],
    fill: [pe.fill(new Float32Array(size).fill(NaN), at), input],
    add: [pe.add(input.slice(), at), zeros],
  };
  memory.data.fill(NaN);
  ways["fill on alloc()"] = [pe.fill(memory, at).data.slice(), input];
  memory.data.set(input);
  ways["add on alloc()"] = [pe.add(memory, at).data.slice(), zeros];
  memory.data.set(input);
  ways["add on alloc().data"] = [pe.add(memory.data, at).slice(), zeros];
  const rowByRow = input.slice(); // by offset, where the position is an integer
  positions.forEach((p, i) => {
    const row = rowByRow.subarray(i * options.dim, (i + 1) * options.dim);
    pe.add(row, Number.isInteger(p) ? { offset: p } : { positions: [p] });
  });
  ways["add, row by row"] = [rowByRow, zeros];
  memory.dispose();
  pe.dispose();

  for (const [way, [rows, plus]] of Object.entries(ways)) compare(`${where}: ${way}`, given, rows, plus);
}

/** @param {string} where @param {Case} given @param {Float32Array} rows @param {Float32Array} plus */
function compare(where, { options, positions, firstColumn, expected, tolerance }, rows, plus) {
  equal(expected.length, positions.length, `${where}: rows`);
  expected.forEach((wanted, r) =>
    wanted.forEach((want, c) => {
      const i = r * options.dim + firstColumn + c;
      const got = rows[i] + plus[i];
      const most = tolerance.atol + tolerance.rtol * Math.abs(want);
      if (!(Math.abs(got - want) <= most))
        throw new Disagreement(`${where}, position ${positions[r]}, column ${firstColumn + c}`, `${want} ± ${most.toPrecision(2)}`, got);
    }),
  );
}

/** @type {import("./run.js").Folder} */
export const sinusoidal = {
  kindOf: () => "sinusoidal",
  kinds: {
    sinusoidal: {
      fields: ["id", "options", "batch", "positions", "firstColumn", "embeddings", "expected", "tolerance", "published", "note"],
      run,
    },
  },
};
