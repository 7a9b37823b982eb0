// A lane runs contenders, one at a time: prepares, checks, warms up and times them. Each lane is a
// worker with a JavaScript heap of its own (see worker.js), and the plain loops have one without
// posenc in it. That is for their sake: when the memory of a WebAssembly module grows, its old
// ArrayBuffer is detached, and once any buffer of a heap has been, V8 guards every access to every
// typed array there. It costs the plain loops a quarter of their speed, which would be a gift to us.

import { difference } from "./agree.js";

/** @typedef {import("./tasks.js").Task} Task */

/**
 * @typedef {object} Held a contender that has its task, but for what is timed
 * @property {() => void} reset makes the input anew
 * @property {() => Float32Array} result of the last run
 * @property {() => unknown} [dispose]
 * @property {number} [times] how often one run does the work, if not once
 * @property {number} [tolerance] of the result, if not the task's
 */
/** @typedef {Held & ({ run: (step: number) => void, runAsync?: undefined } | { runAsync: (step: number) => Promise<unknown> })} Work what is timed: run, or runAsync where a contender has no other way */
/** @typedef {{ name: string, begin: (task: Task) => Work | undefined | Promise<Work | undefined> }} Contender undefined: not one for this task */

/** How often the same array is added to, if a single repetition does not take more. */
const MOST_CALLS = 10_000;

export class Lane {
  #contenders;
  /** @type {Map<string, { work: Work, calls: number }>} calls: since its input was made */
  #entries = new Map();
  /** @type {Task | undefined} */
  #task;

  /** @param {readonly Contender[]} contenders */
  constructor(contenders) {
    this.#contenders = contenders;
  }

  /**
   * Gives all contenders the task, and lets go of the one before.
   * @param {Task} task
   * @returns {Promise<string[]>} the names of those that can do it
   */
  async prepare(task) {
    for (const { work } of this.#entries.values()) await work.dispose?.();
    this.#entries.clear();
    this.#task = task;
    for (const { name, begin } of this.#contenders) {
      const work = await begin(task);
      if (work !== undefined) this.#entries.set(name, { work, calls: Infinity });
    }
    return [...this.#entries.keys()];
  }

  /**
   * @param {string} name
   * @returns {Promise<string | undefined>} what is wrong with its result
   */
  async check(name) {
    const { expected, tolerance } = /** @type {Task} */ (this.#task);
    const { work } = this.#entry(name);
    for (const { step, want } of expected) {
      work.reset();
      if (work.runAsync !== undefined) await work.runAsync(step);
      else work.run(step);
      const wrong = difference(work.result(), want, work.tolerance ?? tolerance);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /**
   * Runs until the engine has compiled all that it will, then finds how many calls fill a repetition.
   * @param {string} name
   * @param {number} warmUp in milliseconds
   * @param {number} repetition in milliseconds
   * @returns {Promise<number>}
   */
  async calibrate(name, warmUp, repetition) {
    const { times = 1 } = this.#entry(name).work;
    let calls = 1;
    let fastest = Infinity; // by which nothing that disturbed a call makes the repetitions shorter
    for (let spent = 0, took = 0; spent < warmUp || took < repetition; spent += took) {
      took = times * (await this.time(name, calls));
      if (took < repetition / 10) {
        // too little for the clocks of browsers, to which it may be nothing
        calls *= 10;
        continue;
      }
      fastest = Math.min(fastest, took / calls);
      calls = Math.ceil(Math.min(10 * calls, (1.1 * repetition) / fastest));
    }
    return calls;
  }

  /**
   * Times one repetition. A call before brings this contender's arrays back to the caches, which
   * have been others' since its last turn. The input is made anew before it has been added to so
   * often that its values are far from embeddings'.
   * @param {string} name
   * @param {number} calls
   * @returns {Promise<number>} milliseconds, of doing the work as often as there are calls
   */
  async time(name, calls) {
    const entry = this.#entry(name);
    const { work } = entry;
    entry.calls += calls + 1;
    if (entry.calls > MOST_CALLS) {
      work.reset();
      entry.calls = calls + 1;
    }
    if (work.runAsync !== undefined) return timeAsync(work, calls);
    work.run(0);
    const start = performance.now();
    for (let step = 1; step <= calls; step++) work.run(step);
    return (performance.now() - start) / (work.times ?? 1);
  }

  /** @param {string} name */
  #entry(name) {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new RangeError(`no contender ${name} for this task`);
    return entry;
  }
}

/**
 * As Lane.time, in a function of its own: what is not asynchronous is timed without an await in its loop.
 * @param {Extract<Work, { runAsync: Function }>} work
 * @param {number} calls
 */
async function timeAsync(work, calls) {
  await work.runAsync(0);
  const start = performance.now();
  for (let step = 1; step <= calls; step++) await work.runAsync(step);
  return (performance.now() - start) / (work.times ?? 1);
}
