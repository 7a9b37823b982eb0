// A page's Content-Security-Policy and trusted types: under what a careful site sends, everything works.

import { kill } from "./deaths.js";
import { difference, failure, notLoaded, start, works } from "./facts.js";

/** All that the package does, but for its pool. @param {string} url */
async function everything(url) {
  const { deaths, wrong, uncaught } = await kill(url, ["PANIC", "THROW"], "sinusoidal.add"); // before the package is loaded without faults
  const posenc = await start(url);
  const { calls, summary } = await import("../node/hostile-calls.js");
  const outcomes = await Promise.all(calls(posenc).map(({ encoder, args, run }) => failure(() => summary(run(args(), encoder?.())))));
  const strict = (await failure(() => (0, eval)("1"))) !== "no error";
  return {
    strict,
    deaths: deaths > 10,
    wrong,
    uncaught,
    failed: outcomes.filter((outcome) => outcome !== "no error"),
    then: works(posenc),
  };
}
const fine = { strict: true, deaths: true, wrong: [], uncaught: [], failed: [], then: "works" };

/** Where a pool's table differs from one thread's. @param {any} posenc */
async function pooled(posenc) {
  const pe = posenc.sinusoidal({ dim: 64 });
  const pool = await posenc.pool({ workers: 2 });
  const at = difference(await pool.table(pe, 20_000), pe.table(20_000));
  pool.dispose();
  return at;
}

/** @type {import("./scenarios.js").Scenario[]} */
export const policies = [
  {
    name: "the policy of a careful site: every call, a pool, deaths",
    page: "careful.html",
    run: async (url) => ({ ...(await everything(url)), pooled: await pooled(await start(url)) }),
    want: { ...fine, pooled: -1 },
  },
  {
    name: "trusted types: every call, deaths; a pool says that it wants a default policy, and works with one",
    page: "trusted.html",
    async run(url) {
      const facts = await everything(url);
      const posenc = await start(url);
      const types = /** @type {any} */ (globalThis).trustedTypes;
      const outcome = await failure(() => pooled(posenc));
      types?.createPolicy("default", {
        createScriptURL: (/** @type {string} */ text) => (new URL(text, location.href).origin === location.origin ? text : null),
      });
      return { ...facts, known: types !== undefined, outcome, pooled: await pooled(posenc) };
    },
    want: (/** @type {any} */ { known }) => ({
      ...fine,
      known,
      outcome: known ? notLoaded(/^worker\.js: .*require-trusted-types-for/) : "no error",
      pooled: -1,
    }),
  },
];
