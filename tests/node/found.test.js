// What attacks have found, each once: it must not come back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "../../dist/npm/index.js";
import { child } from "./child.js";

const posenc = await load();
const wasm = readFileSync(new URL("../../dist/npm/posenc.wasm", import.meta.url));
const TYPE = { name: "TypeError", code: "ERR_POSENC_TYPE" };
const LOAD = { name: "Error", code: "ERR_POSENC_LOAD" };

test("2^53 twice is the same row twice: 2^53 + 1 is no float64, and made it look like a run", () => {
  const pe = posenc.sinusoidal({ dim: 4 });
  const edge = 2 ** 53;
  for (const positions of [
    [edge, edge],
    [edge - 1, edge, edge, edge],
    [-edge, -edge],
  ]) {
    const table = pe.table(positions.length, { positions });
    positions.forEach((p, i) => assert.deepEqual(table.slice(4 * i, 4 * i + 4), pe.table(1, { offset: p }), `row ${i} of ${positions}`));
  }
});

test("a method that was taken off its object, or called through a Proxy, says so", () => {
  const pe = posenc.sinusoidal({ dim: 4 });
  const memory = posenc.alloc(4);
  const { sinusoidal, alloc } = posenc;
  const { add, dispose } = pe;
  for (const call of [
    () => sinusoidal({ dim: 4 }),
    () => alloc(4),
    () => new Proxy(posenc, {}).alloc(4),
    () => add(new Float32Array(4)),
    () => dispose(),
    () => new Proxy(pe, {}).table(1),
    () => new Proxy(memory, {}).data,
    () => new Proxy(memory, {}).length,
    () => memory.dispose.call({}),
  ])
    assert.throws(call, { ...TYPE, message: /^this: want / }, String(call));
  assert.deepEqual([...pe.add(memory).data], [0, 1, 0, 1], "the next call");
});

test("what only looks like a URL or a Response is neither; one that is locked has been read", async () => {
  for (const fake of [Object.create(URL.prototype), new Proxy(new URL("file:///x"), {}), Object.create(Response.prototype)]) {
    await assert.rejects(load({ wasm: fake }), { ...TYPE, message: /^wasm: want a URL, a Response, bytes or a WebAssembly\.Module, got / });
  }
  const locked = new Response(wasm, { headers: { "content-type": "application/wasm" } });
  locked.body?.getReader();
  await assert.rejects(load({ wasm: locked }), { ...LOAD, message: /has been read already/ });
  await assert.rejects(load({ wasm: "" }), { ...LOAD, message: 'wasm: want a URL, got ""' });
  const buffer = new ArrayBuffer(100);
  const view = new DataView(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  await assert.rejects(load({ wasm: view }), { ...LOAD, message: /detached/ });
});

test("a module with a posenc_run of its own is not posenc's", async () => {
  // (module (func (export "posenc_run")))
  const other = Uint8Array.from([
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    4,
    1,
    96,
    0,
    0,
    3,
    2,
    1,
    0,
    7,
    14,
    1,
    10,
    ...Buffer.from("posenc_run"),
    0,
    0,
    10,
    4,
    1,
    2,
    0,
    11,
  ]);
  await assert.rejects(load({ wasm: other }), LOAD);
});

test("options are what was given, whatever Object.prototype forbids", () => {
  for (const [key, value] of [
    ["options", 1],
    ["dim", 66],
    ["error", {}],
    ["handle", 7],
    ["get", 7],
    ["value", 7],
  ]) {
    const bare = { __proto__: null, value, configurable: true };
    Object.defineProperty(Object.prototype, key, bare);
    try {
      const pe = posenc.sinusoidal({ dim: 6 });
      assert.equal(pe.options.dim, 6, key);
      assert.equal(pe.table(2).length, 12, key);
      assert.throws(() => pe.add(new Float32Array(7)), { code: "ERR_POSENC_RANGE" }, key);
    } finally {
      delete (/** @type {any} */ (Object.prototype)[key]);
    }
  }
});

test("100,000 arrays live at once, and are given back, in a moment", () => {
  const many = Array.from({ length: 100_000 }, () => posenc.alloc(4));
  for (const each of many.reverse()) each.dispose();
  assert.ok(Object.is(posenc.alloc(-0).length, 0));
});

test("keys that take several tiles are shifted by a fraction of a position as few are", () => {
  const rotary = posenc.rotary({ headDim: 16 });
  const rows = 9000;
  const make = () => Float32Array.from({ length: rows * 16 }, (_, i) => Math.sin(i));
  for (const delta of [2.5, -0.25, 7]) {
    const all = rotary.shift(make(), delta);
    const few = make();
    for (let row = 0; row < rows; row += 100) rotary.shift(few.subarray(row * 16, (row + 100) * 16), delta);
    assert.deepEqual(all, few, `by ${delta}`);
  }
});

test("table() reads its options before it asks for its encoder, which a getter may dispose of", () => {
  for (const make of [() => {}, () => posenc.sinusoidal({ dim: 6 })]) {
    const pe = posenc.sinusoidal({ dim: 4 });
    assert.throws(
      () =>
        pe.table(2, {
          get offset() {
            pe.dispose();
            make();
            return 0;
          },
        }),
      { code: "ERR_POSENC_DISPOSED" },
    );
  }
});

test("a method of another scheme's encoder is a TypeError, and does nothing to the array", () => {
  const rows = posenc.sinusoidal({ dim: 4 });
  const rotary = posenc.rotary({ headDim: 4 });
  const alibi = posenc.alibi({ heads: 1 });
  const x = new Float32Array(4).fill(1);
  for (const call of [
    () => rotary.rotate.call(/** @type {any} */ (rows), x),
    () => rows.fill.call(/** @type {any} */ (rotary), x),
    () => rows.add.call(/** @type {any} */ (alibi), x),
    () => alibi.add.call(/** @type {any} */ (rows), x, { queryLength: 2, keyLength: 2 }),
    () => rows.shiftMatrix.call(/** @type {any} */ (rotary), 1),
    () => alibi.matrix.call(/** @type {any} */ (rotary), 2, 2),
  ])
    assert.throws(call, { ...TYPE, message: /^this: want / }, String(call));
  assert.deepEqual([...x], [1, 1, 1, 1]);
});

test("lists that no scheme has use for are refused before they go to Go number by number", () => {
  const long = new Uint8Array(1 << 24).fill(1);
  const began = performance.now();
  for (const call of [
    () => posenc.grid({ dim: 8, shape: long }),
    () => posenc.time2vec({ w: long, phi: long }),
    () => posenc.fromConfig({ model_type: "llama", hidden_size: long }),
  ])
    assert.throws(call, { message: /^(shape|w|hidden_size): want / });
  assert.ok(performance.now() - began < 5000);
});

// A review's and an attack's findings on the other schemes.

test("a position out of xPos' reach at the end of a long list leaves the array as it was", () => {
  const x = new Float32Array(4096 * 64).fill(1);
  const positions = Array.from({ length: 4096 }, (_, i) => (i === 4095 ? 1e9 : i));
  const memory = posenc.alloc(x.length);
  memory.data.set(x);
  const e = posenc.rotary({ headDim: 64, xpos: "key" });
  for (const target of [x, memory])
    assert.throws(() => e.rotate(target, { positions }), { code: "ERR_POSENC_RANGE", message: /^positions: / });
  assert.ok(x.every((v) => v === 1) && memory.data.every((v) => v === 1));
  memory.dispose();
});

test("empty lists of weights are refused, and not one zero", () => {
  const calls = [
    () => posenc.learned({ dim: 1, weights: [] }),
    () => posenc.rotary({ headDim: 2, cos: [], sin: [] }),
    () => posenc.fire({ heads: 1, w1: [], b1: [], w2: [], b2: [] }),
    () => posenc.t5({ heads: 1, weights: [] }),
  ];
  for (const call of calls) assert.throws(call, { code: "ERR_POSENC_RANGE" });
});

test("what would take the module's memory or a minute is refused at once, and arrays of alloc() stay", () => {
  const memory = posenc.alloc(4);
  memory.data.fill(3);
  const began = performance.now();
  for (const to of [
    [32768, 32768],
    [1048576, 65536],
  ]) {
    assert.throws(() => posenc.learned({ dim: 1, weights: [1, 2, 3, 4], resize: { from: [2, 2], to } }), {
      code: "ERR_POSENC_RANGE",
      message: /^resize\.to: /,
    });
  }
  assert.throws(() => posenc.fourier({ type: "gaussian", inputs: 1024, bands: 8192 }), { code: "ERR_POSENC_RANGE", message: /^bands: / });
  assert.throws(
    () => posenc.axialRotary({ headDim: 64, convention: "eva02", shape: Array(65536).fill(65536) }),
    ({ message }) => message.length < 300,
  );
  assert.ok(performance.now() - began < 5000);
  assert.deepEqual([...memory.data], [3, 3, 3, 3]);
  memory.dispose();
});

test("more numbers than the staging buffer holds come in parts", () => {
  const { slopes } = posenc.alibi({ heads: 40000, slopes: "geometric" });
  assert.equal(slopes.length, 40000);
  for (const h of [0, 32767, 32768, 39999]) assert.ok(Math.abs(slopes[h] / 2 ** ((-8 * (h + 1)) / 40000) - 1) < 1e-14, `${h}`);
});

test("a revoked Proxy in the place of options is a TypeError of ours", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const call of [
    () => posenc.sinusoidal(proxy),
    () => posenc.fromConfig(proxy),
    () => posenc.sinusoidal({ dim: 2 }).add(new Float32Array(2), proxy),
  ]) {
    assert.throws(call, { code: "ERR_POSENC_TYPE", message: /got a revoked Proxy$/ });
  }
});

test("errors of nested options have their path, and a missing length is said to be missing", () => {
  assert.throws(() => posenc.rotary({ headDim: 4, scaling: /** @type {any} */ ({ rope_type: "yarn" }) }), {
    message: /^scaling\.rope_type: unknown option/,
  });
  assert.throws(() => posenc.rotary({ headDim: 4, scaling: { type: "yarn", factor: 2 } }), {
    message: /^scaling\.originalMaxPositionEmbeddings: .*got none$/,
  });
  assert.throws(() => posenc.rotary({ headDim: 4 }).rotate(new Float32Array(4), { sequenceLength: 0 }), {
    message: "sequenceLength: want a positive integer up to 2^53, got 0",
  });
});

test("arrays are let go of in the order in which they came, and views are found among many, in a moment", () => {
  const pe = posenc.sinusoidal({ dim: 4 });
  const arrays = Array.from({ length: 50_000 }, () => posenc.alloc(4));
  for (let i = 0; i < 5000; i++) pe.add(arrays[i].data);
  assert.deepEqual([...pe.add(posenc.alloc(12).data.subarray(4, 8))], [0, 1, 0, 1]); // in the middle of one
  for (const each of arrays) each.dispose();
});

test("a key of a config that is no key of any is refused, in few words", () => {
  for (const length of [201, 1e6, 1e8]) {
    assert.throws(
      () =>
        posenc.fromConfig({
          model_type: "llama",
          hidden_size: 64,
          num_attention_heads: 4,
          rope_scaling: { rope_type: "linear", factor: 2, ["k".repeat(length)]: 1 },
        }),
      ({ code, message }) => code === "ERR_POSENC_TYPE" && message.length < 200,
    );
  }
});

/** What a child prints after `patch` has run in it, between load() and `use`. @param {string} patch @param {string} use */
function patched(patch, use) {
  const { status, answer, stderr } = child(`
    const { load } = await import(posenc);
    const own = await load();
    const pool = await own.pool({ workers: 1 });
    const { String: text, JSON: json, console: out } = globalThis, { stringify } = json, { log } = out, exit = process.exit;
    ${patch}
    ${use}`);
  assert.equal(status, 0, stderr);
  return answer;
}

test("String, isNaN and parseInt that are patched after load() change no number: Go's wasm_exec.js has those of the import", () => {
  const use =
    'log(stringify([...own.rotary({ headDim: 4, pairing: "half" }).rotate(new Float32Array([1, 2, 3, 4]), { offset: 1 })])); exit(0);';
  const right = [
    Math.cos(1) - 3 * Math.sin(1),
    2 * Math.cos(0.01) - 4 * Math.sin(0.01),
    3 * Math.cos(1) + Math.sin(1),
    4 * Math.cos(0.01) + 2 * Math.sin(0.01),
  ];
  for (const patch of [
    'globalThis.String = (v) => (v === "half" ? "interleaved" : v);',
    "globalThis.isNaN = globalThis.parseInt = () => { throw 1; };",
  ]) {
    patched(patch, use).forEach((/** @type {number} */ v, /** @type {number} */ i) =>
      assert.ok(Math.abs(v - right[i]) < 1e-6, `${patch} ${v}`),
    );
  }
});

test("a length of typed arrays that is patched after load() empties no list", () => {
  const patch =
    'const real = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float32Array.prototype), "length"); Object.defineProperty(Object.getPrototypeOf(Float32Array.prototype), "length", { get: () => 0, configurable: true });';
  const use = `
    const list = own.relativePositions(3);
    let code;
    try { own.timestep({ dim: 4 }).encode([2 ** 60]); } catch ({ message }) { code = message; }
    Object.defineProperty(Object.getPrototypeOf(Float32Array.prototype), "length", real);
    log(stringify([[...list], code])); exit(0);`;
  assert.deepEqual(patched(patch, use), [[2, 1, 0], "timesteps[0]: want a number within ±2^53, got 1152921504606847000"]);
});

test("a RegExp.prototype.exec that throws is in no error's way", () => {
  const use = `
    const codes = [];
    for (const call of [() => own.sinusoidal({ dm: 4 }), () => own.alibi({ heads: 1 }).add(new Int8Array(1), { queryLength: 1, keyLength: 1 })]) try { call(); } catch ({ code }) { codes.push(code); }
    log(stringify(codes)); exit(0);`;
  assert.deepEqual(patched("RegExp.prototype.exec = () => { throw 1; };", use), ["ERR_POSENC_TYPE", "ERR_POSENC_TYPE"]);
});

test("a Promise.prototype.then that does nothing does not keep a pool from answering", () => {
  const use = `
    const table = await pool.table(own.sinusoidal({ dim: 4 }), 2);
    const again = await load();
    log(stringify([table.length, again === own])); exit(0);`;
  assert.deepEqual(patched("Promise.prototype.then = function () { return this; };", use), [8, true]);
});

test("without a TextDecoder, as in some test environments, importing works, and load() says what is missing", () => {
  const { answer } = child(`
    for (const name of ["TextDecoder", "TextEncoder", "crypto", "performance"]) Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
    const { load } = await import(posenc);
    try { await load(); } catch ({ code, message }) { console.log(JSON.stringify([code, message])); }`);
  assert.deepEqual(answer, ["ERR_POSENC_LOAD", "posenc.wasm: Go's program needs TextDecoder, which this JavaScript engine has not"]);
});

test("worker.js that is imported where there is no worker does nothing", () => {
  const { answer, stderr } = child(`
    const before = Reflect.ownKeys(globalThis).length;
    await import(new URL("worker.js", posenc));
    await new Promise((r) => setTimeout(r, 50));
    console.log(JSON.stringify([Reflect.ownKeys(globalThis).length - before, typeof globalThis.onmessage]));`);
  assert.deepEqual([answer, stderr], [[0, "undefined"], ""]);
});

test("posenc.js by a URL with a query: its pool says that there are two of it", () => {
  const { answer } = child(`
    const index = await (await import("node:fs/promises")).readFile(new URL(posenc), "utf8");
    const name = index.match(/import\\{(\\w+) as/)[1];
    const { [name]: load } = await import(new URL("posenc.js?v=1", posenc));
    const own = await load();
    try { await own.pool(); } catch ({ code, message }) { console.log(JSON.stringify([code, message])); }`);
  assert.equal(answer[0], "ERR_POSENC_LOAD");
  assert.match(answer[1], /another copy of the package/);
});
