// The workers of a pool and the jobs that they share. A job is cut into parts of some MiB; a worker has two of them at a time, the
// second so that it need not wait for this thread; and the jobs take turns.

import { disposedError, internalError, loadError, rangeError, typeErrorMessage } from "./errors.js";
import { recipeOf } from "./encoder.js";
import { bufferOf, deref, isAborted, listen, matchOf, nextOf, now, reasonOf, startTimer, unlisten, Weak } from "./intrinsics.js";
import { nodeModule } from "./load.js";

/**
 * What a worker is told of a part.
 * @typedef {object} Part
 * @property {number} key
 * @property {number} encoder its number
 * @property {import("./encoder.js").Recipe | null} recipe where the worker has not made it yet
 * @property {"rows" | "scores" | "cosSin"} what
 * @property {any} call a Call of apply.js, or of scores.js with the number of its first element
 * @property {Float32Array | null} x on shared memory, or sent with its buffer; null for one that the worker makes
 * @property {Float32Array | null} y
 * @property {number} length in elements
 * @property {number} gap elements from a sequence to the next, where they are not side by side; 0
 */
/**
 * @typedef {object} Chunk a part, and where it belongs
 * @property {Pick<Part, "what" | "call" | "x" | "y" | "length" | "gap">} part
 * @property {number} start
 * @property {number} gap
 */
/**
 * @typedef {object} Task what the crew needs to know of a job
 * @property {import("./encoder.js").Encoder<any>} encoder
 * @property {Generator<Chunk, void>} chunks
 * @property {number} total of the lengths of all parts
 * @property {boolean} shared whether workers write what the caller sees
 * @property {(chunk: Chunk, x: Float32Array, y: Float32Array) => void} take what came back of a part
 * @property {() => any} commit makes the result, when all parts are done
 */
/** @typedef {{ onProgress: ((fraction: number) => void) | undefined, signal: any }} Watching */
/**
 * @typedef {object} Job
 * @property {Task} task
 * @property {number} id of its encoder
 * @property {import("./encoder.js").Recipe} recipe
 * @property {Watching} watching
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {number} flying how many parts are with workers
 * @property {boolean} left whether there are parts to send
 * @property {number} sent of its elements, or as many as other jobs had been given when it came
 * @property {number} done
 * @property {number} told when onProgress was called last
 * @property {boolean} over
 * @property {unknown} failure
 */
/** @typedef {{ post: (message: any, transfer: ArrayBufferLike[]) => void, hold: (on: boolean) => void, end: () => void }} Port */
/** @typedef {{ port: Port | undefined, ready: boolean, gone: boolean, flying: { key: number, job: Job, chunk: Chunk }[], known: number[] }} Hand */

/** How many parts a worker has at a time. */
const DEEP = 2;
/** Milliseconds between two calls of onProgress. */
const PAUSE = 50;

/**
 * Where answers of workers come before timers for as long as there are any (Node, Deno, Bun: what has a setImmediate), which is
 * when this thread is busy with what came, a pause every so many milliseconds lets those run, of which one may be to abort.
 * Pages take turns by themselves, and hold timers up.
 */
const BREATH = 20;
const breathless = typeof (/** @type {any} */ (globalThis).setImmediate) === "function";

/** Lists, and loops by index: a page may have replaced what a Set or an array's methods and iterator do. */
export class Crew {
  #module;
  #count;
  /** @type {Hand[]} */
  #hands = [];
  /** @type {Job[]} */
  #jobs = [];
  #over = false;
  #forgotten = false;
  #breath = 0;
  #resting = false;
  #keys = 0;
  #ids = 0;
  /** @type {{ id: number, ref: WeakRef<any> }[]} */
  #encoders = [];
  /** @type {{ signal: any, jobs: number, heard: () => void }[]} */
  #signals = [];

  /** @param {WebAssembly.Module} module @param {number} count */
  constructor(module, count) {
    this.#module = module;
    this.#count = count;
  }

  get over() {
    return this.#over;
  }

  /** Starts the workers. @returns {Promise<number>} how many did */
  async open() {
    const failures = await Promise.all(Array.from({ length: this.#count }, () => this.#hire()));
    const started = failures.filter((failure) => failure === undefined).length;
    if (started === 0) throw noWorker(failures[0]);
    return (this.#count = started);
  }

  /** @returns {Promise<unknown>} why it does not start, or undefined */
  #hire() {
    /** @type {Hand} */
    const hand = { port: undefined, ready: false, gone: false, flying: [], known: [] };
    add(this.#hands, hand);
    return new Promise((resolve) => {
      const heard = (/** @type {any} */ answer) => {
        if (hand.ready) {
          if (!hand.gone) this.#heard(hand, answer);
        } else if (answer.key === -1) {
          hand.port?.post({ key: 0, module: this.#module, forget: 0 }, []);
        } else if (answer.error !== null) {
          ended(new Error(answer.error.message));
        } else {
          hand.ready = true;
          hand.port?.hold(false);
          resolve(undefined);
          this.#pump();
        }
      };
      const ended = (/** @type {unknown} */ why) => {
        if (hand.gone) return;
        hand.gone = true;
        hand.port?.end();
        this.#lost(hand, why);
        resolve(why ?? new Error("it ended"));
      };
      spawn(heard, ended).then((port) => {
        hand.port = port;
        if (hand.gone) port.end();
      }, ended);
    });
  }

  /**
   * Does a job. Whatever a user gave has been checked.
   * @param {Task} task @param {Watching} watching
   * @returns {Promise<any>}
   */
  run(task, watching) {
    return new Promise((resolve, reject) => {
      /** @type {Job} */
      const job = {
        task,
        id: this.#idOf(task.encoder),
        recipe: recipeOf(task.encoder),
        watching,
        resolve,
        reject,
        flying: 0,
        left: true,
        sent: this.#next()?.sent ?? 0,
        done: 0,
        told: now(),
        over: false,
        failure: undefined,
      };
      if (watching.signal !== undefined) this.#listen(watching.signal); // which may run code of the signal's
      if (this.#over) throw disposedError("pool()");
      if (this.#jobs.length === 0) this.#breath = now();
      add(this.#jobs, job);
      this.#recruit();
      this.#pump();
    });
  }

  /** Once for all jobs that a signal may end: Node warns of more than ten listeners. @param {any} signal */
  #listen(signal) {
    for (let i = 0; i < this.#signals.length; i++) if (this.#signals[i].signal === signal) return void this.#signals[i].jobs++;
    const heard = () => {
      for (let i = this.#jobs.length - 1; i >= 0; i--) {
        const job = this.#jobs[i];
        if (job?.watching.signal === signal) this.#fail(job, reasonOf(signal));
      }
    };
    listen(signal, "abort", heard);
    add(this.#signals, { signal, jobs: 1, heard });
  }

  /** @param {any} signal */
  #unlisten(signal) {
    for (let i = 0; i < this.#signals.length; i++) {
      const entry = this.#signals[i];
      if (entry.signal !== signal || --entry.jobs > 0) continue;
      remove(this.#signals, entry);
      try {
        unlisten(signal, "abort", entry.heard);
      } catch {
        // it is no signal any more
      }
      return;
    }
  }

  /** @param {import("./encoder.js").Encoder<any>} encoder */
  #idOf(encoder) {
    for (let i = 0; i < this.#encoders.length; i++) if (deref(this.#encoders[i].ref) === encoder) return this.#encoders[i].id;
    add(this.#encoders, { id: ++this.#ids, ref: new Weak(encoder) });
    return this.#ids;
  }

  /** Puts others in the place of workers that have died. */
  #recruit() {
    for (let missing = this.#count - this.#hands.length; missing > 0; missing--) this.#hire();
  }

  /** Gives workers what they can do, those with the least first. */
  #pump() {
    if (breathless && !this.#resting && now() - this.#breath > BREATH && this.#next() !== undefined) {
      this.#resting = true;
      startTimer(() => {
        this.#resting = false;
        this.#breath = now();
        this.#pump();
      }, 0);
    }
    if (this.#resting) return;
    for (let deep = 0; deep < DEEP; deep++) {
      for (let i = 0; i < this.#hands.length; i++) {
        const hand = this.#hands[i];
        if (hand.ready && hand.flying.length === deep && !this.#send(hand)) return;
      }
    }
  }

  /** The job whose turn it is: of those with parts to send that which had the least. */
  #next() {
    /** @type {Job | undefined} */
    let next;
    for (let i = 0; i < this.#jobs.length; i++) {
      const job = this.#jobs[i];
      if (job.left && (next === undefined || job.sent < next.sent)) next = job;
    }
    return next;
  }

  /** @param {Hand} hand @returns {boolean} whether there was something to send */
  #send(hand) {
    for (;;) {
      const job = this.#next();
      if (job === undefined) return false;
      try {
        const { done, value: chunk } = nextOf(job.task.chunks);
        if (done) {
          job.left = false;
          continue;
        }
        const key = ++this.#keys;
        const { x, y } = chunk.part;
        /** @type {Part} */
        const part = { ...chunk.part, key, encoder: job.id, recipe: has(hand.known, job.id) ? null : job.recipe };
        /** @type {Port} */ (hand.port).post(part, !x || job.task.shared ? [] : y ? [bufferOf(x), bufferOf(y)] : [bufferOf(x)]);
        chunk.part.x = chunk.part.y = null;
        if (part.recipe !== null) add(hand.known, job.id);
        add(hand.flying, { key, job, chunk });
        if (hand.flying.length === 1) hand.port?.hold(true);
        job.flying++;
        job.sent += chunk.part.length;
        return true;
      } catch (error) {
        this.#fail(job, sendError(error));
      }
    }
  }

  /** @param {Hand} hand @param {{ key: number, x: Float32Array, y: Float32Array, error: { code: string, message: string } | null }} answer */
  #heard(hand, { key, x, y, error }) {
    let flight;
    for (let i = 0; i < hand.flying.length; i++) if (hand.flying[i].key === key) flight = hand.flying[i];
    if (flight === undefined) return;
    remove(hand.flying, flight);
    const { job, chunk } = flight;
    job.flying--;
    this.#pump(); // before this thread is busy with what came
    if (hand.flying.length === 0) {
      hand.port?.hold(false);
      if (this.#over) this.#end(hand);
    }
    if (error !== null) {
      this.#fail(
        job,
        error.code === "ERR_POSENC_RANGE"
          ? rangeError(error.message)
          : internalError(`a worker of the pool failed: ${error.message}`, undefined, ""),
      );
    }
    const { signal, onProgress } = job.watching;
    if (signal !== undefined && aborted(signal)) this.#fail(job, reasonOf(signal)); // whose event somebody may have stopped
    if (job.over) return this.#settle(job);
    job.task.take(chunk, x, y);
    job.done += chunk.part.length;
    const last = job.done === job.task.total;
    if (onProgress !== undefined) {
      const time = now();
      if (last || time - job.told >= PAUSE) {
        job.told = time;
        try {
          onProgress(last ? 1 : job.done / job.task.total);
        } catch (thrown) {
          this.#fail(job, thrown);
        }
      }
    }
    if (!last || job.over) return;
    try {
      const result = job.task.commit();
      this.#close(job);
      job.resolve(result);
    } catch (thrown) {
      this.#fail(job, thrown);
    }
  }

  /** A worker has died, and what it was at with it. @param {Hand} hand @param {unknown} why */
  #lost(hand, why) {
    remove(this.#hands, hand);
    for (let i = 0; i < hand.flying.length; i++) {
      const { job } = hand.flying[i];
      job.flying--;
      this.#fail(job, internalError("a worker of the pool died", why, "; another takes its place"));
      this.#settle(job);
    }
    hand.flying.length = 0;
    if (this.#jobs.length === 0) return;
    if (hand.ready) this.#recruit();
    else if (this.#hands.length === 0) while (this.#jobs.length > 0) this.#fail(this.#jobs[0], noWorker(why));
  }

  /** @param {Job} job @param {unknown} error */
  #fail(job, error) {
    if (job.over) return;
    job.failure = error;
    this.#close(job);
    this.#settle(job);
  }

  /** Rejects, once no worker writes any more what the caller sees. @param {Job} job */
  #settle(job) {
    if (!job.task.shared || job.flying === 0) job.reject(job.failure);
  }

  /** @param {Job} job */
  #close(job) {
    job.over = true;
    remove(this.#jobs, job);
    if (job.watching.signal !== undefined) this.#unlisten(job.watching.signal);
    for (let i = this.#encoders.length - 1; i >= 0; i--) {
      // let workers go of what nobody has any more
      const { id, ref } = this.#encoders[i];
      const encoder = deref(ref);
      try {
        if (encoder !== undefined) recipeOf(encoder);
        if (encoder !== undefined) continue;
      } catch {
        // disposed
      }
      let used = false;
      for (let k = 0; k < this.#jobs.length; k++) used ||= this.#jobs[k].id === id;
      if (used) continue;
      remove(this.#encoders, this.#encoders[i]);
      for (let k = 0; k < this.#hands.length; k++) {
        const { known, port } = this.#hands[k];
        if (has(known, id)) port?.post({ key: 0, module: null, forget: id }, []);
        remove(known, id);
      }
    }
    if (this.#forgotten) this.forget();
  }

  /** Nobody has the pool any more: its workers end when their work does. */
  forget() {
    this.#forgotten = true;
    if (this.#jobs.length === 0) this.close();
  }

  /** Ends the workers and what they are at. */
  close() {
    if (this.#over) return;
    this.#over = true;
    this.#count = 0;
    while (this.#jobs.length > 0) this.#fail(this.#jobs[0], disposedError("pool()"));
    for (let i = this.#hands.length - 1; i >= 0; i--) {
      const hand = this.#hands[i];
      let writing = false;
      for (let k = 0; k < hand.flying.length; k++) writing ||= hand.flying[k].job.task.shared;
      if (!writing) this.#end(hand); // the others when they are done, so that no row is left half written
    }
  }

  /** @param {Hand} hand */
  #end(hand) {
    hand.gone = true;
    remove(this.#hands, hand);
    hand.port?.end();
  }
}

/** @template T @param {T[]} list @param {T} value */
function add(list, value) {
  list[list.length] = value;
}

/** @template T @param {T[]} list @param {T} value */
function remove(list, value) {
  let kept = 0;
  for (let i = 0; i < list.length; i++) if (list[i] !== value) list[kept++] = list[i];
  list.length = kept;
}

/** @param {number[]} list @param {number} value */
function has(list, value) {
  for (let i = 0; i < list.length; i++) if (list[i] === value) return true;
  return false;
}

/** Whether it is aborted; false where it is no signal any more. @param {any} signal */
function aborted(signal) {
  try {
    return isAborted(signal);
  } catch {
    return false;
  }
}

/** @param {unknown} cause */
function noWorker(cause) {
  return loadError(
    "worker.js: no worker of the pool started. Is worker.js served beside posenc's other files, from the page's own " +
      "origin, does the page's Content-Security-Policy allow it (worker-src; with require-trusted-types-for there has to be a default " +
      "policy that lets its URL pass), and on a cross-origin isolated page, has it the header " +
      "Cross-Origin-Embedder-Policy, too?",
    cause,
  );
}

/** What keeps a part from being sent. @param {any} error */
function sendError(error) {
  if (error?.name === "DataCloneError") {
    return typeErrorMessage("x: want an array that may be shared with workers, which takes a page that is cross-origin isolated");
  }
  if (matchOf(/call stack|recursion/i, error?.message))
    return internalError("the JavaScript stack is full, so the pool did not go on", error, "");
  return error?.code === undefined ? rangeError(`x: want one that this engine has memory to copy a part of (${error?.message})`) : error;
}

/**
 * Starts a worker. Node has none but those of node:worker_threads, and with Deno's other kind a process never ends.
 * @param {(answer: any) => void} heard @param {(why: unknown) => void} ended
 * @returns {Promise<Port>}
 */
async function spawn(heard, ended) {
  if (typeof Worker === "function" && /** @type {any} */ (globalThis).Deno === undefined) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => heard(data);
    worker.onmessageerror = () => ended(new Error("its answer cannot be read"));
    worker.onerror = (event) => {
      event.preventDefault();
      ended(event.error ?? new Error(event.message || "it could not be loaded"));
    };
    worker.addEventListener("close", () => ended(undefined)); // Bun has this
    const { ref, unref } = /** @type {any} */ (worker);
    return {
      post: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
      hold: (on) => (on ? ref : unref)?.call(worker),
      end: () => worker.terminate(),
    };
  }
  const { Worker: Thread } = await nodeModule("worker_threads");
  const file = Reflect.construct(URL, ["./worker.js", import.meta.url]); // bundlers would bring along what `new URL` names, once more
  const worker = new Thread(file, { execArgv: [] }); // flags as --input-type are not for a file
  worker.on("message", heard);
  worker.on("messageerror", ended);
  worker.on("error", ended);
  worker.on("exit", () => ended(undefined));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    end: () => worker.terminate(),
  };
}
