// The workers of a pool and the jobs that they share. A job is cut into parts of some MiB; a worker has two of them at a time, the
// second so that it need not wait for this thread; and the jobs take turns.

import { disposedError, internalError, loadError, rangeError, typeErrorMessage } from "./errors.js";
import { recipeOf } from "./encoder.js";
import { bufferOf } from "./intrinsics.js";

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
 * @property {Iterator<Chunk>} chunks
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
 * @property {() => void} abort
 * @property {number} flying how many parts are with workers
 * @property {number} sent of its elements, or as many as other jobs had been given when it came
 * @property {number} done
 * @property {number} told when onProgress was called last
 * @property {boolean} over
 * @property {unknown} failure
 */
/** @typedef {{ post: (message: any, transfer: ArrayBufferLike[]) => void, hold: (on: boolean) => void, end: () => void }} Port */
/** @typedef {{ port: Port | undefined, ready: boolean, gone: boolean, flying: Map<number, { job: Job, chunk: Chunk }>, known: Set<number> }} Hand */

/** How many parts a worker has at a time. */
const DEEP = 2;
/** Milliseconds between two calls of onProgress. */
const PAUSE = 50;

// As in intrinsics.js; an object with an AbortSignal's prototype is none.
const call = Function.prototype.call;
const Signal = typeof AbortSignal === "function" ? AbortSignal.prototype : undefined;
/** @param {PropertyKey} key */
const getter = (key) => /** @type {(signal: any) => any} */ (call.bind(/** @type {any} */ (Signal && Object.getOwnPropertyDescriptor(Signal, key)?.get)));
/** Throws for what is no AbortSignal. @type {(signal: any) => boolean} */
export const isAborted = getter("aborted");
/** @type {(signal: any) => unknown} */
export const reasonOf = getter("reason");
const listen = /** @type {(target: any, type: string, listener: () => void) => void} */ (call.bind(EventTarget.prototype.addEventListener));
const unlisten = /** @type {(target: any, type: string, listener: () => void) => void} */ (call.bind(EventTarget.prototype.removeEventListener));
const now = Date.now;

/**
 * Where answers of workers come before timers for as long as there are any (Deno, Bun), a pause every so many milliseconds
 * lets those run, of which one may be to abort. Pages take turns by themselves, and hold timers up.
 */
const BREATH = 20;
const breathless = typeof /** @type {any} */ (globalThis).setImmediate === "function";

export class Crew {
  #module;
  #count;
  /** @type {Set<Hand>} */
  #hands = new Set();
  /** @type {Set<Job>} */
  #jobs = new Set();
  /** @type {Job[]} those with parts to send */
  #queue = [];
  #over = false;
  #forgotten = false;
  #breath = 0;
  #resting = false;
  #keys = 0;
  #ids = 0;
  /** @type {WeakMap<object, number>} */
  #idOf = new WeakMap();
  /** @type {Map<number, WeakRef<any>>} */
  #encoders = new Map();

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
    return this.#count = started;
  }

  /** @returns {Promise<unknown>} why it does not start, or undefined */
  #hire() {
    /** @type {Hand} */
    const hand = { port: undefined, ready: false, gone: false, flying: new Map(), known: new Set() };
    this.#hands.add(hand);
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
      const { encoder } = task;
      let id = this.#idOf.get(encoder);
      if (id === undefined) {
        this.#idOf.set(encoder, id = ++this.#ids);
        this.#encoders.set(id, new WeakRef(encoder));
      }
      /** @type {Job} */
      const job = {
        task, id, recipe: recipeOf(encoder), watching, resolve, reject, abort: () => this.#fail(job, reasonOf(watching.signal)),
        flying: 0, sent: this.#next()?.sent ?? 0, done: 0, told: now(), over: false, failure: undefined,
      };
      if (watching.signal !== undefined) listen(watching.signal, "abort", job.abort);
      if (this.#jobs.size === 0) this.#breath = now();
      this.#jobs.add(job);
      this.#queue.push(job);
      this.#recruit();
      this.#pump();
    });
  }

  /** Puts others in the place of workers that have died. */
  #recruit() {
    for (let missing = this.#count - this.#hands.size; missing > 0; missing--) this.#hire();
  }

  /** Gives workers what they can do, those with the least first. */
  #pump() {
    if (breathless && !this.#resting && now() - this.#breath > BREATH && this.#queue.length > 0) {
      this.#resting = true;
      setTimeout(() => {
        this.#resting = false;
        this.#breath = now();
        this.#pump();
      });
    }
    if (this.#resting) return;
    for (let deep = 0; deep < DEEP; deep++) {
      for (const hand of this.#hands) {
        if (hand.ready && hand.flying.size === deep && !this.#send(hand)) return;
      }
    }
  }

  /** The job whose turn it is: that which had the least. */
  #next() {
    let next = this.#queue[0];
    for (const job of this.#queue) if (job.sent < next.sent) next = job;
    return next;
  }

  /** @param {Job} job who has no parts to send any more */
  #leave(job) {
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  /** @param {Hand} hand @returns {boolean} whether there was something to send */
  #send(hand) {
    for (;;) {
      const job = this.#next();
      if (job === undefined) return false;
      try {
        const { done, value: chunk } = job.task.chunks.next();
        if (done) {
          this.#leave(job);
          continue;
        }
        const key = ++this.#keys;
        const { x, y } = chunk.part;
        /** @type {Part} */
        const part = { ...chunk.part, key, encoder: job.id, recipe: hand.known.has(job.id) ? null : job.recipe };
        /** @type {Port} */ (hand.port).post(part, !x || job.task.shared ? [] : y ? [bufferOf(x), bufferOf(y)] : [bufferOf(x)]);
        chunk.part.x = chunk.part.y = null;
        hand.known.add(job.id);
        hand.flying.set(key, { job, chunk });
        if (hand.flying.size === 1) hand.port?.hold(true);
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
    const flight = hand.flying.get(key);
    if (flight === undefined) return;
    hand.flying.delete(key);
    const { job, chunk } = flight;
    job.flying--;
    this.#pump(); // before this thread is busy with what came
    if (hand.flying.size === 0) {
      hand.port?.hold(false);
      if (this.#over) this.#end(hand);
    }
    if (error !== null) {
      hand.known.delete(job.id); // it may not have been made
      this.#fail(job, error.code === "ERR_POSENC_RANGE" ? rangeError(error.message) : internalError(`a worker of the pool failed: ${error.message}`));
    }
    if (job.over) return this.#settle(job);
    job.task.take(chunk, x, y);
    job.done += chunk.part.length;
    const last = job.done === job.task.total;
    if (job.watching.onProgress !== undefined) {
      const time = now();
      if (last || time - job.told >= PAUSE) {
        job.told = time;
        try {
          job.watching.onProgress(last ? 1 : job.done / job.task.total);
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
    this.#hands.delete(hand);
    for (const { job } of hand.flying.values()) {
      job.flying--;
      this.#fail(job, internalError("a worker of the pool died", why));
      this.#settle(job);
    }
    hand.flying.clear();
    if (this.#jobs.size === 0) return;
    if (hand.ready) this.#recruit();
    else if (this.#hands.size === 0) for (const job of this.#jobs) this.#fail(job, noWorker(why));
  }

  /** @param {Job} job @param {unknown} error */
  #fail(job, error) {
    if (job.over) return;
    job.failure = error;
    this.#leave(job);
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
    this.#jobs.delete(job);
    if (job.watching.signal !== undefined) unlisten(job.watching.signal, "abort", job.abort);
    for (const [id, ref] of this.#encoders) { // let workers go of what nobody has any more
      const encoder = ref.deref();
      try {
        if (encoder !== undefined) recipeOf(encoder);
        if (encoder !== undefined) continue;
      } catch {
        // disposed
      }
      let used = false;
      for (const other of this.#jobs) used ||= other.id === id;
      if (used) continue;
      this.#encoders.delete(id);
      for (const hand of this.#hands) if (hand.known.delete(id)) hand.port?.post({ key: 0, module: null, forget: id }, []);
    }
    if (this.#forgotten) this.forget();
  }

  /** Nobody has the pool any more: its workers end when their work does. */
  forget() {
    this.#forgotten = true;
    if (this.#jobs.size === 0) this.close();
  }

  /** Ends the workers and what they are at. */
  close() {
    if (this.#over) return;
    this.#over = true;
    this.#count = 0;
    for (const job of this.#jobs) this.#fail(job, disposedError("pool()"));
    for (const hand of this.#hands) {
      let writing = false;
      for (const { job } of hand.flying.values()) writing ||= job.task.shared;
      if (!writing) this.#end(hand); // the others when they are done, so that no row is left half written
    }
  }

  /** @param {Hand} hand */
  #end(hand) {
    hand.gone = true;
    this.#hands.delete(hand);
    hand.port?.end();
  }
}

/** @param {unknown} cause */
function noWorker(cause) {
  return loadError("worker.js: no worker of the pool started. Is worker.js served beside posenc's other files, from the page's own "
    + "origin, and does the page's Content-Security-Policy (worker-src) allow it?", cause);
}

/** What keeps a part from being sent. @param {any} error */
function sendError(error) {
  if (error?.name === "DataCloneError") {
    return typeErrorMessage("x: want an array that may be shared with workers, which takes a page that is cross-origin isolated");
  }
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
  const threads = "node:worker_threads"; // this and the next in variables, so that no bundler looks for them
  const here = import.meta.url;
  const { Worker: Thread } = await import(/* @vite-ignore */ /* webpackIgnore: true */ threads);
  const worker = new Thread(new URL("./worker.js", here), { execArgv: [] }); // flags as --input-type are not for a file
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
