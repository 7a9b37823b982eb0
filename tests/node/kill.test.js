// A thousand deaths and more in one process, in every way and at every entry into Go; kill.js has the loop. And what a program that has died
// must not do any more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { child } from "./child.js";

/** In children: posenc with faults, whose memory ends at 64 MiB so that it runs out in a moment. */
const FAULTY = `
  const { latest, plan, refuse, started, WAYS } = await import(faults);
  const { limited } = await import(new URL("limited.js", faults));
  const { readFileSync } = await import("node:fs");
  const bytes = limited(readFileSync("../faults.wasm"), 1024);
  const { load } = await import(posenc);
  const own = await load({ wasm: bytes });`;

test("killed at every entry into Go, in every call, in every way: one coded error and the array as it was, or the right result; then the next call right; no growth", (t) => {
  const { status, answer, stderr } = child(
    `${FAULTY}
    const { killEverywhere } = await import(new URL("kill.js", faults));
    const counts = { deaths: 0, survived: 0, restless: 0, wrong: [] }, rss = [];
    for (const way of Object.values(WAYS)) {
      const { deaths, survived, restless, wrong } = killEverywhere(own, { ways: [way] });
      counts.deaths += deaths; counts.survived += survived; counts.restless += restless; counts.wrong.push(...wrong);
      for (let i = 0; i < 3; i++) { await new Promise((r) => setTimeout(r, 20)); globalThis.gc(); }
      rss.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    }
    console.log(JSON.stringify({ ...counts, rss }));`,
    ["--expose-gc"],
    300_000,
  );
  assert.deepEqual([status, stderr], [0, ""]);
  const { deaths, survived, restless, wrong, rss } = answer;
  t.diagnostic(`${deaths} deaths, of which ${survived} calls gave their result all the same; MiB after each way: ${rss.join(", ")}`);
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} went wrong`);
  assert.equal(restless, 0, "a death costs one instance");
  assert.ok(deaths >= 1000 && survived > 0, `${deaths} deaths, ${survived} survived`);
  assert.ok(rss.at(-1) < rss[0] + 64, `resident memory grew: ${rss}`); // a dead instance has some 10 MiB
});

test("every export of Go's can be killed, so that none is left out", () => {
  const { status, answer, stderr } = child(`${FAULTY}
    const names = Object.keys(latest()).filter((name) => name.startsWith("posenc_") && !["posenc_fault", "posenc_timer", "posenc_positions"].includes(name)); // the latter is asked at the start alone
    const spared = names.filter((name) => {
      const call = () => latest()[name](name === "posenc_result" ? -1 : 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0);
      const lives = () => { try { own.sinusoidal({ dim: 2 }); return true; } catch { return false; } };
      lives();
      for (let i = 0; i < 2; i++) { own.sinusoidal({ dim: 2 }); own.alloc(2); } // number 1 of both, and others where that is let go of
      if (call() === 2 || !lives()) throw new Error(name + " dies as it is");
      own.sinusoidal({ dim: 2 });
      own.alloc(2);
      plan(WAYS.PANIC);
      let status;
      try { status = call(); } catch {}
      plan(0);
      return status !== 2 && lives(); // a program that is dead is found by the next call
    });
    console.log(JSON.stringify({ names: names.length, spared }));`);
  assert.deepEqual([status, stderr, answer.spared], [0, "", []]);
  assert.ok(answer.names >= 10, `${answer.names} exports`);
});

test("an instance that the engine refuses to start is an error like any other, and is tried again", () => {
  const { status, answer, stderr } = child(`${FAULTY}
    const pe = own.sinusoidal({ dim: 8 }), right = String(pe.table(3)), x = new Float32Array(8).fill(5);
    const codes = [];
    for (const thrown of [new RangeError("WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance"), new WebAssembly.RuntimeError("unreachable"), "text"]) {
      plan(WAYS.EXIT);
      try { pe.add(x); } catch (error) { codes.push(error.code); }
      refuse(() => { throw thrown; });
      for (const call of [() => pe.add(x), () => own.sinusoidal({ dim: 2 }), () => own.alloc(2)]) try { call(); } catch (error) { codes.push(error.code); }
      refuse(undefined);
      if (String(pe.table(3)) !== right) codes.push("wrong");
    }
    console.log(JSON.stringify({ codes, x: x.every((v) => v === 5) }));`);
  assert.deepEqual([status, stderr, answer], [0, "", { codes: Array(12).fill("ERR_POSENC_INTERNAL"), x: true }]);
});

test("a timer of a program that has died does nothing, and one that dies in a timer is replaced without a word", () => {
  const { status, answer, stderr } = child(
    `
    const { setTimeout } = globalThis;
    const timers = [];
    globalThis.setTimeout = (f, ms) => { const timer = setTimeout(f, ms); if (/posenc\\.js/.test(new Error().stack)) timers.push(f); return timer; };
    ${FAULTY}
    const uncaught = [];
    for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, (error) => uncaught.push(String(error)));
    const right = String(own.sinusoidal({ dim: 8 }).table(3));
    const rounds = [], dead = [];
    for (const [name, way] of Object.entries(WAYS)) {
      latest().posenc_timer(WAYS.MEMORY); // which would show, in a second
      own.sinusoidal({ dim: 2 }).dispose(); // when Go has nothing to do it looks at its timers
      const waiting = timers.splice(0);
      const { mem } = latest();
      plan(way);
      let code;
      try { own.alloc(1); } catch (error) { code = error.code; }
      dead.push([mem, mem.buffer.byteLength]);
      for (const fire of waiting) fire(); // before its instance is replaced
      own.alloc(1).dispose();
      for (const fire of waiting) fire(); // and after
      rounds.push([name, waiting.length > 0, code, String(own.sinusoidal({ dim: 8 }).table(3)) === right]);
    }
    for (const [name, way] of Object.entries(WAYS)) {
      const memory = own.alloc(4), before = started();
      latest().posenc_timer(way);
      own.sinusoidal({ dim: 2 }).dispose();
      let lost;
      for (let i = 0; i < 200 && lost === undefined; i++) { // it fires by itself after a second, and dies
        await new Promise((r) => setTimeout(r, 50));
        try { memory.data; } catch (error) { lost = error.code; }
      }
      rounds.push([name, "in a timer", lost, String(own.sinusoidal({ dim: 8 }).table(3)) === right, started() - before]);
    }
    console.log(JSON.stringify({ rounds, uncaught, went: dead.filter(([mem, bytes]) => mem.buffer.byteLength !== bytes).length }));`,
    [],
    120_000,
  );
  assert.deepEqual([status, stderr], [0, ""]);
  assert.deepEqual(answer.rounds, [
    ...["PANIC", "EXIT", "MEMORY", "STACK", "THROW"].map((way) => [way, true, "ERR_POSENC_INTERNAL", true]),
    ...["PANIC", "EXIT", "MEMORY", "STACK", "THROW"].map((way) => [way, "in a timer", "ERR_POSENC_LOST", true, 1]),
  ]);
  assert.deepEqual([answer.uncaught, answer.went], [[], 0]);
});
