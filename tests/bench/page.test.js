// What the benchmark in pages is made of, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browserGoals } from "./browser-goals.js";
import { browserReport } from "./browser-report.js";
import { compile, provide } from "./compile.js";
import { loopsModule } from "./loops-module.js";
import { SHAPES } from "./page-bench.js";
import { plainLoops, WIDE } from "./plain-loops.js";
import { biasLoops, rotateLoops } from "./rotate-loops.js";
import { summary } from "./statistics.js";

test("the module of loops has every loop that a program writes, under the text that asks for it", async () => {
  const { default: functions } = await import(`data:text/javascript,${encodeURIComponent(loopsModule())}`);
  const loops = [...plainLoops(), ...rotateLoops(false), ...rotateLoops(true), ...biasLoops()];
  assert.equal(new Set(functions).size, loops.length);
  assert.deepEqual(
    functions.map(String),
    loops.map(({ loop }) => loop.toString()),
  );
});

test("what was provided is not compiled, and given once", () => {
  const text = "function answer() { return 42; }";
  assert.equal(compile(text)(), 42);
  const two = [compile(text), compile(text)];
  assert.notEqual(two[0], two[1]); // code of its own
  provide(two);
  const three = [compile(text), compile(text), compile(text)];
  assert.deepEqual(
    three.map((f) => two.includes(f)),
    [true, true, false],
  );
  assert.equal(new Set(three).size, 3);
});

/** @param {Record<string, number>} medians by name */
const measured = (medians) =>
  Object.entries(SHAPES).flatMap(([kind, shapes]) =>
    shapes.map((shape) => ({
      kind: /** @type {import("./tasks.js").Kind} */ (kind),
      shape,
      elements: shape.reduce((a, b) => a * b),
      contenders: Object.entries(medians).map(([name, median]) => ({ name, calls: 1, samples: [], ...summary([median, median, 100]) })),
    })),
  );

const medians = {
  "posenc, alloc()": 1,
  "posenc, Float32Array": 2,
  "naive loop": 9,
  "plain loop, 32 +": 3,
  [`plain loop, 64 up${WIDE}`]: 1.9,
  "Float32Array.set": 0.5,
  "bare SIMD kernel": 0.9,
};

test("goals are over the best of all loops, from 4096 elements on", () => {
  const list = browserGoals("firefox", { measured: measured(medians) });
  assert.equal(list.length, 2 * (Object.values(SHAPES).flat().length - 2)); // but for a row
  assert.deepEqual([...new Set(list.map(({ want, got, reached }) => `${want} ${got} ${reached}`))], ["2 1.9 false", "1 0.95 false"]);
  assert.ok(
    browserGoals("webkit", { measured: measured({ ...medians, [`plain loop, 64 up${WIDE}`]: 2 }) }).every(({ reached }) => reached),
  );
  assert.deepEqual(browserGoals("chromium", { measured: measured(medians) }), []);
});

const first = { fromNavigation: summary([200]), fromLoad: summary([119]), load: summary([100]), add: summary([19]), encoded: 6e5 };

test("the first result is judged in Chromium", () => {
  assert.deepEqual(
    browserGoals("chromium", { measured: [], first }).map(({ reached }) => reached),
    [true],
  );
  assert.deepEqual(
    browserGoals("chromium", { measured: [], first: { ...first, fromLoad: summary([120]) } }).map(({ reached }) => reached),
    [false],
  );
  assert.deepEqual(browserGoals("firefox", { measured: [], first }), []);
});

test("the report keeps to its columns", () => {
  const plain = (/** @type {string} */ text) => text;
  const all = measured(medians);
  const text = browserReport(
    {
      name: "firefox",
      title: "Firefox",
      browser: "1.2",
      version: "1.2.3",
      clock: 0.02,
      isolated: true,
      effort: { repetitions: 2, repetition: 1, warmUp: 0 },
      measured: all,
      first,
      goals: browserGoals("firefox", { measured: all }),
    },
    { bold: plain, dim: plain, good: plain, bad: plain },
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 100, `${line.length} columns: ${line}`);
  for (const shape of Object.values(SHAPES).flat()) assert.ok(text.includes(`[${shape}]`), `${shape}`);
  assert.match(text, /the clock's step is 20\.0 µs$/m);
  assert.match(text, /119 ms ±0% from load\(\)/);
  assert.match(text, / missed$/m);
});
