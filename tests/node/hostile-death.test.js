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
    assert.deepEqual({ unchanged, rows, fresh, lost }, { unchanged: true, rows: true, fresh: 1, lost: ["ERR_POSENC_LOST", "ERR_POSENC_LOST"] });
  }
  near(answer.again, [...row({ dim: 4 }, 0), ...row({ dim: 4 }, 1)], 1e-6, "a new array");
});

test("what lived in an instance that died cannot let go of what lives in the next", () => {
  const { status, answer } = child(`${CAUGHT}
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
    console.log(JSON.stringify(young.every(([pe, memory], i) => String([...memory.data]) === String(before[i]) && String([...pe.table(2)]) === String(before[i]))));`, ["--expose-gc"]);
  assert.deepEqual([status, answer], [0, true]);
});

test("dispose(), by hand or by the collector, is silent when the instance is dead", () => {
  const { status, answer } = child(`${CAUGHT}
    const own = await load();
    const pe = own.sinusoidal({ dim: 4 }), memory = own.alloc(8);
    for (let i = 0; i < 9; i++) { own.sinusoidal({ dim: 4 }); own.alloc(8); }
    panic();
    for (let i = 0; i < 4; i++) { globalThis.gc(); await new Promise((r) => setTimeout(r, 5)); }
    pe.dispose();
    memory.dispose();
    console.log(JSON.stringify([...own.sinusoidal({ dim: 2 }).table(1)]));`, ["--expose-gc"]);
  assert.deepEqual([status, answer], [0, [0, 1]]);
});

test("memory that runs out: one error, the next call right, again and again", async () => {
  const own = await load({ wasm: limited(bytes, 1024) }); // 64 MiB
  const pe = own.sinusoidal({ dim: 8 });
  const want = pe.add(embeddings(80), { offset: 5 });
  for (let round = 0; round < 4; round++) {
    const kept = [own.alloc(100)];
    assert.throws(() => { for (;;) kept.push(own.alloc(1 << 20)); }, { ...INTERNAL, message: /the next call starts a fresh instance$/ });
    assert.ok(kept.length > 5, `${kept.length} arrays of 4 MiB`);
    for (const each of kept) assert.throws(() => each.data, LOST);
    assert.throws(() => pe.add(kept[0]), LOST);
    same(pe.add(embeddings(80), { offset: 5 }), want, "the next call");
    for (const each of kept) each.dispose();
  }
  const encoders = [];
  for (let i = 0; i < 40; i++) { // each keeps 4 MiB of rows, so instances die on the way; what is in JavaScript gets done all the same
    encoders.push(own.sinusoidal({ dim: 512 }));
    const x = new Float32Array(2048 * 512);
    try {
      encoders[i].add(x);
      same(x.subarray(0, 512), encoders[0].table(1), `encoder ${i}`);
      same(x.subarray(2047 * 512), encoders[0].table(1, { offset: 2047 }), `encoder ${i}`);
    } catch (error) {
      assert.equal(/** @type {any} */ (error).code, "ERR_POSENC_INTERNAL", String(error));
      assert.ok(x.every((v) => v === 0), "all or nothing");
    }
  }
  same(pe.add(embeddings(80), { offset: 5 }), want, "the last call");
});

test("the error says that memory ran out", async () => {
  const own = await load({ wasm: limited(bytes, 1024) });
  assert.throws(() => { for (const kept = []; ;) kept.push(own.alloc(1 << 20)); }, { ...INTERNAL, message: /died: (fatal error|panic|runtime: out of memory): / });
});

test("a stack that is used up, in ten shapes of recursion: RangeError or ours, nothing half done, the next call right", () => {
    const { status, signal, answer } = child(`
      const { load } = await import(posenc);
      const own = await load();
      let uncaught = 0;
      for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => uncaught++);
      const dim = 8, rows = 5000, size = rows * dim;
      const pe = own.sinusoidal({ dim });
      const x = new Float32Array(size), y = new Float32Array(size);
      const before = Float32Array.from({ length: size }, (_, i) => i % 97);
      const wanted = pe.add(before.slice()), table = pe.table(rows), one = pe.table(1);
      const positions = Float64Array.from({ length: rows }, (_, i) => i);
      const calls = {
        add: [() => pe.add(x), wanted], positions: [() => pe.add(x, { positions }), wanted], fill: [() => pe.fill(x), table], table: [() => pe.table(rows), table],
        create: [() => own.sinusoidal({ dim }).table(1), one], alloc: [() => pe.fill(own.alloc(size)).data, table],
        refused: [() => { try { pe.add(x, { batch: 3 }); } catch (e) { if (e.code === undefined) throw e; } return x; }, before],
      };
      const shapes = {
        plain: (then) => { (function dive() { try { dive(); } catch {} then(); })(); },
        arguments: (then) => { (function dive(a, b, c, d, e, f, g) { try { dive(a, b, c, d, e, f, g, 1, 2, 3); } catch {} then(); })(1, 2, 3, 4, 5, 6, 7); },
        locals: (then) => { (function dive(n) { const a = [n, n], o = { n }; try { dive(n + 1); } catch {} then(); return a.length + o.n; })(0); },
        getter: (then) => { const o = { get a() { try { this.a; } catch {} then(); } }; o.a; },
        proxy: (then) => { const p = new Proxy({}, { get() { try { p.a; } catch {} then(); } }); p.a; },
        sort: (then) => { (function dive() { [1, 2].sort(() => { try { dive(); } catch {} then(); return 0; }); })(); },
        replace: (then) => { (function dive() { "x".replace("x", () => { try { dive(); } catch {} then(); return ""; }); })(); },
        json: (then) => { const o = { toJSON() { try { JSON.stringify(o); } catch {} then(); } }; JSON.stringify(o); },
        constructor: (then) => { class A { constructor() { try { new A(); } catch {} then(); } } new A(); },
        reflect: (then) => { const dive = () => { try { Reflect.apply(dive, null, []); } catch {} then(); }; dive(); },
      };
      const equal = (a, b) => { for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false; return a.length === b.length; };
      const count = { right: 0, full: 0, ours: 0 }, wrong = [];
      for (const [shape, recurse] of Object.entries(shapes)) for (const [name, [call, want]] of Object.entries(calls)) {
        let fine = 0, tries = 0;
        recurse(() => { // on the way back, from the deepest frame up, until there is room again
          if (fine > 2 || tries > 2000) return;
          let got, error, clean;
          try { x.set(before); tries++; } catch { return; }
          try { got = call(); } catch (e) { error = e; }
          try {
            clean = error === undefined ? equal(got, want) : equal(x, before);
            if (!clean) wrong.push([shape, name, error ? "changed the array" : "wrong numbers"]);
            else if (error === undefined) { count.right++; fine++; }
            else if (error.code === "ERR_POSENC_INTERNAL") count.ours++;
            else if (error instanceof RangeError) count.full++;
            else wrong.push([shape, name, String(error)]);
          } catch {} // no room to look
        });
        x.set(before);
        try { if (!equal(call(), want)) wrong.push([shape, name, "wrong afterwards"]); } catch (e) { wrong.push([shape, name, "afterwards: " + e]); }
      }
      await new Promise((r) => setTimeout(r, 50));
      console.log(JSON.stringify({ count, wrong, uncaught }));`);
    assert.deepEqual([status, signal], [0, null]);
    assert.deepEqual(answer.wrong, []);
    assert.equal(answer.uncaught, 0);
    assert.ok(answer.count.right > 100 && answer.count.full + answer.count.ours > 100, JSON.stringify(answer.count));
  });
