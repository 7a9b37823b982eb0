// What a browser is asked to do with the package. This module is loaded by a page, by a worker
// and by Node: a scenario is a function that uses the package and returns plain facts, and
// browsers.test.js compares the facts with what is wanted. It asks nothing of an engine that
// Firefox, Chromium and WebKit do not all have, and says "absent" where they differ.

import { buffers } from "./buffers.js";
import { deaths } from "./deaths.js";
import { cases, changes, difference, exact, failure, fails, globals, notLoaded, refused, sample, start, works } from "./facts.js";
import { policies } from "./policies.js";
import { realms } from "./realms.js";
import { threads } from "./threads.js";

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {(packageUrl: string) => Promise<any>} run
 * @property {any} [want] the facts; a RegExp matches a string; a function makes them from what came. Absent: what Node returns
 * @property {string} [page] "plain.html" if absent
 * @property {string} [fault] how the server answers for the wasm until /repair is fetched
 * @property {boolean | "only"} [worker] runs in a module worker too, or there only
 */

/** Loads against a faulty wasm, has it repaired, and loads again. @param {string} url */
async function failThenWork(url) {
  const { load } = await import(url);
  const first = await failure(load);
  await fetch("/repair");
  return { first, then: works(await load()) };
}

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: "adds, subtracts and makes tables, with the bits that Node gets",
    worker: true,
    async run(url) {
      const posenc = await start(url);
      return Object.fromEntries(
        cases.map(({ options, length, at }) => {
          const pe = posenc.sinusoidal(options);
          const { batch = 1, ...rest } = at ?? {};
          const size = batch * length * options.dim;
          const x = sample(size);
          const memory = posenc.alloc(size);
          memory.data.set(x);
          const returned = [pe.add(x, at) === x, pe.add(memory, at) === memory];
          const added = exact(x);
          const misread = [difference(memory.data, x)];
          pe.subtract(x, at);
          pe.subtract(memory, at);
          misread.push(difference(memory.data, x));
          const facts = { returned, misread, added, table: exact(pe.table(length, rest)), back: exact(x) };
          memory.dispose();
          pe.dispose();
          return [JSON.stringify({ ...options, ...at }), facts];
        }),
      );
    },
  },
  {
    name: "the workload of tests/digest has the digest that it should",
    worker: true,
    async run(url) {
      const digester = new URL("/digest/digest.js", location.href).href;
      const [{ digest }, workload, posenc] = await Promise.all([
        import(digester),
        fetch("/digest/workload.json").then((r) => r.json()),
        start(url),
      ]);
      const made = digest(posenc, workload);
      return { right: made === workload.digest, made };
    },
    want: (/** @type {any} */ got) => ({ right: true, made: got.made }),
  },
  {
    name: "defines and changes no global",
    worker: true,
    async run(url) {
      const before = globals();
      const restless = changes(before, globals()); // WebKit makes some values anew at each look
      works(await start(url));
      const changed = changes(before, globals()).filter((path) => !restless.includes(path));
      return { looked: before.size > 1000, few: restless.length < 10, changed };
    },
    want: { looked: true, few: true, changed: [] },
  },
  {
    name: "a hundred loads at once are one instance and one download",
    async run(url) {
      const { load } = await import(url);
      const instances = new Set(await Promise.all(Array.from({ length: 100 }, () => load())));
      const downloads = performance.getEntriesByType("resource").filter(({ name }) => /\.wasm$/.test(name)).length;
      return { instances: instances.size, again: instances.has(await load()), downloads };
    },
    want: { instances: 1, again: true, downloads: 1 },
  },
  {
    name: "two copies of the package in one page are independent",
    async run(url) {
      const [a, b] = await Promise.all([start(url), start(url.replace("/npm/", "/copy/"))]);
      return [a !== b, works(a), works(b)];
    },
    want: [true, "works", "works"],
  },
  {
    name: "alloc() stays alive while the memory grows",
    async run(url) {
      const posenc = await start(url);
      const first = posenc.alloc(4);
      first.data.set([1, 2, 3, 4]);
      const more = Array.from({ length: 8 }, () => posenc.alloc(1 << 20));
      posenc.sinusoidal({ dim: 2 }).add(first);
      const data = [...first.data.subarray(0, 2), first.data.length];
      for (const each of more) each.dispose();
      return data;
    },
    want: [1, 3, 4], // row 0 is sin 0, cos 0
  },
  ...["application/octet-stream", "text/html", "none"].map((type) => ({
    name: `loads a wasm of the wrong MIME type: ${type}`,
    fault: `type ${type}`,
    run: async (/** @type {string} */ url) => works(await start(url)),
    want: "works",
  })),
  {
    name: "a wasm that is a 404: says so, and a retry works",
    fault: "missing",
    run: failThenWork,
    want: { first: notLoaded(/404/), then: "works" },
  },
  {
    name: "a wasm that is an HTML page: says so, and a retry works",
    fault: "html",
    run: failThenWork,
    want: { first: notLoaded(/html/i), then: "works" },
  },
  {
    name: "a wasm that is truncated: names the file, and a retry works",
    fault: "truncated",
    run: failThenWork,
    want: { first: notLoaded(/posenc\.wasm/), then: "works" },
  },
  {
    name: "a wasm whose download breaks off: names the file, and a retry works",
    fault: "cut",
    run: failThenWork,
    want: { first: notLoaded(/posenc\.wasm/), then: "works" },
  },
  {
    name: "a wasm of something else: names the file, and a retry works",
    fault: "foreign",
    run: failThenWork,
    want: { first: notLoaded(/posenc\.wasm/), then: "works" },
  },
  {
    name: "a CSP without 'wasm-unsafe-eval': says so",
    page: "csp.html",
    async run(url) {
      // instantiate, because WebKit lets compile pass and stops there only
      const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
      const enforced = (await failure(() => WebAssembly.instantiate(empty))) !== "no error";
      const { load } = await import(url);
      return { enforced, outcome: await failure(load) };
    },
    want: { enforced: true, outcome: notLoaded(/wasm-unsafe-eval/) },
  },
  {
    name: "the strictest CSP that allows wasm is enough",
    page: "strict.html",
    run: async (url) => works(await start(url)),
    want: "works",
  },
  {
    name: "a detached buffer is refused, one that an option's getter detaches too",
    async run(url) {
      const posenc = await start(url);
      const pe = posenc.sinusoidal({ dim: 4 });
      const gone = sample(8);
      structuredClone(gone.buffer, { transfer: [gone.buffer] });
      const going = sample(8);
      const at = {
        get batch() {
          structuredClone(going.buffer, { transfer: [going.buffer] });
          return 1;
        },
      };
      return [await failure(() => pe.add(gone)), await failure(() => pe.add(going, at)), works(posenc)];
    },
    want: [refused, refused, "works"],
  },
  {
    name: "a view of a resizable buffer works or is refused, and is never misread",
    async run(url) {
      if (!("resize" in ArrayBuffer.prototype)) return "absent";
      const pe = (await start(url)).sinusoidal({ dim: 4 });
      const buffer = new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 128 });
      const fixed = new Float32Array(buffer, 32, 8);
      const tracking = new Float32Array(buffer);
      const plain = sample(16);
      tracking.set(plain);
      const first = await failure(() => pe.add(tracking));
      const wanted = first === "no error" ? pe.add(plain) : plain;
      const misread = difference(tracking, wanted);
      buffer.resize(32); // `fixed` is out of bounds now, which JavaScript shows as length 0
      const before = tracking.slice();
      const second = await failure(() => pe.add(fixed));
      return { first: first.code ?? first, misread, second: second.code ?? second, changed: difference(tracking, before) };
    },
    want: (/** @type {any} */ got) =>
      got === "absent"
        ? "absent"
        : { first: /^(no error|ERR_POSENC_TYPE)$/, misread: -1, second: /^(no error|ERR_POSENC_TYPE)$/, changed: -1 },
  },
  ...["plain.html", "isolated.html"].map((page) => ({
    name: `shared memory is refused in place and taken as positions (${page})`,
    page,
    async run(/** @type {string} */ url) {
      const pe = (await start(url)).sinusoidal({ dim: 4 });
      // Where a page is not isolated, and in WebKitGTK always, the constructor is hidden; a wasm memory still gives one.
      const buffer =
        typeof SharedArrayBuffer === "function"
          ? new SharedArrayBuffer(64)
          : new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer;
      const x = new Float32Array(buffer, 0, 8);
      x.set(sample(8));
      const error = await failure(() => pe.add(x));
      const changed = difference(x, sample(8));
      const positions = new Float64Array(buffer, 32, 2);
      positions.set([3, 0.5]);
      const misread = difference(pe.add(sample(8), { positions }), pe.add(sample(8), { positions: [3, 0.5] }));
      return { isolated: crossOriginIsolated, error, changed, misread };
    },
    want: { isolated: page === "isolated.html", error: refused, changed: -1, misread: -1 },
  })),
  {
    name: "a Float32Array of another realm is accepted, what only looks like one is not",
    async run(url) {
      const pe = (await start(url)).sinusoidal({ dim: 4 });
      const frame = document.body.appendChild(document.createElement("iframe"));
      const x = new /** @type {any} */ (frame.contentWindow).Float32Array(8);
      x.set(sample(8));
      const foreign = !(x instanceof Float32Array);
      const same = pe.add(x) === x;
      return {
        foreign,
        same,
        misread: difference(x, pe.add(sample(8))),
        proxy: await failure(() => pe.add(new Proxy(sample(8), {}))),
        heir: await failure(() => pe.add(Object.create(Float32Array.prototype))),
      };
    },
    want: { foreign: true, same: true, misread: -1, proxy: refused, heir: refused },
  },
];

/** The table of all calls, which Node's tests have too; loaded when it is wanted. */
const table = () => import("../node/hostile-calls.js");

scenarios.push(
  {
    name: "every call of every scheme, with the bits that Node gets",
    worker: true,
    async run(url) {
      const posenc = await start(url);
      const { calls, summary } = await table();
      const facts = calls(posenc).map(({ name, encoder, args, run }) => [name, summary(run(args(), encoder?.()))]);
      return { ...facts.map(([name, fact]) => `${name}: ${fact}`), count: facts.length };
    },
  },
  {
    name: "rotary in both pairings, both orders, by offset and positions, with each scaling, with the bits that Node gets",
    async run(url) {
      const posenc = await start(url);
      const { digest } = await table();
      const trained = { maxPositionEmbeddings: 64 };
      const scalings = {
        none: {},
        linear: { scaling: { type: "linear", factor: 2 } },
        ntk: { scaling: { type: "ntk", alpha: 4 } },
        dynamic: { scaling: { type: "dynamic", factor: 2 }, ...trained },
        yarn: { scaling: { type: "yarn", factor: 4 }, ...trained },
        llama3: { scaling: { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 64 } },
        xpos: { xpos: "key" },
        longrope: {
          scaling: { type: "longrope", factor: 4, shortFactor: Array(8).fill(1), longFactor: Array.from({ length: 8 }, (_, i) => i + 1) },
          ...trained,
          maxPositionEmbeddings: 256,
        },
      };
      const facts = /** @type {any} */ ({});
      for (const [scaling, options] of Object.entries(scalings)) {
        for (const pairing of ["half", "interleaved"]) {
          const rotary = posenc.rotary({ headDim: 18, rotaryDim: 16, pairing, ...options });
          for (const order of ["bshd", "bhsd"]) {
            for (const at of [
              { offset: 3 },
              { offset: 1000 },
              { positions: Array.from({ length: 1000 }, (_, i) => ((i * 7) % 301) + (scaling === "none" ? 0.5 : 0)) },
            ]) {
              const x = sample(2 * 1000 * 3 * 18);
              facts[`${scaling} ${pairing} ${order} ${Object.keys(at)} ${at.offset}`] = digest(
                rotary.rotate(x, { batch: 2, heads: 3, order, ...at }),
              );
            }
          }
          rotary.dispose();
        }
      }
      return facts;
    },
  },
  {
    name: "what depends on the engine, in every argument of every call: a result or one coded error, and the next call works",
    async run(url) {
      const posenc = await start(url);
      const { attack, askedFor } = await table();
      const frame = document.body.appendChild(document.createElement("iframe"));
      const detach = (/** @type {any} */ buffer) => structuredClone(buffer, { transfer: [buffer] });
      const began = performance.now();
      const { pairs, wrong } = attack(posenc, { realm: frame.contentWindow, detach, engine: true });
      const seconds = (performance.now() - began) / 1000;
      return { pairs, seconds, wrong: wrong.slice(0, 10), asked: askedFor() };
    },
    want: (/** @type {any} */ { pairs, seconds }) => ({
      pairs: pairs >= 7000 ? pairs : "at least 7000",
      seconds: seconds < 60 ? seconds : "under a minute",
      wrong: [],
      asked: 0,
    }),
  },
);

/** What a pool of workers makes, which must be what one thread makes. @param {string} url @param {boolean} shared */
async function pooled(url, shared) {
  const posenc = await start(url);
  const workers = /** @type {Worker[]} */ ([]);
  const global = /** @type {any} */ (globalThis);
  const Real = global.Worker;
  global.Worker = class extends Real {
    constructor(/** @type {any[]} */ ...args) {
      super(...args);
      workers.push(/** @type {any} */ (this));
    }
  };
  const pool = await posenc.pool({ workers: 2 });
  const array = (/** @type {number} */ n) => {
    const x = sample(n);
    if (!shared) return x;
    const other = new Float32Array(new SharedArrayBuffer(4 * n));
    other.set(x);
    return other;
  };
  const pe = posenc.sinusoidal({ dim: 64 });
  const rope = posenc.rotary({ headDim: 64 });
  const alibi = posenc.alibi({ heads: 4 });
  const positions = Float64Array.from({ length: 20_000 }, (_, i) => i / 2);
  const at = { batch: 2, heads: 2, order: "bhsd", positions: positions.subarray(0, 3000), allowShared: shared };
  const scores = { queryLength: 600, keyLength: 600, allowShared: shared };
  const told = /** @type {number[]} */ ([]);
  const both = await Promise.all([
    pool.table(pe, 20_000, { offset: 5, shared }),
    pool.add(pe, array(64 * 20_000), { positions, allowShared: shared, onProgress: (/** @type {number} */ f) => told.push(f) }),
  ]);
  const cosSin = await pool.cosSin(rope, 20_000, { shared });
  const alone = rope.cosSin(20_000);
  const misread = [
    difference(both[0], pe.table(20_000, { offset: 5 })),
    difference(both[1], pe.add(sample(64 * 20_000), { positions })),
    difference(await pool.rotate(rope, array(64 * 2 * 2 * 3000), at), rope.rotate(sample(64 * 2 * 2 * 3000), at)),
    difference(await pool.add(alibi, array(4 * 600 * 600), scores), alibi.add(sample(4 * 600 * 600), scores)),
    difference(cosSin.cos, alone.cos),
    difference(cosSin.sin, alone.sin),
  ];
  const abort = new AbortController();
  const x = array(64 * 20_000);
  const aborted = failure(() => pool.add(pe, x, { positions, allowShared: shared, signal: abort.signal }));
  abort.abort();
  const why = (await aborted).name;
  await pool.table(pe, 20_000); // so that workers are done with what was aborted
  const died = failure(() => pool.table(pe, 20_000, { positions }));
  workers[0].dispatchEvent(new ErrorEvent("error", { message: "broken on purpose" }));
  const lost = await died;
  const next = difference(await pool.table(pe, 20_000), pe.table(20_000));
  const untouched = shared || difference(x, sample(x.length)) === -1;
  const last = failure(() => pool.table(pe, 20_000, { positions }));
  pool.dispose();
  const facts = {
    workers: pool.workers,
    started: workers.length,
    misread,
    told: told.at(-1),
    why,
    untouched,
    lost,
    next,
    end: await last,
    shared: both[0].buffer instanceof ArrayBuffer ? "no" : "yes",
  };
  global.Worker = Real;
  return facts;
}
const poolWorks = (/** @type {string} */ shared) => ({
  workers: 2,
  started: 3,
  misread: [-1, -1, -1, -1, -1, -1],
  told: 1,
  why: "AbortError",
  untouched: true,
  lost: fails("Error", "ERR_POSENC_INTERNAL", /a worker of the pool died/),
  next: -1,
  end: fails("Error", "ERR_POSENC_DISPOSED"),
  shared,
});

scenarios.push(
  // Not in a worker: now and then Firefox never starts a worker of a worker, with three lines that know nothing of posenc too.
  {
    name: "a pool of workers has the bits of one thread, and an end for what goes wrong",
    run: (url) => pooled(url, false),
    want: poolWorks("no"),
  },
  {
    name: "a pool of workers on shared memory, in a page that is cross-origin isolated",
    page: "isolated.html",
    run: async (url) => [crossOriginIsolated, await pooled(url, typeof SharedArrayBuffer === "function")], // which WebKitGTK has not
    want: (/** @type {any} */ [, { shared }]) => [true, poolWorks(shared)],
  },
  {
    name: "a pool of workers under the strictest CSP that allows wasm",
    page: "strict.html",
    run: (url) => pooled(url, false),
    want: poolWorks("no"),
  },
  {
    name: "a pool shares nothing in a page that is not cross-origin isolated, and says so",
    async run(url) {
      const posenc = await start(url);
      const pool = await posenc.pool({ workers: 1 });
      const pe = posenc.sinusoidal({ dim: 64 });
      const memory = new WebAssembly.Memory({ initial: 80, maximum: 80, shared: true });
      const x = new Float32Array(memory.buffer, 0, 64 * 20_000);
      const outcome = [
        await failure(() => pool.table(pe, 20_000, { shared: true })),
        await failure(() => pool.add(pe, x, { allowShared: true })),
      ];
      const next = difference(await pool.table(pe, 20_000), pe.table(20_000));
      pool.dispose();
      return { isolated: crossOriginIsolated, outcome, next };
    },
    want: { isolated: false, outcome: [refused, refused], next: -1 },
  },
  {
    name: "a CSP that forbids workers: pool() says so, and the rest works",
    page: "workerless.html",
    async run(url) {
      const posenc = await start(url);
      return [await failure(() => posenc.pool({ workers: 2 })), works(posenc)];
    },
    want: [notLoaded(/^worker\.js: .*worker-src/), "works"],
  },
);

scenarios.push(...deaths, ...buffers, ...realms, ...threads, ...policies);

/**
 * Runs one scenario by name, which is all that crosses from Node into a page or a worker.
 *
 * @param {string} name
 * @param {string} packageUrl
 */
export function run(name, packageUrl) {
  const scenario = /** @type {Scenario} */ (scenarios.find((each) => each.name === name));
  return scenario.run(packageUrl);
}
