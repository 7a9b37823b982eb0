// What attacks have found, each once: it must not come back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "../../dist/npm/index.js";

const posenc = await load();
const wasm = readFileSync(new URL("../../dist/npm/posenc.wasm", import.meta.url));
const TYPE = { name: "TypeError", code: "ERR_POSENC_TYPE" };
const LOAD = { name: "Error", code: "ERR_POSENC_LOAD" };

test("2^53 twice is the same row twice: 2^53 + 1 is no float64, and made it look like a run", () => {
  const pe = posenc.sinusoidal({ dim: 4 });
  const edge = 2 ** 53;
  for (const positions of [[edge, edge], [edge - 1, edge, edge, edge], [-edge, -edge]]) {
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
    () => sinusoidal({ dim: 4 }), () => alloc(4), () => new Proxy(posenc, {}).alloc(4), () => add(new Float32Array(4)), () => dispose(),
    () => new Proxy(pe, {}).table(1), () => new Proxy(memory, {}).data, () => new Proxy(memory, {}).length, () => memory.dispose.call({}),
  ]) assert.throws(call, { ...TYPE, message: /^this: want / }, String(call));
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
  const other = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 14, 1, 10, ...Buffer.from("posenc_run"), 0, 0, 10, 4, 1, 2, 0, 11]);
  await assert.rejects(load({ wasm: other }), LOAD);
});

test("options are what was given, whatever Object.prototype forbids", () => {
  for (const [key, value] of [["options", 1], ["dim", 66], ["error", {}], ["handle", 7], ["get", 7], ["value", 7]]) {
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
