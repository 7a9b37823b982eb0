// Objects that run code while they are read, arrays that are not what they seem, and a page that patches the built-ins:
// options are read once into a copy, arrays are known by their internal slots, and what was taken at load is used.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { load } from "../../dist/npm/index.js";
import { child } from "./child.js";
import { embeddings, same } from "./reference.js";

const posenc = await load();
const pe = posenc.sinusoidal({ dim: 4 });
const OPS = /** @type {const} */ (["add", "subtract", "fill"]);
/** @param {Float32Array} x @param {any} [at] */
const right = (x, at) => posenc.sinusoidal({ dim: 4 }).add(Float32Array.from(x), at);
/** @param {ArrayBufferLike} buffer */
const detach = (buffer) => structuredClone(buffer, { transfer: [/** @type {ArrayBuffer} */ (buffer)] });

test("what a getter or a Proxy's trap throws comes through unchanged, whatever it is; nothing is written, the next call works", () => {
  for (const thrown of [new Error("mine"), new TypeError("mine"), "text", null, undefined, 0, Symbol("mine"), Object.freeze({})]) {
    const fail = () => {
      throw thrown;
    };
    const traps = /** @type {const} */ (["get", "ownKeys", "getOwnPropertyDescriptor"]);
    const throwing = [
      (/** @type {string} */ key) => Object.defineProperty({}, key, { get: fail, enumerable: true }),
      ...traps.map((trap) => (/** @type {string} */ key) => new Proxy({ [key]: 1 }, { [trap]: fail })),
    ];
    for (const make of throwing) {
      const x = embeddings(8);
      const calls = [
        ...["batch", "offset", "positions", "allowShared"].flatMap((key) => OPS.map((op) => () => pe[op](x, make(key)))),
        ...["offset", "positions"].map((key) => () => pe.table(2, make(key))), // it refuses the others before it reads them
        ...["dim", "base", "layout", "convention"].map((key) => () => posenc.sinusoidal(/** @type {any} */ (make(key)))),
        () => pe.add(x, { positions: Object.defineProperty([1, 2], 1, { get: fail }) }),
        () => pe.add(x, { positions: new Proxy([1, 2], { get: fail }) }),
      ];
      for (const call of calls) {
        let caught = /** @type {any} */ (calls);
        try {
          call();
        } catch (error) {
          caught = error;
        }
        assert.ok(Object.is(caught, thrown), `want ${String(thrown)}, got ${String(caught)}`);
        same(x, embeddings(8), "the array");
        same(pe.add(embeddings(8)), right(embeddings(8)), "the next call");
      }
    }
  }
});

test("each option is read exactly once, and so is each element of a list of positions", () => {
  const counted = (/** @type {any} */ target, /** @type {Map<any, number>} */ reads) =>
    new Proxy(target, {
      get(t, key) {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return t[key];
      },
    });
  const once = (/** @type {Map<any, number>} */ reads, /** @type {string[]} */ keys) =>
    assert.deepEqual(Object.fromEntries(reads), Object.fromEntries(keys.map((key) => [key, 1])));
  for (const op of [...OPS, "table"]) {
    const reads = new Map();
    const elements = new Map();
    const at = counted({ offset: 5, positions: counted([2, 3], elements) }, reads);
    /** @type {any} */ (pe)[op](op === "table" ? 2 : new Float32Array(8), at);
    once(reads, ["offset", "positions"]);
    once(elements, ["length", "0", "1"]);
  }
  const reads = new Map();
  posenc.sinusoidal(
    counted(
      {
        dim: 4,
        base: 5,
        layout: "concat",
        frequencyShift: 0,
        minTimescale: 1,
        oddDim: "sin",
        scale: 1,
        inputScale: 1,
        convention: "keras",
      },
      reads,
    ),
  );
  once(reads, ["dim", "base", "layout", "frequencyShift", "minTimescale", "oddDim", "scale", "inputScale", "convention"]);
});

test("inherited options and a polluted Object.prototype are ignored", () => {
  const { status, answer, stderr } = child(`
    const { load } = await import(posenc);
    const keys = ["dim", "base", "layout", "wasm", "batch", "offset", "positions", "allowShared", "scale", "value", "inputScaleRule", "error", "handle", "option", "message"];
    const before = [...(await load()).sinusoidal({ dim: 4 }).add(new Float32Array(8))];
    for (const key of keys) Object.prototype[key] = 7;
    const own = await load();
    const pe = own.sinusoidal({ dim: 4 });
    const results = [[...pe.add(new Float32Array(8))], [...pe.add(new Float32Array(8), {})], [...pe.table(2)], [...pe.fill(own.alloc(8)).data]];
    const missing = (() => { try { own.sinusoidal({}); return "none"; } catch (e) { return e.message; } })();
    for (const key of keys) delete Object.prototype[key];
    console.log(JSON.stringify({ same: results.every((r) => String(r) === String(before)), missing }));`);
  assert.deepEqual([status, stderr, answer], [0, "", { same: true, missing: "dim: want a number, got undefined" }]);
  class Options {
    constructor() {
      this.dim = 4;
    }
    get base() {
      return 5;
    }
  }
  assert.equal(posenc.sinusoidal(new Options()).options.base, 10000);
  const json = JSON.parse('{ "dim": 4, "__proto__": { "base": 5 } }'); // an own key named __proto__: refused by name, or ignored
  const outcome = () => {
    try {
      return `base ${posenc.sinusoidal(json).options.base}`;
    } catch (error) {
      return /** @type {Error} */ (error).message;
    }
  };
  assert.match(outcome(), /^base 10000$|^__proto__: unknown option/);
  assert.equal(/** @type {any} */ ({}).base, undefined);
});

test("unknown options: the nearest known one is named; a million of them, or a name of 100 MB, are bounded work", () => {
  for (const [given, message] of /** @type {[any, string][]} */ ([
    [{ dims: 4 }, "dims: unknown option; did you mean dim?"],
    [{ dim: 4, Base: 5 }, "Base: unknown option; did you mean base?"],
    [{ dim: 4, min_timescale: 1 }, "min_timescale: unknown option; did you mean minTimescale?"],
    [{ dim: 4, frequencyshift: 1 }, "frequencyshift: unknown option; did you mean frequencyShift?"],
    [{ dim: 4, constructor: 1 }, "constructor: unknown option; did you mean"],
    [{ dim: 4, "\ud800\n": 1 }, '"\\ud800\\u000a": unknown option; did you mean'],
  ]))
    assert.throws(
      () => posenc.sinusoidal(given),
      (/** @type {any} */ error) => error.code === "ERR_POSENC_TYPE" && error.message.startsWith(message),
      message,
    );
  assert.throws(() => pe.add(new Float32Array(4), /** @type {any} */ ({ ofset: 1 })), {
    code: "ERR_POSENC_TYPE",
    message: "ofset: unknown option; did you mean offset?",
  });
  const many = Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [`k${i}`, i]));
  const long = "x".repeat(1e8);
  for (const call of [
    () => posenc.sinusoidal(/** @type {any} */ (many)),
    () => pe.add(new Float32Array(4), /** @type {any} */ (many)),
    () => pe.table(1, /** @type {any} */ ({ [long]: 1 })),
    ...["layout", "oddDim", "convention", "dim", "inputScale"].map(
      (name) => () => posenc.sinusoidal(/** @type {any} */ ({ dim: 4, [name]: long })),
    ),
  ]) {
    assert.throws(
      call,
      (/** @type {any} */ error) =>
        error instanceof TypeError && /** @type {any} */ (error).code === "ERR_POSENC_TYPE" && error.message.length < 400,
    );
  }
});

test("an array that a getter detaches, shrinks or fills is looked at after the options, not before", () => {
  for (const op of OPS) {
    const going = embeddings(8);
    assert.throws(
      () =>
        pe[op](going, {
          get batch() {
            detach(going.buffer);
            return 1;
          },
        }),
      { name: "TypeError", code: "ERR_POSENC_TYPE", message: /^x: its buffer is detached/ },
    );
    const changing = new Float32Array(8);
    pe.add(changing, {
      get offset() {
        changing.fill(2);
        return 0;
      },
    });
    same(changing, right(new Float32Array(8).fill(2)), "what the getter wrote is what is worked on");
    const memory = posenc.alloc(8);
    assert.throws(
      () =>
        pe[op](memory, {
          get offset() {
            memory.dispose();
            return 0;
          },
        }),
      { code: "ERR_POSENC_DISPOSED" },
    );
    const passing = posenc.sinusoidal({ dim: 4 });
    const x = embeddings(8);
    assert.throws(
      () =>
        passing[op](x, {
          get offset() {
            passing.dispose();
            return 0;
          },
        }),
      { code: "ERR_POSENC_DISPOSED" },
    );
    same(x, embeddings(8), "the array");
  }
  const list = Float64Array.of(3, 4);
  same(
    pe.add(embeddings(8), {
      positions: list,
      get allowShared() {
        detach(list.buffer);
        return false;
      },
    }),
    right(embeddings(8), { offset: 3 }),
    "positions were copied when they were read",
  );
});

test("one bad position at the end of a long list: named by its number, and not one row is written", () => {
  const seq = 20000; // more than one buffer of positions, and many tiles
  const x = embeddings(seq * 4);
  const memory = posenc.alloc(x.length);
  memory.data.set(x);
  for (const [bad, shown] of [
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [2 ** 53 + 2, "9007199254740994"],
  ]) {
    const positions = Float64Array.from({ length: seq }, (_, j) => (j === seq - 1 ? /** @type {number} */ (bad) : j));
    for (const op of OPS) {
      for (const target of [x, memory]) {
        assert.throws(() => pe[op](target, { positions }), {
          name: "RangeError",
          code: "ERR_POSENC_RANGE",
          message: `positions[${seq - 1}]: want a number within ±2^53, got ${shown}`,
        });
      }
      same(x, embeddings(seq * 4), op);
      same(memory.data, x, `${op} on alloc()`);
    }
  }
  memory.dispose();
});

test("a getter may use the same encoder, another one, and alloc()", () => {
  const inner = embeddings(80);
  const x = embeddings(8);
  pe.add(x, {
    get batch() {
      pe.add(inner, { positions: Array(20).fill(9) });
      posenc.sinusoidal({ dim: 2 }).table(5);
      posenc.alloc(1 << 20).dispose();
      return 2;
    },
    positions: [1, 2].slice(0, 1),
  });
  same(x, right(embeddings(8), { batch: 2, positions: [1] }), "the outer call");
  same(inner, right(embeddings(80), { positions: Array(20).fill(9) }), "the inner call");
});

test("views of resizable buffers: by their length at one reading, or a TypeError", {
  skip: !("resize" in ArrayBuffer.prototype) && "this engine has none",
}, () => {
  const buffer = new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 256 });
  const tracking = new Float32Array(buffer);
  const fixed = new Float32Array(buffer, 32, 8);
  tracking.set(embeddings(16));
  same(pe.add(tracking), right(embeddings(16)), "16 long");
  buffer.resize(128);
  tracking.set(embeddings(32));
  same(
    pe.add(tracking, {
      get offset() {
        buffer.resize(96);
        return 0;
      },
    }),
    right(embeddings(24)),
    "24 long by the time it is looked at",
  );
  buffer.resize(40);
  assert.throws(() => pe.add(fixed), { code: "ERR_POSENC_TYPE", message: /^x: its buffer is detached, or too short/ });
  assert.throws(() => pe.add(tracking), {
    code: "ERR_POSENC_RANGE",
    message: /^x: want a length that is a multiple of batch·dim = 1·4, got 10$/,
  });
});

test("another realm's array is taken; a subclass's own members and species have no say", () => {
  const foreign = vm.runInNewContext("new Float32Array(8)");
  foreign.set(embeddings(8));
  assert.ok(!(foreign instanceof Float32Array));
  assert.equal(pe.add(foreign, vm.runInNewContext("({ positions: new Float64Array([1, 2]) })")), foreign);
  same(foreign, right(embeddings(8), { offset: 1 }), "another realm's");
  const lie = () => assert.fail("the subclass was asked");
  class Mine extends Float32Array {
    static get [Symbol.species]() {
      return lie();
    }
    set() {
      lie();
    }
    subarray() {
      return lie();
    }
    slice() {
      return lie();
    }
    fill() {
      return lie();
    }
    indexOf() {
      return lie();
    }
    get length() {
      return 1e9;
    }
    get buffer() {
      return lie();
    }
    get byteOffset() {
      return lie();
    }
    get byteLength() {
      return lie();
    }
    get [Symbol.toStringTag]() {
      return lie();
    }
  }
  const plain = new ArrayBuffer(24000 * 4);
  new Float32Array(plain).set(embeddings(24000));
  const mine = new Mine(plain);
  assert.equal(pe.add(mine, { batch: 2 }), mine);
  same(new Float32Array(plain), right(embeddings(24000), { batch: 2 }), "a subclass");
  const own = embeddings(24000);
  Object.defineProperties(
    own,
    Object.fromEntries(
      ["set", "subarray", "length", "buffer", "byteOffset", "constructor", Symbol.toStringTag].map((key) => [key, { get: lie }]),
    ),
  );
  pe.add(own);
  same(
    new Float32Array(
      /** @type {any} */ (Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), "buffer")).get.call(own),
    ),
    right(embeddings(24000)),
    "own properties",
  );
});

test("lists of positions whose length lies, or that are far too long: one of posenc's errors, not the engine's", () => {
  const sized = (/** @type {any} */ length) => new Proxy([], { get: (_, key) => (key === "length" ? length : 1) });
  for (const list of [
    Object.assign([], { length: 2 ** 32 - 1 }),
    new Uint8Array(2 ** 31),
    ...[-1, NaN, 1e300, "2", 2n, Symbol("2"), {}, [1, 2], new ArrayBuffer(16)].map(sized),
  ]) {
    assert.throws(
      () => pe.add(new Float32Array(8), { positions: list }),
      (/** @type {any} */ error) => /^ERR_POSENC_(RANGE|TYPE)$/.test(error.code) && /^positions/.test(error.message),
    );
  }
});

/** What a page may replace after load(): members of the built-ins, by the object that has them. */
const PATCHES = `
  const Typed = Object.getPrototypeOf(Float32Array);
  const patches = [
    ...["set", "subarray", "slice", "length", "buffer", "byteOffset", "byteLength", "indexOf", "fill"].flatMap((key) => [[Float32Array.prototype, key], [Float64Array.prototype, key], [Typed.prototype, key]]),
    [Typed.prototype, Symbol.toStringTag], [Typed, Symbol.species], [ArrayBuffer, Symbol.species], [ArrayBuffer.prototype, "byteLength"], [ArrayBuffer, "isView"],
    ...["call", "apply", "bind"].map((key) => [Function.prototype, key]), ...["keys", "freeze", "is", "assign"].map((key) => [Object, key]), ...["isArray", "from", "of"].map((key) => [Array, key]),
    ...["push", "pop", "includes", "map", "slice", "join", "indexOf", "splice", Symbol.iterator].map((key) => [Array.prototype, key]),
    ...["min", "max", "floor", "trunc", "abs"].map((key) => [Math, key]), ...["isInteger", "isFinite"].map((key) => [Number, key]), ...["get", "set", "apply", "construct"].map((key) => [Reflect, key]),
    ...["Float32Array", "Float64Array", "Object", "Array", "Math", "Number", "Reflect", "WebAssembly", "Map", "Promise", "DataView", "Uint8Array", "JSON", "Symbol"].map((key) => [globalThis, key]),
  ];
  const { defineProperty, getOwnPropertyDescriptor } = Object, { deleteProperty } = Reflect, text = String, show = JSON.stringify;
  const harmed = [];
  const under = ([object, key], what, job) => {
    const had = getOwnPropertyDescriptor(object, key);
    const patch = object === globalThis ? { value: undefined, configurable: true, writable: true } : { get: () => () => { throw 1; }, set() {}, configurable: true };
    let got;
    defineProperty(object, key, patch);
    try { got = job(); } catch (e) { got = e; }
    if (had) defineProperty(object, key, had); else deleteProperty(object, key);
    if (show(got) !== show(what)) harmed.push(text(key));
  };
  const { load } = await import(posenc);
  const own = await load();
  const pe = own.sinusoidal({ dim: 4 });
  const memory = own.alloc(8);
  const list = Float64Array.of(1, 2);
  const F32 = Float32Array;`;

test("built-ins that are patched after load() have no say in add, subtract, fill and table", () => {
  const { status, answer, stderr } = child(`${PATCHES}
    const x = new F32(24000);
    const numbers = () => [x[5], x[23999], memory.data[1], memory.data[6]];
    const jobs = [() => pe.add(x), () => pe.subtract(x, { batch: 2 }), () => pe.fill(x, { batch: 3000 }), () => pe.add(memory), () => pe.fill(memory.data, { offset: 4 }), () => pe.table(2) && x];
    const reset = () => { x.fill(0); memory.data.fill(0); };
    const wants = jobs.map((job) => { reset(); job(); return numbers(); });
    for (const patch of patches) jobs.forEach((job, i) => {
      reset();
      under(patch, true, () => { job(); return true; });
      if (show(numbers()) !== show(wants[i])) harmed.push(text(patch[1]) + " changed numbers");
    });
    console.log(JSON.stringify({ patches: patches.length, harmed }));`);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.ok(answer.patches > 60);
  assert.deepEqual(answer.harmed, []);
});

test("nor in positions, frequencies, wavelengths, shiftMatrix and alloc", () => {
  const { status, answer } = child(`${PATCHES}
    const first = pe.table(2, { positions: list })[4];
    for (const patch of patches) {
      under(patch, first, () => pe.table(2, { positions: list })[4]);
      under(patch, [1, 0.01], () => { const f = pe.frequencies; return [f[0], f[1]]; });
      under(patch, 2 * Math.PI, () => pe.wavelengths[0]);
      under(patch, [1, 1], () => { const m = pe.shiftMatrix(0); return [m[0], m[5]]; });
      under(patch, true, () => { own.alloc(3).dispose(); return true; });
    }
    console.log(JSON.stringify([...new Set(harmed)]));`);
  assert.equal(status, 0);
  assert.deepEqual(answer, []);
});

test("nor in making encoders, whose way is Go's wasm_exec.js, nor in errors", () => {
  const { status, answer } = child(`${PATCHES}
    patches.push(...Object.getOwnPropertyNames(DataView.prototype).map((key) => [DataView.prototype, key]), ...["get", "set", "has", "delete"].map((key) => [Map.prototype, key]),
      ...["deleteProperty", "ownKeys", "getOwnPropertyDescriptor", "defineProperty"].map((key) => [Reflect, key]), [TextDecoder.prototype, "decode"], [TextEncoder.prototype, "encode"],
      [globalThis, "TextDecoder"], [globalThis, "TextEncoder"], [globalThis, "setTimeout"], [globalThis, "clearTimeout"], [performance, "now"], [Date, "now"]);
    const next = { base: 2 };
    const made = (each) => { const row = each.table(2)[4]; each.dispose(); return row; };
    const jobs = {
      sinusoidal: () => made(own.sinusoidal({ dim: 4, base: next.base++ })) > 0.8,
      rotary: () => own.rotary({ headDim: 4, scaling: { type: "linear", factor: 2 } }).cosSin(3).cos[2] > 0.8,
      learned: () => own.learned({ dim: 2, weights: list }).table(1)[1],
      config: () => own.fromConfig({ model_type: "bloom", hidden_size: 16, n_head: 2 }).bias.options.heads,
      refused: () => { try { pe.add(new F32(7)); } catch (e) { return e.code; } },
      unknown: () => { try { pe.add(new F32(8), { ofset: 1 }); } catch (e) { return e.code; } },
      wrong: () => { try { own.sinusoidal({ dim: "4" }); } catch (e) { return e.code; } },
      layout: () => { try { own.sinusoidal({ dim: 4, layout: "x" }); } catch (e) { return e.code; } },
      range: () => { try { own.sinusoidal({ dim: 4, base: -1 }); } catch (e) { return e.code; } },
    };
    for (const job of Object.values(jobs)) {
      const right = job();
      for (const patch of patches) if (patch[1] !== Symbol.iterator) under(patch, right, job);
    }
    // V8 before 12 calls the constructor of a class that has none by the iterator of arrays: no encoder then, and no harm.
    const iterator = patches.find(([, key]) => key === Symbol.iterator);
    under(iterator, true, () => { try { own.sinusoidal({ dim: 4 }); } catch {} return memory.data.length === 8; });
    console.log(JSON.stringify([...new Set(harmed)]));`);
  assert.equal(status, 0);
  assert.deepEqual(answer, []);
});
