/// <reference lib="esnext.disposable" preserve="true" />
// Work shared by many cores. A row's bits depend on its position alone, so a worker that gets some rows and their positions makes
// the same as this thread would. This side reads the options, has Go check the whole call, cuts it into parts for crew.js,
// and puts together what comes back.

import { apply, AT, checkAll, COS_SIN_AT, lengthOfSequence, locate, newArray, noBatch, part, readCall, ROTARY_AT, SHIFT_AT, wholeLength } from "./apply.js";
import { Crew, isAborted, reasonOf } from "./crew.js";
import { coreOf } from "./encoder.js";
import { describe, disposedError, rangeError, typeError, typeErrorMessage, wrongThis } from "./errors.js";
import { arrayIsArray, bufferOf, byteOffsetOf, Float32, Float64, freeze, Int32, isArrayBuffer, isUsable, lengthOf, setArray, withoutUndefined } from "./intrinsics.js";
import { boolean, keysOf, number, numbers, unknown } from "./options.js";
import { ADD, COS_SIN, FILL, ROTATE, SCORES_ADD, SHIFT, STAGING, SUBTRACT, UNROTATE } from "./runtime.js";
import { addTo, readScores, SCORES_AT } from "./scores.js";

/** @typedef {import("./alloc.js").Allocation} Allocation */
/** @typedef {import("./apply.js").At} At */
/** @typedef {import("./apply.js").RotaryAt} RotaryAt */
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

/** How many elements a part has: 4 MiB, and so more rows than an encoder keeps in memory, which would be no use to it. */
const PART = 2 ** 20 + 2 ** 14;
/** Work of fewer elements is done on this thread at once, in a millisecond or two: to send it would take as long. */
const SMALL = 2 ** 20;
/** The same of elements of rows that are slow to make: some twenty per microsecond. */
const SMALL_SLOW = 2 ** 15;
/**
 * An array that is not shared has to be copied by this thread to workers and back, in which time it would be done here if
 * there are as few slow elements to so many.
 */
const COPIES = 32;
/** As in apply.js. */
const TABLE_BYTES = 4 << 20;
/** Every so many elements of an array are looked at again at the end. */
const PROBE = 4096;
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
  watch.onProgress?.(1);
  throwAborted(watch);
  return work();
}

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

  /** @param {unknown} self @returns {Pool} */
  static #of(self) {
    if (typeof self !== "object" || self === null || !(#crew in self)) throw wrongThis("what pool() gave", self);
    return /** @type {Pool} */ (self);
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
    return Pool.#of(this).#workers;
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
    const self = Pool.#of(this);
    return self.#core(encoder).width === 0 ? self.#scores(encoder, x, at) : self.#rows(ADD, AT, encoder, x, at);
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
    return Pool.#of(this).#rows(SUBTRACT, AT, encoder, x, at);
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
    return Pool.#of(this).#rows(FILL, AT, encoder, x, at);
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
    return Pool.#of(this).#rows(ROTATE, ROTARY_AT, encoder, x, at);
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
    return Pool.#of(this).#rows(UNROTATE, ROTARY_AT, encoder, x, at);
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
    return Pool.#of(this).#rows(SHIFT, SHIFT_AT, encoder, x, at, delta);
  }

  /**
   * The rows of `length` positions, in a new array. What an encoder's encode() makes is this with `positions`.
   * @param {Rows | Fourier} encoder
   * @param {number} [length] may be left out where the encoder has an end: all rows
   * @param {Omit<At, "batch" | "allowShared"> & Watch & Shared} [at]
   * @returns {Promise<Float32Array>} [length, dim]
   */
  async table(encoder, length, at) {
    const self = Pool.#of(this);
    const watch = readWatch(at, TABLE_AT, WATCH_SHARED);
    const call = readCall(FILL, TABLE_AT, watch.rest);
    const core = self.#core(encoder);
    if (length === undefined && watch.rest === undefined) call.offset = 0 - (/** @type {any} */ (encoder).options.rowOffset ?? 0); // learned tables: all
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
    return self.#crew.run({
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
    }, watch);
  }

  /**
   * The cosines and sines of `length` positions, in new arrays.
   * @param {Rotates} encoder
   * @param {number} length
   * @param {Pick<RotaryAt, "offset" | "positions" | "sequenceLength"> & Watch & Shared} [at]
   * @returns {Promise<{ cos: Float32Array, sin: Float32Array }>} [length, rotaryDim/2] each
   */
  async cosSin(encoder, length, at) {
    const self = Pool.#of(this);
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
        const made = encoder.cosSin(rows, { offset: call.offset, positions: call.positions, sequenceLength: sequence });
        setArray(cos, made.cos);
        setArray(sin, made.sin);
        return { cos, sin };
      });
    }
    const tall = partLength(size, self.#workers, slow > 0) / core.rowLength | 0 || 1;
    return self.#crew.run({
      encoder,
      total: size,
      shared: watch.shared,
      chunks: (function* () {
        for (let row = 0; row < rows; row += tall) {
          const n = rows - row < tall ? rows - row : tall;
          const positions = positionsOf(core, call.positions, row, n);
          const [x, y] = watch.shared ? [part(cos, row * pairs, n * pairs), part(sin, row * pairs, n * pairs)] : [null, null];
          const offset = positions === undefined ? call.offset + row : undefined;
          yield { start: row * pairs, gap: 0, part: { what: "cosSin", call: { rows: n, offset, positions, sequence }, x, y, length: n * core.rowLength, gap: 0 } };
        }
      })(),
      take({ start }, x, y) {
        if (watch.shared) return;
        setArray(cos, x, start);
        setArray(sin, y, start);
      },
      commit: () => ({ cos, sin }),
    }, watch);
  }

  /**
   * Ends the workers. Work that is not done rejects. Doing it twice is the same as once.
   */
  dispose() {
    Pool.#of(this).#crew.close();
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
    return this.#inPlace(encoder, x, length, shared, cutRows(core, partLength(length, this.#workers, slow >= length / COPIES), length, call, x, !shared), watch);
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
    return this.#inPlace(encoder, scores, length, true, (function* () {
      for (let first = 0; first < length; first += most) {
        const n = length - first < most ? length - first : most;
        yield { start: first, gap: 0, part: { what: /** @type {const} */ ("scores"), call: { ...call, first, shared: true }, x: part(scores, first, n), y: null, length: n, gap: 0 } };
      }
    })(), watch);
  }

  /**
   * Work on an array of the caller's. On shared memory workers write it; otherwise it is written when all is there.
   * @param {any} encoder @param {any} x @param {number} length @param {boolean} shared
   * @param {Iterator<Chunk>} chunks @param {any} watch
   */
  #inPlace(encoder, x, length, shared, chunks, watch) {
    const probes = shared ? undefined : probe(x);
    const [buffer, offset] = [bufferOf(x), byteOffsetOf(x)];
    /** @type {{ chunk: Chunk, made: Float32Array }[]} */
    const results = [];
    return this.#crew.run({
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
        for (let i = 0; i < probes.length; i++) {
          if (probes[i] !== after[i]) throw typeErrorMessage("x: it was written to while the pool worked on it, so the pool has not written what it made");
        }
        for (let i = 0; i < results.length; i++) unpack(results[i].chunk, results[i].made, x);
        return x;
      },
    }, watch);
  }
}
withoutUndefined(Pool);

/**
 * @param {import("./runtime.js").Runtime} runtime
 * @param {WebAssembly.Module} module
 * @param {number | undefined} given how many workers
 */
export async function startPool(runtime, module, given) {
  const count = given ?? await cores();
  if (!(count >= 1 && count <= MOST_WORKERS && count % 1 === 0)) throw rangeError(`workers: want an integer from 1 to ${MOST_WORKERS}, got ${describe(count)}`);
  const crew = new Crew(module, count);
  const pool = new Pool(runtime, crew, await crew.open());
  forgotten?.register(pool, crew);
  return pool;
}

/** The workers of pools that nobody has a reference to any more end. */
const forgotten = typeof FinalizationRegistry === "function" ? new FinalizationRegistry((/** @type {Crew} */ crew) => crew.forget()) : undefined;

/** One less than there are cores, as this thread is busy too. */
async function cores() {
  let count = globalThis.navigator?.hardwareConcurrency;
  if (count === undefined) {
    const os = "node:os"; // of Node 20; in a variable so that no bundler looks for it
    try {
      count = (await import(/* @vite-ignore */ /* webpackIgnore: true */ os)).availableParallelism();
    } catch {
      count = 2;
    }
  }
  return count > 17 ? 16 : count > 2 ? count - 1 : 1;
}

/**
 * Go's word on the whole call.
 * @param {import("./encoder.js").Core} core @param {number} length @param {import("./apply.js").Call} call
 */
function checked(core, length, call) {
  try {
    checkAll(core, length, call);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("this:")) throw typeErrorMessage(`encoder${error.message.slice(4)}`);
    throw error;
  }
}

/**
 * How many elements of rows are slow to make: those of schemes that need more than a turn, and at listed positions which are no
 * whole numbers or lie further apart than the rows that an encoder keeps in memory.
 * @param {import("./encoder.js").Encoder<any>} encoder
 * @param {import("./encoder.js").Core} core
 * @param {number} rows how many have positions of their own where none are listed
 * @param {import("./apply.js").Call} call
 */
function slowElements(encoder, { rowLength, axes, points }, rows, { op, positions }) {
  if (op === SHIFT) return 0;
  const { precision, xpos, w } = /** @type {any} */ (encoder).options;
  let slow = points || precision === "float32" || xpos !== undefined || w !== undefined;
  if (positions === undefined) return slow ? rows * rowLength : 0;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < positions.length && !slow; i++) {
    const p = positions[i];
    if (p < least) least = p;
    if (p > most) most = p;
    slow = p % 1 !== 0 || (most - least) * rowLength * 4 > TABLE_BYTES;
  }
  return slow ? positions.length / axes * rowLength : 0;
}

/**
 * How long parts are: several for each worker.
 * @param {number} length @param {number} workers @param {boolean} slow
 */
function partLength(length, workers, slow) {
  const [least, most] = slow ? [SMALL_SLOW / 4, PART / 8] : [SMALL / 4, PART];
  const each = length / workers / 8;
  return each > most ? most : each < least ? least : each - (each % 1);
}

/**
 * Cuts an array into rows that stand side by side; where rows have to be made, into the same rows of several sequences
 * or heads, so that they are made once for all of these.
 * @param {import("./encoder.js").Core} core
 * @param {number} most how many elements a part has, about
 * @param {number} length
 * @param {import("./apply.js").Call} call
 * @param {Float32Array | Float32Array[]} x or arrays that parts of a new one may be made in
 * @param {boolean} copied whether parts are copies
 * @returns {Generator<Chunk, void>}
 */
function* cutRows(core, most, length, { op, batch, heads, order, offset, sequence, positions }, x, copied) {
  const { width, rowLength, axes } = core;
  let rows = length / width / batch / heads;
  if (sequence === 0 && op !== SHIFT) sequence = lengthOfSequence(offset, rows, positions);
  let parts = 1;
  let groups = order === 0 ? batch : batch * heads;
  const size = order === 0 ? heads * width : width;
  const abreast = order === 0 ? heads : 1;
  if (positions !== undefined && lengthOf(positions) !== rows * axes) { // a position for each row of all
    if (order === 0) {
      rows *= groups;
      groups = 1;
    } else {
      parts = batch;
      groups = heads;
    }
  }
  const inMemory = op === SHIFT || (positions === undefined && rows * rowLength * 4 <= TABLE_BYTES);
  let wide = 1;
  let tall = rows;
  if (rows * size <= most) {
    wide = atLeast1(most / (rows * size));
  } else {
    if (!inMemory) wide = atLeast1(most / (64 * size));
    if (wide > groups) wide = groups;
    tall = atLeast1(most / (wide * size));
    if (tall > 16) tall -= tall % 16;
  }
  for (let p = 0; p < parts; p++) {
    for (let row = 0; row < rows; row += tall) {
      const n = rows - row < tall ? rows - row : tall;
      for (let group = 0; group < groups; group += wide) {
        const g = groups - group < wide ? groups - group : wide;
        const start = ((p * groups + group) * rows + row) * size;
        const gap = g === 1 || n === rows ? 0 : rows * size;
        /** @type {Chunk} */
        const chunk = {
          start,
          gap,
          part: {
            what: "rows",
            call: {
              op, batch: g, heads: abreast, order: 0, sequence, shared: !copied && !arrayIsArray(x),
              offset: op === SHIFT ? offset : positions === undefined ? offset + row : 0, positions: positionsOf(core, positions, p * rows + row, n),
            },
            x: null, y: null, length: g * n * size, gap: copied ? 0 : gap,
          },
        };
        if (arrayIsArray(x)) chunk.part.x = x.length > 0 && lengthOf(x[x.length - 1]) === chunk.part.length ? x.pop() ?? null : null;
        else if (!copied) chunk.part.x = part(x, start, gap === 0 ? g * n * size : (g - 1) * gap + n * size);
        else if (op !== FILL) chunk.part.x = pack(chunk, x);
        yield chunk;
      }
    }
  }
}

/** @param {number} v */
function atLeast1(v) {
  return v < 1 ? 1 : v - (v % 1);
}

/**
 * The positions of some rows, in an array of their own; see sendPositions in apply.js.
 * @param {import("./encoder.js").Core} core
 * @param {Float64Array | undefined} positions @param {number} row @param {number} rows
 */
function positionsOf({ axes, points }, positions, row, rows) {
  if (positions === undefined) return undefined;
  const out = new Float64(rows * axes);
  const runs = points ? 1 : axes;
  const each = rows * axes / runs;
  const stride = lengthOf(positions) / runs;
  for (let a = 0; a < runs; a++) setArray(out, positions.subarray(a * stride + row * (points ? axes : 1)).subarray(0, each), a * each);
  return out;
}

/**
 * A copy of a part, without gaps. x is whole as long as nobody detaches it, which commit() finds out.
 * @param {Chunk} chunk @param {Float32Array} x
 */
function pack({ start, gap, part: { length, call: { batch } } }, x) {
  const out = new Float32(length);
  if (lengthOf(x) === 0) throw typeErrorMessage("x: its buffer was detached or resized while the pool worked on it");
  const each = gap === 0 ? length : length / batch;
  for (let i = 0; i * each < length; i++) setArray(out, part(x, start + i * gap, each), i * each);
  return out;
}

/** The way back. @param {Chunk} chunk @param {Float32Array} made @param {Float32Array} x */
function unpack({ start, gap, part: { length, call: { batch } } }, made, x) {
  const each = gap === 0 ? length : length / batch;
  for (let i = 0; i * each < length; i++) setArray(part(x, start + i * gap, each), part(made, i * each, each));
}

/** The bits of some elements, to tell whether they were changed. @param {any} x */
function probe(x) {
  const bits = new Int32(bufferOf(x), byteOffsetOf(x), lengthOf(x));
  const out = new Int32((bits.length + PROBE - 1) / PROBE + 1);
  for (let i = 0, at = 0; at < bits.length; at += PROBE) out[i++] = bits[at];
  out[out.length - 1] = bits[bits.length - 1];
  return out;
}

/**
 * @param {number} rows @param {number} width
 * @returns {Float32Array}
 */
function newShared(rows, width) {
  if (typeof SharedArrayBuffer !== "function") throw typeErrorMessage("shared: want none here, as there is no SharedArrayBuffer: a page has it when it is cross-origin isolated");
  try {
    return new Float32(new SharedArrayBuffer(rows * width * 4));
  } catch {
    throw rangeError(`length: want one whose table this engine can hold, got ${rows} rows of ${width}`);
  }
}
