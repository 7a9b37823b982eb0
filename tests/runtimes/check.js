// What Bun, Deno and Node are asked to do with the package, as a project would that has it in node_modules: imported by
// name, and with nothing but the right to read. It prints facts as JSON; runtimes.test.js says what they should be.

import { load } from "posenc";

import { digest } from "./digest.js";
import workload from "./workload.json" with { type: "json" };

/** @param {() => any} call @returns {Promise<string>} */
async function codeOf(call) {
  try {
    await call();
  } catch (/** @type {any} */ error) {
    return `${error.name} ${error.code}`;
  }
  return "no error";
}

/** @returns {Promise<string>} */
function inWorker() {
  if (typeof Worker !== "function") return Promise.resolve("no Worker"); // Node has none of this kind
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(`the worker failed: ${message}`);
  }).finally(() => worker.terminate());
}

const before = Object.getOwnPropertyNames(globalThis).sort().join();
const posenc = await load();
const wasm = new URL("posenc.wasm", import.meta.resolve("posenc"));
const bytes = await (await import("node:fs/promises")).readFile(wasm);

const x = posenc.sinusoidal({ dim: 4 }).add(new Float32Array(8));
const q = posenc.rotary({ headDim: 4 }).rotate(Float32Array.of(1, 2, 3, 4), { offset: 1 });
const { modelType, rotary } = posenc.fromConfig({
  model_type: "llama",
  hidden_size: 64,
  num_attention_heads: 4,
  head_dim: 16,
  rope_theta: 500000,
  max_position_embeddings: 131072,
  rope_scaling: { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 },
});

const first = posenc.alloc(4);
first.data.set([1, 2, 3, 4]);
const early = first.data;
const grown = Array.from({ length: 12 }, () => posenc.alloc(1 << 20)); // 48 MiB
const alive = { early: early.length, data: [...first.data] };
posenc.sinusoidal({ dim: 2 }).add(first);
for (const each of [first, ...grown]) each.dispose();

const gone = posenc.sinusoidal({ dim: 2 });
gone.dispose();

/** A pool of workers against one thread; it is left to end by itself. */
async function inPool() {
  const pool = await posenc.pool({ workers: 2 });
  const pe = posenc.sinusoidal({ dim: 64 });
  const rope = posenc.rotary({ headDim: 64 });
  const rows = 100_000;
  const positions = Float64Array.from({ length: rows }, (_, i) => i / 2);
  const same = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
    a.length === b.length && !a.some((v, i) => !Object.is(v, b[i]));
  const shared = new Float32Array(new SharedArrayBuffer(4 * 64 * rows)).fill(1);
  const table = pe.table(rows, { offset: 3 });
  const told = /** @type {number[]} */ ([]);
  const aborted = [];
  for (let i = 0; i < 3; i++) {
    const abort = new AbortController();
    let timer,
      first = 0,
      reached = 0;
    const onProgress = (/** @type {number} */ f) => {
      first ||= f;
      reached = f;
      if (timer === undefined) timer = setTimeout(() => abort.abort(new Error("enough"))); // must come through between what workers send
    };
    const ended = await pool.table(pe, rows * 20, { signal: abort.signal, onProgress }).catch((e) => e.message);
    aborted.push(ended === "enough" && reached - first < 0.4 ? "soon" : `from ${first} to ${reached}`);
  }
  return {
    aborted,
    same: [
      same(await pool.table(pe, rows, { offset: 3, onProgress: (f) => told.push(f) }), table),
      same(await pool.table(pe, rows, { offset: 3, shared: true }), table),
      same(await pool.add(pe, new Float32Array(64 * rows), { positions }), pe.add(new Float32Array(64 * rows), { positions })),
      same(
        await pool.rotate(rope, shared, { heads: 4, allowShared: true }),
        rope.rotate(new Float32Array(64 * rows).fill(1), { heads: 4 }),
      ),
    ],
    told: told.at(-1),
    type: await codeOf(() => pool.add(pe, /** @type {any} */ ([1]))),
  };
}

console.log(
  JSON.stringify({
    pool: await inPool(),
    digest: digest(posenc, workload),
    worker: await inWorker(),
    same: (await load()) === posenc,
    own: await Promise.all(
      [
        wasm,
        wasm.href,
        bytes,
        new Uint8Array(bytes).buffer,
        new WebAssembly.Module(bytes),
        new Response(new Uint8Array(bytes), { headers: { "content-type": "application/wasm" } }),
        new Response(new Uint8Array(bytes)),
      ].map(async (source) => digest(await load({ wasm: source }), { digest: "", steps: workload.steps.slice(0, 1) })),
    ),
    x: [...x],
    q: [...q],
    config: [modelType, rotary.options?.scaling?.type ?? Object.keys(rotary)],
    alive,
    errors: {
      range: await codeOf(() => posenc.sinusoidal({ dim: 7.5 })),
      type: await codeOf(() => posenc.sinusoidal({ dim: 4 }).add(/** @type {any} */ ([1, 2, 3, 4]))),
      disposed: await codeOf(() => gone.add(x)),
      truncated: await codeOf(() => load({ wasm: bytes.subarray(0, 1000) })),
      html: await codeOf(() => load({ wasm: new TextEncoder().encode("<!doctype html>") })),
      missing: await codeOf(() => load({ wasm: new URL("nowhere.wasm", wasm) })),
      refused: await codeOf(() => load({ wasm: "http://127.0.0.1:1/posenc.wasm" })),
    },
    globals: Object.getOwnPropertyNames(globalThis).sort().join() === before,
  }),
);
