// The benchmark as a page runs it: posenc, the plain loops and the limits, each in a worker of its own, checked and
// interleaved as in Node. It asks nothing of the page but to be served beside its modules; a policy of "default-src 'self'; script-src
// 'self' 'wasm-unsafe-eval'" is enough.

import { measure } from "./measure.js";
import { loadPosenc } from "./package.js";
import { startLane } from "./page-worker.js";
import { checkedCosSin, checkedTable } from "./plan.js";
import { ADD_SHAPES, addTask, DECODE_LENGTH, DECODE_SHAPE, decodeTask, ROTATE_SHAPES, rotateTask } from "./tasks.js";

/** @typedef {{ module: URL, args: unknown[] }} PageLane a module and what its createLane is called with */
/** @typedef {{ package: string, loops: string, kernels?: string }} Places URLs: posenc's folder; a module of loops-module.js; bytes of kernels.js, or no limits are measured */
/** @typedef {{ add: readonly (readonly [number, number, number])[], decode: readonly (readonly [number, number, number])[], rotate: readonly (readonly [number, number, number, number])[] }} Shapes */

/** From a token to what no cache holds; and between 4096 elements, from where on posenc has to be ahead, and those of Node's run. */
export const SMALL_SHAPES = /** @type {const} */ ([
  [1, 8, 512],
  [1, 32, 512],
]);

/** @type {Shapes} */
export const SHAPES = { add: [...ADD_SHAPES, ...SMALL_SHAPES], decode: [DECODE_SHAPE], rotate: ROTATE_SHAPES };

/** A repetition is at least so many steps of the clock: then a step is a fiftieth of it, and of eleven repetitions' median less. */
const STEPS = 50;

/** How far the clock goes at once, in milliseconds: engines make it coarse, and less so where a page is isolated. */
export function clockStep() {
  let smallest = Infinity;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}

/**
 * Who takes part.
 * @param {Places} places
 * @returns {Promise<PageLane[]>}
 */
export async function pageLanes({ package: folder, loops, kernels }) {
  const lane = (/** @type {string} */ module, /** @type {unknown} */ arg) => ({ module: new URL(module, import.meta.url), args: [arg] });
  const lanes = [lane("./lane-posenc.js", folder), lane("./lane-plain.js", loops)];
  if (kernels !== undefined) lanes.push(lane("./lane-limit.js", new Uint8Array(await (await fetch(kernels)).arrayBuffer())));
  return lanes;
}

/**
 * @param {object} options
 * @param {string} options.package posenc's folder
 * @param {readonly PageLane[]} options.lanes
 * @param {Shapes} [options.shapes]
 * @param {import("./measure.js").Effort} options.effort repetitions are longer where the clock needs it
 * @param {(fraction: number) => void} [options.onProgress]
 */
export async function benchmark({ package: folder, lanes, shapes = SHAPES, effort, onProgress = () => {} }) {
  const posenc = await loadPosenc({ from: folder });
  const step = clockStep();
  const used = { ...effort, repetition: Math.max(effort.repetition, STEPS * step) };
  // Each made when it is its turn: the long ones are large.
  const tasks = [
    ...shapes.add.map((shape) => () => addTask(shape, checkedTable(posenc, shape[1], shape[2]))),
    ...shapes.decode.map((shape) => () => decodeTask(shape, checkedTable(posenc, DECODE_LENGTH, shape[2]))),
    ...shapes.rotate.map((shape) => () => rotateTask(shape, checkedCosSin(posenc, shape))),
  ];
  const workers = lanes.map(({ module, args }) => /** @type {typeof startLane<import("./lane.js").Lane>} */ (startLane)(module, args));
  const measured = [];
  try {
    for (const [i, task] of tasks.entries()) {
      measured.push(
        await measure(
          workers.map(({ lane }) => lane),
          task(),
          used,
          (fraction) => onProgress((i + fraction) / tasks.length),
        ),
      );
    }
  } finally {
    for (const { stop } of workers) stop();
  }
  return { version: posenc.version, clock: step, isolated: globalThis.crossOriginIsolated === true, effort: used, measured };
}
