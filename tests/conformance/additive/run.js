// Grids, time steps, resized tables and positions from a mask. README.md says what a case is.

import { bits, equal, everywhere, ok, within } from "../check.js";

const COMMON = ["id", "call", "options", "expected", "tolerance", "published", "note"];

/**
 * The rows of an encoder by each of its ways.
 * @param {any} posenc @param {string} where @param {any} encoder @param {number} dim
 * @param {ArrayLike<number>} positions
 */
function rowsOf(posenc, where, encoder, dim, positions) {
  const rows = encoder.table(positions.length, { positions });
  const zeros = new Float32Array(rows.length);
  bits(
    everywhere(posenc, zeros.slice().fill(NaN), (x) => encoder.fill(x, { positions }), `${where}: fill`),
    rows,
    `${where}: fill`,
  );
  bits(
    everywhere(posenc, zeros, (x) => encoder.add(x, { positions }), `${where}: add`),
    rows.map((v) => v + 0),
    `${where}: add`,
  );
  bits(
    everywhere(posenc, zeros, (x) => encoder.subtract(x, { positions }), `${where}: subtract`),
    rows.map((v) => 0 - v),
    `${where}: subtract`,
  );
  const one = zeros.slice();
  for (let i = 0; i < positions.length; i++) {
    encoder.add(
      one.subarray(i * dim, (i + 1) * dim),
      Number.isInteger(positions[i]) ? { offset: positions[i] } : { positions: [positions[i]] },
    );
  }
  bits(
    one,
    rows.map((v) => v + 0),
    `${where}: row by row`,
  );
  return rows;
}

/** @param {string} where @param {Float32Array | Int32Array} rows @param {number} dim @param {any} each */
function compare(where, rows, dim, { expected, firstColumn = 0, tolerance }) {
  ok(expected.length > 0 && expected.length * dim <= rows.length, `${where}: rows`);
  expected.forEach((/** @type {number[]} */ wanted, /** @type {number} */ r) => {
    const from = r * dim + firstColumn;
    ok(firstColumn + wanted.length <= dim);
    within(rows.subarray(from, from + wanted.length), wanted, tolerance, `${where}, row ${r}`);
  });
}

/** @type {import("../run.js").Folder} */
export const additive = {
  kindOf: (each) => each.call,
  kinds: {
    grid: {
      fields: [...COMMON, "firstColumn"],
      run(posenc, where, each) {
        const encoder = posenc.grid(each.options);
        const { dim, shape, prefixTokens } = encoder.options;
        const all = encoder.table();
        const count = prefixTokens + shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
        equal(all.length, count * dim);
        bits(
          rowsOf(
            posenc,
            where,
            encoder,
            dim,
            Array.from({ length: count }, (_, p) => p),
          ),
          all,
          where,
        );
        compare(where, all, dim, each);
      },
    },
    timestep: {
      fields: [...COMMON, "positions", "firstColumn"],
      run(posenc, where, each) {
        const encoder = posenc.timestep(each.options);
        const rows = rowsOf(posenc, where, encoder, each.options.dim, each.positions);
        bits(encoder.encode(each.positions), rows, `${where}: encode`);
        bits(encoder.encode(Float64Array.from(each.positions)), rows, `${where}: encode`);
        compare(where, rows, each.options.dim, each);
      },
    },
    resize2D: {
      fields: [...COMMON, "input"],
      run(posenc, where, each) {
        const { from, to, dim, ...how } = each.options;
        const encoder = posenc.learned({ dim, weights: each.input, resize: { from, to, ...how } });
        equal(encoder.options.rows, to[0] * to[1]);
        const rows = encoder.table();
        bits(
          rowsOf(
            posenc,
            where,
            encoder,
            dim,
            Array.from({ length: to[0] * to[1] }, (_, p) => p),
          ),
          rows,
          where,
        );
        compare(where, rows, dim, each);
        // Class tokens in front stay as they are.
        const prefix = Float32Array.from({ length: 2 * dim }, (_, i) => 1000 + i);
        const after = posenc.learned({ dim, weights: [...prefix, ...each.input], resize: { from, to, ...how, prefixTokens: 2 } }).table();
        bits(after.subarray(0, 2 * dim), prefix, `${where}: prefix`);
        bits(after.subarray(2 * dim), rows, `${where}: after the prefix`);
      },
    },
    positionsFromMask: {
      fields: [...COMMON, "input"],
      run(posenc, where, { options, input, expected }) {
        for (const mask of [input, Float32Array.from(input), Uint8Array.from(input)]) {
          const got = posenc.positionsFromMask(mask, options);
          ok(got instanceof Int32Array);
          equal([...got], expected.flat(), where);
        }
      },
    },
  },
};
