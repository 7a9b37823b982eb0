// One hostile value at one place of one call, chosen at random from tests/node/hostile-calls.js, which also says what has to
// come of it.

import vm from "node:vm";

import { ABSENT, at, calls, done, faults, places, POLLUTED, pollute, put, summary } from "../node/hostile-calls.js";

/** @typedef {{ where: string, outcome: string, wrong: string[] }} Thrown `outcome`: "" for a result, or the error's code */
/** @typedef {{ call: import("../node/hostile-calls.js").Call, encoder: any, places: import("../node/hostile-calls.js").Place[], right: string }} Target */

const detach = (/** @type {ArrayBuffer} */ buffer) => structuredClone(buffer, { transfer: [buffer] });
/** Of those that take long by their size alone, one in so many is thrown. */
const HEAVY = 50;
/** One call in so many lets go of its encoder, which keeps rows. */
const DISPOSE = 20;

/**
 * @param {any} posenc
 * @param {any} other another instance
 */
export function thrower(posenc, other) {
  const realm = vm.runInNewContext("globalThis");
  /** @type {Target[]} */
  const targets = calls(posenc)
    .map((call) => ({ call, encoder: undefined, places: places(call), right: "" }))
    .filter((target) => target.places.length > 0);

  /** @param {Target} target @param {import("../node/hostile-calls.js").Place} place @param {import("../node/hostile-calls.js").Hostile} hostile @returns {Thrown | undefined} */
  const throwAt = (target, { path, kind, valid: usual }, hostile) => {
    const { call } = target;
    const encoder = (target.encoder ??= call.encoder?.());
    /** @type {any[]} */
    const lent = [];
    const lend = (/** @type {any} */ made) => {
      lent.push(made);
      return made;
    };
    const lender = {
      alloc: (/** @type {number} */ n) => lend(posenc.alloc(n)),
      shaw: (/** @type {any} */ options) => lend(posenc.shaw(options)),
    };
    const args = call.args();
    const x = call.writes === undefined ? undefined : args[call.writes];
    const before = x?.slice();
    const mine = new Error("mine");
    const again = () => done(call.run(call.args(), encoder));
    const value = hostile.value({
      posenc: lender,
      other,
      encoder,
      valid: kind === "json" && !Array.isArray(usual) ? [1] : (at(args, path) ?? structuredClone(usual)),
      x,
      mine,
      detach,
      realm,
      again,
    });
    if (value === ABSENT) return undefined;
    let undo = () => {};
    if (value === POLLUTED) undo = pollute(at(args, path) ?? {});
    else put(args, path, value);
    /** @type {string[]} */
    const wrong = [];
    let outcome = "";
    let made, error;
    try {
      made = call.run(args, encoder);
    } catch (thrown) {
      error = /** @type {any} */ (thrown);
      outcome = error === mine ? "mine" : `${error.code}`;
    }
    undo();
    if (outcome !== "") {
      wrong.push(...faults(error, { mine, path, call, hostile, kind, value }));
      if (x?.length > 0 && path[0] !== call.writes && x.some((/** @type {number} */ v, /** @type {number} */ i) => v !== before[i]))
        wrong.push("an array was changed by a call that failed");
    } else if (hostile.want === "same") {
      if (target.right === "") target.right = right(call, encoder);
      const got = summary(made);
      if (got !== target.right) wrong.push(`want ${target.right}, got ${got}`);
    } else if (hostile.want !== undefined) wrong.push(`want an error (${hostile.want}), got a result`);
    for (const one of [made, call.writes === undefined ? undefined : args[call.writes], ...lent]) done(one);
    if (hostile.name.includes("dispose")) letGo(target);
    return { where: `${call.name}, ${path.join(".")}: ${hostile.name}`, outcome, wrong };
  };

  return {
    /** Throws one. @param {(n: number) => number} random @returns {Thrown} */
    throwOne(random) {
      for (;;) {
        const target = targets[random(targets.length)];
        const place = target.places[random(target.places.length)];
        const hostile = place.values[random(place.values.length)];
        if (hostile.heavy && random(HEAVY) > 0) continue;
        const thrown = throwAt(target, place, hostile);
        if (random(DISPOSE) === 0) letGo(target);
        if (thrown !== undefined) return thrown;
      }
    },
    /** Throws each value once, at the first place that it is for. */
    throwAll() {
      const seen = new Set();
      const all = [];
      for (const target of targets)
        for (const place of target.places)
          for (const hostile of place.values) {
            if (seen.has(hostile.value)) continue;
            seen.add(hostile.value);
            all.push(throwAt(target, place, hostile));
          }
      return all.filter((thrown) => thrown !== undefined);
    },
    /** Lets go of all encoders. */
    letGo: () => targets.forEach(letGo),
  };
}

/** @param {Target} target */
function letGo(target) {
  target.encoder?.dispose();
  target.encoder = undefined;
}

/** @param {import("../node/hostile-calls.js").Call} call @param {any} encoder */
function right(call, encoder) {
  const made = call.run(call.args(), encoder);
  const text = summary(made);
  done(made);
  return text;
}
