// Weights are copied when an encoder is made; encoders that fail to be made, and those that come and go, leave the memory as it was.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { digest, numbers, summary } from "./hostile-calls.js";

const posenc = await load();
/** Makes its encoder, given weights that the caller keeps. @type {Record<string, (owned: (list: Float32Array) => Float32Array) => any>} */
const WEIGHTED = {
  learned: (owned) => posenc.learned({ dim: 4, weights: owned(numbers(32)) }),
  resized: (owned) => posenc.learned({ dim: 4, weights: owned(numbers(16)), resize: { from: [2, 2], to: [3, 3], mode: "bicubic" } }),
  t5: (owned) => posenc.t5({ heads: 2, numBuckets: 8, weights: owned(numbers(16)) }),
  swin: (owned) => posenc.swin({ window: [2, 2], heads: 2, weights: owned(numbers(18)) }),
  fire: (owned) => posenc.fire({ heads: 2, w1: owned(numbers(3)), b1: owned(numbers(3)), w2: owned(numbers(6)), b2: owned(numbers(2)) }),
  cached: (owned) => posenc.rotary({ headDim: 8, cos: owned(numbers(32)), sin: owned(numbers(32)) }),
};
/** @param {any} encoder */
const results = (encoder) => summary(encoder.cosSin?.(4) ?? encoder.table?.(8) ?? encoder.matrix(4, 4));

test("weights are copied: what becomes of the caller's array later changes nothing", () => {
  for (const [name, make] of Object.entries(WEIGHTED)) {
    const want = results(make((list) => list));
    /** @type {Float32Array[]} */
    const lists = [];
    const encoder = make((list) => (lists.push(list), list));
    for (const list of lists) list.fill(NaN);
    assert.equal(results(encoder), want, name);
    for (const { buffer } of lists) structuredClone(buffer, { transfer: [/** @type {ArrayBuffer} */ (buffer)] });
    assert.equal(results(encoder), want, name);
    encoder.dispose();
  }
});

test("weights that are views on the module's own memory are copied too", () => {
  for (const [name, make] of Object.entries(WEIGHTED)) {
    const want = results(make((list) => list));
    /** @type {any[]} */
    const owned = [];
    const encoder = make((list) => {
      const memory = posenc.alloc(list.length);
      memory.data.set(list);
      owned.push(memory);
      return memory.data;
    });
    for (const memory of owned) {
      memory.data.fill(7);
      memory.dispose();
    }
    assert.equal(results(encoder), want, name);
    encoder.dispose();
  }
});

/** The module's memory in bytes. @param {any} own */
function size(own) {
  const probe = own.alloc(1);
  const bytes = probe.data.buffer.byteLength;
  probe.dispose();
  return bytes;
}

test("2,000 creations with 1 MB of weights that fail leave the module's memory as it was", async (t) => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const weights = new Float32Array(1 << 18);
  const fail = [
    () => own.learned({ dim: 3, weights }),
    () => own.learned({ dim: 64, rows: 7, weights }),
    () => own.learned({ dim: 64, weights, resize: { from: [3, 3], to: [4, 4] } }),
    () => own.t5({ heads: 3, weights }),
    () => own.swin({ window: [7, 7], heads: 3, weights }),
    () => own.fire({ heads: 2, w1: weights, b1: weights, w2: weights, b2: weights }),
    () => own.rotary({ headDim: 8, cos: weights, sin: new Float32Array(3) }),
    () => own.rotary({ headDim: 7, cos: weights, sin: weights }),
  ];
  const run = (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) assert.throws(fail[i % fail.length], { code: "ERR_POSENC_RANGE" });
  };
  run(1000); // until Go's collector has found its pace
  const before = size(own);
  run(2000);
  t.diagnostic(`${before} bytes before, ${size(own)} after`);
  assert.ok(size(own) <= before, `from ${before} to ${size(own)} bytes`);
});

test("2,000 small encoders of each scheme, made and disposed of, leave it as it was too", async (t) => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const list = [1, 2];
  const four = numbers(4);
  /** @type {Record<string, () => any>} */
  const make = {
    sinusoidal: () => own.sinusoidal({ dim: 2 }),
    rotary: () => own.rotary({ headDim: 2 }),
    mrope: () => own.mrope({ headDim: 4, sections: [1, 1, 0] }),
    axialRotary: () => own.axialRotary({ headDim: 4, shape: [1, 1], convention: "torchtune" }),
    alibi: () => own.alibi({ heads: 1 }),
    deberta: () => own.deberta({ maxRelativePositions: 8 }),
    fire: () => own.fire({ heads: 1, w1: list, b1: list, w2: list, b2: [1] }),
    fourier: () => own.fourier({ inputs: 1, bands: 1 }),
    grid: () => own.grid({ dim: 4, shape: [1, 1] }),
    kerple: () => own.kerple({ heads: 2, p: list, a: list }),
    learned: () => own.learned({ dim: 2, weights: four }),
    shaw: () => own.shaw({ maxRelativePosition: 1 }),
    swin: () => own.swin({ window: [1, 1], heads: 1, weights: [1] }),
    t5: () => own.t5({ heads: 1, numBuckets: 4, weights: four }),
    time2vec: () => own.time2vec({ w: list, phi: list }),
    timestep: () => own.timestep({ dim: 2 }),
    cached: () => own.rotary({ headDim: 2, cos: four, sin: four }),
  };
  const run = (/** @type {number} */ times) => {
    for (const each of Object.values(make)) for (let i = 0; i < times; i++) each().dispose();
  };
  run(1500); // by then Go's heap has its size
  const before = size(own);
  const began = performance.now();
  run(2000);
  t.diagnostic(`${before} bytes before, ${size(own)} after ${Math.round(performance.now() - began)} ms`);
  assert.ok(size(own) <= before + (1 << 20), `from ${before} to ${size(own)} bytes`);
});

test("weights count against the limit of the module's memory until their encoder is let go of", async () => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const encoder = own.learned({ dim: 64, weights: new Float32Array(1 << 26) }); // 256 MiB of 2 GiB
  /** @type {any[]} */
  const kept = [];
  assert.throws(
    () => {
      for (let i = 0; i < 8; i++) kept.push(own.alloc(1 << 26));
    },
    { code: "ERR_POSENC_RANGE" },
  );
  assert.equal(kept.length, 7);
  assert.equal(digest(encoder.table(1)), digest(new Float32Array(64)));
  encoder.dispose();
  kept.push(own.alloc(1 << 26));
  for (const each of kept) each.dispose();
});

test("256 MiB of float32 rotate, and take a bias, with at most 8 MiB more of the module's memory", async (t) => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const x = new Float32Array(1 << 26);
  const rotary = own.rotary({ headDim: 128 });
  const alibi = own.alibi({ heads: 16 });
  rotary.rotate(new Float32Array(128 * 32), { heads: 32 });
  alibi.add(new Float32Array(16), { queryLength: 1, keyLength: 1 });
  const before = size(own);
  x[1] = 1;
  x[x.length - 1] = 1;
  rotary.rotate(x, { heads: 32 });
  const rotated = size(own);
  alibi.add(x.fill(0), { queryLength: 2048, keyLength: 2048 });
  const added = size(own);
  assert.equal(x[2047], Math.fround(2047 * 2 ** -0.5)); // the first of 16 slopes, and the last key after the first query
  assert.ok(x[x.length - 2] !== 0);
  rotary.rotate(x, { heads: 32, positions: Float64Array.from({ length: x.length / 4096 }, (_, i) => i / 3) });
  const positioned = size(own);
  t.diagnostic(`MiB: ${[before, rotated, added, positioned].map((bytes) => bytes / 2 ** 20)}`);
  // what rotates keeps its rows, up to 4 MiB of them, and Go's heap grows in steps of 4 MiB
  for (const bytes of [rotated, added, positioned]) assert.ok(bytes <= before + (16 << 20), `from ${before} to ${bytes} bytes`);
});
