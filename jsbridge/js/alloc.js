// Arrays in the module's own memory: what is done to them needs no copy.

import { describe, disposedError, lostError, rangeError, typeError } from "./errors.js";
import { bufferOf, disposable, Float32 } from "./intrinsics.js";

/** Arrays that nobody has a reference to any more are freed. */
const forgotten = typeof FinalizationRegistry === "function"
  ? new FinalizationRegistry((/** @type {() => void} */ free) => free())
  : undefined;

/** The longest, 1 GiB; see jsbridge/memory.go. */
const MOST = 1 << 28;

/**
 * An array of float32 on the module's own memory, from `posenc.alloc(length)`. Every method that takes a Float32Array
 * takes this, with no copy. `dispose()` gives the memory back.
 */
export class Allocation {
  #runtime;
  #generation;
  #block;
  /** @type {Float32Array | undefined} */
  #view;
  #disposed = false;

  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {unknown} length
   */
  constructor(runtime, length) {
    if (typeof length !== "number") throw typeError("length", "a number", length);
    if (!(length >= 0 && length <= MOST && length % 1 === 0)) {
      throw rangeError(`length: want an integer from 0 to ${MOST} (1 GiB), got ${describe(length)}`);
    }
    const block = runtime.alloc(length);
    if (block === undefined) {
      throw rangeError(`length: want one that keeps all arrays of alloc() within 2 GiB, got ${length}; dispose() some first`);
    }
    const generation = runtime.generation;
    this.#runtime = runtime;
    this.#block = block;
    this.#generation = generation;
    forgotten?.register(this, () => runtime.free(block, generation), this);
  }

  /** How many float32 there are. */
  get length() {
    return this.#block.length;
  }

  /**
   * The array: a view on the module's memory. Growing memory leaves older views empty, so read this again after a
   * call rather than keeping it; it is the same object for as long as it is good.
   * @returns {Float32Array<ArrayBuffer>}
   */
  get data() {
    this.block(this.#runtime);
    const buffer = this.#runtime.buffer;
    if (this.#view === undefined || bufferOf(this.#view) !== buffer) {
      this.#view = new Float32(buffer, this.#block.address, this.#block.length);
    }
    return /** @type {Float32Array<ArrayBuffer>} */ (this.#view);
  }

  /** Gives the memory back. Doing it twice is the same as once. */
  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#view = undefined;
    forgotten?.unregister(this);
    this.#runtime.free(this.#block, this.#generation);
  }

  /**
   * Where the array lives, for a call in this runtime.
   * @param {import("./runtime.js").Runtime} runtime
   * @returns {import("./runtime.js").Block}
   * @internal
   */
  block(runtime) {
    if (this.#disposed) throw disposedError("alloc()");
    if (this.#runtime !== runtime) throw typeError("x", "an array of the same load()", this);
    if (runtime.ensure() !== this.#generation) throw lostError("alloc()");
    return this.#block;
  }

  /**
   * Whether the value is an Allocation, whatever its prototype says.
   * @param {unknown} value
   * @returns {value is Allocation}
   * @internal
   */
  static is(value) {
    return typeof value === "object" && value !== null && #block in value;
  }
}
disposable(Allocation);
