// Literal numbers from the tests of other projects, through the built package: table, fill and add, on arrays of
// JavaScript's and of alloc(). ../conformance/README.md says what a case is; the Go side runs the same files.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";

/**
 * @typedef {object} Case
 * @property {string} id
 * @property {import("../../dist/npm/index.js").SinusoidalOptions} options
 * @property {number} batch
 * @property {number[]} positions
 * @property {number} firstColumn
 * @property {number[][]} [embeddings]
 * @property {number[][]} expected
 * @property {{ atol: number, rtol: number }} tolerance
 * @property {string} published
 * @property {string} note
 */
const FIELDS = ["id", "options", "batch", "positions", "firstColumn", "embeddings", "expected", "tolerance", "published", "note"];

const folder = new URL("../conformance/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const posenc = await load();

test("there are cases", () => assert.ok(files.length > 10, `${files.length} files`));

for (const file of files) {
  /** @type {{ source: Record<string, string>, cases: Case[] }} */
  const { source, cases } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  test(`${file}: ${cases.length} of ${source.repo}`, async (t) => {
    assert.match(source.commit, /^[0-9a-f]{40}$/);
    assert.ok(source.repo && source.path && cases.length > 0);
    for (const each of cases) await t.test(each.id, () => run(`${file} ${each.id}`, each));
  });
}

/** @param {string} where @param {Case} given */
function run(where, given) {
  assert.deepEqual(Object.keys(given).filter((key) => !FIELDS.includes(key)), [], `${where}: fields`);
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

  for (const [way, [rows, plus]] of Object.entries(ways)) compare(`${where}: ${way}`, given, rows, plus);
  memory.dispose();
  pe.dispose();
}

/** @param {string} where @param {Case} given @param {Float32Array} rows @param {Float32Array} plus */
function compare(where, { options, positions, firstColumn, expected, tolerance }, rows, plus) {
  assert.equal(expected.length, positions.length, `${where}: rows`);
  expected.forEach((wanted, r) => wanted.forEach((want, c) => {
    const i = r * options.dim + firstColumn + c;
    const got = rows[i] + plus[i];
    const within = tolerance.atol + tolerance.rtol * Math.abs(want);
    assert.ok(Math.abs(got - want) <= within,
      `${where}, position ${positions[r]}, column ${firstColumn + c}: want ${want} ± ${within.toPrecision(2)}, got ${got}`);
  }));
}
