// The doors into Go. Every call goes through enter(): when it throws, or the program has ended, or there is no answer, the instance
// is dropped, the caller gets one clear error, and the next call starts another from the compiled module. What lived in the old
// one is told apart by its generation: encoders are made again from their options, arrays are lost.
//
// Nothing else has the instance, so no call can do without that look. Those that return a status go through call(), which has Go's
// error made of it; the compiler knows which are which.

import { internalError, rangeError, typeErrorMessage } from "./errors.js";
import { Instance, STAGING } from "./instance.js";
import { asInteger, defineProperty, Float32, Float64, lengthOf, objectKeys, setArray, StackError } from "./intrinsics.js";
import { compileError } from "./load.js";
import { MANY, stackLeft } from "./stack.js";

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

/** The sizes of the staging buffer and the positions buffer, in elements; see jsbridge/memory.go. */
export const STAGING_LENGTH = 1 << 16;
export const POSITIONS_LENGTH = 1 << 13;
export { STAGING };

/** The numbers of an encoder that Go gives, and that are handed back to it in every call. */
const NUMBERS = /** @type {const} */ (["handle", "width", "rowLength", "axes", "length"]);

/** @typedef {import("./instance.js").Block} Block */
/** @typedef {import("./instance.js").Exports} Exports */
/** @typedef {"posenc_check" | "posenc_check_positions" | "posenc_check_scores" | "posenc_scores" | "posenc_float64" | "posenc_shift_row" | "posenc_result"} Call an export that returns a status */

export class Runtime {
  #module;
  /** @type {Instance | undefined} */
  #instance;
  #failed;
  /** Changes with every fresh instance. */
  generation = 0;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#module = module;
    this.#failed = (/** @type {Instance} */ instance) => {
      if (this.#instance === instance) this.#drop(instance);
    };
    this.#live();
  }

  #live() {
    if (this.#instance === undefined) {
      try {
        this.#instance = new Instance(this.#module, this.#failed);
      } catch (error) {
        if (error instanceof Error && "code" in error) throw error;
        throw this.generation === 0
          ? compileError(error, "posenc.wasm")
          : internalError("posenc's WebAssembly could not be started", error);
      }
      this.generation++;
    }
    return this.#instance;
  }

  /** From here on nothing of it runs any more. @param {Instance} instance */
  #drop(instance) {
    this.#instance = undefined;
    instance.end();
  }

  /**
   * The way of every call into Go.
   * @template R
   * @param {Instance} instance
   * @param {(exports: Exports, instance: Instance) => R} call
   * @returns {R}
   */
  #enter(instance, call) {
    let result;
    try {
      result = call(instance.exports, instance);
    } catch (cause) {
      this.#instance = undefined; // by hand, as a call may fail where the stack is full
      instance.over = true;
      throw died(instance, cause);
    }
    if (result === undefined || instance.go.exited) {
      this.#instance = undefined;
      throw died(instance);
    }
    return result;
  }

  /**
   * What Go says of a status that is not 0: its error, or that it failed inside, and then the instance is dropped.
   * @param {Instance} instance @param {number} status
   */
  #problem(instance, status) {
    if ((status !== 1 && status !== 2) || instance.go.exited) {
      this.#instance = undefined;
      return died(instance);
    }
    return this.#reported(
      instance,
      this.#enter(instance, (_, { bridge }) => bridge.lastError()),
    );
  }

  /** @param {Instance} instance @param {import("./realm.js").Problem} problem */
  #reported(instance, { message, option }) {
    if (option === "this") return typeErrorMessage(message);
    if (option !== "") return rangeError(message);
    this.#drop(instance);
    return internalError(`posenc failed inside: ${message}`);
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
    return this.#live().buffer;
  }

  /** The first `length` elements of the staging buffer. @param {number} length @returns {Float32Array} */
  staging(length) {
    return this.#live().staging(length);
  }

  /** The first `length` float64 of the staging buffer. @param {number} length @returns {Float64Array} */
  staging64(length) {
    const instance = this.#live();
    return new Float64(instance.buffer, instance.stagingAddress, length);
  }

  /** All of the positions buffer. @returns {Float64Array} */
  get positions() {
    const instance = this.#live();
    return new Float64(instance.buffer, instance.positionsAddress, POSITIONS_LENGTH);
  }

  /**
   * Calls an export that returns a status, and throws what it reports.
   * @param {Call} name
   * @param {number} a @param {number} b @param {number} [c] @param {number} [d] @param {number} [e] @param {number} [f]
   * @param {number} [g] @param {number} [h] @param {number} [i] @param {number} [j]
   */
  call(name, a, b, c, d, e, f, g, h, i, j) {
    const instance = this.#live();
    const status = this.#enter(instance, (exports) => /** @type {any} */ (exports[name])(a, b, c, d, e, f, g, h, i, j));
    if (status !== 0) throw this.#problem(instance, status);
  }

  /**
   * posenc_run, the hot one: call() and enter() written out, as a function in between costs a third of a row.
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
      this.#instance = undefined;
      instance.over = true;
      throw died(instance, cause);
    }
    if (status !== 0 || instance.go.exited) throw this.#problem(instance, status);
  }

  /**
   * posenc_run on an array that lives in JavaScript and fits in the staging buffer.
   * @param {any} x @param {number} length its
   * @param {number} handle @param {number} op @param {number} batch @param {number} heads @param {number} order
   * @param {number} offset @param {number} sequence @param {number} positions
   */
  runStaged(x, length, handle, op, batch, heads, order, offset, sequence, positions) {
    if (op !== FILL) setArray(this.staging(length), x);
    this.run(handle, op, STAGING, 0, length, batch, heads, order, offset, sequence, positions);
    setArray(x, this.staging(length)); // asked for again: the memory may have grown
  }

  /**
   * posenc_scores, as hot and so written out too.
   * @param {number} handle @param {number} array @param {number} from @param {number} length
   * @param {number} first @param {number} batch @param {number} queries @param {number} keys @param {number} offset
   */
  scores(handle, array, from, length, first, batch, queries, keys, offset) {
    const instance = this.#live();
    let status;
    try {
      status = instance.exports.posenc_scores(handle, SCORES_ADD, array, from, length, first, batch, queries, keys, offset);
    } catch (cause) {
      this.#instance = undefined;
      instance.over = true;
      throw died(instance, cause);
    }
    if (status !== 0 || instance.go.exited) throw this.#problem(instance, status);
  }

  /**
   * posenc_scores on an array that lives in JavaScript and fits in the staging buffer.
   * @param {any} x @param {number} length its
   * @param {number} handle @param {number} first @param {number} batch @param {number} queries @param {number} keys @param {number} offset
   */
  scoresStaged(x, length, handle, first, batch, queries, keys, offset) {
    setArray(this.staging(length), x);
    this.scores(handle, STAGING, 0, length, first, batch, queries, keys, offset);
    setArray(x, this.staging(length)); // asked for again: the memory may have grown
  }

  /**
   * An array of zeros in the module's memory, or undefined when it would be too much.
   * @param {number} length
   * @returns {Block | undefined}
   */
  alloc(length) {
    const instance = this.#live();
    const array = this.#enter(instance, (exports) => exports.posenc_alloc(length));
    if (array === 0) return undefined;
    const address = this.#enter(instance, (exports) => exports.posenc_address(array)) >>> 0;
    const block = { array, address, length };
    instance.blocks.set(address, block);
    return block;
  }

  /**
   * Gives an array back, unless its instance is gone.
   * @param {Block} block
   * @param {number} generation when it was made
   */
  free(block, generation) {
    const instance = this.#instance;
    if (instance === undefined || this.generation !== generation) return;
    instance.blocks.delete(block.address);
    this.#letGo(instance, (exports) => exports.posenc_free(block.array));
  }

  /**
   * Lets go of an encoder.
   * @param {number} handle
   * @param {number} generation when it was made
   */
  release(handle, generation) {
    const instance = this.#instance;
    if (instance !== undefined && this.generation === generation) this.#letGo(instance, (exports) => exports.posenc_release(handle));
  }

  /** What is let go of goes with an instance that dies of it, too. @param {Instance} instance @param {(exports: Exports) => void} call */
  #letGo(instance, call) {
    try {
      this.#enter(instance, (exports) => (call(exports), true));
    } catch {
      // the instance has died
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
    const whole = blocks.get(address); // as a rule a view begins where its array does
    if (whole !== undefined && length <= whole.length) return whole;
    /** @type {Block | undefined} */
    let found;
    blocks.forEach((block) => {
      if (address >= block.address && address + 4 * length <= block.address + 4 * block.length) found = block;
    });
    return found;
  }

  /**
   * Copies arrays into the module, for Go to take.
   * @param {string} name what they are for
   * @param {readonly Float32Array[]} arrays
   * @returns {number[]} Go's numbers for them
   */
  #send(name, arrays) {
    const instance = this.#live();
    /** @type {Block[]} */
    const blocks = [];
    for (let i = 0; i < arrays.length; i++) {
      const block = this.alloc(lengthOf(arrays[i]));
      if (block === undefined) {
        for (let k = 0; k < i; k++) this.free(blocks[k], this.generation);
        throw rangeError(
          `${name}: want arrays that fit in the module's memory beside what it has, got one of ${lengthOf(arrays[i])} elements`,
        );
      }
      setArray(new Float32(instance.buffer, block.address, block.length), arrays[i]);
      blocks[i] = block;
    }
    /** @type {number[]} */
    const numbers = [];
    for (let i = 0; i < blocks.length; i++) {
      numbers[i] = blocks[i].array;
      instance.blocks.delete(blocks[i].address); // Go's from here on
    }
    return numbers;
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
    const numbers = this.#send(scheme, arrays);
    const created = this.#enter(instance, (_, { bridge }) => bridge.create(scheme, options, numbers));
    if (created.error) throw this.#reported(instance, created.error);
    for (let i = 0; i < NUMBERS.length; i++) created[NUMBERS[i]] = asInteger(created[NUMBERS[i]]);
    return created;
  }

  /**
   * Takes a measure.
   * @param {string} name
   * @param {object} options a snapshot
   * @param {readonly Float32Array[]} arrays the long lists among them
   * @returns {any} numbers, Float64Arrays, or an object of both
   */
  measure(name, options, arrays) {
    stackLeft(MANY);
    const instance = this.#live();
    const numbers = this.#send(name, arrays);
    const measured = this.#enter(instance, (_, { bridge }) => bridge.measure(name, options, numbers));
    if (measured.error) throw this.#reported(instance, measured.error);
    try {
      return this.#lists(measured.value);
    } finally {
      if (!instance.over) this.call("posenc_result", -1, 0); // Go need not keep them
    }
  }

  /** Go's answer with the lists that it names, read. @param {any} answer @returns {any} */
  #lists(answer) {
    if (typeof answer !== "object") return answer;
    if (answer.list === undefined) {
      /** @type {any} */
      const out = {};
      const names = objectKeys(answer);
      for (let i = 0; i < names.length; i++)
        defineProperty(
          out,
          names[i],
          /** @type {any} */ ({
            __proto__: null,
            value: this.#lists(answer[names[i]]),
            enumerable: true,
            writable: true,
            configurable: true,
          }),
        );
      return out;
    }
    let list;
    try {
      list = new Float64(answer.length);
    } catch {
      throw rangeError(`length: want a result that this engine can hold, got ${answer.length} numbers`);
    }
    for (let from = 0; from < answer.length; from += STAGING_LENGTH / 2) {
      const n = answer.length - from < STAGING_LENGTH / 2 ? answer.length - from : STAGING_LENGTH / 2;
      this.call("posenc_result", answer.list, from);
      setArray(list, this.staging64(n), from);
    }
    return list;
  }

  /**
   * What a config.json asks for.
   * @param {object} config a snapshot
   */
  fromConfig(config) {
    stackLeft(MANY);
    const instance = this.#live();
    const answer = this.#enter(instance, (_, { bridge }) => bridge.fromConfig(config));
    if (answer.error) throw this.#reported(instance, answer.error);
    return answer;
  }
}

/**
 * The error for an instance that can no longer be trusted: something unwound through Go, or Go has ended.
 * @param {Instance} instance
 * @param {unknown} [cause]
 */
function died(instance, cause) {
  instance.end();
  if (cause instanceof StackError) return internalError("the JavaScript stack is full, so posenc could not run", cause);
  return internalError(`posenc's WebAssembly instance died${instance.lastWords}`, cause);
}
