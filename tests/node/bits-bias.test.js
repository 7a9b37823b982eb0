// A bias has one value: its bits depend on head, query, key and the options, not on the array, part, batch or path. Scores that
// live in JavaScript go over in runs of 65,536 elements, wherever in a row those end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { bits, everywhere } from "./cases.js";
import { embeddings } from "./reference.js";

const posenc = await load();
const numbers = (/** @type {number} */ length) => embeddings(length);

/** @type {Record<string, { make: () => any, heads: number, window?: number }>} */
const ENCODERS = {
  alibi: { make: () => posenc.alibi({ heads: 12 }), heads: 12 },
  "alibi, symmetric": { make: () => posenc.alibi({ heads: 3, symmetric: true, slopes: "geometric", maxBias: 5 }), heads: 3 },
  t5: { make: () => posenc.t5({ heads: 5, weights: numbers(160) }), heads: 5 },
  "t5, one direction": {
    make: () => posenc.t5({ heads: 2, numBuckets: 16, maxDistance: 64, bidirectional: false, weights: numbers(32) }),
    heads: 2,
  },
  "kerple, log": { make: () => posenc.kerple({ heads: 2, p: [0.7, 2], a: [1.5, 0.1] }), heads: 2 },
  "kerple, power": { make: () => posenc.kerple({ heads: 2, type: "power", p: [0.7, 2], a: [1.5, 0.1] }), heads: 2 },
  fire: { make: () => posenc.fire({ heads: 3, w1: numbers(8), b1: numbers(8), w2: numbers(24), b2: numbers(3) }), heads: 3 },
  swin: { make: () => posenc.swin({ window: [5, 7], heads: 4, weights: numbers(9 * 13 * 4) }), heads: 4, window: 35 },
};
/** Within one run, over some, rows longer than one, and a decoder's one query. */
const SHAPES = [
  { batch: 1, queryLength: 1, keyLength: 1, offset: 0 },
  { batch: 2, queryLength: 5, keyLength: 9, offset: 4 },
  { batch: 3, queryLength: 1, keyLength: 1000, offset: 999 },
  { batch: 2, queryLength: 211, keyLength: 307, offset: -20 },
  { batch: 1, queryLength: 2, keyLength: 70001, offset: 69999 },
  { batch: 1, queryLength: 3, keyLength: 3, offset: 2 ** 40 },
];

for (const [name, { make, heads, window }] of Object.entries(ENCODERS)) {
  const shapes = window === undefined ? SHAPES : [1, 40].map((batch) => ({ batch, queryLength: window, keyLength: window, offset: 0 }));
  for (const shape of shapes) {
    const { batch, queryLength, keyLength, offset } = shape;
    test(`${name}, ${JSON.stringify(shape)}: the same bits`, () => {
      const e = make();
      const matrix = make().matrix(queryLength, keyLength, { offset });
      const length = heads * queryLength * keyLength;
      assert.equal(matrix.length, length);
      bits(e.matrix(queryLength, keyLength, { offset }), matrix, "matrix again");
      const x = embeddings(batch * length);
      const want = x.map((v, i) => v + matrix[i % length]);
      bits(
        everywhere(posenc, x, (scores) => e.add(scores, shape), "add"),
        want,
        "add",
      );
      bits(e.add(x.slice(), { ...shape, batch: 1, ...(batch === 1 ? {} : { batch }) }), want, "add again");
      const shared = new Float32Array(new SharedArrayBuffer(x.byteLength));
      shared.set(x);
      bits(e.add(shared, { ...shape, allowShared: true }), want, "shared memory, allowed");
      const other = posenc.alibi({ heads: 7 });
      const y = x.slice();
      for (let b = 0; b < batch; b++) {
        other.matrix(3, 50);
        e.add(y.subarray(b * length, (b + 1) * length), { queryLength, keyLength, offset });
      }
      bits(y, want, "one of the batch at a time, with another encoder between");
      if (window === undefined) {
        for (const q of new Set([0, queryLength >> 1, queryLength - 1])) {
          const one = make().matrix(1, keyLength, { offset: offset + q });
          for (let h = 0; h < heads; h++)
            bits(
              one.subarray(h * keyLength, (h + 1) * keyLength),
              matrix.subarray((h * queryLength + q) * keyLength).subarray(0, keyLength),
              `query ${q}, head ${h}`,
            );
        }
        if (keyLength > 2) {
          // more keys than before, as a cache has
          const fewer = e.matrix(queryLength, keyLength - 1, { offset });
          for (let r = 0; r < heads * queryLength; r++)
            bits(
              fewer.subarray(r * (keyLength - 1), (r + 1) * (keyLength - 1)),
              matrix.subarray(r * keyLength, (r + 1) * keyLength - 1),
              `row ${r} with a key less`,
            );
        }
      }
      e.dispose();
    });
  }
}

test("buckets have one value, too: in runs, query by query, and whatever was asked before", () => {
  /** @type {[string, () => any, number][]} */
  const made = [
    ["t5", () => posenc.t5(), 0],
    ["t5, one direction", () => posenc.t5({ bidirectional: false }), 0],
    ["deberta", () => posenc.deberta({ maxRelativePositions: 512, positionBuckets: 256 }), 0],
    ["deberta without buckets", () => posenc.deberta({ maxRelativePositions: 100 }), 0],
    ["shaw", () => posenc.shaw({ maxRelativePosition: 16 }), 0],
    ["swin", () => posenc.swin({ window: [20, 17] }), 340],
  ];
  for (const [name, make, window] of made) {
    const e = make();
    for (const [q, k, offset] of window
      ? [[window, window, 0]]
      : [
          [1, 1, 0],
          [7, 3, 2],
          [300, 500, -9],
          [2, 70001, 69999],
          [1, 66000, 0],
        ]) {
      const all = make().buckets(q, k, { offset });
      assert.ok(all instanceof Int32Array && all.length === q * k);
      bits(e.buckets(q, k, { offset }), all, `${name} again`);
      if (!window)
        for (const j of new Set([0, q >> 1, q - 1]))
          bits(e.buckets(1, k, { offset: offset + j }), all.subarray(j * k, (j + 1) * k), `${name}: query ${j}`);
    }
  }
});
