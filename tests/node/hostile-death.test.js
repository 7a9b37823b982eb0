// What kills an instance: a panic in Go, memory that runs out, a JavaScript stack that is used up. One clear error, then a
// fresh instance; encoders are made again, arrays of alloc() are lost and say so.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { child, PACKAGE } from "./child.js";
import { limited } from "./limited.js";
import { embeddings, near, row, same } from "./reference.js";

const bytes = new Uint8Array(readFileSync(new URL("posenc.wasm", PACKAGE)));
const INTERNAL = { name: "Error", code: "ERR_POSENC_INTERNAL" };
const LOST = { name: "Error", code: "ERR_POSENC_LOST", message: /alloc\(\) a new one/ };

/** In children: gets at the instance, so that a call past all checks can make Go panic. */
const CAUGHT = `
  const { latest, started } = await import(faults);
  const panic = () => { try { latest().posenc_free(99999); } catch {} };
  const attempt = (call) => { try { return call(); } catch (e) { return { name: e.name, code: e.code, message: e.message }; } };
  const { load } = await import(posenc);`;

test("a panic in Go: one error that says which, arrays unchanged, the next call right, arrays of alloc() lost", () => {
  const { status, answer, stderr } = child(`${CAUGHT}
    const own = await load();
    const encoders = [{ dim: 4 }, { dim: 6, layout: "concat" }, { dim: 6, base: 50 }].map((options) => own.sinusoidal(options));
    const rows = () => encoders.map((pe) => [...pe.table(2, { offset: 3 })]);
    const before = rows();
    const memory = own.alloc(8);
    memory.data.fill(1);
    const x = new Float32Array(24).fill(5);
    const rounds = [];
    for (const call of [() => encoders[0].add(x), () => encoders[1].subtract(x, { positions: [1, 2, 3, 4] }), () => encoders[2].fill(x), () => encoders[0].table(3), () => own.sinusoidal({ dim: 4 }), () => own.alloc(4),
      () => encoders[2].shiftMatrix(1), () => own.sinusoidal({ dim: 4 }).frequencies, () => encoders[0].add(own.alloc(4))]) {
      const instances = started();
      panic();
      const first = attempt(call);
      rounds.push({ first, unchanged: x.every((v) => v === 5), rows: String(rows()) === String(before), fresh: started() - instances, lost: [attempt(() => memory.data), attempt(() => encoders[0].add(memory))].map((e) => e.code) });
    }
    memory.dispose();
    const again = own.alloc(8);
    console.log(JSON.stringify({ rounds, again: [...encoders[0].add(again).data] }));`);
  assert.deepEqual([status, stderr], [0, ""]);
  for (const { first, unchanged, rows, fresh, lost } of answer.rounds) {
    assert.deepEqual({ ...first, message: "" }, { ...INTERNAL, message: "" });
    assert.match(first.message, /panic: runtime error: index out of range \[99999\].*the next call starts a fresh instance$/);
    assert.deepEqual(
      { unchanged, rows, fresh, lost },
      { unchanged: true, rows: true, fresh: 1, lost: ["ERR_POSENC_LOST", "ERR_POSENC_LOST"] },
    );
  }
  near(answer.again, [...row({ dim: 4 }, 0), ...row({ dim: 4 }, 1)], 1e-6, "a new array");
});

test("what lived in an instance that died cannot let go of what lives in the next", () => {
  const { status, answer } = child(
    `${CAUGHT}
    const own = await load();
    const old = Array.from({ length: 6 }, () => [own.sinusoidal({ dim: 4 }), own.alloc(8)]);
    panic();
    attempt(() => own.alloc(1));
    const young = Array.from({ length: 6 }, (_, i) => [own.sinusoidal({ dim: 4, base: 2 + i }), own.alloc(8)]); // the same numbers again
    const before = young.map(([pe, memory]) => [...pe.fill(memory).data]);
    for (const [pe, memory] of old) { pe.dispose(); memory.dispose(); }
    old.length = 0;
    for (let i = 0; i < 4; i++) { globalThis.gc(); await new Promise((r) => setTimeout(r, 5)); }
    own.alloc(8).data.fill(7);
    console.log(JSON.stringify(young.every(([pe, memory], i) => String([...memory.data]) === String(before[i]) && String([...pe.table(2)]) === String(before[i]))));`,
    ["--expose-gc"],
  );
  assert.deepEqual([status, answer], [0, true]);
});

test("dispose(), by hand or by the collector, is silent when the instance is dead", () => {
  const { status, answer } = child(
    `${CAUGHT}
    const own = await load();
    const pe = own.sinusoidal({ dim: 4 }), memory = own.alloc(8);
    for (let i = 0; i < 9; i++) { own.sinusoidal({ dim: 4 }); own.alloc(8); }
    panic();
    for (let i = 0; i < 4; i++) { globalThis.gc(); await new Promise((r) => setTimeout(r, 5)); }
    pe.dispose();
    memory.dispose();
    console.log(JSON.stringify([...own.sinusoidal({ dim: 2 }).table(1)]));`,
    ["--expose-gc"],
  );
  assert.deepEqual([status, answer], [0, [0, 1]]);
});

test("memory that runs out: one error, the next call right, again and again", async () => {
  const own = await load({ wasm: limited(bytes, 1024) }); // 64 MiB
  const pe = own.sinusoidal({ dim: 8 });
  const want = pe.add(embeddings(80), { offset: 5 });
  for (let round = 0; round < 4; round++) {
    const kept = [own.alloc(100)];
    assert.throws(
      () => {
        for (;;) kept.push(own.alloc(1 << 20));
      },
      { ...INTERNAL, message: /the next call starts a fresh instance$/ },
    );
    assert.ok(kept.length > 5, `${kept.length} arrays of 4 MiB`);
    for (const each of kept) assert.throws(() => each.data, LOST);
    assert.throws(() => pe.add(kept[0]), LOST);
    same(pe.add(embeddings(80), { offset: 5 }), want, "the next call");
    for (const each of kept) each.dispose();
  }
  const encoders = [];
  for (let i = 0; i < 40; i++) {
    // each keeps 4 MiB of rows, so instances die on the way; what is in JavaScript gets done all the same
    encoders.push(own.sinusoidal({ dim: 512 }));
    const x = new Float32Array(2048 * 512);
    try {
      encoders[i].add(x);
      same(x.subarray(0, 512), encoders[0].table(1), `encoder ${i}`);
      same(x.subarray(2047 * 512), encoders[0].table(1, { offset: 2047 }), `encoder ${i}`);
    } catch (error) {
      assert.equal(/** @type {any} */ (error).code, "ERR_POSENC_INTERNAL", String(error));
      assert.ok(
        x.every((v) => v === 0),
        "all or nothing",
      );
    }
  }
  same(pe.add(embeddings(80), { offset: 5 }), want, "the last call");
});

test("the error says that memory ran out", async () => {
  const own = await load({ wasm: limited(bytes, 1024) });
  assert.throws(
    () => {
      for (const kept = []; ; ) kept.push(own.alloc(1 << 20));
    },
    { ...INTERNAL, message: /died: (fatal error|panic|runtime: out of memory): / },
  );
});

test("a stack that is used up, in ten shapes of recursion: RangeError or ours, nothing half done, the next call right", () => {
  const { status, signal, answer } = child(
    `
    const { load } = await import(posenc);
    const { exhaust } = await import(new URL("stack-shapes.js", faults));
    let uncaught = 0;
    for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => uncaught++);
    const made = exhaust(await load(), 3);
    await new Promise((r) => setTimeout(r, 50));
    console.log(JSON.stringify({ ...made, uncaught }));`,
    [],
    60_000,
  );
  assert.deepEqual([status, signal], [0, null]);
  const { right, full, ours, wrong, uncaught } = answer;
  assert.deepEqual([wrong, uncaught], [[], 0]);
  assert.ok(right > 100 && full + ours > 100, JSON.stringify(answer));
});
