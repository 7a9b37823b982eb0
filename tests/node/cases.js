// How the tests that run literal numbers read their cases: ../conformance/*/*.json. Whatever a file has that nobody knows is a
// failure; nothing is skipped in silence.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

/**
 * The files of a folder of ../conformance.
 * @param {string} name
 * @returns {{ file: string, content: any }[]}
 */
export function filesOf(name) {
  const folder = new URL(`../conformance/${name}/`, import.meta.url);
  const files = readdirSync(folder).filter((each) => each.endsWith(".json"));
  assert.ok(files.length > 0, `${name}: no files`);
  return files.map((file) => ({ file, content: JSON.parse(readFileSync(new URL(file, folder), "utf8")) }));
}

/**
 * Runs the cases of a folder, each by its kind.
 * @param {string} name
 * @param {string} kindOf the field that says which kind a case is
 * @param {readonly string[]} common the fields that every kind may have
 * @param {Record<string, { fields: readonly string[], run: (where: string, each: any) => void }>} kinds
 */
export function runFolder(name, kindOf, common, kinds) {
  const met = new Set();
  for (const { file, content } of filesOf(name)) {
    assert.deepEqual(Object.keys(content).sort(), ["cases", "source"], file);
    const { source, cases } = content;
    test(`${name}/${file}: ${cases.length} of ${source.repo}`, async (t) => {
      assert.match(source.commit, file === "truth.json" ? /^$/ : /^[0-9a-f]{40}$/);
      assert.ok(source.repo !== undefined && source.path && cases.length > 0, "source");
      assert.equal(new Set(cases.map((/** @type {any} */ each) => each.id)).size, cases.length, "ids");
      for (const each of cases) {
        await t.test(each.id, () => {
          const kind = kinds[each[kindOf]];
          assert.ok(kind, `${kindOf} ${each[kindOf]}: no test for it`);
          met.add(each[kindOf]);
          const known = [kindOf, "id", "tolerance", "published", "note", ...common, ...kind.fields];
          assert.deepEqual(Object.keys(each).filter((key) => !known.includes(key)), [], "fields that no test reads");
          kind.run(`${file} ${each.id}`, each);
        });
      }
    });
  }
  test(`${name}: every kind has a case`, () => assert.deepEqual(Object.keys(kinds).filter((kind) => !met.has(kind)), []));
}

/**
 * Within the tolerance of a case.
 * @param {ArrayLike<number>} got @param {ArrayLike<number>} want
 * @param {{ atol: number, rtol: number }} tolerance
 * @param {string} where
 */
export function within(got, want, { atol, rtol }, where) {
  assert.equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) {
    const most = atol + rtol * Math.abs(want[i]);
    if (!(Math.abs(got[i] - want[i]) <= most)) assert.fail(`${where}: number ${i}: want ${want[i]} ± ${most.toPrecision(2)}, got ${got[i]}`);
  }
}

/**
 * An operation on an array in place, in each place where an array may be; all must give the same bits.
 * @param {any} posenc
 * @param {Float32Array} x
 * @param {(x: any) => unknown} operate
 * @param {string} where
 * @returns {Float32Array} what became of it
 */
export function everywhere(posenc, x, operate, where) {
  const out = x.slice();
  assert.equal(operate(out), out, `${where}: returns its array`);
  const memory = posenc.alloc(x.length + 9);
  const whole = posenc.alloc(x.length);
  try {
    whole.data.set(x);
    assert.equal(operate(whole), whole, `${where}: returns its allocation`);
    bits(whole.data, out, `${where} on alloc()`);
    memory.data.fill(42).set(x, 5);
    operate(memory.data.subarray(5, 5 + x.length));
    bits(memory.data.subarray(5, 5 + x.length), out, `${where} on a subarray of alloc().data`);
    const around = new Float32Array(x.length + 7).fill(42);
    around.set(x, 3);
    operate(around.subarray(3, 3 + x.length));
    bits(around.subarray(3, 3 + x.length), out, `${where} on a subarray`);
    for (const v of [...memory.data.subarray(0, 5), ...memory.data.subarray(5 + x.length), ...around.subarray(0, 3), ...around.subarray(3 + x.length)]) {
      assert.equal(v, 42, `${where}: neighbours of a subarray`);
    }
  } finally {
    memory.dispose();
    whole.dispose();
  }
  return out;
}

/** The same bits. @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {string} where */
export function bits(got, want, where) {
  assert.equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) if (!Object.is(got[i], want[i])) assert.fail(`${where}: number ${i}: want ${want[i]}, got ${got[i]}`);
}

/**
 * [batch, seq, heads, width] in the order [batch, heads, seq, width]; with seq and heads the other way round it is the way back.
 * @param {Float32Array} x @param {number} batch @param {number} seq @param {number} heads
 */
export function transposed(x, batch, seq, heads) {
  const out = new Float32Array(x.length);
  const width = x.length / batch / seq / heads;
  for (let b = 0; b < batch; b++) for (let s = 0; s < seq; s++) for (let h = 0; h < heads; h++) {
    const from = ((b * seq + s) * heads + h) * width;
    out.set(x.subarray(from, from + width), ((b * heads + h) * seq + s) * width);
  }
  return out;
}
