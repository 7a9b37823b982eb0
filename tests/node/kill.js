// Deaths of an instance at every entry into Go, in every call of the package, in every way that there is. It asks nothing of Node, so
// browsers run it too. The package must have been loaded with dist/faults.wasm, and faults.js imported before it.

import { plan, started, WAYS } from "./faults.js";
import { calls, summary } from "./hostile-calls.js";

/** Calls that Go refuses, so that its error is asked for, and those that give something back. @param {any} posenc */
const more = (posenc) => [
  { name: "refused: sinusoidal", args: () => ({}), run: () => posenc.sinusoidal({ dim: 8, base: -1 }) },
  {
    name: "refused: add",
    args: () => ({ x: new Float32Array(24).fill(5) }),
    writes: "x",
    encoder: () => posenc.sinusoidal({ dim: 8 }),
    run: (/** @type {any} */ { x }, /** @type {any} */ pe) => pe.add(x, { batch: 2 }),
  },
  {
    name: "refused: positions",
    args: () => ({ x: new Float32Array(24).fill(5) }),
    writes: "x",
    encoder: () => posenc.sinusoidal({ dim: 8 }),
    run: (/** @type {any} */ { x }, /** @type {any} */ pe) => pe.add(x, { positions: [1, 2, NaN] }),
  },
  {
    name: "refused: scores",
    args: () => ({ x: new Float32Array(24).fill(5) }),
    writes: "x",
    encoder: () => posenc.alibi({ heads: 2 }),
    run: (/** @type {any} */ { x }, /** @type {any} */ bias) => bias.add(x, { queryLength: 5, keyLength: 5 }),
  },
  {
    name: "refused: fromConfig",
    args: () => ({}),
    run: () => posenc.fromConfig({ model_type: "llama", hidden_size: 64, num_attention_heads: 4, rope_scaling: { rope_type: "yarn" } }),
  },
  { name: "refused: a zero", args: () => ({}), run: () => posenc.sinusoidal({ dim: 8, scale: 0 }) },
  {
    name: "dispose",
    args: () => ({}),
    run: () => {
      const pe = posenc.sinusoidal({ dim: 8 });
      pe.dispose();
      return pe.options.dim;
    },
  },
  {
    name: "alloc, dispose",
    args: () => ({}),
    run: () => {
      const memory = posenc.alloc(8);
      const { length } = memory;
      memory.dispose();
      return length;
    },
  },
];

const ENDING = /the next call starts a fresh instance/;

/** The outcome of a call in a word that can be compared. @param {() => any} run */
function outcome(run) {
  try {
    const made = run();
    const text = summary(made);
    if (typeof made?.dispose === "function") made.dispose();
    return { text, code: ENDING.test(text) ? "inside" : "" }; // summary() tries the encoder out, which may be what died
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    return { text: `${code}: ${message}`, code: code ?? `${error}` };
  }
}

/**
 * Kills the instance at entry 0, 1, 2, ... of every call until the call comes through, and the same in every way to die.
 * @param {any} posenc
 * @param {{ ways?: number[], only?: string, most?: number }} [how] `most` deaths in a call; in one of many pieces those in the middle are alike
 * @returns {{ deaths: number, survived: number, wrong: string[], restless: number }} `survived`: calls that gave their result although an instance died in
 *   them; `restless`: instances that were started and not asked for
 */
export function killEverywhere(posenc, { ways = Object.values(WAYS), only = "", most = 12 } = {}) {
  const out = { deaths: 0, survived: 0, wrong: /** @type {string[]} */ ([]), restless: 0 };
  for (const call of /** @type {any[]} */ ([...calls(posenc), ...more(posenc)])) {
    if (!call.name.includes(only)) continue;
    const encoder = call.encoder?.();
    const right = outcome(() => call.run(call.args(), encoder)).text;
    for (const way of ways) {
      for (let after = 0; after < most; after++) {
        const where = `${call.name}, way ${way}, entry ${after}`;
        outcome(() => call.run(call.args(), encoder)); // in an instance that lives, with the encoder made
        const had = started();
        const args = call.args();
        const x = call.writes === undefined ? undefined : args[call.writes];
        const before = x?.slice();
        plan(way, after);
        const { text, code } = outcome(() => call.run(args, encoder));
        if (started() === had) plan(0); // in the instance that lived on, or is about to be replaced
        const died = code === "ERR_POSENC_INTERNAL" || started() > had;
        if (code === "ERR_POSENC_INTERNAL") {
          if (x?.some((/** @type {number} */ v, /** @type {number} */ i) => !Object.is(v, before[i])))
            out.wrong.push(`${where}: the array was changed`);
          if (!ENDING.test(text)) out.wrong.push(`${where}: ${text}`);
        } else if (code !== "inside" && text !== right) {
          out.wrong.push(`${where}: want ${right.slice(0, 200)}, got ${text.slice(0, 200)}`);
        } else if (died && code === "") out.survived++;
        const then = outcome(() => call.run(call.args(), encoder)).text;
        if (then !== right) out.wrong.push(`${where}, the next call: want ${right.slice(0, 200)}, got ${then.slice(0, 200)}`);
        const fresh = started() - had;
        if (fresh > 1) out.restless++;
        if (fresh === 0) break; // there is no such entry
        out.deaths++;
      }
    }
    encoder?.dispose();
  }
  return out;
}
