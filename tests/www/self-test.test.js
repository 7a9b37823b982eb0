// The quick self test that every load of the page runs passes on this build, and fails on one of which anything that it looks at is
// wrong: here each method in turn gives one number that is a little off, or forgets to refuse.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { selfTest } from "../../www/self-test.js";

const posenc = await load();
const schemes = ["sinusoidal", "grid", "timestep", "learned", "rotary", "mrope", "alibi", "t5", "deberta", "shaw", "kerple"];
const failed = (/** @type {any} */ build) =>
  selfTest(build)
    .filter(({ passed }) => !passed)
    .map(({ name }) => name);

test("passes on this build", () => {
  const before = performance.now();
  assert.deepEqual(failed(posenc), []);
  console.log(`the quick self test took ${(performance.now() - before).toFixed(1)} ms`);
});

/** posenc with other members; its own go on being its own. @param {Record<string, unknown>} members */
const instead = (members) =>
  new Proxy(posenc, {
    get(target, name) {
      if (String(name) in members) return members[String(name)];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

/**
 * posenc, of whose results one is spoilt.
 * @param {string} scheme @param {string} member @param {(value: any) => any} spoil
 */
function spoilt(scheme, member, spoil) {
  const wrap = (/** @type {any} */ encoder) =>
    new Proxy(encoder, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name !== member) return typeof value === "function" ? value.bind(target) : value;
        return typeof value === "function" ? (/** @type {any[]} */ ...args) => spoil(value.apply(target, args)) : spoil(value);
      },
    });
  return instead({ [scheme]: (/** @type {any} */ options) => wrap(/** @type {any} */ (posenc)[scheme](options)) });
}

/** The last number a little too large, which is more than rounding. @param {any} value */
function off(value) {
  if (typeof value === "number") return value + 1e-4;
  const numbers = value.data ?? value.cos ?? value;
  numbers[numbers.length - 1] += numbers instanceof Int32Array ? 1 : 1e-4;
  return value;
}

const looked = [
  ...["table", "add", "fill", "shiftMatrix"].map((method) => ["sinusoidal", method]),
  ["grid", "table"],
  ["learned", "table"],
  ["rotary", "rotate"],
  ["rotary", "unrotate"],
  ["rotary", "attentionFactor"],
  ["mrope", "cosSin"],
  ["alibi", "slopes"],
  ["alibi", "add"],
  ["kerple", "matrix"],
  ["t5", "buckets"],
  ["deberta", "buckets"],
  ["shaw", "buckets"],
];
for (const [scheme, member] of looked) {
  test(`fails when ${scheme}'s ${member} is off by 1e-4`, () => assert.notDeepEqual(failed(spoilt(scheme, member, off)), []));
}
for (const scheme of schemes) {
  test(`fails when there is no ${scheme}`, () => assert.notDeepEqual(failed(instead({ [scheme]: undefined })), []));
}

test("fails when subtract is off, positionsFromMask or fromConfig is wrong, or nothing is refused", () => {
  assert.notDeepEqual(failed(spoilt("sinusoidal", "subtract", off)), []);
  assert.notDeepEqual(failed(instead({ positionsFromMask: () => new Int32Array([1, 2, 3, 1]) })), []);
  assert.notDeepEqual(
    failed(instead({ fromConfig: (/** @type {any} */ config) => posenc.fromConfig({ ...config, rope_theta: 101 }) })),
    [],
  );
  const careless = instead({ sinusoidal: (/** @type {any} */ options) => ({ add: (/** @type {any} */ x) => x, dispose() {}, options }) });
  assert.ok(failed(careless).some((name) => name.startsWith("what is wrong is refused")));
});

test("what spoils here spoils nothing by itself", () => {
  for (const scheme of schemes) assert.deepEqual(failed(spoilt(scheme, "nothing", off)), []);
});
