// The lane of plain JavaScript, with the loops of the project's own benchmark: the build puts tests/bench/*.js into ../../speed/.
// posenc must not be loaded in this worker; ../../speed/lane.js says why.

import { provide } from "../../speed/compile.js";
import { Lane } from "../../speed/lane.js";
import { fillContender, loopContender, PLAIN, rotateContender } from "../../speed/lane-plain.js";
import { plainLoops } from "../../speed/plain-loops.js";
import { rotateLoops } from "../../speed/rotate-loops.js";
import { DECODE_LENGTH } from "../../speed/tasks.js";
import { fillLoops } from "./fill-loops.js";

export const COPY = "Float32Array.set";

/** No arithmetic, only the way of the numbers: the right results, copied to where they go. */
const copy = {
  name: COPY,
  begin({ x: input, expected }) {
    const wants = new Map(expected.map(({ step, want }) => [step, want]));
    const x = input.slice();
    return { reset: () => x.set(input), run: (step) => x.set(wants.get(step) ?? expected[0].want), result: () => x };
  },
};

/** A row of the table is added, another one each time: a view of each is made before. */
const decoding = ({ name, wide, together, loop }) => ({
  name,
  begin({ kind, shape: [, , dim], x: input, table: float32 }) {
    if (kind !== "decode" || together !== 1) return undefined;
    const table = wide ? Float64Array.from(float32) : float32;
    const rows = Array.from({ length: DECODE_LENGTH }, (_, r) => table.subarray(r * dim, (r + 1) * dim));
    const x = input.slice();
    return { reset: () => x.set(input), run: (step) => loop(x, rows[step % DECODE_LENGTH], 1), result: () => x };
  },
});

/** @param {string} loops a module with what a program has written */
export async function createLane(loops) {
  provide((await import(loops)).default);
  const named = (/** @type {any} */ plain) => ({ ...plain, name: PLAIN + plain.name });
  const adding = plainLoops().map(named);
  return new Lane([
    copy,
    ...adding.map(loopContender),
    ...adding.map(decoding),
    ...rotateLoops(false).map(named).map(rotateContender),
    ...fillLoops.map(named).map(fillContender),
  ]);
}
