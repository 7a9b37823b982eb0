/// <reference lib="esnext.disposable" preserve="true" />
// Work shared by many cores. A row's bits depend on its position alone, so a worker that gets some rows and their positions makes
// the same as this thread would. This side reads the options, has Go check the whole call, cuts it into parts for crew.js,
// and puts together what comes back.

import { apply, checkAll, lengthOfSequence, newArray, part, wholeLength } from "./apply.js";
import { AT, COS_SIN_AT, noBatch, readCall, ROTARY_AT, SHIFT_AT } from "./call.js";
import { locate } from "./place.js";
import { Crew } from "./crew.js";
import { coreOf } from "./encoder.js";
import { describe, disposedError, rangeError, typeError, typeErrorMessage, wrongThis } from "./errors.js";
import {
  bufferOf,
  byteOffsetOf,
  freeze,
  isAborted,
  isArrayBuffer,
  isUsable,
  lengthOf,
  reasonOf,
  setArray,
  withoutUndefined,
} from "./intrinsics.js";
import { nodeModule } from "./load.js";
import { partsOf } from "./loaded.js";
import { boolean, keysOf, number, numbers, unknown } from "./options.js";
import { cutRows, newShared, ownOptions, partLength, positionsOf, probe, SMALL, SMALL_SLOW, slowElements, unpack } from "./parts.js";
import { ADD, COS_SIN, FILL, ROTATE, SCORES_ADD, SHIFT, STAGING, SUBTRACT, UNROTATE } from "./runtime.js";
import { cosSin } from "./rotary.js";
import { addTo, readScores, SCORES_AT } from "./scores.js";

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./call.js").At} At */
/** @typedef {import("./call.js").RotaryAt} RotaryAt */
/** @typedef {import("./crew.js").Chunk} Chunk */
/** @typedef {import("./fourier.js").Fourier} Fourier */
/** @typedef {import("./rows.js").Rows<any>} Rows */
/** @typedef {import("./rotary.js").Rotates<any>} Rotates */
/** @typedef {import("./rotary.js").Rotary} Rotary */
/** @typedef {import("./scores.js").Scores<any>} Scores */
/** @typedef {import("./scores.js").ScoresAt} ScoresAt */

/**
 * What every method of a pool takes beside the options of the encoder's own.
 * @typedef {object} Watch
 * @property {(fraction: number) => void} [onProgress] is told how much is done, 0 to 1, some 20 times a second at most, and 1 last,
 *   before an array is written to. What it throws ends the work and rejects the promise
 * @property {AbortSignal} [signal] ends the work: the promise rejects with its reason
 */
/**
 * @typedef {object} Shared
 * @property {boolean} [shared] whether what is made is on a SharedArrayBuffer, which workers fill in place; false
 */

/**
 * An array that is not shared has to be copied by this thread to workers and back, in which time it would be done here if
 * there are as few slow elements to so many.
 */
const COPIES = 32;
const MOST_WORKERS = 64;

/** @type {import("./options.js").Spec} */
const WATCH = /** @type {any} */ ({
  __proto__: null,
  onProgress(/** @type {string} */ name, /** @type {unknown} */ value) {
    if (typeof value !== "function") throw typeError(name, "a function", value);
    return value;
  },
  signal(/** @type {string} */ name, /** @type {unknown} */ value) {
    try {
      isAborted(value);
    } catch {
      throw typeError(name, "an AbortSignal", value);
    }
    return value;
  },
});
/** @type {import("./options.js").Spec} */
const WATCH_SHARED = /** @type {any} */ ({ ...WATCH, __proto__: null, shared: boolean });
/** @type {import("./options.js").Spec} */
const TABLE_AT = /** @type {any} */ ({ __proto__: null, offset: number, positions: numbers, batch: noBatch });

/**
 * Takes the options of a pool's own out of those of a call.
 * @param {unknown} at
 * @param {import("./options.js").Spec} spec of the call
 * @param {import("./options.js").Spec} [own]
 * @returns {{ rest: any, onProgress: any, signal: any, shared: boolean }}
 */
function readWatch(at, spec, own = WATCH) {
  /** @type {any} */
  const watch = { __proto__: null, rest: undefined, onProgress: undefined, signal: undefined, shared: false };
  if (at === undefined) return watch;
  /** @type {any} */
  const rest = { __proto__: null };
  const keys = keysOf("at", at);
  for (let i = 0; i < keys.length; i++) {
    const name = keys[i];
    if (spec[name] === undefined && own[name] === undefined) unknown("at", /** @type {any} */ ({ ...spec, ...own, __proto__: null }), name);
    const value = /** @type {any} */ (at)[name];
    if (value === undefined) continue;
    if (own[name] === undefined) (watch.rest = rest)[name] = value;
    else watch[name] = own[name](name, value);
  }
  return watch;
}

/** Rejects work that is aborted before it begins. @param {{ signal: any }} watch */
function throwAborted({ signal }) {
  if (signal !== undefined && isAborted(signal)) throw reasonOf(signal);
}

/**
 * Work that is too small for workers, or cannot be sent to them.
 * @template T
 * @param {{ signal: any, onProgress: any }} watch
 * @param {() => T} work
 * @returns {T}
 */
function here(watch, work) {
  const { onProgress } = watch;
  onProgress?.(1);
  throwAborted(watch);
  return work();
}

/** @type {(self: unknown) => Pool} */
let poolOf;

/** Workers that share long work, from `await posenc.pool()`. */
export class Pool {
  #runtime;
  #crew;
  #workers;

  /** @param {import("./runtime.js").Runtime} runtime @param {Crew} crew @param {number} workers */
  constructor(runtime, crew, workers) {
    this.#runtime = runtime;
    this.#crew = crew;
    this.#workers = workers;
    freeze(this);
  }

  static {
    poolOf = (self) => {
      if (typeof self !== "object" || self === null || !(#crew in self)) throw wrongThis("what pool() gave", self);
      return /** @type {Pool} */ (self);
    };
  }

  /**
   * What there is of an encoder, when the pool can have it.
   * @param {import("./encoder.js").Encoder<any>} encoder
   */
  #core(encoder) {
    if (this.#crew.over) throw disposedError("pool()");
    let core;
    try {
      core = coreOf(encoder);
    } catch (error) {
      if (error instanceof TypeError) throw typeError("encoder", "an encoder", encoder);
      throw error;
    }
    if (core.runtime !== this.#runtime) throw typeErrorMessage("encoder: want one of the same load() as the pool, got one of another");
    return core;
  }

  /** How many workers there are. */
  get workers() {
    return poolOf(this).#workers;
  }

  /**
   * x = x·inputScale + PE in place, or scores = scores + bias.
   * @overload
   * @param {Rows} encoder
   * @param {T} x [batch, seq, dim]
   * @param {At & Watch} [at]
   * @returns {Promise<T>} x
   * @template {Float32Array | Allocation} T
   */
  /**
   * @overload
   * @param {Scores} encoder
   * @param {T} x [batch, heads, queryLength, keyLength]
   * @param {ScoresAt & Watch} at
   * @returns {Promise<T>} x
   * @template {Float32Array | Allocation} T
   */
  /**
   * @param {any} encoder
   * @param {any} x
   * @param {any} [at]
   */
  async add(encoder, x, at) {
    const self = poolOf(this);
    return await (self.#core(encoder).width === 0 ? self.#scores(encoder, x, at) : self.#rows(ADD, AT, encoder, x, at));
  }

  /**
   * x = (x - PE) / inputScale, in place.
   * @template {Float32Array | Allocation} T
   * @param {Rows} encoder
   * @param {T} x [batch, seq, dim]
   * @param {At & Watch} [at]
   * @returns {Promise<T>} x
   */
  async subtract(encoder, x, at) {
    return await poolOf(this).#rows(SUBTRACT, AT, encoder, x, at);
  }

  /**
   * x = PE.
   * @template {Float32Array | Allocation} T
   * @param {Rows | Fourier} encoder
   * @param {T} x [batch, seq, dim]
   * @param {At & Watch} [at] `positions` are the points of a Fourier encoder
   * @returns {Promise<T>} x
   */
  async fill(encoder, x, at) {
    return await poolOf(this).#rows(FILL, AT, encoder, x, at);
  }

  /**
   * Turns queries or keys by their positions, in place.
   * @template {Float32Array | Allocation} T
   * @param {Rotates} encoder
   * @param {T} x [batch, seq, heads, headDim], or as `order` says
   * @param {RotaryAt & Watch} [at]
   * @returns {Promise<T>} x
   */
  async rotate(encoder, x, at) {
    return await poolOf(this).#rows(ROTATE, ROTARY_AT, encoder, x, at);
  }

  /**
   * Turns them back.
   * @template {Float32Array | Allocation} T
   * @param {Rotates} encoder
   * @param {T} x [batch, seq, heads, headDim], or as `order` says
   * @param {RotaryAt & Watch} [at]
   * @returns {Promise<T>} x
   */
  async unrotate(encoder, x, at) {
    return await poolOf(this).#rows(UNROTATE, ROTARY_AT, encoder, x, at);
  }

  /**
   * Turns cached keys as if they stood `delta` positions later, in place.
   * @template {Float32Array | Allocation} T
   * @param {Rotary} encoder
   * @param {T} x keys that were rotated
   * @param {number} delta any number within ±2^53
   * @param {Pick<RotaryAt, "batch" | "heads" | "order" | "sequenceLength" | "allowShared"> & Watch} [at]
   * @returns {Promise<T>} x
   */
  async shift(encoder, x, delta, at) {
    if (typeof delta !== "number") throw typeError("delta", "a number", delta);
    return await poolOf(this).#rows(SHIFT, SHIFT_AT, encoder, x, at, delta);
  }

  /**
   * The rows of `length` positions, in a new array. What an encoder's encode() makes is this with `positions`.
   * @param {Rows | Fourier} encoder
   * @param {number} [length] may be left out where the encoder has an end: all rows
   * @param {Omit<At, "batch" | "allowShared"> & Watch & Shared} [at]
   * @returns {Promise<Float32Array>} [length, dim]
   */
  async table(encoder, length, at) {
    const self = poolOf(this);
    const watch = readWatch(at, TABLE_AT, WATCH_SHARED);
    const call = readCall(FILL, TABLE_AT, watch.rest);
    const core = self.#core(encoder);
    if (length === undefined && watch.rest === undefined) call.offset = 0 - (ownOptions(encoder).rowOffset ?? 0); // learned tables: all
    const rows = wholeLength(length === undefined && core.length > 0 ? core.length : length);
    const size = rows * core.width;
    checked(core, size, call);
    throwAborted(watch);
    call.shared = watch.shared;
    const out = watch.shared ? newShared(rows, core.width) : newArray(rows, core.width);
    const slow = slowElements(encoder, core, rows, call);
    if (size < SMALL && slow < SMALL_SLOW) return here(watch, () => apply(encoder, out, call));
    /** @type {Float32Array[]} what came back, to be filled again: to get memory from the system takes as long as to fill it */
    const spare = [];
    return await self.#crew.run(
      {
        encoder,
        total: size,
        shared: watch.shared,
        chunks: cutRows(core, partLength(size, self.#workers, slow > 0), size, call, watch.shared ? out : spare, false),
        take(chunk, x) {
          if (watch.shared) return;
          unpack(chunk, x, out);
          spare[spare.length] = x;
        },
        commit: () => out,
      },
      watch,
    );
  }

  /**
   * The cosines and sines of `length` positions, in new arrays.
   * @param {Rotates} encoder
   * @param {number} length
   * @param {Pick<RotaryAt, "offset" | "positions" | "sequenceLength"> & Watch & Shared} [at]
   * @returns {Promise<{ cos: Float32Array, sin: Float32Array }>} [length, rotaryDim/2] each
   */
  async cosSin(encoder, length, at) {
    const self = poolOf(this);
    const watch = readWatch(at, COS_SIN_AT, WATCH_SHARED);
    const rows = wholeLength(length);
    const call = readCall(COS_SIN, COS_SIN_AT, watch.rest);
    const core = self.#core(encoder);
    checked(core, rows * core.width, call);
    throwAborted(watch);
    const pairs = core.rowLength / 2;
    const make = watch.shared ? newShared : newArray;
    const cos = make(rows, pairs);
    const sin = make(rows, pairs);
    const sequence = call.sequence === 0 ? lengthOfSequence(call.offset, rows, call.positions) : call.sequence;
    const size = rows * core.rowLength;
    const slow = slowElements(encoder, core, rows, call);
    if (size < SMALL && slow < SMALL_SLOW) {
      return here(watch, () => {
        const made = cosSin(encoder, rows, call);
        setArray(cos, made.cos);
        setArray(sin, made.sin);
        return { cos, sin };
      });
    }
    const tall = (partLength(size, self.#workers, slow > 0) / core.rowLength) | 0 || 1;
    return await self.#crew.run(
      {
        encoder,
        total: size,
        shared: watch.shared,
        chunks: (function* () {
          for (let row = 0; row < rows; row += tall) {
            const n = rows - row < tall ? rows - row : tall;
            const positions = positionsOf(core, call.positions, row, n);
            const x = watch.shared ? part(cos, row * pairs, n * pairs) : null;
            const y = watch.shared ? part(sin, row * pairs, n * pairs) : null;
            const offset = positions === undefined ? call.offset + row : undefined;
            yield {
              start: row * pairs,
              gap: 0,
              part: { what: "cosSin", call: { rows: n, offset, positions, sequence }, x, y, length: n * core.rowLength, gap: 0 },
            };
          }
        })(),
        take({ start }, x, y) {
          if (watch.shared) return;
          setArray(cos, x, start);
          setArray(sin, y, start);
        },
        commit: () => ({ cos, sin }),
      },
      watch,
    );
  }

  /**
   * Ends the workers. Work that is not done rejects. Doing it twice is the same as once.
   */
  dispose() {
    poolOf(this).#crew.close();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose]() {
    this.dispose();
  }

  /**
   * An operation on the rows of an array.
   * @param {number} op @param {import("./options.js").Spec} spec
   * @param {any} encoder @param {any} x @param {unknown} at @param {number} [delta]
   * @returns {any}
   */
  #rows(op, spec, encoder, x, at, delta) {
    const watch = readWatch(at, spec);
    const call = readCall(op, spec, watch.rest);
    if (delta !== undefined) call.offset = delta;
    const core = this.#core(encoder);
    const { array, length } = locate("x", x, call.shared, core.runtime);
    checked(core, length, call);
    throwAborted(watch);
    const shared = array === STAGING && !isArrayBuffer(bufferOf(x));
    const slow = slowElements(encoder, core, length / core.width / call.heads / call.batch, call);
    const pays = shared ? length >= SMALL || slow >= SMALL_SLOW : slow >= SMALL_SLOW && slow >= length / COPIES;
    if (array !== STAGING || !pays) return here(watch, () => apply(encoder, x, call));
    return this.#inPlace(
      encoder,
      x,
      length,
      shared,
      cutRows(core, partLength(length, this.#workers, slow >= length / COPIES), length, call, x, !shared),
      watch,
    );
  }

  /**
   * A bias on scores.
   * @param {any} encoder @param {any} scores @param {unknown} at
   * @returns {any}
   */
  #scores(encoder, scores, at) {
    const watch = readWatch(at, SCORES_AT);
    const call = readScores(watch.rest ?? {});
    const { runtime, handle } = this.#core(encoder);
    const { batch, queryLength, keyLength, offset } = call;
    const { array, length } = locate("scores", scores, call.shared, runtime);
    runtime.call("posenc_check_scores", handle, SCORES_ADD, length, batch, queryLength, keyLength, offset);
    throwAborted(watch);
    if (array !== STAGING || length < SMALL || isArrayBuffer(bufferOf(scores))) return here(watch, () => addTo(encoder, scores, call));
    const most = partLength(length, this.#workers, false);
    return this.#inPlace(
      encoder,
      scores,
      length,
      true,
      (function* () {
        for (let first = 0; first < length; first += most) {
          const n = length - first < most ? length - first : most;
          yield {
            start: first,
            gap: 0,
            part: {
              what: /** @type {const} */ ("scores"),
              call: { ...call, first, shared: true },
              x: part(scores, first, n),
              y: null,
              length: n,
              gap: 0,
            },
          };
        }
      })(),
      watch,
    );
  }

  /**
   * Work on an array of the caller's. On shared memory workers write it; otherwise it is written when all is there.
   * @param {any} encoder @param {any} x @param {number} length @param {boolean} shared
   * @param {Generator<Chunk, void>} chunks @param {any} watch
   */
  #inPlace(encoder, x, length, shared, chunks, watch) {
    const probes = shared ? undefined : probe(x);
    const buffer = bufferOf(x);
    const offset = byteOffsetOf(x);
    /** @type {{ chunk: Chunk, made: Float32Array }[]} */
    const results = [];
    return this.#crew.run(
      {
        encoder,
        chunks,
        total: length,
        shared,
        take(chunk, made) {
          if (!shared) results[results.length] = { chunk, made };
        },
        commit() {
          if (probes === undefined) return x;
          if (!isUsable(x) || bufferOf(x) !== buffer || byteOffsetOf(x) !== offset || lengthOf(x) !== length) {
            throw typeErrorMessage("x: its buffer was detached or resized while the pool worked on it");
          }
          const after = probe(x);
          for (let i = 0; i < lengthOf(probes); i++) {
            if (probes[i] !== after[i])
              throw typeErrorMessage("x: it was written to while the pool worked on it, so the pool has not written what it made");
          }
          for (let i = 0; i < results.length; i++) unpack(results[i].chunk, results[i].made, x);
          return x;
        },
      },
      watch,
    );
  }
}
withoutUndefined(Pool);

/**
 * @param {import("./loaded.js").Loaded} posenc
 * @param {number | undefined} given how many workers
 */
export async function startPool(posenc, given) {
  const { runtime, module } = partsOf(posenc);
  const count = given ?? (await cores());
  if (!(count >= 1 && count <= MOST_WORKERS && count % 1 === 0))
    throw rangeError(`workers: want an integer from 1 to ${MOST_WORKERS}, got ${describe(count)}`);
  const crew = new Crew(module, count);
  const pool = new Pool(runtime, crew, await crew.open());
  forgotten?.register(pool, crew);
  return pool;
}

/** The workers of pools that nobody has a reference to any more end. */
const forgotten =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry((/** @type {Crew} */ crew) => crew.forget()) : undefined;

/** One less than there are cores, as this thread is busy too. */
async function cores() {
  let count;
  try {
    count = globalThis.navigator?.hardwareConcurrency;
  } catch {
    // a page's own
  }
  if (count === undefined) {
    try {
      count = (await nodeModule("os")).availableParallelism(); // Node 20
    } catch {
      count = 2;
    }
  }
  return count > 17 ? 16 : count > 2 ? count - 1 : 1;
}

/**
 * Go's word on the whole call.
 * @param {import("./encoder.js").Core} core @param {number} length @param {import("./call.js").Call} call
 */
function checked(core, length, call) {
  if (call.op === FILL && core.points && call.positions === undefined) throw typeError("positions", "the encoder's points", undefined);
  try {
    checkAll(core, length, call);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("this:")) throw typeErrorMessage(`encoder${error.message.slice(4)}`);
    throw error;
  }
}
