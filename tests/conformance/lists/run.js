// Lists of positions and the order of weights. README.md says what a case is.

import { equal, ok, thrown } from "../check.js";

const fields = ["call", "input", "options", "expected", "next", "error", "note"];

/** @param {new (...args: any[]) => ArrayLike<number>} of what comes back @param {(input: any) => any[]} givenAs the ways to give the input */
const call = (of, givenAs) => ({
  fields,
  run(/** @type {any} */ posenc, /** @type {string} */ where, /** @type {any} */ { call, input, options, expected, next, error }) {
    for (const given of givenAs(input)) {
      const before = JSON.stringify(given);
      const run = () => posenc[call](given, options);
      if (error !== undefined) {
        const { name, code, message } = thrown(run, where);
        equal([name, code], ["RangeError", "ERR_POSENC_RANGE"], where);
        equal(message.slice(0, error.length), error, where);
      } else {
        const answer = run();
        const got = call === "mropePositions" ? answer.positions : answer;
        ok(got instanceof of, `${where}: is of ${of.name}`);
        equal([.../** @type {any} */ (got)], expected, where);
        if (call === "mropePositions") equal(answer.next, next, `${where}: next`);
        ok(got !== given, `${where}: is a new list`);
      }
      equal(JSON.stringify(given), before, `${where}: what was given is left as it was`);
    }
  },
});

/** @type {import("../run.js").Folder} */
export const lists = {
  kindOf: (each) => each.call,
  kinds: {
    positionsFromMask: call(Int32Array, (mask) => [mask, Float64Array.from(mask), Float32Array.from(mask)]),
    relativePositions: call(Float64Array, (length) => [length]),
    mropePositions: call(Float64Array, (parts) => [parts]),
    permute: call(Float32Array, (weights) => [weights, Float64Array.from(weights), Float32Array.from(weights)]),
  },
};
