// A worker's part of the sweep of lengths: one contender at a time, with arrays that nobody else needs, since at the end they
// have hundreds of megabytes each.

import { unrolled } from "./plain-loops.js";
import { memorySize } from "./memory.js";
import { fillLoops } from "./recurrence-loops.js";
import { naiveTable, TABLE_TOLERANCE } from "./tasks.js";
import { difference } from "./agree.js";

/** @typedef {{ x: Float32Array, run: () => unknown, memory?: () => number, dispose?: () => void }} Held memory: how large the module's is */
/** @typedef {(rows: number, dim: number) => Promise<Held>} Begin */

/** How many rows at the start, in the middle and at the end are looked at one by one. */
const LOOKED_AT = 1000;

/** Embeddings within ±1 again, any of them at once. @param {number} i */
const input = (i) => (Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 31 - 1;

/** @param {Float32Array} x */
function reset(x) {
  for (let i = 0; i < x.length; i++) x[i] = input(i);
}

/**
 * The best plain recurrence makes the table that plain loops and the kernel read.
 * @param {Float32Array} table
 * @param {number} dim
 */
function makeTable(table, dim) {
  const { make } = fillLoops()[1];
  make(table.length / dim, dim)(table, 0);
}

/** @param {"up" | "down"} order @returns {Begin} */
const plain = (order) => async (rows, dim) => {
  const x = new Float32Array(rows * dim);
  const table = new Float32Array(rows * dim);
  makeTable(table, dim);
  const loop = unrolled(32, "i | k", order, 1);
  return { x, run: () => loop(x, table, 1) };
};

/** @param {boolean} allocated @returns {Begin} */
const posenc = (allocated) => async (rows, dim) => {
  const { loadPosenc } = await import("./package.js");
  const instance = await loadPosenc({ fresh: true });
  const encoder = instance.sinusoidal({ dim });
  const array = allocated ? instance.alloc(rows * dim) : new Float32Array(rows * dim);
  // When the module's memory grows, what `data` was before is detached.
  return {
    get x() {
      return array instanceof Float32Array ? array : array.data;
    },
    run: () => encoder.add(array),
    memory: () => memorySize(instance),
    dispose: () => encoder.dispose(),
  };
};

/** @param {boolean} made whether rows are made on the way @returns {Begin} */
const bare = (made) => async (rows, dim) => {
  const [{ kernelBytes }, { Room, Waves, wavesSize }] = await Promise.all([import("./kernels.js"), import("./room.js")]);
  const length = rows * dim;
  const room = new Room(await WebAssembly.compile(await kernelBytes()), (made ? length : 2 * length) + 16 * dim + wavesSize(dim) + 1024);
  const at = room.take(length + (made ? 16 * dim : 0));
  const x = room.view(at, length);
  if (made) {
    const waves = new Waves(room, dim, true);
    return {
      x,
      run: () => {
        waves.start(0);
        waves.run(at, rows, "add");
      },
    };
  }
  const t = room.take(length);
  makeTable(room.view(t, length), dim);
  const { add } = room.kernels;
  return { x, run: () => add(at, t, 4 * length) };
};

/** By the lane that they want, since plain loops want to be without posenc: see lane.js. @type {Record<string, Record<string, Begin>>} */
export const CONTENDERS = {
  posenc: { "posenc, alloc()": posenc(true), "posenc, Float32Array": posenc(false) },
  plain: { "plain loop, 32 up": plain("up"), "plain loop, 32 down": plain("down") },
  limit: { "bare SIMD kernel": bare(false), "bare SIMD kernel, rows made": bare(true) },
};

const ALL = Object.assign({}, ...Object.values(CONTENDERS));

/**
 * What is wrong with rows that ought to be embeddings and their encoding.
 * @param {Float32Array} x
 * @param {number} dim
 */
export function wrongRows(x, dim) {
  const rows = x.length / dim;
  const count = Math.min(rows, LOOKED_AT);
  for (const first of new Set([0, (rows - count) >> 1, rows - count])) {
    const want = naiveTable(count, dim, first).map((v, i) => v + Math.fround(input(first * dim + i)));
    // Two roundings, and one of them of a sum below 2.
    const wrong = difference(x.subarray(first * dim, (first + count) * dim), want, 2 * TABLE_TOLERANCE);
    if (wrong !== undefined) return `of ${count} rows from ${first} on, ${wrong}`;
  }
  return undefined;
}

/** Which differs when rows are left out, done twice or are others'. @param {Float32Array} x */
export function checksum(x) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * (1 + (i & 7));
  return sum;
}

export const createLane = () => {
  /** @type {Map<string, Held>} */
  const held = new Map();
  const of = (/** @type {string} */ name) => /** @type {Held} */ (held.get(name));
  const time = (/** @type {string} */ name, /** @type {number} */ calls) => {
    const { run } = of(name);
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    return performance.now() - start;
  };
  return {
    /**
     * One call on fresh input, looked at.
     * @param {string} name @param {number} rows @param {number} dim
     */
    async begin(name, rows, dim) {
      held.set(name, await ALL[name](rows, dim));
      const contender = of(name);
      reset(contender.x);
      const before = contender.memory?.();
      contender.run();
      return { wrong: wrongRows(contender.x, dim), checksum: checksum(contender.x), before, after: contender.memory?.() };
    },
    /** Warms up, and finds how many calls a repetition has. @param {string} name @param {number} warmUp @param {number} repetition */
    calibrate(name, warmUp, repetition) {
      let calls = 1;
      for (let spent = 0, took = 0; ; spent += took) {
        took = time(name, calls);
        if (spent >= warmUp && took >= repetition) return calls;
        calls = Math.max(1, Math.ceil(calls * Math.min(10, (1.1 * repetition) / took)));
      }
    },
    /** The first call brings the arrays back to the caches, if they fit there. @param {string} name @param {number} calls */
    time(name, calls) {
      if (calls > 1) of(name).run();
      return time(name, calls);
    },
    end() {
      for (const { dispose } of held.values()) dispose?.();
      held.clear();
    },
  };
};
