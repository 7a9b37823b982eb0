// Biases and buckets. README.md says what a case is.

import { bits, equal, everywhere, ok, within } from "../check.js";

const FIELDS = [
  "id",
  "scheme",
  "options",
  "tolerance",
  "published",
  "note",
  "queryLength",
  "keyLength",
  "offset",
  "relativePositions",
  "expected",
  "expectedBuckets",
  "expectedSlopes",
];

/** @param {any} posenc @param {string} where @param {any} each */
function run(
  posenc,
  where,
  { scheme, options, queryLength, keyLength, offset, relativePositions, expected, expectedBuckets, expectedSlopes, tolerance },
) {
  const encoder = /** @type {any} */ (posenc)[scheme](options);
  ok(expected ?? expectedBuckets ?? expectedSlopes, `${where}: something is expected`);
  if (expectedSlopes !== undefined) within(encoder.slopes, expectedSlopes, tolerance, `${where}: slopes`);
  if (expectedBuckets !== undefined) {
    const got =
      relativePositions === undefined
        ? encoder.buckets(queryLength, keyLength, { offset })
        : Int32Array.from(relativePositions, (/** @type {number} */ r) => encoder.buckets(1, 1, { offset: -r })[0]);
    ok(got instanceof Int32Array);
    equal([...got], expectedBuckets.flat(), `${where}: buckets`);
    if (relativePositions === undefined) {
      const byQuery = Array.from({ length: queryLength }, (_, i) => [...encoder.buckets(1, keyLength, { offset: offset + i })]);
      equal(byQuery.flat(), expectedBuckets.flat(), `${where}: query by query`);
    } else {
      relativePositions.forEach((/** @type {number} */ r, /** @type {number} */ i) => {
        // in a matrix, too, where it is not large
        if (Math.abs(r) <= 1000)
          equal(encoder.buckets(Math.abs(r) + 1, Math.abs(r) + 1)[r < 0 ? -r * (-r + 1) : r], got[i], `${where}: ${r}`);
      });
    }
  }
  if (expected !== undefined) {
    const want = expected.flat(2);
    const { heads } = options;
    const matrix = encoder.matrix(queryLength, keyLength, { offset });
    within(matrix, want, tolerance, `${where}: matrix`);
    for (const batch of [1, 3]) {
      const zeros = new Float32Array(batch * want.length);
      const added = everywhere(posenc, zeros, (x) => encoder.add(x, { batch, queryLength, keyLength, offset }), `${where}: add`);
      for (let b = 0; b < batch; b++)
        bits(
          added.subarray(b * want.length, (b + 1) * want.length),
          matrix.map((v) => v + 0),
          `${where}: add`,
        );
    }
    for (let q = 0; q < queryLength; q++) {
      // as a decoder asks
      const one = encoder.matrix(1, keyLength, { offset: offset + q });
      for (let h = 0; h < heads; h++) {
        bits(
          one.subarray(h * keyLength, (h + 1) * keyLength),
          matrix.subarray((h * queryLength + q) * keyLength, (h * queryLength + q + 1) * keyLength),
          `${where}: query ${q}`,
        );
      }
    }
  }
}

/** @type {import("../run.js").Folder} */
export const bias = {
  kindOf: (each) => each.scheme,
  kinds: { alibi: { fields: FIELDS, run }, t5: { fields: FIELDS, run }, deberta: { fields: FIELDS, run }, shaw: { fields: FIELDS, run } },
};
