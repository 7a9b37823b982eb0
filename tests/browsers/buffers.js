// Buffers that change under a call: resized by an option's getter, grown, written by another thread meanwhile; and float16.

import { difference, failure, refused, sample, start, works } from "./facts.js";

/** The calls in place, each on an array of 96 that is 2 sequences of 6 rows of 8, or [2, 4, 12, 1] scores. @param {any} posenc @returns {Record<string, (x: any, at: any) => any>} */
function inPlace(posenc) {
  const pe = posenc.sinusoidal({ dim: 8 });
  const rope = posenc.rotary({ headDim: 8 });
  const alibi = posenc.alibi({ heads: 4 });
  return {
    add: (x, at) => pe.add(x, at),
    subtract: (x, at) => pe.subtract(x, at),
    fill: (x, at) => pe.fill(x, at),
    rotate: (x, at) => rope.rotate(x, at),
    scores: (x, at) =>
      alibi.add(x, Object.defineProperties({ queryLength: x.length / 8, keyLength: 1 }, Object.getOwnPropertyDescriptors(at))),
  };
}

/** @param {any} Buffer ArrayBuffer or SharedArrayBuffer @param {number} bytes @param {number} most */
const elastic = (Buffer, bytes, most) => new Buffer(bytes, { maxByteLength: most });

/** @type {import("./scenarios.js").Scenario[]} */
export const buffers = [
  {
    name: "a buffer that is resized in an option's getter: its length then, or one coded error, and nothing beyond it is written",
    worker: true,
    async run(url) {
      if (!("resize" in ArrayBuffer.prototype)) return "absent";
      const facts = /** @type {any} */ ({});
      for (const [name, call] of Object.entries(inPlace(await start(url)))) {
        /** Makes the call with a buffer of 96 float32 that a getter resizes to so many. @param {number} to @param {boolean} tracking */
        const resized = async (to, tracking) => {
          const buffer = elastic(ArrayBuffer, 4 * 96, 4 * 192);
          const all = new Float32Array(buffer);
          all.set(sample(96));
          const x = tracking ? all : new Float32Array(buffer, 0, 96);
          const outcome = await failure(() =>
            call(x, {
              get batch() {
                buffer.resize(4 * to);
                return 2;
              },
            }),
          );
          const plain = new Float32Array(to);
          plain.set(sample(Math.min(96, to)));
          const wanted = outcome === "no error" ? call(tracking ? plain : plain.subarray(0, 96), { batch: 2 }) : plain;
          return [
            outcome.code ?? outcome,
            difference(all.subarray(0, wanted.length), wanted),
            difference(all.subarray(wanted.length), plain.subarray(wanted.length)),
          ];
        };
        facts[name] = {
          shorter: await resized(80, true),
          longer: await resized(192, true),
          ragged: await resized(91, true),
          gone: await resized(0, true),
          fixedOut: await resized(80, false),
          fixedIn: await resized(192, false),
        };
      }
      return facts;
    },
    // The scores' query length has been read before the buffer is resized.
    want: (/** @type {any} */ got) =>
      got === "absent"
        ? "absent"
        : Object.fromEntries(
            ["add", "subtract", "fill", "rotate", "scores"].map((name) => {
              const other = name === "scores" ? "ERR_POSENC_RANGE" : "no error";
              return [
                name,
                {
                  shorter: [other, -1, -1],
                  longer: [other, -1, -1],
                  ragged: ["ERR_POSENC_RANGE", -1, -1],
                  gone: [other, -1, -1],
                  fixedOut: ["ERR_POSENC_TYPE", -1, -1],
                  fixedIn: ["no error", -1, -1],
                },
              ];
            }),
          ),
  },
  {
    name: "a shared buffer that is grown in an option's getter: its length then, or that of the view",
    page: "isolated.html",
    async run(url) {
      if (typeof SharedArrayBuffer !== "function" || !("grow" in SharedArrayBuffer.prototype)) return "absent";
      const facts = /** @type {any} */ ({});
      for (const [name, call] of Object.entries(inPlace(await start(url)))) {
        for (const tracking of [true, false]) {
          const buffer = elastic(SharedArrayBuffer, 4 * 96, 4 * 192);
          const all = new Float32Array(buffer);
          all.set(sample(96));
          const x = tracking ? all : new Float32Array(buffer, 0, 96);
          const refusal = (await failure(() => call(x, { batch: 2 }))).code;
          const outcome = await failure(() =>
            call(x, {
              get batch() {
                buffer.grow(4 * 192);
                return 2;
              },
              allowShared: true,
            }),
          );
          const plain = new Float32Array(192);
          plain.set(sample(96));
          if (outcome === "no error") call(tracking ? plain : plain.subarray(0, 96), { batch: 2 });
          facts[`${name} ${tracking ? "tracking" : "fixed"}`] = [refusal, outcome.code ?? outcome, difference(all, plain)];
        }
      }
      return facts;
    },
    want: (/** @type {any} */ got) =>
      got === "absent"
        ? "absent"
        : Object.fromEntries(
            Object.keys(got).map((name) => [name, ["ERR_POSENC_TYPE", name === "scores tracking" ? "ERR_POSENC_RANGE" : "no error", -1]]),
          ),
  },
  {
    name: "shared memory that another worker writes meanwhile: no call throws, nothing outside the view is touched, a list is taken as it is at one time",
    page: "isolated.html",
    async run(url) {
      const posenc = await start(url);
      const { sharedBuffer } = await import("../node/hostile-calls.js");
      const [length, guard] = [8 * 12_000, 64];
      const buffer = sharedBuffer(4 * (length + 2 * guard));
      const all = new Float32Array(buffer, 0, length + 2 * guard).fill(7);
      const x = new Float32Array(buffer, 4 * guard, length);
      const worker = new Worker("/browsers/busy.js", { type: "module" });
      const going = new Promise((done, fail) => {
        worker.onmessage = done;
        worker.onerror = fail;
      });
      try {
        worker.postMessage({ write: x, count: new Int32Array(buffer, 0, 1) });
      } catch (error) {
        worker.terminate();
        return `absent: ${/** @type {any} */ (error).name}`; // an engine that shares no such memory with a worker
      }
      await going;
      const pe = posenc.sinusoidal({ dim: 8 }),
        rope = posenc.rotary({ headDim: 8 }),
        alibi = posenc.alibi({ heads: 2 });
      const positions = Float64Array.from({ length: 12_000 }, (_, i) => i / 2);
      const at = { allowShared: true };
      const small = x.subarray(8, 808);
      const calls = [
        () => pe.add(small, at),
        () => pe.add(x, at),
        () => pe.add(x, { ...at, positions }),
        () => pe.fill(x, { ...at, batch: 3 }),
        () => pe.subtract(x, { ...at, batch: 2 }),
        () => rope.rotate(x, { ...at, batch: 2, heads: 2, order: "bhsd" }),
        () => rope.shift(x, 3, { ...at, heads: 4 }),
        () => alibi.add(x, { ...at, queryLength: 120, keyLength: 100, batch: 4 }),
      ];
      const count = new Int32Array(buffer, 0, 1);
      const from = Atomics.load(count, 0);
      const failed = /** @type {any[]} */ ([]);
      for (let round = 0; round < 20; round++) {
        for (const call of calls) {
          const outcome = await failure(call);
          if (outcome !== "no error") failed.push(outcome);
        }
      }
      const lists = new Set();
      for (let round = 0; round < 200; round++) {
        // numbers that come and go
        const own = sample(800);
        const outcome = await failure(() => pe.add(own, { positions: new Float64Array(buffer, 4 * guard, 100) }));
        const unchanged = difference(own, sample(800)) === -1;
        lists.add(
          outcome === "no error"
            ? "a result"
            : outcome.code === "ERR_POSENC_RANGE" && unchanged
              ? "refused"
              : JSON.stringify([outcome, unchanged]),
        );
      }
      const wrote = Atomics.load(count, 0) - from;
      worker.terminate();
      const outside = [...all.subarray(1, guard), ...all.subarray(guard + length)].filter((v) => v !== 7).length;
      return {
        wrote: wrote > 0,
        failed,
        outside,
        lists: [...lists].filter((each) => each !== "a result" && each !== "refused"),
        then: works(posenc),
      };
    },
    want: (/** @type {any} */ got) =>
      /^absent/.test(got) ? /^absent: DataCloneError$/ : { wrote: true, failed: [], outside: 0, lists: [], then: "works" },
  },
  {
    name: "a Float16Array is refused in place and taken for its numbers as a list, as positions and as weights",
    worker: true,
    async run(url) {
      const Float16 = /** @type {any} */ (globalThis).Float16Array;
      if (Float16 === undefined) return "absent";
      const posenc = await start(url);
      const pe = posenc.sinusoidal({ dim: 4 });
      const half = new Float16([0.5, 3, -7.25, 1024, 0.1, 65504, -2, 6e-8]); // the fifth and the last are rounded
      const plain = [...half];
      const rows = (/** @type {any} */ list) => pe.add(sample(32), { positions: list });
      const weights = (/** @type {any} */ list) => {
        const made = posenc.learned({ dim: 4, weights: list });
        const table = made.table();
        made.dispose();
        return table;
      };
      const bias = (/** @type {any} */ p, /** @type {any} */ a) => {
        const made = posenc.kerple({ heads: 2, p, a });
        const matrix = made.matrix(3, 4);
        made.dispose();
        return matrix;
      };
      const twos = new Float16([1.1, 0.5]);
      return {
        inPlace: [
          await failure(() => pe.add(new Float16(8))),
          await failure(() => posenc.rotary({ headDim: 4 }).rotate(new Float16(8))),
          await failure(() => posenc.alibi({ heads: 2 }).add(new Float16(24), { queryLength: 3, keyLength: 4 })),
        ],
        rounded: plain[4] !== 0.1,
        misread: [
          difference(rows(half), rows(plain)),
          difference(weights(half), weights(plain)),
          difference(bias(twos, twos), bias([...twos], [...twos])),
          difference(posenc.positionsFromMask(new Float16([1, 0, 1])), posenc.positionsFromMask([1, 0, 1])),
        ],
      };
    },
    want: (/** @type {any} */ got) =>
      got === "absent" ? "absent" : { inPlace: [refused, refused, refused], rounded: true, misread: [-1, -1, -1, -1] },
  },
];
