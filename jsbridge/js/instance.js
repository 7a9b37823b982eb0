// One Go program in its own WebAssembly instance, from its start to its end. Only runtime.js has to do with it.

import { internalError, loadError } from "./errors.js";
import { bufferLength, Float32, KeptMap, lengthOf, matchOf, memoryBuffer, thenOf, WasmInstance } from "./intrinsics.js";
import { createRealm } from "./realm.js";
import { MANY, stackLeft } from "./stack.js";

/** The version that Go's side must have as well; build.sh puts it in. */
export const VERSION = "dev";

/** Array number 0 of Go's is the staging buffer. */
export const STAGING = 0;

/**
 * @typedef {object} Exports what Go exports; see jsbridge/exports.go and memory.go
 * @property {WebAssembly.Memory} mem
 * @property {(handle: number, op: number, length: number, batch: number, heads: number, order: number, offset: number, sequence: number, positions: number) => number} posenc_check
 * @property {(handle: number, count: number, first: number) => number} posenc_check_positions
 * @property {(handle: number, op: number, array: number, from: number, length: number, batch: number, heads: number, order: number, offset: number, sequence: number, positions: number) => number} posenc_run
 * @property {(handle: number, op: number, length: number, batch: number, queries: number, keys: number, offset: number) => number} posenc_check_scores
 * @property {(handle: number, op: number, array: number, from: number, length: number, first: number, batch: number, queries: number, keys: number, offset: number) => number} posenc_scores
 * @property {(handle: number, property: number, from: number) => number} posenc_float64
 * @property {(handle: number, k: number, row: number) => number} posenc_shift_row
 * @property {(list: number, from: number) => number} posenc_result
 * @property {(handle: number) => void} posenc_release
 * @property {() => number} posenc_positions
 * @property {(array: number) => number} posenc_address
 * @property {(length: number) => number} posenc_alloc
 * @property {(array: number) => void} posenc_free
 */

/** @typedef {{ readonly array: number, readonly address: number, readonly length: number }} Block an array in the module's memory: Go's number for it, its address in bytes, its length in float32 */

export class Instance {
  #realm;
  #buffer;
  #staging = new Float32(0);
  /** Where the staging buffer is, in bytes; and the positions buffer. */
  stagingAddress;
  positionsAddress;
  /** What alloc() gave out and nobody has freed, by its address. @type {Map<number, Block>} */
  blocks = new KeptMap();
  /** Whether it has died. What of it waits for a timer then does nothing any more; to say so takes no stack. */
  over = false;

  /**
   * @param {WebAssembly.Module} module
   * @param {(instance: Instance, cause: unknown) => void} failed is told when the program fails between calls, in a timer of its own
   */
  constructor(module, failed) {
    stackLeft(MANY);
    const realm = createRealm(this, (cause) => failed(this, cause));
    const { go, bridge } = realm;
    const instance = new WasmInstance(module, go.importObject);
    this.exports = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
    try {
      if (typeof this.exports.posenc_run !== "function") throw undefined;
      this.#buffer = memoryBuffer(this.exports.mem);
    } catch {
      throw loadError("posenc.wasm: this is a WebAssembly module, but not posenc's");
    }
    let failure;
    thenOf(go.run(instance), undefined, (cause) => (failure = cause)); // runs until Go waits for calls; the promise is for its end
    this.#realm = realm;
    this.bridge = bridge;
    this.go = go;
    if (go.exited || bridge.lastError === undefined) {
      this.end();
      throw internalError(`posenc's Go program did not start${this.lastWords}`, failure);
    }
    if (bridge.version !== VERSION) {
      this.end();
      throw loadError(`posenc.wasm: it is of version ${bridge.version} and the JavaScript of ${VERSION}; take both from the same package`);
    }
    this.#buffer = memoryBuffer(this.exports.mem);
    this.stagingAddress = this.exports.posenc_address(STAGING);
    this.positionsAddress = this.exports.posenc_positions();
  }

  /** The module's memory at this moment. Growing detaches it, and then there is another; asking the engine for that each time costs as much as a call. */
  get buffer() {
    if (bufferLength(this.#buffer) === 0) this.#buffer = memoryBuffer(this.exports.mem);
    return this.#buffer;
  }

  /** The first `length` elements of the staging buffer. @param {number} length @returns {Float32Array} */
  staging(length) {
    if (lengthOf(this.#staging) !== length || length === 0) {
      // that of a detached one is 0
      this.#staging = new Float32(this.buffer, this.stagingAddress, length);
    }
    return this.#staging;
  }

  /** The line of a Go crash that says what happened, if there is one. */
  get lastWords() {
    const found = matchOf(/^(?:runtime: out of memory|fatal error|panic): .*$/m, this.#realm.stderr());
    return found ? `: ${found[0]}` : "";
  }

  /** Nothing of the program runs after this, not even its timers. */
  end() {
    this.over = true;
    this.#realm.end();
  }
}
