// Hostile values in every place that takes one. Each place says which values it takes; every other value must be refused by
// the right class, code and words, leave the caller's arrays as they were, and not harm the next call.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { load } from "../../dist/npm/index.js";
import { PACKAGE } from "./child.js";
import { embeddings, same } from "./reference.js";

const posenc = await load();
const other = await load({ wasm: new URL("posenc.wasm", PACKAGE) });
const DIM = 4;
const pe = posenc.sinusoidal({ dim: DIM });
const theirs = other.alloc(8);
const disposed = posenc.alloc(8);
disposed.dispose();
const memory = posenc.alloc(8);

/** Nothing may ever run these: what comes is described, not asked. */
let asked = 0;
const ask = () => {
  asked++;
  return DIM;
};
const curious = {
  valueOf: ask,
  toString: ask,
  toJSON: ask,
  [Symbol.toPrimitive]: ask,
  get [Symbol.toStringTag]() {
    return `${ask()}`;
  },
};
Object.defineProperties(curious, Object.fromEntries(Reflect.ownKeys(curious).map((key) => [key, { enumerable: false }])));

/** @param {ArrayBuffer} buffer */
const detach = (buffer) => structuredClone(buffer, { transfer: [buffer] });
const detached = new Float32Array(8);
detach(detached.buffer);
const revoked = Proxy.revocable([], {});
revoked.revoke();
const resizable = /** @type {any} */ (ArrayBuffer.prototype).resize && new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 64 });
const outOfBounds = resizable && new Float32Array(resizable, 32, 8);
resizable?.resize(16);
const Float16 = /** @type {any} */ (globalThis).Float16Array;

/** What lies in the module's memory, which moves when it grows, so it is looked up for each use. @type {Map<any, () => any>} */
const MOVING = new Map([
  ["its data", () => memory.data],
  ["the module's own memory", () => new Float32Array(memory.data.buffer, 64, 8)],
  ["past the end of alloc()", () => new Float32Array(memory.data.buffer, memory.data.byteOffset + 16, 8)],
]);
/** @type {[string, any][]} */
const VALUES = [
  ...[...MOVING.keys()].map((name) => /** @type {[string, any]} */ ([name, undefined])),
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    2,
    3,
    4,
    -1,
    1.5,
    NaN,
    Infinity,
    -Infinity,
    1e300,
    -1e300,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    2 ** 31,
    2 ** 32,
    65536,
    65537,
    5e-324,
    1e-40,
    10n,
  ].map((v) => /** @type {[string, any]} */ ([Object.is(v, -0) ? "-0" : `${typeof v} ${v}`, v])),
  ...[
    "",
    "4",
    "sin",
    "concat",
    "Concat",
    "concat ",
    "sqrt-dim",
    "vaswani",
    "__proto__",
    "constructor",
    "toString",
    "length",
    "\ud800",
    '\0\n"\\',
    "é".repeat(500),
    "x".repeat(1e6),
  ].map((v) => /** @type {[string, any]} */ ([`text ${JSON.stringify(v.slice(0, 20))}`, v])),
  ["a Symbol", Symbol("dim")],
  ["a registered Symbol", Symbol.for("dim")],
  ["a boxed number", new Number(4)],
  ["boxed text", new String("concat")],
  ["a boxed true", new Boolean(true)],
  ["a boxed BigInt", Object(4n)],
  ["a Date", new Date(4)],
  ["a RegExp", /4/],
  ["a Map", new Map([["dim", 4]])],
  ["a Promise", Promise.resolve(4)],
  ["an Error", new Error("4")],
  ["a function", () => 4],
  [
    "a class",
    class {
      static dim = 4;
    },
  ],
  ["an object", {}],
  ["an object without prototype", Object.create(null)],
  ["an object that is curious", curious],
  ["a Proxy round a curious object", new Proxy(curious, {})],
  ["an heir with options", Object.create({ dim: 4, batch: 1, base: 5 })],
  ["[]", []],
  ["[1]", [1]],
  ["[1, 2]", [1, 2]],
  ["['1', 2]", ["1", 2]],
  ["[1, NaN]", [1, NaN]],
  ["[1, curious]", [1, curious]],
  ["a hole", [, 1]], // eslint-disable-line no-sparse-arrays
  ["a Proxy round []", new Proxy([], {})],
  ["a revoked Proxy", revoked.proxy],
  ["a Proxy round a Float32Array", new Proxy(new Float32Array(8), {})],
  ["what only inherits from Float32Array", Object.create(Float32Array.prototype)],
  [
    "arguments",
    (function () {
      return arguments;
    })(),
  ], // eslint-disable-line prefer-rest-params
  ["a Float64Array", new Float64Array(8)],
  ["a Float64Array of 2", new Float64Array(2)],
  ["an Int32Array", new Int32Array(2)],
  ["a Uint8Array", new Uint8Array(32)],
  ["a BigInt64Array", new BigInt64Array(2)],
  ["a BigUint64Array", new BigUint64Array(2)],
  ["a DataView", new DataView(new ArrayBuffer(32))],
  ["an ArrayBuffer", new ArrayBuffer(32)],
  ["a SharedArrayBuffer", new SharedArrayBuffer(32)],
  ["a Float32Array on shared memory", new Float32Array(new SharedArrayBuffer(32))],
  ["a detached Float32Array", detached],
  ["a Float32Array of 0", new Float32Array(0)],
  ["a Float32Array of 7", new Float32Array(7)],
  ["a Float32Array of 8", new Float32Array(8)],
  ["a Float32Array of another realm", vm.runInNewContext("new Float32Array(8)")],
  ["an array of another realm", vm.runInNewContext("[1, 2]")],
  ["an array of alloc()", memory],
  ["a disposed array of alloc()", disposed],
  ["another instance's array of alloc()", theirs],
  ["what only inherits from alloc()'s", Object.create(Object.getPrototypeOf(memory))],
  ["an encoder", pe],
  ["posenc", posenc],
  ["globalThis", globalThis],
  ...(outOfBounds ? [/** @type {[string, any]} */ (["a Float32Array out of its buffer's bounds", outOfBounds])] : []),
  ...(Float16 ? [/** @type {[string, any]} */ (["a Float16Array", new Float16(8)])] : []),
];

/**
 * What a place does with a value: "ok", "type" or "range" for its errors, "loose" for ok or type where nothing is said of so
 * odd an object. A revoked Proxy may throw what the engine throws.
 * @typedef {"ok" | "type" | "range" | "loose"} Verdict
 */
/** @param {(v: number) => boolean} good @returns {(v: any) => Verdict} */
const number = (good) => (v) => (v === undefined ? "ok" : typeof v !== "number" ? "type" : good(v) ? "ok" : "range");
/** @param {...any} names @returns {(v: any) => Verdict} */
const oneOf =
  (...names) =>
  (v) =>
    v === undefined || names.includes(v) ? "ok" : "type";
const required = (/** @type {(v: any) => Verdict} */ verdict) => (/** @type {any} */ v) => (v === undefined ? "type" : verdict(v));
const between = (/** @type {number} */ low, /** @type {number} */ high) => (/** @type {number} */ v) => v >= low && v <= high;
const whole = (/** @type {number} */ low, /** @type {number} */ high) => (/** @type {number} */ v) =>
  Number.isInteger(v) && v >= low && v <= high;
/** The frequencies' limits, ±2^-64 .. 2^32 (README.md), at dim 4: w_1 = m·(base/m)^(-1/2). */
const ladder = (/** @type {number} */ base, /** @type {number} */ m) =>
  m > 0 && base > 0 && base < Infinity && m <= 2 ** 32 && m * (base / m) ** -0.5 >= 2 ** -64 && m * (base / m) ** -0.5 <= 2 ** 32;
const inFloat32 = (/** @type {number} */ v) => Math.abs(v) >= 2 ** -126 && Math.abs(Math.fround(v)) < Infinity;

/** @param {any} v @returns {Verdict} */
const options = (v) => {
  if (v === undefined) return "ok";
  if (v === null || typeof v !== "object" || v === revoked.proxy || Array.isArray(v)) return "type";
  return Object.keys(v).length > 0 ? "type" : "loose";
};
const TAGS = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), Symbol.toStringTag)?.get;
const tag = (/** @type {any} */ v) => TAGS?.call(v);
/** x of 8 float32. @param {any} v @returns {Verdict} */
const array = (v) => {
  if (v === memory || v === memory.data) return "ok";
  if (tag(v) !== "Float32Array" || v === detached || v === outOfBounds || v.buffer === memory.data.buffer) return "type";
  if (Object.prototype.toString.call(v.buffer) === "[object SharedArrayBuffer]") return "type";
  return v.length % DIM === 0 ? "ok" : "range";
};
/** A list of 2 positions. @param {any} v @returns {Verdict} */
const positions = (v) => {
  if (v === undefined) return "ok";
  if (v === revoked.proxy || v === detached || v === outOfBounds) return "type";
  if (
    tag(v) === undefined
      ? !Array.isArray(v) || v.length !== v.filter((/** @type {any} */ e) => typeof e === "number").length
      : tag(v).startsWith("Big")
  )
    return "type";
  return v.length === 2 && v.every((/** @type {number} */ e) => Math.abs(e) <= 2 ** 53) ? "ok" : "range";
};

/**
 * A place for a value: what its errors call it, what it takes, and the call.
 * @type {[string, string, (v: any) => Verdict, (v: any, x: any) => unknown][]}
 */
const PLACES = [
  [
    "sinusoidal(",
    "options|dim|\\w+",
    (v) => (v === undefined || options(v) === "loose" ? "type" : options(v)),
    (v) => posenc.sinusoidal(v),
  ],
  .../** @type {[string, (v: any) => Verdict][]} */ ([
    ["dim", required(number(whole(1, 65536)))],
    ["base", number((v) => ladder(v, 1))],
    ["minTimescale", number((v) => ladder(10000, v))],
    ["frequencyShift", number((v) => Math.abs(v) < Infinity && v < 2)],
    ["scale", number(inFloat32)],
    ["inputScale", (v) => (v === "sqrt-dim" ? "ok" : number(inFloat32)(v))],
    ["layout", oneOf("interleaved", "concat", "concat-cos-sin")],
    ["oddDim", oneOf("sin", "zero")],
    ["convention", oneOf("vaswani")],
  ]).map(
    ([name, verdict]) =>
      /** @type {[string, string, (v: any) => Verdict, (v: any) => unknown]} */ ([
        `sinusoidal({ ${name}:`,
        name,
        verdict,
        (v) => posenc.sinusoidal({ dim: DIM, [name]: v }),
      ]),
  ),
  .../** @type {["add", "subtract", "fill"]} */ (["add", "subtract", "fill"]).flatMap(
    (op) =>
      /** @type {[string, string, (v: any) => Verdict, (v: any, x: any) => unknown][]} */ ([
        [`${op}(`, "x", array, (v) => pe[op](v)],
        [`${op}(x,`, "at|\\w+", options, (v, x) => pe[op](x, v)],
        [`${op}(x, { batch:`, "batch|x", number((v) => v === 1 || v === 2), (v, x) => pe[op](x, { batch: v })],
        [`${op}(x, { offset:`, "offset", number(whole(-(2 ** 53), 2 ** 53 - 1)), (v, x) => pe[op](x, { offset: v })],
        [`${op}(x, { positions:`, "positions", positions, (v, x) => pe[op](x, { positions: v })],
        [
          `${op}(x, { positions: [0, `,
          "positions",
          required(number(between(-(2 ** 53), 2 ** 53))),
          (v, x) => pe[op](x, { positions: [0, v] }),
        ],
        [`${op}(x, { allowShared:`, "allowShared", oneOf(true, false), (v, x) => pe[op](x, { allowShared: v })],
      ]),
  ),
  ["table(", "length", required(number(whole(0, 1e6))), (v) => pe.table(v)],
  ["table(2,", "at|\\w+", options, (v) => pe.table(2, v)],
  ["table(2, { offset:", "offset", number(whole(-(2 ** 53), 2 ** 53 - 1)), (v) => pe.table(2, { offset: v })],
  ["table(2, { positions:", "positions", positions, (v) => pe.table(2, { positions: v })],
  ["shiftMatrix(", "k", required(number(between(-(2 ** 53), 2 ** 53))), (v) => pe.shiftMatrix(v)],
  ["alloc(", "length", required(number(whole(0, 2 ** 28))), (v) => posenc.alloc(v).dispose()],
];

/** @param {any} error @param {string} name @param {Verdict} verdict @param {any} value @param {string} where */
function judge(error, name, verdict, value, where) {
  const [Class, code] = verdict === "range" ? [RangeError, "ERR_POSENC_RANGE"] : [TypeError, "ERR_POSENC_TYPE"];
  if (value === revoked.proxy && error instanceof TypeError && /revoked/.test(error.message)) return; // the engine's own
  if (value === disposed && error.code === "ERR_POSENC_DISPOSED") return;
  assert.equal(error.constructor, Class, `${where}: ${error.stack}`);
  assert.equal(error.code, code, `${where}: ${error.message}`);
  const shape = new RegExp(
    `^(${name})(\\[\\d+\\])?: (want .+, got .+|unknown option; did you mean \\w+\\?|its buffer is detached, or too short for it by now)`,
    "s",
  );
  assert.match(error.message, shape, where);
  assert.ok(
    error.message.length < 400 && /^[\x20-\x7e·±]*$/.test(error.message),
    `${where}: ${error.message.length} characters, all plain: ${error.message}`,
  );
}

/** Of a view that is empty by now, as the module's memory has grown since, nothing. @param {any} v */
const bytesOf = (v) =>
  ArrayBuffer.isView(v) && v.byteLength > 0 && v !== outOfBounds ? Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString("hex") : "";
const targets = {
  "a Float32Array": () => embeddings(8),
  "alloc()": () => {
    memory.data.set(embeddings(8));
    return memory;
  },
};
const right = pe.add(embeddings(8), { batch: 2, offset: 3 });
const pairs = Object.entries(targets).length * VALUES.length * PLACES.length;

test(`${pairs} pairs: ${VALUES.length} hostile values in ${PLACES.length} places, with two kinds of array`, (t) => {
  const counts = { ok: 0, type: 0, range: 0 };
  /** @type {string[]} */
  const wrong = [];
  for (const [kind, target] of Object.entries(targets)) {
    for (const [place, name, expected, call] of PLACES) {
      for (const [what, fixed] of VALUES) {
        const value = MOVING.has(what) ? MOVING.get(what)?.() : fixed;
        const where = `${place} ${what} on ${kind}`;
        try {
          counts[pair(where, name, expected(value), value, target(), call)]++;
          same(pe.add(embeddings(8), { batch: 2, offset: 3 }), right, `the call after ${where}`);
        } catch (error) {
          wrong.push(/** @type {Error} */ (error).message);
        }
      }
    }
  }
  assert.equal(asked, 0, "valueOf, toString and the like were called");
  assert.deepEqual(wrong.slice(0, 40), [], `${wrong.length} pairs went wrong`);
  t.diagnostic(`${pairs} pairs: ${counts.ok} accepted, ${counts.type} TypeErrors, ${counts.range} RangeErrors`);
});

/** @param {string} where @param {string} name @param {Verdict} verdict @param {any} value @param {any} x @param {(v: any, x: any) => unknown} call */
function pair(where, name, verdict, value, x, call) {
  const before = [bytesOf(x.data ?? x), bytesOf(value)];
  try {
    call(value, x);
  } catch (error) {
    assert.notEqual(verdict, "ok", `${where}: ${error}`);
    judge(error, name, verdict, value, where);
    assert.deepEqual([bytesOf(x.data ?? x), bytesOf(value) || before[1]], before, `${where}: an array was changed`);
    return verdict === "range" ? "range" : "type";
  }
  assert.ok(verdict === "ok" || verdict === "loose", `${where}: want a ${verdict} error, got none`);
  return "ok";
}

test("an error names the option that takes the frequencies out of their range", () => {
  for (const minTimescale of [5e-324, 1e300, 2 ** 32 + 1]) {
    assert.throws(
      () => posenc.sinusoidal({ dim: 4, minTimescale }),
      ({ message }) => message.startsWith("minTimescale: ") && message.endsWith(`, got ${minTimescale}`),
    );
  }
});

test("an error says what came as JavaScript writes it", () => {
  const x = new Float32Array(8);
  for (const [call, message] of /** @type {[() => unknown, RegExp][]} */ ([
    [() => posenc.sinusoidal({ dim: 4, base: Infinity }), /, got Infinity$/],
    [() => posenc.sinusoidal({ dim: 4, scale: NaN }), /, got NaN$/],
    [() => pe.add(x, { batch: 3e9 }), /, got 3000000000$/],
    [() => pe.add(x, { batch: 3e9 }), /^batch: (?!want a positive integer,)/],
    [() => pe.add(x, { offset: 2 ** 53 + 2 }), /, got 9007199254740994$/],
    [() => posenc.sinusoidal({ dim: 1e21 }), /, got 1e\+21$/],
  ]))
    assert.throws(call, { name: "RangeError", message });
});
