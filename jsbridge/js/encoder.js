// What every encoder has: its options, its handle in Go, and an end.

import { disposedError } from "./errors.js";
import { disposable, freeze } from "./intrinsics.js";

/** Encoders that nobody has a reference to any more are let go of. */
const forgotten = typeof FinalizationRegistry === "function"
  ? new FinalizationRegistry((/** @type {() => void} */ release) => release())
  : undefined;

/**
 * @template {object} Options
 */
export class Encoder {
  /** Which instance it belongs to. @internal */
  runtime;
  #scheme;
  #snapshot;
  #bound;
  #disposed = false;

  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {string} scheme its name in jsbridge/*.go
   * @param {object} snapshot its options, for Go; kept, to make it again should the instance die
   * @param {(filledIn: any) => Options} publish from Go's answer to what `options` shows
   */
  constructor(runtime, scheme, snapshot, publish) {
    this.runtime = runtime;
    this.#scheme = scheme;
    this.#snapshot = snapshot;
    const { handle, dim, options } = runtime.create(scheme, snapshot);
    this.#bound = { handle, generation: runtime.generation };
    /** How many float32 a row has. @internal */
    this.dim = dim;
    /**
     * The options with all defaults filled in.
     * @type {Readonly<Options>}
     */
    this.options = freeze(publish(options));
    freezeOwn(this);
    const bound = this.#bound;
    forgotten?.register(this, () => runtime.release(bound.handle, bound.generation), this);
  }

  /** Go's number for the encoder, which is made again if the instance has died. @internal @returns {number} */
  get handle() {
    if (this.#disposed) throw disposedError(this.#scheme);
    const bound = this.#bound;
    if (bound.generation !== this.runtime.ensure()) {
      bound.handle = this.runtime.create(this.#scheme, this.#snapshot).handle;
      bound.generation = this.runtime.generation;
    }
    return bound.handle;
  }

  /** Lets go of the memory that the encoder has in the module. Doing it twice is the same as once. */
  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten?.unregister(this);
    this.runtime.release(this.#bound.handle, this.#bound.generation);
  }
}
disposable(Encoder);

/**
 * `runtime`, `dim` and `options` are for reading: a plain assignment fails, as it would on a frozen object.
 * @param {object} encoder
 */
function freezeOwn(encoder) {
  for (const name of ["runtime", "dim", "options"]) {
    Object.defineProperty(encoder, name, { writable: false, configurable: false, enumerable: name === "options" });
  }
}
