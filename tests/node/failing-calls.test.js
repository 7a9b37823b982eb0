// A call that fails leaves nothing behind: not in the module, not in the process.

import assert from "node:assert/strict";
import { test } from "node:test";

import { child } from "./child.js";

test("100,000 calls that fail, of 92 kinds: memory within 2 % of what it was, and no encoder or array left", (t) => {
  const { status, answer, stderr } = child(
    `
    const { instances, unheld, used } = await import(${JSON.stringify(new URL("../soak/watch.js", import.meta.url).href)}); // before the package
    const { failing } = await import(${JSON.stringify(new URL("failing-calls.js", import.meta.url).href)});
    const { load } = await import(posenc);
    const own = await load();
    const { calls, untouched, dispose } = failing(own);
    const wrong = new Set();
    const fail = (times) => {
      for (let i = 0; i < times; i++) {
        const [call, code] = calls[i % calls.length];
        try {
          call();
          wrong.add(call + ": it worked");
        } catch (error) {
          if (error.code !== code) wrong.add(call + ": " + error.code + ", " + error);
        }
      }
    };
    // What is resident goes up and down with the engine's collectors, so it is the least of eight looks, each after the collector
    // has run and finalizers had their turn.
    const size = async () => {
      let least = Infinity;
      for (let i = 0; i < 8; i++) {
        globalThis.gc();
        await new Promise((r) => setTimeout(r, 10));
        least = Math.min(least, process.memoryUsage.rss());
      }
      return { resident: least, module: instances[0].memory.buffer.byteLength };
    };
    fail(50_000); // by then code is compiled, and both heaps have their sizes
    const before = await size();
    fail(100_000);
    const after = await size();
    const unchanged = untouched();
    dispose();
    const inUse = used(own, instances[0]);
    console.log(JSON.stringify({ before, after, inUse, kinds: calls.length, wrong: [...wrong], unchanged, unheld: unheld(own, instances[0]), instances: instances.length }));`,
    ["--expose-gc", "--max-semi-space-size=1"],
    240_000,
  );
  assert.deepEqual([status, stderr], [0, ""]);
  const { before, after, inUse, ...rest } = answer;
  t.diagnostic(
    `resident ${before.resident} then ${after.resident}, the module's memory ${before.module} then ${after.module}, in use ${inUse} bytes`,
  );
  assert.deepEqual(rest, { kinds: 92, wrong: [], unchanged: true, unheld: { encoders: 0, arrays: 0 }, instances: 1 });
  assert.equal(after.module, before.module, "the module's memory");
  assert.ok(after.resident <= before.resident * 1.02, `the process went from ${before.resident} to ${after.resident} bytes`);
});
