// One Go program, kept alive: every call into it goes through here. When a call throws, or the program has ended, the
// instance is dropped, the caller gets one clear error, and the next call starts another from the compiled module. What
// lived in the old one is told apart by its generation: encoders are made again from their options, arrays are lost.

import { compileError } from "./load.js";
import { internalError, loadError, rangeError, typeErrorMessage } from "./errors.js";
import { asInteger, bufferLength, Float32, Float64, lengthOf, setArray } from "./intrinsics.js";
import { createRealm } from "./realm.js";
import { MANY, stackLeft } from "./stack.js";

/** The version that Go's side must have as well; build.sh puts it in. */
export const VERSION = "dev";

/** Operations and properties, by the numbers of jsbridge/exports.go. */
export const ADD = 0;
export const SUBTRACT = 1;
export const FILL = 2;
export const ROTATE = 3;
export const UNROTATE = 4;
export const SHIFT = 5;
export const COS_SIN = 6;
export const FREQUENCIES = 0;
export const WAVELENGTHS = 1;
export const FACTOR = 2;
export const SLOPES = 3;
export const SCORES_ADD = 0;
export const SCORES_MATRIX = 1;
export const SCORES_BUCKETS = 2;

/** Array number 0 of Go's is the staging buffer; it and the positions buffer have a fixed size, in elements. */
export const STAGING = 0;
export const STAGING_LENGTH = 1 << 16;
export const POSITIONS_LENGTH = 1 << 13;

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
 * @property {(handle: number) => void} posenc_release
 * @property {() => number} posenc_positions
 * @property {(array: number) => number} posenc_address
 * @property {(length: number) => number} posenc_alloc
 * @property {(array: number) => void} posenc_free
 */

/** The numbers of an encoder that Go gives, and that are handed back to it in every call. */
const NUMBERS = /** @type {const} */ (["handle", "width", "rowLength", "axes", "length"]);

/** @typedef {Exclude<keyof Exports, "mem">} Call */
/** @typedef {{ readonly array: number, readonly address: number, readonly length: number }} Block an array in the module's memory: Go's number for it, its address in bytes, its length in float32 */

class Instance {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    stackLeft(MANY);
    const realm = createRealm();
    const instance = new WebAssembly.Instance(module, realm.go.importObject);
    this.exports = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
    if (typeof this.exports.posenc_run !== "function" || !(this.exports.mem instanceof WebAssembly.Memory)) {
      throw loadError("posenc.wasm: this is a WebAssembly module, but not posenc's");
    }
    let failure;
    realm.go.run(instance).catch((cause) => (failure = cause)); // runs until Go waits for calls; the promise is for its end
    this.go = realm.go;
    this.bridge = realm.bridge;
    this.stderr = realm.stderr;
    if (this.go.exited || this.bridge.lastError === undefined) {
      throw internalError(`posenc's Go program did not start${because(this.stderr())}`, failure);
    }
    if (this.bridge.version !== VERSION) {
      throw loadError(`posenc.wasm: it is of version ${this.bridge.version} and the JavaScript of ${VERSION}; take both from the same package`);
    }
    /** The module's memory. Growing detaches it, and then there is another; asking the engine for that each time costs as much as a call. */
    this.buffer = this.exports.mem.buffer;
    this.stagingView = new Float32(0);
    this.stagingAddress = this.exports.posenc_address(STAGING);
    this.positionsAddress = this.exports.posenc_positions();
    /** @type {Block[]} what alloc() gave out and nobody has freed */
    this.blocks = [];
  }
}

export class Runtime {
  #module;
  /** @type {Instance | undefined} */
  #instance;
  /** Changes with every fresh instance. */
  generation = 0;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#module = module;
    try {
      this.#live();
    } catch (error) {
      throw error instanceof Error && "code" in error ? error : compileError(error, "posenc.wasm");
    }
  }

  #live() {
    if (this.#instance === undefined) {
      this.#instance = new Instance(this.#module);
      this.generation++;
    }
    return this.#instance;
  }

  /**
   * Makes sure that there is an instance, so that `generation` can be compared with.
   * @returns {number}
   */
  ensure() {
    if (this.#instance === undefined) this.#live();
    return this.generation;
  }

  /** The module's memory at this moment; it is another object after the memory has grown. @returns {ArrayBuffer} */
  get buffer() {
    const instance = this.#live();
    if (bufferLength(instance.buffer) === 0) instance.buffer = instance.exports.mem.buffer;
    return /** @type {ArrayBuffer} */ (instance.buffer);
  }

  /** The first `length` elements of the staging buffer. @param {number} length @returns {Float32Array} */
  staging(length) {
    const instance = this.#live();
    if (lengthOf(instance.stagingView) !== length || length === 0) { // that of a detached one is 0
      instance.stagingView = new Float32(this.buffer, instance.stagingAddress, length);
    }
    return instance.stagingView;
  }

  /** The first `length` float64 of the staging buffer. @param {number} length @returns {Float64Array} */
  staging64(length) {
    const instance = this.#live();
    return new Float64(this.buffer, instance.stagingAddress, length);
  }

  /** All of the positions buffer. @returns {Float64Array} */
  get positions() {
    const instance = this.#live();
    return new Float64(this.buffer, instance.positionsAddress, POSITIONS_LENGTH);
  }

  /**
   * An array of zeros in the module's memory, or undefined when it would be too much.
   * @param {number} length
   * @returns {Block | undefined}
   */
  alloc(length) {
    const instance = this.#live();
    const array = this.#value("posenc_alloc", length);
    if (array === 0) return undefined;
    const block = { array, address: this.#value("posenc_address", array) >>> 0, length };
    instance.blocks[instance.blocks.length] = block;
    return block;
  }

  /**
   * Gives an array back, unless its instance is gone.
   * @param {Block} block
   * @param {number} generation when it was made
   */
  free(block, generation) {
    if (this.#instance === undefined || this.generation !== generation) return;
    const { blocks } = this.#instance;
    for (let i = blocks.length - 1; i >= 0; i--) { // what came last is likely to go first
      if (blocks[i] !== block) continue;
      blocks[i] = blocks[blocks.length - 1];
      blocks.length--;
      break;
    }
    try {
      this.#value("posenc_free", block.array);
    } catch {
      // the instance has died, and the array with it
    }
  }

  /**
   * Which array a view on the module's memory is of, or undefined when it reaches out of all of them.
   * @param {number} address in bytes
   * @param {number} length in float32
   * @returns {Block | undefined}
   */
  find(address, length) {
    const { blocks } = this.#live();
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[i];
      if (address >= block.address && address + 4 * length <= block.address + 4 * block.length) return block;
    }
    return undefined;
  }

  /**
   * Lets go of an encoder.
   * @param {number} handle
   * @param {number} generation when it was made
   */
  release(handle, generation) {
    if (this.#instance === undefined || this.generation !== generation) return;
    try {
      this.#value("posenc_release", handle);
    } catch {
      // the instance has died, and the encoder with it
    }
  }

  /**
   * Calls an export that returns no status.
   * @param {Call} name
   * @param {number} a
   * @returns {number}
   */
  #value(name, a) {
    const instance = this.#live();
    let result;
    try {
      result = /** @type {any} */ (instance.exports[name])(a);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (instance.go.exited) throw this.#ended(instance);
    return result;
  }

  /**
   * Calls an export that returns a status, and throws what it reports.
   * @param {Call} name
   * @param {number} a @param {number} b @param {number} [c] @param {number} [d] @param {number} [e] @param {number} [f]
   * @param {number} [g] @param {number} [h] @param {number} [i] @param {number} [j]
   */
  call(name, a, b, c, d, e, f, g, h, i, j) {
    const instance = this.#live();
    let status;
    try {
      status = /** @type {any} */ (instance.exports[name])(a, b, c, d, e, f, g, h, i, j);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (status !== 0 || instance.go.exited) throw this.#failed(instance, status);
  }

  /**
   * posenc_run, the hot one: the same as call().
   * @param {number} handle @param {number} op @param {number} array @param {number} from @param {number} length
   * @param {number} batch @param {number} heads @param {number} order 0: the heads of a row side by side; 1: each head's rows
   * @param {number} offset @param {number} sequence @param {number} positions
   */
  run(handle, op, array, from, length, batch, heads, order, offset, sequence, positions) {
    const instance = this.#live();
    let status;
    try {
      status = instance.exports.posenc_run(handle, op, array, from, length, batch, heads, order, offset, sequence, positions);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (status !== 0 || instance.go.exited) throw this.#failed(instance, status);
  }

  /**
   * posenc_scores, as hot: the same as call().
   * @param {number} handle @param {number} op @param {number} array @param {number} from @param {number} length
   * @param {number} first @param {number} batch @param {number} queries @param {number} keys @param {number} offset
   */
  scores(handle, op, array, from, length, first, batch, queries, keys, offset) {
    const instance = this.#live();
    let status;
    try {
      status = instance.exports.posenc_scores(handle, op, array, from, length, first, batch, queries, keys, offset);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (status !== 0 || instance.go.exited) throw this.#failed(instance, status);
  }

  /**
   * Makes an encoder.
   * @param {string} scheme
   * @param {object} options a snapshot
   * @param {readonly Float32Array[]} arrays the long lists that belong to it
   * @returns {{ handle: number, width: number, rowLength: number, axes: number, points: boolean, length: number, options: any }}
   */
  create(scheme, options, arrays) {
    stackLeft(MANY);
    const instance = this.#live();
    /** @type {Block[]} */
    const blocks = [];
    for (let i = 0; i < arrays.length; i++) {
      const block = this.alloc(lengthOf(arrays[i]));
      if (block === undefined) {
        for (let k = 0; k < i; k++) this.free(blocks[k], this.generation);
        throw rangeError(`${scheme}: want arrays that fit in the module's memory beside what it has, got one of ${lengthOf(arrays[i])} elements`);
      }
      setArray(new Float32(this.buffer, block.address, block.length), arrays[i]);
      blocks[i] = block;
    }
    const numbers = [];
    for (let i = 0; i < blocks.length; i++) numbers[i] = blocks[i].array;
    instance.blocks.length -= blocks.length; // they are Go's from here on
    let created;
    try {
      created = instance.bridge.create(scheme, options, numbers);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (instance.go.exited || created === undefined) throw this.#ended(instance);
    if (created.error) throw this.#reported(created.error);
    for (let i = 0; i < NUMBERS.length; i++) created[NUMBERS[i]] = asInteger(created[NUMBERS[i]]);
    return created;
  }

  /**
   * What a config.json asks for.
   * @param {object} config a snapshot
   */
  fromConfig(config) {
    stackLeft(MANY);
    const instance = this.#live();
    let answer;
    try {
      answer = instance.bridge.fromConfig(config);
    } catch (cause) {
      this.#instance = undefined; // here, and not in died(): calling that may fail where the stack is full
      throw died(instance, cause);
    }
    if (instance.go.exited || answer === undefined) throw this.#ended(instance);
    if (answer.error) throw this.#reported(answer.error);
    return answer;
  }

  /** @param {Instance} instance @param {number} status */
  #failed(instance, status) {
    if (instance.go.exited || (status !== 1 && status !== 2)) return this.#ended(instance);
    let problem;
    try {
      problem = instance.bridge.lastError();
    } catch (cause) {
      this.#instance = undefined;
      return died(instance, cause);
    }
    return this.#reported(problem);
  }

  /** @param {import("./realm.js").Problem} problem */
  #reported(problem) {
    if (problem.option === "this") return typeErrorMessage(problem.message);
    if (problem.option !== "") return rangeError(problem.message);
    this.#instance = undefined;
    return internalError(`posenc failed inside: ${problem.message}`);
  }

  /** Go has exited, or answers what it never would. @param {Instance} instance */
  #ended(instance) {
    this.#instance = undefined;
    return died(instance);
  }
}

/**
 * The error for an instance that can no longer be trusted: something unwound through Go, or Go has ended.
 * @param {Instance} instance
 * @param {unknown} [cause]
 */
function died(instance, cause) {
  if (cause instanceof RangeError) return internalError("the JavaScript stack is full, so posenc could not run", cause);
  return internalError(`posenc's WebAssembly instance died${because(instance.stderr())}`, cause);
}

/** The line of a Go crash that says what happened, if there is one. @param {string} text */
function because(text) {
  const found = /^(?:runtime: out of memory|fatal error|panic): .*$/m.exec(text);
  return found ? `: ${found[0]}` : "";
}
