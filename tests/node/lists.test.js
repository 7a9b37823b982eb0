// Lists of positions and the order of weights: held to the same cases as the Go functions of these names, and what only
// JavaScript has, the types of what is given.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { filesOf } from "./cases.js";
import { near } from "./reference.js";

const posenc = await load();
const FIELDS = ["call", "input", "options", "expected", "next", "error", "note"];
/** @type {Record<string, { of: new (...args: any[]) => ArrayLike<number>, given: (input: any) => any[] }>} */
const CALLS = {
  positionsFromMask: { of: Int32Array, given: (mask) => [mask, Float64Array.from(mask), Float32Array.from(mask)] },
  relativePositions: { of: Float64Array, given: (length) => [length] },
  mropePositions: { of: Float64Array, given: (parts) => [parts] },
  permute: { of: Float32Array, given: (weights) => [weights, Float64Array.from(weights), Float32Array.from(weights)] },
};

for (const { file, content } of filesOf("lists")) {
  test(`lists/${file}: ${content.cases.length} cases`, () => {
    const met = new Set();
    for (const [i, each] of content.cases.entries()) {
      const { call, input, options, expected, next, error } = each;
      const where = `case ${i}: ${call}(${JSON.stringify(input)}, ${JSON.stringify(options)})`;
      assert.deepEqual(Object.keys(each).filter((key) => !FIELDS.includes(key)), [], where);
      assert.ok(call in CALLS, where);
      met.add(call);
      for (const given of CALLS[call].given(input)) {
        const before = JSON.stringify(given);
        const run = () => /** @type {any} */ (posenc)[call](given, options);
        if (error !== undefined) {
          assert.throws(run, (/** @type {any} */ thrown) => {
            assert.deepEqual([thrown.name, thrown.code], ["RangeError", "ERR_POSENC_RANGE"], where);
            assert.ok(thrown.message.startsWith(error), `${where}: want ${error}, got ${thrown.message}`);
            return true;
          });
        } else {
          const answer = run();
          const got = call === "mropePositions" ? answer.positions : answer;
          assert.ok(got instanceof CALLS[call].of, where);
          assert.deepEqual([...got], expected, where);
          if (call === "mropePositions") assert.equal(answer.next, next, where);
          assert.notEqual(got, given);
        }
        assert.equal(JSON.stringify(given), before, `${where}: what was given is left as it was`);
      }
    }
    assert.deepEqual([...met].sort(), Object.keys(CALLS).sort());
  });
}

test("what is no list, no number or no option of them is a TypeError that names it", () => {
  const any = /** @type {any} */ (posenc);
  /** @type {[() => unknown, RegExp][]} */
  const wrong = [
    [() => any.positionsFromMask(), /^mask: /], [() => any.positionsFromMask("11"), /^mask: /], [() => any.positionsFromMask([1, "1"]), /^mask\[1\]: /],
    [() => any.positionsFromMask([1n]), /^mask\[0\]: /], [() => any.positionsFromMask([1], { batch: "1" }), /^batch: /], [() => any.positionsFromMask([1], { padd: 1 }), /^padd: unknown option; did you mean padding\?/],
    [() => any.positionsFromMask([1], 5), /^options: /], [() => any.positionsFromMask(new BigInt64Array(1)), /^mask: /],
    [() => any.relativePositions("4"), /^length: /], [() => any.relativePositions(4, { bidirectional: 1 }), /^bidirectional: /],
    [() => any.mropePositions({ length: 1 }), /^parts: /], [() => any.mropePositions([null]), /^parts\[0\]: /], [() => any.mropePositions([{ text: "3" }]), /^parts\[0\]\.text: /],
    [() => any.mropePositions([{ h: 2 }]), /^parts\[0\]\.w: /], [() => any.mropePositions([{ text: 1, x: 2 }]), /^parts\[0\]\.?x|^x: unknown option/], [() => any.mropePositions([{}]), /^parts\[0\]\.h: /],
    [() => any.permute([1, 2], { headDim: 2 }), /^to: /], [() => any.permute([1, 2], { to: "other", headDim: 2 }), /^to: /], [() => any.permute([1, 2], { to: "half" }), /^headDim: /],
    [() => any.permute("12", { to: "half", headDim: 2 }), /^weights: /],
  ];
  for (const [call, message] of wrong) assert.throws(call, { name: "TypeError", code: "ERR_POSENC_TYPE", message });
});

test("the lists fit the encoders that they are for", () => {
  const xl = posenc.sinusoidal({ dim: 4, convention: "transformer-xl" });
  const positions = posenc.relativePositions(3, { bidirectional: true });
  near(xl.table(5, { positions }), [2, 1, 0, -1, -2].flatMap((p) => [Math.sin(p), Math.sin(p / 100), Math.cos(p), Math.cos(p / 100)]), 1e-7, "transformer-xl");
  const mask = [1, 1, 0, 1, 1, 1];
  const learned = posenc.learned({ dim: 1, weights: [90, 91, 92, 93, 94, 95] });
  near(learned.fill(new Float32Array(6), { batch: 2, positions: posenc.positionsFromMask(mask, { batch: 2 }) }), [92, 93, 91, 92, 93, 94], 0, "a mask");
  const { positions: ids, next } = posenc.mropePositions([{ text: 1 }, { h: 1, w: 2 }]);
  const mrope = posenc.mrope({ headDim: 6, sections: [1, 1, 1] });
  const { cos } = mrope.cosSin(3, { positions: ids });
  const at = [[0, 0, 0], [1, 1, 1], [1, 1, 2]];
  near(cos, at.flatMap((axes) => axes.map((p, i) => Math.cos(p * 10000 ** (-i / 3)))), 1e-7, "mrope");
  assert.equal(next, 3);
});

test("permute without heads takes as many as there are; a bias has one column", () => {
  const bias = Float32Array.from({ length: 24 }, (_, i) => i);
  assert.deepEqual(posenc.permute(bias, { to: "half", headDim: 8 }), posenc.permute(bias, { to: "half", headDim: 8, heads: 3, columns: 1, rotaryDim: 8 }));
  const there = posenc.permute(bias, { to: "half", headDim: 8, rotaryDim: 4 });
  assert.deepEqual(posenc.permute(there, { to: "interleaved", headDim: 8, rotaryDim: 4 }), bias);
  assert.throws(() => posenc.permute(new Float32Array(0), { to: "half", headDim: 8 }), { code: "ERR_POSENC_RANGE", message: /^weights: / });
});
