// The life of encoders and arrays: their end, the memory that they hold, and what becomes of them when nobody does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { child } from "./child.js";
import { row, near, same } from "./reference.js";

const posenc = await load();
const DISPOSED = { name: "Error", code: "ERR_POSENC_DISPOSED", message: /used after dispose\(\)/ };

test("an encoder that is disposed refuses every call and leaves arrays alone; dispose is idempotent", () => {
  const pe = posenc.sinusoidal({ dim: 2 });
  assert.equal(pe.dispose(), undefined);
  assert.equal(pe.dispose(), undefined);
  const x = Float32Array.of(1, 2);
  for (const call of [
    () => pe.add(x),
    () => pe.subtract(x),
    () => pe.fill(x),
    () => pe.table(1),
    () => pe.shiftMatrix(1),
    () => pe.frequencies,
    () => pe.wavelengths,
  ]) {
    assert.throws(call, DISPOSED);
  }
  assert.deepEqual([...x], [1, 2]);
  assert.equal(pe.options.dim, 2, "options stay readable");
});

test("frequencies and wavelengths are refused after dispose, also when they were read before", () => {
  const pe = posenc.sinusoidal({ dim: 2 });
  assert.equal(pe.frequencies.length + pe.wavelengths.length, 2);
  pe.dispose();
  assert.throws(() => pe.frequencies, DISPOSED);
  assert.throws(() => pe.wavelengths, DISPOSED);
});

test("writing into frequencies or wavelengths changes nobody's", () => {
  const pe = posenc.sinusoidal({ dim: 2 });
  pe.frequencies[0] = 7;
  pe.wavelengths[0] = 7;
  assert.equal(pe.frequencies[0], 1);
  assert.equal(pe.wavelengths[0], 2 * Math.PI);
});

test("an array of alloc() that is disposed is refused; dispose is idempotent and gives the memory back", () => {
  const memory = posenc.alloc(4);
  const pe = posenc.sinusoidal({ dim: 2 });
  memory.dispose();
  memory.dispose();
  assert.throws(() => memory.data, DISPOSED);
  assert.throws(() => pe.add(memory), DISPOSED);
  assert.equal(memory.length, 4);
  const size = () => {
    const probe = posenc.alloc(1);
    const bytes = probe.data.buffer.byteLength;
    probe.dispose();
    return bytes;
  };
  for (let i = 0; i < 40; i++) posenc.alloc(1 << 22).dispose(); // 16 MiB each
  const settled = size();
  for (let i = 0; i < 400; i++) posenc.alloc(1 << 22).dispose();
  assert.ok(size() <= settled + (64 << 20), `memory went from ${settled} to ${size()} bytes; kept, it would be 6 GiB more`);
});

test("using", { skip: typeof Symbol.dispose !== "symbol" && "this engine has no Symbol.dispose" }, () => {
  for (const each of [posenc.sinusoidal({ dim: 2 }), posenc.alloc(2)]) {
    assert.equal(/** @type {any} */ (each)[Symbol.dispose](), undefined);
    assert.throws(() => ("data" in each ? each.data : each.table(1)), DISPOSED);
    assert.equal(/** @type {any} */ (each)[Symbol.dispose](), undefined);
  }
});

test("alloc() starts with zeros, is as long as asked, and its data is one object while it is good", () => {
  for (let i = 0; i < 50; i++) {
    const memory = posenc.alloc(1000);
    assert.ok(memory.data instanceof Float32Array && memory.data.length === 1000 && memory.length === 1000);
    assert.ok(
      memory.data.every((v) => Object.is(v, 0)),
      `use ${i}`,
    );
    assert.equal(memory.data, memory.data);
    memory.data.fill(7);
    memory.dispose();
  }
  const none = posenc.alloc(0);
  assert.equal(none.data.length, 0);
  assert.equal(posenc.sinusoidal({ dim: 2 }).add(none), none);
  none.dispose();
});

test("two arrays of alloc() never overlap, whatever was disposed before", () => {
  const held = new Map();
  for (let i = 0; i < 400; i++) {
    const memory = posenc.alloc(1 + ((i * 37) % 500));
    memory.data.fill(i);
    held.set(i, memory);
    if (i % 3 === 2) {
      held.get(i - 1).dispose();
      held.delete(i - 1);
    }
  }
  for (const [i, memory] of held) {
    assert.ok(
      memory.data.every((/** @type {number} */ v) => v === i),
      `array ${i}`,
    );
    memory.dispose();
  }
});

test("memory may grow while alloc().data is held: the getter answers with a live view, a stale one is refused", async () => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const pe = own.sinusoidal({ dim: 2 });
  const memory = own.alloc(4);
  memory.data.set([1, 2, 3, 4]);
  const stale = memory.data;
  const before = stale.buffer.byteLength;
  const more = [];
  while (memory.data.buffer.byteLength === before) more.push(own.alloc(1 << 20));
  assert.equal(stale.length, 0, "growth detached the old buffer");
  assert.throws(() => pe.add(stale), { name: "TypeError", code: "ERR_POSENC_TYPE", message: /^x: / });
  assert.deepEqual([...memory.data], [1, 2, 3, 4]);
  const want = row({ dim: 2 }, 0)
    .concat(row({ dim: 2 }, 1))
    .map((v, i) => v + i + 1);
  near(pe.add(memory).data, want, 1e-6, "add on it");
  const at = {
    get batch() {
      for (let i = 0; i < 9; i++) more.push(own.alloc(1 << 20));
      return 1;
    },
  }; // grows inside the call
  near(pe.subtract(memory, at).data, [1, 2, 3, 4], 1e-6, "subtract on it");
});

test("sizes that the module cannot hold are refused before anything is allocated", async () => {
  const own = await load({ wasm: new URL("../../dist/npm/posenc.wasm", import.meta.url) });
  const memory = own.alloc(1);
  const before = memory.data.buffer.byteLength;
  for (const length of [2 ** 28 + 1, 2 ** 30, 2 ** 32, 2 ** 40, 2 ** 53]) {
    assert.throws(() => own.alloc(length), {
      name: "RangeError",
      code: "ERR_POSENC_RANGE",
      message: new RegExp(`^length: want an integer from 0 to 268435456.*, got ${length}$`),
    });
  }
  assert.equal(memory.data.buffer.byteLength, before);
  const kept = [own.alloc(2 ** 28), own.alloc(2 ** 27)];
  assert.throws(() => own.alloc(2 ** 28), {
    code: "ERR_POSENC_RANGE",
    message: /^length: want .* within 2 GiB, got 268435456; dispose\(\) some first$/,
  });
  assert.ok(
    kept.every((each) => each.data.length === each.length),
    "what was there is still there",
  );
  for (const each of kept) each.dispose();
  own.alloc(2 ** 28).dispose();
});

test("encoders that nobody holds any more are let go of", () => {
  const { status, answer, stderr } = child(
    `
    const { load } = await import(posenc);
    const own = await load();
    const probe = own.alloc(1);
    const size = () => probe.data.buffer.byteLength;
    const settle = async () => { for (let i = 0; i < 4; i++) { globalThis.gc(); await new Promise((r) => setTimeout(r, 5)); } };
    const x = new Float32Array(2048 * 512);
    const near = Float64Array.from({ length: 2048 }, (_, j) => j); // which fills the 4 MiB of rows that each keeps
    const round = async () => {
      for (let i = 0; i < 8; i++) own.sinusoidal({ dim: 512 }).fill(x, { positions: near });
      await settle();
    };
    for (let i = 0; i < 5; i++) await round();
    const settled = size();
    for (let i = 0; i < 24; i++) await round(); // 24 × 8 × 4 MiB
    console.log(JSON.stringify({ settled, then: size() }));`,
    ["--expose-gc"],
  );
  assert.deepEqual([status, stderr], [0, ""]);
  assert.ok(
    answer.then <= answer.settled + (64 << 20),
    `memory went from ${answer.settled} to ${answer.then} bytes; kept, it would be 768 MiB more`,
  );
});

test("a view of alloc().data outlives its Allocation: only dispose() frees", () => {
  const { status, answer } = child(
    `
    const { load } = await import(posenc);
    const own = await load();
    const view = (() => { const memory = own.alloc(1000); return memory.data.subarray(10, 20).fill(7); })();
    for (let i = 0; i < 6; i++) {
      globalThis.gc();
      await new Promise((r) => setTimeout(r, 5));
      if (view.length) for (let k = 0; k < 50; k++) own.alloc(1000).data.fill(9);
    }
    console.log(JSON.stringify(view.length === 0 || [...view].every((v) => v === 7)));`,
    ["--expose-gc"],
  );
  assert.deepEqual([status, answer], [0, true]);
});

test("what is held stays: the collector takes no encoder and no array that is in use", () => {
  const { status, answer } = child(
    `
    const { load } = await import(posenc);
    const own = await load();
    const pe = own.sinusoidal({ dim: 4 });
    const memory = own.alloc(8);
    for (let i = 0; i < 5; i++) { own.sinusoidal({ dim: 8 }); own.alloc(8).data.fill(9); globalThis.gc(); await new Promise((r) => setTimeout(r, 5)); }
    console.log(JSON.stringify([...pe.add(memory).data]));`,
    ["--expose-gc"],
  );
  assert.equal(status, 0);
  same(answer, posenc.sinusoidal({ dim: 4 }).table(2), "rows");
});
