// Literal numbers of grids, time steps, resized tables and positions from a mask, through the built package.
// ../conformance/additive/README.md says what a case is; the Go side runs the same files.

import assert from "node:assert/strict";

import { load } from "../../dist/npm/index.js";
import { bits, everywhere, runFolder, within } from "./cases.js";

const posenc = await load();

/**
 * The rows of an encoder by each of its ways.
 * @param {string} where @param {any} encoder @param {number} dim
 * @param {ArrayLike<number>} positions
 */
function rowsOf(where, encoder, dim, positions) {
  const rows = encoder.table(positions.length, { positions });
  const zeros = new Float32Array(rows.length);
  bits(everywhere(posenc, zeros.slice().fill(NaN), (x) => encoder.fill(x, { positions }), `${where}: fill`), rows, `${where}: fill`);
  bits(everywhere(posenc, zeros, (x) => encoder.add(x, { positions }), `${where}: add`), rows.map((v) => v + 0), `${where}: add`);
  bits(everywhere(posenc, zeros, (x) => encoder.subtract(x, { positions }), `${where}: subtract`), rows.map((v) => 0 - v), `${where}: subtract`);
  const one = zeros.slice();
  for (let i = 0; i < positions.length; i++) {
    encoder.add(one.subarray(i * dim, (i + 1) * dim), Number.isInteger(positions[i]) ? { offset: positions[i] } : { positions: [positions[i]] });
  }
  bits(one, rows.map((v) => v + 0), `${where}: row by row`);
  return rows;
}

/** @param {string} where @param {Float32Array | Int32Array} rows @param {number} dim @param {any} each */
function compare(where, rows, dim, { expected, firstColumn = 0, tolerance }) {
  assert.ok(expected.length > 0 && expected.length * dim <= rows.length, `${where}: rows`);
  expected.forEach((/** @type {number[]} */ wanted, /** @type {number} */ r) => {
    const from = r * dim + firstColumn;
    assert.ok(firstColumn + wanted.length <= dim);
    within(rows.subarray(from, from + wanted.length), wanted, tolerance, `${where}, row ${r}`);
  });
}

runFolder("additive", "call", ["options", "expected"], {
  grid: {
    fields: ["firstColumn"],
    run(where, each) {
      const encoder = posenc.grid(each.options);
      const { dim, shape, prefixTokens } = encoder.options;
      const all = encoder.table();
      const count = prefixTokens + shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
      assert.equal(all.length, count * dim);
      bits(rowsOf(where, encoder, dim, Array.from({ length: count }, (_, p) => p)), all, where);
      compare(where, all, dim, each);
    },
  },
  timestep: {
    fields: ["positions", "firstColumn"],
    run(where, each) {
      const encoder = posenc.timestep(each.options);
      const rows = rowsOf(where, encoder, each.options.dim, each.positions);
      bits(encoder.encode(each.positions), rows, `${where}: encode`);
      bits(encoder.encode(Float64Array.from(each.positions)), rows, `${where}: encode`);
      compare(where, rows, each.options.dim, each);
    },
  },
  resize2D: {
    fields: ["input"],
    run(where, each) {
      const { from, to, dim, ...how } = each.options;
      const encoder = posenc.learned({ dim, weights: each.input, resize: { from, to, ...how } });
      assert.equal(encoder.options.rows, to[0] * to[1]);
      const rows = encoder.table();
      bits(rowsOf(where, encoder, dim, Array.from({ length: to[0] * to[1] }, (_, p) => p)), rows, where);
      compare(where, rows, dim, each);
      // Class tokens in front stay as they are.
      const prefix = Float32Array.from({ length: 2 * dim }, (_, i) => 1000 + i);
      const after = posenc.learned({ dim, weights: [...prefix, ...each.input], resize: { from, to, ...how, prefixTokens: 2 } }).table();
      bits(after.subarray(0, 2 * dim), prefix, `${where}: prefix`);
      bits(after.subarray(2 * dim), rows, `${where}: after the prefix`);
    },
  },
  positionsFromMask: {
    fields: ["input"],
    run(where, { options, input, expected }) {
      for (const mask of [input, Float32Array.from(input), Uint8Array.from(input)]) {
        const got = posenc.positionsFromMask(mask, options);
        assert.ok(got instanceof Int32Array);
        assert.deepEqual([...got], expected.flat(), where);
      }
    },
  },
});
