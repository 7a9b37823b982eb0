// posenc against a real Transformer. Every expected value is the model's own: its signal, its sum,
// its sentence vectors; the negative controls show that these checks can fail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as tf from "@tensorflow/tfjs-core";
import { load as loadPosenc } from "../../dist/npm/index.js";
import { cosine, exactTimescales, largestDifference, roundingOfSignal } from "./compare.js";
import { LIMITS, OPTIONS, SENTENCES, encode, measure, verdict } from "./measure.js";
import { readModelFile } from "./model-files.js";
import { DIM, load as loadModel } from "./universal-sentence-encoder.js";

/** Two short sentences keep the runs through the whole model short. */
const PAIR = SENTENCES.slice(0, 2);
/** More tokens than the model looks at, so that every position it can have is there. */
const LONG = ["the dog bites the man ".repeat(40)];

/** @type {import("./measure.js").Model} */
let model;
/** @type {import("./measure.js").Posenc} */
let posenc;
/** @type {number[]} */
const fractions = [];

before(async () => {
  [model, posenc] = await Promise.all([loadModel({ onProgress: (f) => fractions.push(f) }), loadPosenc()]);
});
after(() => model?.dispose());

/**
 * The same numbers, to the bit. (deepEqual would print thousands of them.)
 * @param {Float32Array} got
 * @param {Float32Array} want
 */
function assertSame(got, want) {
  assert.equal(got.length, want.length);
  const i = got.findIndex((v, k) => !Object.is(v, want[k]));
  assert.ok(i < 0, `number ${i}: want ${want[i]}, got ${got[i]}`);
}

/**
 * Lets a caller use an encoder that is gone afterwards.
 * @template T
 * @param {object} options
 * @param {(encoder: import("./measure.js").Encoder) => T} use
 */
function withEncoder(options, use) {
  const encoder = posenc.sinusoidal(options);
  try {
    return use(encoder);
  } finally {
    encoder.dispose();
  }
}

test("loading tells its progress from 0 to 1, never backwards", () => {
  assert.equal(fractions[0], 0);
  assert.equal(fractions.at(-1), 1);
  assert.ok(fractions.length > 10);
  assert.ok(fractions.every((f, i) => i === 0 || f >= fractions[i - 1]));
});

test("weights that are cut short are an error, not another model", async () => {
  const read = async (/** @type {string} */ name) => {
    const bytes = await readModelFile(name);
    return name.endsWith("7of7") ? bytes.slice(4) : bytes;
  };
  await assert.rejects(loadModel({ read }), /want 27903656 bytes, got 27903652/);
});

test("a batch is packed: sentence after sentence, positions from 0 in each", async () => {
  const { x, positions, lengths, dim } = await model.embeddings(SENTENCES);
  const tokens = model.tokens(SENTENCES);
  assert.equal(dim, DIM);
  assert.deepEqual(
    [...lengths],
    tokens.map((ids) => ids.length),
  );
  assert.deepEqual(
    [...positions],
    tokens.flatMap((ids) => [...ids.keys()]),
  );
  assert.equal(x.length, positions.length * dim);

  // An embedding is its token's, wherever the token stands: equal ids, equal rows, and no others.
  const row = (/** @type {number} */ i) => x.subarray(i * dim, (i + 1) * dim);
  const ids = tokens.flat();
  ids.forEach((id, i) => assert.equal(largestDifference(row(i), row(ids.indexOf(id))), 0));
  assert.ok(largestDifference(row(0), row(1)) > 0.01);

  const long = await model.embeddings(LONG);
  assert.deepEqual([...long.positions], [...Array(128).keys()]);
  assert.equal(model.tokens(LONG)[0].length, 128);
});

test("the model's sum is its embeddings plus its signal, to the bit", async () => {
  const { x } = await model.embeddings(SENTENCES);
  const signal = await model.signal(SENTENCES);
  assertSame(
    x.map((v, i) => v + signal[i]),
    await model.encoded(SENTENCES),
  ); // map rounds to float32
});

test("the model's signal is sin(fl(p * fl(w))), so float32 is all that it differs by", async () => {
  const { positions } = await model.embeddings(LONG);
  const w = await model.inverseTimescales();
  const rows = [...positions].flatMap((p) => [
    ...Array.from(w, (v) => Math.sin(Math.fround(p * v))),
    ...Array.from(w, (v) => Math.cos(Math.fround(p * v))),
  ]);
  assertSame(await model.signal(LONG), Float32Array.from(rows));
  // These are the factors of base 10000 and shift 1, and no others within float32's reach.
  exactTimescales(DIM / 2).forEach((exact, i) => assert.ok(Math.abs(w[i] / exact - 1) < 2 ** -20));
});

test("posenc's signal is the model's at every position, up to the model's rounding", async () => {
  for (const sentences of [SENTENCES, LONG]) {
    const { x, positions } = await model.embeddings(sentences);
    const theirs = await model.signal(sentences);
    const w = await model.inverseTimescales();
    const allowed = roundingOfSignal(positions, w, exactTimescales(w.length));
    const ours = new Float32Array(x.length);
    withEncoder(OPTIONS, (encoder) => encoder.fill(ours, { positions }));
    ours.forEach((v, i) => assert.ok(Math.abs(v - theirs[i]) <= allowed[i], `number ${i}: ${v}, the model has ${theirs[i]}`));
  }
});

test("add is in place, the same in the module's memory and in JavaScript's", async () => {
  const { x, positions } = await model.embeddings(SENTENCES);
  withEncoder(OPTIONS, (encoder) => {
    const signal = new Float32Array(x.length);
    assert.equal(encoder.fill(signal, { positions }), signal);
    const plain = x.slice();
    assert.equal(encoder.add(plain, { positions }), plain);
    assertSame(
      plain,
      x.map((v, i) => v + signal[i]),
    );
    assertSame(encode(posenc, encoder, { x, positions }), plain);
  });
});

test("fed with posenc's numbers, the model gives the sentence vectors that it gives by itself", async () => {
  const measured = await measure(model, posenc);
  assert.deepEqual(
    verdict(measured),
    { signal: true, vectors: true, smallestCosine: true, without: true, with: true },
    JSON.stringify({ ...measured, batch: undefined }, null, 2),
  );
  // Without positions the two sentences are one; nothing but float32 sums in another order is left.
  assert.ok(1 - measured.wordOrder.without < 1e-6);
});

test("negative controls: a wrong encoding changes the sentence vectors", async () => {
  const own = await model.sentenceVectors(PAIR);
  const batch = await model.embeddings(PAIR);
  const largestCosine = async (/** @type {Float32Array} */ encoded) => {
    const vectors = await model.sentenceVectors(PAIR, encoded);
    return Math.max(...vectors.map((v, i) => cosine(v, own[i])));
  };
  // The harness itself changes nothing: the model's own sum, fed back, gives the same bits.
  const fedBack = await model.sentenceVectors(PAIR, await model.encoded(PAIR));
  own.forEach((vector, i) => assertSame(fedBack[i], vector));

  const wrong = (/** @type {object} */ options, positions = batch.positions) =>
    largestCosine(withEncoder(options, (encoder) => encode(posenc, encoder, { ...batch, positions })));
  assert.ok((await wrong({ dim: DIM, layout: "interleaved" })) < 0.9);
  assert.ok((await wrong({ dim: DIM, layout: "concat-cos-sin", frequencyShift: 1 })) < 0.9);
  assert.ok(
    (await wrong(
      OPTIONS,
      batch.positions.map((p) => p + 3),
    )) < 0.9999,
  );
  // The ladder without its shift is the quietest mistake there is; the limit still sees it.
  assert.ok((await wrong({ dim: DIM, layout: "concat", frequencyShift: 0 })) < LIMITS.smallestCosine);
});

test("bad input is refused, and no call leaves a tensor behind", async () => {
  const count = tf.memory().numTensors;
  const { x } = await model.embeddings(PAIR);
  for (let i = 0; i < 2; i++) {
    await model.signal(PAIR);
    await model.encoded(PAIR);
    await model.inverseTimescales();
    await model.sentenceVectors(PAIR);
    await model.sentenceVectors(PAIR, x);
    await assert.rejects(model.sentenceVectors(PAIR, x.subarray(1)), /encoded: want 12 rows of 256, got 3071/);
    await assert.rejects(model.sentenceVectors(["a", ""]), /sentences\[1\]: want some text/);
    assert.equal(tf.memory().numTensors, count);
  }
});
