// The config.json of published models, through fromConfig of the built package. ../conformance/hfconfig/README.md says what
// a case is; the Go side runs the same files.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { bits, filesOf } from "./cases.js";

const posenc = await load();

/** What tells the encoders of a scheme from others: the class, and what it can do. @type {Record<string, { name: string, methods: string[] }>} */
const SCHEMES = {
  sinusoidal: { name: "Sinusoidal", methods: ["add", "table", "shiftMatrix"] },
  learned: { name: "Learned", methods: ["add", "table"] },
  rotary: { name: "Rotary", methods: ["rotate", "unrotate", "shift", "cosSin"] },
  mrope: { name: "MRope", methods: ["rotate", "unrotate", "shift", "cosSin"] },
  alibi: { name: "ALiBi", methods: ["add", "matrix"] },
  t5: { name: "T5", methods: ["buckets", "add", "matrix"] },
  deberta: { name: "DeBERTa", methods: ["buckets"] },
};

/** All that is expected is there, and what is an object is looked into. @param {any} got @param {any} want @param {string} where */
function contains(got, want, where) {
  for (const [key, value] of Object.entries(want)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) contains(got[key], value, `${where}.${key}`);
    else assert.deepEqual(got[key], value, `${where}.${key}`);
  }
}

/** @param {any} encoder @param {any} want @param {string} where */
function encoderIs(encoder, want, where) {
  const { scheme, options, offset, ...rest } = want;
  assert.deepEqual(rest, {}, where);
  assert.ok(SCHEMES[scheme], `${where}: scheme ${scheme}`);
  assert.equal(encoder.constructor.name, SCHEMES[scheme].name, where);
  for (const method of SCHEMES[scheme].methods) assert.equal(typeof encoder[method], "function", `${where}: ${method}`);
  contains(encoder.options, options, where);
  assert.ok(Object.isFrozen(encoder.options));
  // It is the same as one that is made of these options.
  const { convention, ...given } = options;
  const same = /** @type {any} */ (posenc)[scheme](convention === undefined ? given : options);
  const named = scheme === "sinusoidal" ? { convention: encoder.options.convention } : {}; // whose it is, beside options that say the same
  assert.deepEqual(encoder.options, { ...same.options, ...named }, where);
  if (encoder.rotate) {
    const { cos, sin } = encoder.cosSin(3, { offset: 70000 });
    bits(cos, same.cosSin(3, { offset: 70000 }).cos, where);
    bits(sin, same.cosSin(3, { offset: 70000 }).sin, where);
  } else if (encoder.buckets) bits(encoder.buckets(3, 300), same.buckets(3, 300), where);
  else if (encoder.matrix) bits(encoder.matrix(3, 300), same.matrix(3, 300), where);
  else if (scheme === "sinusoidal") bits(encoder.table(3, { offset: offset ?? 0 }), same.table(3, { offset: offset ?? 0 }), where);
  same.dispose();
}

/** @param {any} got @param {any} want @param {string} where @returns {any[]} the encoders */
function familyIs(got, want, where) {
  if (want === null) {
    assert.equal(got, null, where);
    return [];
  }
  if (Object.keys(want).length === 1 && "" in want) {
    encoderIs(got, want[""], where);
    return [got];
  }
  assert.ok(Object.isFrozen(got));
  assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), where);
  for (const part of Object.keys(want)) encoderIs(got[part], want[part], `${where} of ${part}`);
  return Object.values(got);
}

const files = filesOf("hfconfig");
for (const { file, content } of files) {
  const { cases = [], errors = [], ...rest } = content;
  assert.deepEqual(rest, {}, file);
  assert.ok(cases.length + errors.length > 0, file);
  test(`hfconfig/${file}: ${cases.length + errors.length} configs`, () => {
    cases.forEach((/** @type {any} */ { checkpoint, note, config, expected, ...unknown }, /** @type {number} */ i) => {
      const where = `${file} ${i}: ${checkpoint}${note === undefined ? "" : ` (${note})`}`;
      assert.deepEqual(unknown, {}, where);
      const { modelType, absolute, rotary, bias, layerTypes, ...more } = expected;
      assert.deepEqual(more, {}, where);
      const before = JSON.stringify(config);
      for (const given of [config, before]) {
        const got = posenc.fromConfig(given);
        assert.deepEqual(Object.keys(got), ["modelType", "absolute", "rotary", "bias", "offset", "layerTypes"]);
        assert.equal(got.modelType, modelType, where);
        const encoders = [...familyIs(got.absolute, absolute, `${where}: absolute`), ...familyIs(got.rotary, rotary, `${where}: rotary`), ...familyIs(got.bias, bias, `${where}: bias`)];
        const offsets = Object.values(absolute ?? {}).map((/** @type {any} */ part) => part.offset ?? 0);
        assert.equal(got.offset, Math.max(0, ...offsets), `${where}: offset`);
        assert.deepEqual(got.layerTypes, layerTypes ?? null, `${where}: layerTypes`);
        for (const each of encoders) each.dispose();
      }
      assert.equal(JSON.stringify(config), before, `${where}: the config is left as it was`);
    });
    errors.forEach((/** @type {any} */ { config, error, ...unknown }, /** @type {number} */ i) => {
      assert.deepEqual(unknown, {});
      for (const given of [config, JSON.stringify(config)]) {
        assert.throws(() => posenc.fromConfig(given), (/** @type {any} */ thrown) => {
          assert.match(thrown.code, /^ERR_POSENC_(RANGE|TYPE)$/, `error ${i}`);
          assert.equal(thrown.message, error, `error ${i}`);
          return true;
        });
      }
    });
  });
}

test("a learned encoding of a config has options, and with the checkpoint's weights it has rows", () => {
  const { absolute } = posenc.fromConfig({ model_type: "gpt2", n_positions: 5, n_embd: 3, n_head: 1, n_layer: 1 });
  const { options } = /** @type {import("../../dist/npm/index.js").Learned} */ (absolute);
  const weights = Float32Array.from({ length: 15 }, (_, i) => i / 7);
  bits(posenc.learned({ ...options, weights }).table(), weights, "weights");
});
