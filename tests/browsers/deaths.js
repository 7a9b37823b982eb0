// What kills an instance, in every engine: a program that dies on demand (dist/faults.wasm), and a JavaScript stack that is used up.

import { difference, failure, fails, sample, start, works } from "./facts.js";

/** Posenc with faults, whose memory ends at 64 MiB so that it runs out in a moment. @param {string} url */
async function faulty(url) {
  const { WAYS } = await import("../node/faults.js"); // before the package
  const { limited } = await import("../node/limited.js");
  const [{ load }, { killEverywhere }] = await Promise.all([import(url), import("../node/kill.js")]);
  const bytes = new Uint8Array(await (await fetch("/faults.wasm")).arrayBuffer());
  return { posenc: await load({ wasm: limited(bytes, 1024) }), killEverywhere, WAYS };
}

/** Errors that nobody catches, while something runs. @template T @param {() => T} run @returns {Promise<{ result: T, uncaught: string[] }>} */
async function watched(run) {
  const uncaught = /** @type {string[]} */ ([]);
  addEventListener("error", (event) => uncaught.push(event.message));
  addEventListener("unhandledrejection", (event) => uncaught.push(`${event.reason}`));
  const result = run();
  await new Promise((done) => setTimeout(done, 50));
  return { result, uncaught };
}

/** @param {string} url @param {string[]} names of ways @param {string} [only] */
export async function kill(url, names, only) {
  const { posenc, killEverywhere, WAYS } = await faulty(url);
  const began = performance.now();
  const { result, uncaught } = await watched(() =>
    killEverywhere(posenc, { ways: names.map((name) => WAYS[/** @type {"PANIC"} */ (name)]), only }),
  );
  const { deaths, survived, restless, wrong } = result;
  return { deaths, survived, seconds: (performance.now() - began) / 1000, restless, wrong: wrong.slice(0, 10), uncaught };
}
/** @param {number} least @returns {(got: any) => any} */
const killed =
  (least) =>
  ({ deaths, survived, seconds }) => ({
    deaths: deaths >= least ? deaths : `at least ${least}`,
    survived,
    seconds,
    restless: 0,
    wrong: [],
    uncaught: [],
  });
const ALIKE = "one coded error and the array as it was, or the right result; then the next call right";

/** @type {import("./scenarios.js").Scenario[]} */
export const deaths = [
  // Of an exception that unwinds Go, which is the engine's affair, in all calls; of the others in some, as one takes WebKit 50 ms and STACK 300.
  ...Object.entries({ THROW: "", PANIC: "sinusoidal", EXIT: "sinusoidal", MEMORY: "sinusoidal", STACK: "sinusoidal.add" }).map(
    ([way, only]) => ({
      name: `killed at every entry into Go, in every call${only && ` of ${only}`}, by ${way}: ${ALIKE}`,
      run: (/** @type {string} */ url) => kill(url, [way], only),
      want: killed(only === "" ? 350 : way === "STACK" ? 9 : 30),
    }),
  ),
  {
    name: `killed at every entry into Go, in add, in every way: ${ALIKE}`,
    worker: "only",
    run: (url) => kill(url, ["PANIC", "EXIT", "MEMORY", "STACK", "THROW"], "sinusoidal.add"),
    want: killed(40),
  },
  {
    name: "a program that fills the stack is dropped, and the error says so",
    worker: true,
    async run(url) {
      const { posenc, WAYS } = await faulty(url);
      const { plan } = await import("../node/faults.js");
      const pe = posenc.sinusoidal({ dim: 4 });
      const x = sample(8);
      pe.add(x.slice()); // it is made
      plan(WAYS.STACK);
      return { outcome: await failure(() => pe.add(x)), changed: difference(x, sample(8)), then: works(posenc) };
    },
    want: {
      outcome: fails("Error", "ERR_POSENC_INTERNAL", /^the JavaScript stack is full, so posenc could not run/),
      changed: -1,
      then: "works",
    },
  },
  {
    name: "a stack that is used up, in ten shapes of recursion: the engine's error or ours, nothing half done, the next call right",
    worker: true,
    async run(url) {
      const posenc = await start(url);
      const { exhaust } = await import("../node/stack-shapes.js");
      const {
        result: { right, full, ours, wrong },
        uncaught,
      } = await watched(() => exhaust(posenc, 5));
      return {
        enough: right > 100 && full + ours > 100 ? "enough" : { right, full, ours },
        wrong: wrong.slice(0, 10),
        uncaught,
        then: works(posenc),
      };
    },
    want: { enough: "enough", wrong: [], uncaught: [], then: "works" },
  },
];
