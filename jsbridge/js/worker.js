// What a worker of a pool does: it has an instance of its own, makes the encoders that it is sent once, and works on one part
// of a job after the other. See crew.js for the other side.

import { apply, part } from "./apply.js";
import { Float32, setArray } from "./intrinsics.js";
import { nodeModule } from "./load.js";
import { Rotates } from "./rotary.js";
import { Runtime } from "./runtime.js";
import { addPart } from "./scores.js";

/** @type {Runtime} */
let runtime;
/**
 * Every scheme is handled as if it had the methods of rotary; Go knows which it has. An encoder is made with the first part that
 * needs it, and where that fails, with the next: there may be memory by then.
 * @type {Map<number, { recipe: import("./encoder.js").Recipe, made: Rotates<any> | undefined }>}
 */
const encoders = new Map();

/** @param {any} port */
function serve(port) {
  port.onmessage = (/** @type {{ data: any }} */ { data }) => {
    /** @type {any} */
    const answer = { key: data.key, x: null, y: null, error: null };
    /** @type {ArrayBuffer[]} */
    const transfer = [];
    try {
      if (data.module) {
        runtime = new Runtime(data.module);
      } else if (data.forget) {
        encoders.get(data.forget)?.made?.dispose();
        encoders.delete(data.forget);
        return;
      } else {
        work(data, answer);
        for (const array of [answer.x, answer.y]) if (array) transfer.push(array.buffer);
      }
    } catch (/** @type {any} */ error) {
      answer.x = answer.y = null;
      answer.error = { code: error?.code ?? "", message: `${error?.message ?? error}` };
    }
    port.postMessage(answer, transfer);
  };
  port.onmessageerror = () => {
    throw new Error("what the pool sent cannot be read"); // ends the worker, and so what waits for an answer
  };
  port.postMessage({ key: -1, x: null, y: null, error: null }); // it listens from here on
}

/** @param {import("./crew.js").Part} part @param {{ x: Float32Array | null, y: Float32Array | null }} answer with what is to be sent back */
function work({ encoder: id, recipe, what, call, x, y, length, gap }, answer) {
  if (recipe) encoders.set(id, { recipe, made: undefined });
  const kept = /** @type {any} */ (encoders.get(id));
  const encoder = (kept.made ??= new Rotates(
    runtime,
    kept.recipe.scheme,
    kept.recipe.snapshot,
    (filledIn) => filledIn,
    kept.recipe.arrays,
  ));
  if (what === "cosSin") {
    const { cos, sin } = encoder.cosSin(call.rows, { offset: call.offset, positions: call.positions, sequenceLength: call.sequence });
    if (!x || !y) return Object.assign(answer, { x: cos, y: sin });
    setArray(x, cos);
    return setArray(y, sin);
  }
  const mine = x ?? new Float32(length);
  if (what === "scores") addPart(encoder, mine, length, call.first, call);
  else if (gap === 0) apply(encoder, mine, call);
  else inGaps(encoder, mine, length, gap, call);
  if (!call.shared) answer.x = mine;
}

/**
 * The same rows of several sequences, which are not side by side in shared memory.
 * @param {Rotates<any>} encoder @param {Float32Array} x @param {number} length of the rows together
 * @param {number} gap from one sequence to the next @param {any} call
 */
function inGaps(encoder, x, length, gap, call) {
  const packed = new Float32(length);
  const size = length / call.batch;
  for (let b = 0; b < call.batch; b++) setArray(packed, part(x, b * gap, size), b * size);
  apply(encoder, packed, call);
  for (let b = 0; b < call.batch; b++) setArray(part(x, b * gap, size), part(packed, b * size, size));
}

// Node and Deno have their workers from node:worker_threads. Where this is no worker, as when somebody imports it, it does nothing.
const { process, Bun } = /** @type {any} */ (globalThis);
if (typeof process?.versions?.node === "string" && Bun === undefined) {
  nodeModule("worker_threads").then(({ parentPort }) => {
    const port = parentPort ?? globalThis;
    if (typeof port.postMessage === "function") serve(port);
  });
} else if (typeof document !== "object" && !Bun?.isMainThread) {
  serve(globalThis);
}
