// An instance that dies between calls and in the middle of one, for the encoders that turn, those of scores, and those of a config.

import assert from "node:assert/strict";
import { test } from "node:test";

import { child } from "./child.js";

/** In children: each instance's exports go through a copy, so that the call of a number of one's choice traps. */
const SABOTAGE = `
  const Real = WebAssembly.Instance;
  let calls = 0, trap = Infinity, made = 0;
  WebAssembly.Instance = class extends Real {
    constructor(...args) {
      super(...args);
      made++;
      const real = super.exports;
      const copy = Object.fromEntries(Object.keys(real).map((name) => [name, real[name]]));
      for (const name of ["posenc_run", "posenc_scores"]) copy[name] = (...args) => {
        if (++calls === trap) real.posenc_free(99999); // panics: all of Go is unwound
        return real[name](...args);
      };
      Object.defineProperty(this, "exports", { value: copy });
    }
  };
  const { load } = await import(posenc);
  const own = await load();
  const numbers = (length) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 500 - 1);
  const equal = (a, b) => { for (let i = 0; i < b.length; i++) if (!Object.is(a[i], b[i])) return false; return a.length === b.length; };
  const list = numbers(32).map(Math.abs);
  const rows = 4000;
  const encoders = {
    rotary: [own.rotary({ headDim: 16 }), "rotate", () => [numbers(2 * rows * 16), { batch: 2 }]],
    bhsd: [own.rotary({ headDim: 16 }), "rotate", () => [numbers(2 * rows * 16), { heads: 2, order: "bhsd", positions: Array.from({ length: rows }, (_, i) => i / 2) }]],
    packed: [own.rotary({ headDim: 16 }), "rotate", () => [numbers(2 * 40 * 16), { batch: 2, order: "bhsd", positions: Array.from({ length: 80 }, (_, i) => i % 40) }]],
    unrotate: [own.rotary({ headDim: 16, scaling: { type: "dynamic", factor: 2 }, maxPositionEmbeddings: 64 }), "unrotate", () => [numbers(2 * rows * 16), { batch: 2, offset: 3 }]],
    shift: [own.rotary({ headDim: 16 }), "shift", () => [numbers(2 * rows * 16), 2.5, { batch: 2 }]],
    cached: [own.rotary({ headDim: 2, cos: numbers(rows * 16), sin: numbers(rows * 16) }), "rotate", () => [numbers(rows * 32), { heads: 4, order: "bhsd" }]],
    mrope: [own.mrope({ headDim: 16, sections: [4, 2, 2] }), "rotate", () => [numbers(2 * rows * 16), { batch: 2, positions: Array.from({ length: 6 * rows }, (_, i) => i % 777) }]],
    axial: [own.axialRotary({ headDim: 16, shape: [80, 50], convention: "torchtune" }), "rotate", () => [numbers(2 * rows * 16), { batch: 2 }]],
    learned: [own.learned({ dim: 16, weights: numbers(rows * 16) }), "add", () => [numbers(2 * rows * 16), { batch: 2 }]],
    alibi: [own.alibi({ heads: 4 }), "add", () => [numbers(4 * 200 * 250), { queryLength: 200, keyLength: 250 }]],
    t5: [own.t5({ heads: 2, numBuckets: 16, weights: list }), "add", () => [numbers(4 * 200 * 250), { batch: 2, queryLength: 200, keyLength: 250 }]],
    fire: [own.fire({ heads: 1, w1: list, b1: list, w2: list, b2: [1] }), "add", () => [numbers(400 * 250), { queryLength: 400, keyLength: 250 }]],
    swin: [own.swin({ window: [16, 16], heads: 2, weights: numbers(31 * 31 * 2) }), "add", () => [numbers(2 * 256 * 256), { queryLength: 256, keyLength: 256 }]],
    config: [own.fromConfig({ model_type: "llama", hidden_size: 64, num_attention_heads: 4, max_position_embeddings: 4096 }).rotary, "rotate", () => [numbers(2 * rows * 16), { batch: 2 }]],
  };
  encoders.cached[0].dispose();
  encoders.cached[0] = own.rotary({ headDim: 8, cos: numbers(rows * 4), sin: numbers(rows * 4) });`;

test("an instance that dies before a call or in its first tile: one error, the array unchanged; in a later tile: nobody notices", () => {
  const { status, answer, stderr } = child(`${SABOTAGE}
    const answers = {};
    for (const [name, [encoder, method, args]] of Object.entries(encoders)) {
      const given = args();
      calls = 0;
      encoder[method](...given);
      const tiles = calls, want = given[0];
      const outcomes = { tiles, first: "", wrong: [], right: 0 };
      for (let at = 1; at <= tiles; at += at < 3 ? 1 : Math.ceil(tiles / 4)) {
        const again = args(), before = again[0].slice();
        [calls, trap] = [0, at];
        const had = made;
        try {
          encoder[method](...again);
          if (at === 1 || !equal(again[0], want)) outcomes.wrong.push(at);
          else outcomes.right++;
        } catch (error) {
          if (at === 1) outcomes.first = error.code;
          if (at !== 1 || !equal(again[0], before)) outcomes.wrong.push([at, String(error)]);
        }
        trap = Infinity;
        const then = args();
        encoder[method](...then);
        if (!equal(then[0], want)) outcomes.wrong.push([at, "the next call"]);
        if (made - had !== 1) outcomes.wrong.push([at, "instances: " + (made - had)]);
      }
      answers[name] = outcomes;
    }
    console.log(JSON.stringify(answers));`);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(Object.keys(answer).length, 14);
  for (const [name, { tiles, first, wrong, right }] of Object.entries(answer)) {
    assert.deepEqual({ first, wrong }, { first: "ERR_POSENC_INTERNAL", wrong: [] }, name);
    assert.ok(tiles >= 2 && right >= 1, `${name}: ${tiles} tiles, ${right} survived`);
  }
});

test("what makes a new array, and fromConfig, when the instance dies: one error, and then the same results", () => {
  const { status, answer, stderr } = child(`${SABOTAGE}
    const text = (value) => JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? [...v] : v));
    const config = { model_type: "t5", d_model: 16, num_heads: 2 };
    const jobs = {
      cosSin: () => encoders.rotary[0].cosSin(40), axes: () => encoders.mrope[0].cosSin(2, { positions: [1, 2, 3, 4, 5, 6] }), caches: () => encoders.cached[0].cosSin(3), table: () => encoders.learned[0].table(40, { offset: 3 }),
      matrix: () => encoders.t5[0].matrix(3, 4), buckets: () => encoders.t5[0].buckets(3, 4), fire: () => encoders.fire[0].matrix(3, 4), swin: () => encoders.swin[0].matrix(256, 256).slice(0, 40),
    };
    const wants = Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, text(job())]));
    const wrong = [];
    for (const [name, job] of Object.entries(jobs)) {
      [calls, trap] = [0, 1];
      try { job(); wrong.push([name, "no error"]); } catch (error) { if (error.code !== "ERR_POSENC_INTERNAL") wrong.push([name, String(error)]); }
      trap = Infinity;
      for (const [name, job] of Object.entries(jobs)) if (text(job()) !== wants[name]) wrong.push([name, "afterwards"]);
    }
    [calls, trap] = [0, 1];
    try { encoders.alibi[0].matrix(2, 2); } catch {}
    trap = Infinity;
    const { bias } = own.fromConfig(config);
    const parts = text(Object.values(bias.dispose ? [bias] : bias).map((each) => [...each.buckets(4, 4)]));
    console.log(JSON.stringify({ wrong, parts: parts.length > 20 }));`);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.deepEqual(answer, { wrong: [], parts: true });
});
