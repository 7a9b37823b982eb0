// Other threads: what is sent to them that cannot be, a worker that is terminated in the middle, a pool under hostile conditions.

import { difference, failure, sample, start, works } from "./facts.js";

/** What structured clone makes of a value, by structuredClone and through a port. @param {any} value @param {any[]} [transfer] */
async function sent(value, transfer = []) {
  const { port1, port2 } = new MessageChannel();
  const outcomes = await Promise.all([
    failure(() => structuredClone(value, { transfer })),
    failure(() => port1.postMessage(value, transfer)),
  ]);
  port1.close();
  port2.close();
  return outcomes.map((outcome) => outcome.name ?? outcome);
}

/** @type {import("./scenarios.js").Scenario[]} */
export const threads = [
  {
    name: "what of posenc is sent to a thread arrives as nothing of posenc's, and posenc is unharmed",
    worker: true,
    async run(url) {
      const posenc = await start(url);
      const pe = posenc.sinusoidal({ dim: 4 }),
        memory = posenc.alloc(8);
      const wanted = pe.table(2);
      const facts = /** @type {any} */ ({});
      for (const [name, value] of Object.entries({ posenc, pe, memory, at: { pe, memory } })) {
        const outcome = await failure(() => {
          const copy = structuredClone(value);
          const inside = name === "at" ? copy.pe : copy; // an object that has private parts is copied without them, and without its class
          for (const key of ["add", "sinusoidal", "data", "dispose"]) if (key in inside) throw new Error(`${key} has come along`);
        });
        facts[name] = [outcome.name ?? outcome, ...(await sent(value))].every((each) => each === "no error" || each === "DataCloneError")
          ? "fine"
          : outcome;
      }
      facts.copies = [
        await failure(() => pe.add(structuredClone({ memory }).memory)),
        await failure(() => posenc.sinusoidal(structuredClone(pe.options))),
      ].map((outcome) => outcome.code ?? outcome);
      facts.functions = await sent(pe.add);
      facts.then = [difference(pe.table(2), wanted), difference(pe.add(memory).data, wanted), works(posenc)];
      return facts;
    },
    want: {
      posenc: "fine",
      pe: "fine",
      memory: "fine",
      at: "fine",
      copies: ["ERR_POSENC_TYPE", "no error"],
      functions: ["DataCloneError", "DataCloneError"],
      then: [-1, -1, "works"],
    },
  },
  {
    name: "the module's memory can be copied by a thread, and taken by none",
    worker: true,
    async run(url) {
      const posenc = await start(url);
      const pe = posenc.sinusoidal({ dim: 4 });
      const memory = posenc.alloc(8);
      memory.data.set(sample(8));
      const copy = structuredClone(memory.data);
      const same = [difference(copy, memory.data), copy.buffer !== memory.data.buffer];
      copy.fill(9);
      const { buffer } = memory.data;
      const taken = {
        transferred: await sent(buffer, [buffer]),
        inside: await sent(memory.data, [buffer]),
        transfer: (await failure(() => /** @type {any} */ (buffer).transfer())).name,
        fixed: (await failure(() => /** @type {any} */ (buffer).transferToFixedLength())).name,
        resized: (await failure(() => /** @type {any} */ (buffer).resize(0))).name,
      };
      return {
        same,
        taken,
        length: buffer.byteLength > 0,
        after: difference(memory.data, sample(8)),
        added: difference(pe.add(memory).data, pe.add(sample(8))),
        then: works(posenc),
      };
    },
    // A DataCloneError by HTML, a TypeError by JavaScript; which of them is the engine's affair.
    want: (/** @type {any} */ { taken }) => ({
      same: [-1, true],
      taken: Object.fromEntries(
        Object.keys(taken).map((key) => [
          key,
          Array.isArray(taken[key]) ? [/^(DataCloneError|TypeError)$/, /^(DataCloneError|TypeError)$/] : "TypeError",
        ]),
      ),
      length: true,
      after: -1,
      added: -1,
      then: "works",
    }),
  },
  {
    name: "a user's own worker that is terminated in a call: the page's posenc is unharmed, and so is memory beside what it worked on",
    page: "isolated.html",
    async run(url) {
      const posenc = await start(url);
      const { sharedBuffer } = await import("../node/hostile-calls.js");
      const [length, guard] = [8 * 12_000, 64];
      const rounds = [];
      for (let round = 0; round < 3; round++) {
        const buffer = sharedBuffer(4 * (length + 2 * guard));
        const all = new Float32Array(buffer, 0, length + 2 * guard).fill(7);
        const count = new Int32Array(buffer, 0, 1);
        const worker = new Worker("/browsers/busy.js", { type: "module" });
        const going = new Promise((done, fail) => {
          worker.onmessage = done;
          worker.onerror = fail;
        });
        const message = { write: new Float32Array(buffer, 4 * guard, length), count, packageUrl: new URL(url, location.href).href };
        const shared = (await failure(() => worker.postMessage(message))) === "no error";
        if (!shared) worker.postMessage({ ...message, write: sample(length), count: undefined }); // an array of its own
        await going;
        const from = Atomics.load(count, 0);
        while (shared && Atomics.load(count, 0) < from + 3) await new Promise((done) => setTimeout(done, 1));
        worker.terminate();
        const outside = [...all.subarray(1, guard), ...all.subarray(guard + length)].filter((v) => v !== 7).length;
        rounds.push([outside, works(posenc)]);
      }
      return rounds;
    },
    want: Array(3).fill([0, "works"]),
  },
  {
    name: "a pool under hostile conditions, with the outcome that Node has",
    async run(url) {
      const posenc = await start(url);
      const other = await (await import(url)).load({ wasm: new URL("posenc.wasm", new URL(url, globalThis.location?.href)).href });
      let pool = await posenc.pool({ workers: 2 });
      const pe = posenc.sinusoidal({ dim: 64 }),
        n = 64 * 20_000;
      const wanted = pe.table(20_000);
      const positions = Float64Array.from({ length: 20_000 }, (_, i) => i / 2); // with which it pays to have workers
      const detach = (/** @type {any} */ x) => structuredClone(x.buffer, { transfer: [x.buffer] });
      const facts = /** @type {any} */ ({});
      /** @param {string} name @param {() => any} action */
      const note = async (name, action) => {
        const outcome = await failure(action);
        facts[name] = [outcome.name ?? outcome, outcome.code ?? outcome.message ?? "", difference(await pool.table(pe, 20_000), wanted)];
      };
      const gone = sample(n);
      detach(gone);
      const disposed = posenc.sinusoidal({ dim: 64 });
      disposed.dispose();
      const late = sample(n),
        going = sample(n),
        kept = sample(n);
      for (const [name, x] of Object.entries({
        array: [1],
        detached: gone,
        text: "x",
        float64: new Float64Array(64),
        proxy: new Proxy(sample(64), {}),
        null: null,
        other: other.alloc(64),
      }))
        await note(name, () => pool.add(pe, x, { positions }));
      for (const [name, encoder] of Object.entries({
        none: null,
        disposed,
        foreign: other.sinusoidal({ dim: 64 }),
        proxied: new Proxy(pe, {}),
        object: { dim: 64 },
      }))
        await note(`by ${name}`, () => pool.table(encoder, 20_000));
      for (const [name, signal] of Object.entries({
        text: "x",
        heir: Object.create(AbortSignal.prototype),
        aborted: AbortSignal.abort(new Error("mine")),
      }))
        await note(`signal ${name}`, () => pool.table(pe, 20_000, { signal }));
      await note("progress throws", () =>
        pool.add(pe, kept, {
          positions,
          onProgress() {
            throw new Error("mine");
          },
        }),
      );
      facts.kept = difference(kept, sample(n));
      await note("a getter throws", () =>
        pool.add(pe, sample(n), {
          positions,
          get offset() {
            throw new Error("mine");
          },
        }),
      );
      await note("a getter detaches", () =>
        pool.add(pe, going, {
          positions,
          get offset() {
            detach(going);
            return 1;
          },
        }),
      );
      await note("progress detaches", () =>
        pool.add(pe, late, { positions, onProgress: (/** @type {number} */ done) => done === 1 && detach(late) }),
      );
      await note("an encoder that is disposed of meanwhile", () => {
        const own = posenc.sinusoidal({ dim: 64, base: 77 });
        const made = pool.table(own, 20_000, { positions });
        own.dispose();
        return made;
      });
      for (const workers of [0, -1, 1.5, NaN, 65, "2", null]) await note(`workers ${workers}`, () => posenc.pool({ workers }));
      const ends = await Promise.all([
        failure(() => pool.add(pe, sample(n), { positions, onProgress: () => pool.dispose() })),
        failure(() => pool.table(pe, 60_000, { positions: Float64Array.from({ length: 60_000 }, (_, i) => i / 2) })),
      ]);
      facts.ends = ends.map(({ code }) => code);
      pool.dispose(); // again
      facts.after = (await failure(() => pool.table(pe, 9))).code;
      pool = await posenc.pool({ workers: 1 });
      facts.next = difference(await pool.table(pe, 20_000), wanted);
      pool.dispose();
      return { ...facts, then: works(posenc) };
    },
  },
];
