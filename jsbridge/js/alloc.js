/// <reference lib="esnext.disposable" preserve="true" />
// Arrays in the module's own memory: what is done to them needs no copy. Only dispose() frees them. A finalizer could not
// know whether a view of `data`, or a subarray of it, is still in somebody's hands after the Allocation is not.

import { describe, disposedError, lostError, rangeError, typeError, wrongThis } from "./errors.js";
import { bufferOf, Float32, withoutUndefined } from "./intrinsics.js";

/** The longest, 1 GiB; see jsbridge/memory.go. */
const MOST = 1 << 28;

/**
 * Whether the value is an Allocation, whatever its prototype says.
 * @type {(value: unknown) => value is Allocation}
 */
let isAllocation;
/**
 * Where an allocation lives, for a call in this runtime.
 * @type {(name: string, allocation: Allocation, runtime: import("./runtime.js").Runtime) => import("./runtime.js").Block}
 */
let blockOf;
export { blockOf, isAllocation };

/**
 * An array of float32 on the module's own memory, from `posenc.alloc(length)`. Every method that takes a Float32Array
 * takes this, with no copy. Only `dispose()` gives the memory back.
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
    const block = runtime.alloc(length + 0); // -0 becomes 0
    if (block === undefined) {
      throw rangeError(`length: want one that keeps all arrays of alloc() within 2 GiB, got ${length}; dispose() some first`);
    }
    this.#runtime = runtime;
    this.#block = block;
    this.#generation = runtime.generation;
  }

  /** How many float32 there are. */
  get length() {
    check(this);
    return this.#block.length;
  }

  /**
   * The array: a view on the module's memory. Growing memory leaves older views empty, so read this again after a
   * call rather than keeping it; it is the same object for as long as it is good.
   * @returns {Float32Array<ArrayBuffer>}
   */
  get data() {
    check(this);
    blockOf("this", this, this.#runtime);
    const buffer = this.#runtime.buffer;
    if (this.#view === undefined || bufferOf(this.#view) !== buffer) {
      this.#view = new Float32(buffer, this.#block.address, this.#block.length);
    }
    return /** @type {Float32Array<ArrayBuffer>} */ (this.#view);
  }

  /** Gives the memory back; views of `data` must not be used after it. Doing it twice is the same as once. */
  dispose() {
    check(this);
    if (this.#disposed) return;
    this.#disposed = true;
    this.#view = undefined;
    this.#runtime.free(this.#block, this.#generation);
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose]() {
    this.dispose();
  }

  static {
    isAllocation = /** @type {typeof isAllocation} */ ((value) => typeof value === "object" && value !== null && #block in value);
    blockOf = (name, allocation, runtime) => {
      if (allocation.#disposed) throw disposedError("alloc()");
      if (allocation.#runtime !== runtime) throw typeError(name, "an array of the same load()", allocation);
      if (runtime.ensure() !== allocation.#generation) throw lostError("alloc()");
      return allocation.#block;
    };
  }
}
withoutUndefined(Allocation);

/** @param {unknown} self */
function check(self) {
  if (!isAllocation(self)) throw wrongThis("an array of alloc()", self);
}
