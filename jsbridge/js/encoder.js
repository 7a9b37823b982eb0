/// <reference lib="esnext.disposable" preserve="true" />
// What every encoder has: its options, its handle in Go, and an end.

import { disposedError, wrongThis } from "./errors.js";
import { freeze, withoutUndefined } from "./intrinsics.js";

/** Encoders that nobody has a reference to any more are let go of. */
const forgotten = typeof FinalizationRegistry === "function"
  ? new FinalizationRegistry((/** @type {() => void} */ release) => release())
  : undefined;

/**
 * What the calls of this package need of an encoder, and nobody else sees.
 * @typedef {object} Core
 * @property {import("./runtime.js").Runtime} runtime the instance that it belongs to
 * @property {number} handle Go's number for it
 * @property {number} dim how many float32 a row has
 */

/** @type {(encoder: Encoder<any>) => Core} */
let coreOf;
export { coreOf };

/**
 * @template {object} Options
 */
export class Encoder {
  #runtime;
  #scheme;
  #snapshot;
  #dim;
  #bound;
  #disposed = false;

  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {string} scheme its name in jsbridge/*.go
   * @param {object} snapshot its options, for Go; kept, to make it again should the instance die
   * @param {(filledIn: any) => Options} publish from Go's answer to what `options` shows
   */
  constructor(runtime, scheme, snapshot, publish) {
    const { handle, dim, options } = runtime.create(scheme, snapshot);
    const bound = { handle, generation: runtime.generation };
    this.#runtime = runtime;
    this.#scheme = scheme;
    this.#snapshot = snapshot;
    this.#dim = dim;
    this.#bound = bound;
    /**
     * The options with all defaults filled in.
     * @readonly
     * @type {Readonly<Options>}
     */
    this.options; // declares it for the types; an assignment would fail where Object.prototype has a read-only `options`
    Object.defineProperty(this, "options", /** @type {any} */ ({ __proto__: null, value: freeze(publish(options)), enumerable: true }));
    forgotten?.register(this, () => runtime.release(bound.handle, bound.generation), this);
  }

  static {
    coreOf = (encoder) => {
      if (typeof encoder !== "object" || encoder === null || !(#bound in encoder)) throw wrongThis("an encoder", encoder);
      if (encoder.#disposed) throw disposedError(encoder.#scheme);
      const runtime = encoder.#runtime;
      const bound = encoder.#bound;
      if (bound.generation !== runtime.ensure()) { // the instance has died since
        bound.handle = runtime.create(encoder.#scheme, encoder.#snapshot).handle;
        bound.generation = runtime.generation;
      }
      return { runtime, handle: bound.handle, dim: encoder.#dim };
    };
  }

  /** Lets go of the memory that the encoder has in the module. Doing it twice is the same as once. */
  dispose() {
    if (typeof this !== "object" || this === null || !(#bound in this)) throw wrongThis("an encoder", this);
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten?.unregister(this);
    this.#runtime.release(this.#bound.handle, this.#bound.generation);
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose]() {
    this.dispose();
  }
}
withoutUndefined(Encoder);
