// Lists of positions and the order of weights: what only JavaScript has, the types of what is given. Their numbers are in ../conformance/lists.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { near } from "./reference.js";

const posenc = await load();

test("what is no list, no number or no option of them is a TypeError that names it", () => {
  const any = /** @type {any} */ (posenc);
  /** @type {[() => unknown, RegExp][]} */
  const wrong = [
    [() => any.positionsFromMask(), /^mask: /],
    [() => any.positionsFromMask("11"), /^mask: /],
    [() => any.positionsFromMask([1, "1"]), /^mask\[1\]: /],
    [() => any.positionsFromMask([1n]), /^mask\[0\]: /],
    [() => any.positionsFromMask([1], { batch: "1" }), /^batch: /],
    [() => any.positionsFromMask([1], { padd: 1 }), /^padd: unknown option; did you mean padding\?/],
    [() => any.positionsFromMask([1], 5), /^options: /],
    [() => any.positionsFromMask(new BigInt64Array(1)), /^mask: /],
    [() => any.relativePositions("4"), /^length: /],
    [() => any.relativePositions(4, { bidirectional: 1 }), /^bidirectional: /],
    [() => any.mropePositions({ length: 1 }), /^parts: /],
    [() => any.mropePositions([null]), /^parts\[0\]: /],
    [() => any.mropePositions([{ text: "3" }]), /^parts\[0\]\.text: /],
    [() => any.mropePositions([{ h: 2 }]), /^parts\[0\]\.w: /],
    [() => any.mropePositions([{ text: 1, x: 2 }]), /^parts\[0\]\.?x|^x: unknown option/],
    [() => any.mropePositions([{}]), /^parts\[0\]\.h: /],
    [() => any.permute([1, 2], { headDim: 2 }), /^to: /],
    [() => any.permute([1, 2], { to: "other", headDim: 2 }), /^to: /],
    [() => any.permute([1, 2], { to: "half" }), /^headDim: /],
    [() => any.permute("12", { to: "half", headDim: 2 }), /^weights: /],
  ];
  for (const [call, message] of wrong) assert.throws(call, { name: "TypeError", code: "ERR_POSENC_TYPE", message });
});

test("the lists fit the encoders that they are for", () => {
  const xl = posenc.sinusoidal({ dim: 4, convention: "transformer-xl" });
  const positions = posenc.relativePositions(3, { bidirectional: true });
  near(
    xl.table(5, { positions }),
    [2, 1, 0, -1, -2].flatMap((p) => [Math.sin(p), Math.sin(p / 100), Math.cos(p), Math.cos(p / 100)]),
    1e-7,
    "transformer-xl",
  );
  const mask = [1, 1, 0, 1, 1, 1];
  const learned = posenc.learned({ dim: 1, weights: [90, 91, 92, 93, 94, 95] });
  near(
    learned.fill(new Float32Array(6), { batch: 2, positions: posenc.positionsFromMask(mask, { batch: 2 }) }),
    [92, 93, 91, 92, 93, 94],
    0,
    "a mask",
  );
  const { positions: ids, next } = posenc.mropePositions([{ text: 1 }, { h: 1, w: 2 }]);
  const mrope = posenc.mrope({ headDim: 6, sections: [1, 1, 1] });
  const { cos } = mrope.cosSin(3, { positions: ids });
  const at = [
    [0, 0, 0],
    [1, 1, 1],
    [1, 1, 2],
  ];
  near(
    cos,
    at.flatMap((axes) => axes.map((p, i) => Math.cos(p * 10000 ** (-i / 3)))),
    1e-7,
    "mrope",
  );
  assert.equal(next, 3);
});

test("permute without heads takes as many as there are; a bias has one column", () => {
  const bias = Float32Array.from({ length: 24 }, (_, i) => i);
  assert.deepEqual(
    posenc.permute(bias, { to: "half", headDim: 8 }),
    posenc.permute(bias, { to: "half", headDim: 8, heads: 3, columns: 1, rotaryDim: 8 }),
  );
  const there = posenc.permute(bias, { to: "half", headDim: 8, rotaryDim: 4 });
  assert.deepEqual(posenc.permute(there, { to: "interleaved", headDim: 8, rotaryDim: 4 }), bias);
  assert.throws(() => posenc.permute(new Float32Array(0), { to: "half", headDim: 8 }), { code: "ERR_POSENC_RANGE", message: /^weights: / });
});
