// The parts of JavaScript that the hot calls rely on, taken when this module is first evaluated, so that what a page does to
// the globals and their prototypes later has no effect on them. (Making an encoder also goes through Go's wasm_exec.js,
// for which realm.js has such parts.) Typed arrays are known by their internal slots, which no
// prototype, Proxy or subclass can forge, and which another realm's arrays have too.

/**
 * The getter of a property of a prototype, as a function of the object.
 * @param {object} prototype
 * @param {PropertyKey} key
 * @returns {(object: any) => any}
 */
function getter(prototype, key) {
  const get = /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, key)?.get);
  return Function.prototype.call.bind(get);
}

/** @type {any} */
const TypedArray = Object.getPrototypeOf(Float32Array);

/** "Float32Array" and the like, or undefined for what is no typed array. */
export const tagOf = /** @type {(value: unknown) => string | undefined} */ (getter(TypedArray.prototype, Symbol.toStringTag));
/** The length in elements; 0 when the buffer is detached or the view out of its bounds. */
export const lengthOf = /** @type {(array: any) => number} */ (getter(TypedArray.prototype, "length"));
export const byteOffsetOf = /** @type {(array: any) => number} */ (getter(TypedArray.prototype, "byteOffset"));
export const bufferOf = /** @type {(array: any) => ArrayBufferLike} */ (getter(TypedArray.prototype, "buffer"));

/** target.set(source, offset), by the typed arrays' own set. */
export const setArray = /** @type {(target: any, source: any, offset?: number) => void} */ (
  Function.prototype.call.bind(TypedArray.prototype.set)
);

const indexOf = /** @type {(array: any, value: number) => number} */ (Function.prototype.call.bind(TypedArray.prototype.indexOf));
/** The length of an ArrayBuffer in bytes; 0 when it is detached. */
export const bufferLength = /** @type {(buffer: any) => number} */ (getter(ArrayBuffer.prototype, "byteLength"));
const sharedLength = typeof SharedArrayBuffer === "undefined" ? undefined : getter(SharedArrayBuffer.prototype, "byteLength");

/**
 * Whether a typed array's memory is there: its buffer is not detached, and the view lies within it.
 * @param {any} array
 */
export function isUsable(array) {
  if (lengthOf(array) > 0) return true;
  try {
    indexOf(array, 0); // every method looks first
    return true;
  } catch {
    return false;
  }
}

/**
 * The same number, as engines keep integers. One that came from Go, or out of a division, may be a float64 to them whatever its value,
 * and WebKit passes such a one to WebAssembly for an i32 a hundred times as slowly (170 ns).
 * @param {number} v
 */
export const asInteger = (v) => ((v | 0) === v ? v | 0 : v);

/** @param {unknown} value */
export function isArrayBuffer(value) {
  try {
    bufferLength(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * WebKit has no constructor named SharedArrayBuffer but has such buffers, so what is a view's buffer and no ArrayBuffer
 * is one.
 * @param {unknown} value
 */
export function isSharedBuffer(value) {
  if (sharedLength === undefined) return false;
  try {
    sharedLength(value);
    return true;
  } catch {
    return false;
  }
}

export const includes = /** @type {(array: readonly string[], value: string) => boolean} */ (
  Function.prototype.call.bind(Array.prototype.includes)
);
export const isView = ArrayBuffer.isView;
export const arrayIsArray = Array.isArray;
export const sqrt = Math.sqrt;
export const objectIs = Object.is;
export const objectKeys = Object.keys;
export const freeze = Object.freeze;
export const within = /** @type {(text: string, part: string) => boolean} */ (Function.prototype.call.bind(String.prototype.includes));
export const sorted = /** @type {(names: string[]) => string[]} */ (Function.prototype.call.bind(Array.prototype.sort));
export const defineProperty = Object.defineProperty;
export const lower = /** @type {(text: string) => string} */ (Function.prototype.call.bind(String.prototype.toLowerCase));
export const Float32 = Float32Array;
export const Float64 = Float64Array;
export const Int32 = Int32Array;

// What a pool needs. An object with an AbortSignal's prototype is none, and all of these throw for what is none of theirs.
const signal = globalThis.AbortSignal?.prototype ?? {};
export const isAborted = /** @type {(signal: any) => boolean} */ (getter(signal, "aborted"));
export const reasonOf = /** @type {(signal: any) => unknown} */ (getter(signal, "reason"));
const target = globalThis.EventTarget?.prototype ?? {};
export const listen = /** @type {(target: any, type: string, listener: () => void) => void} */ (
  Function.prototype.call.bind(target.addEventListener)
);
export const unlisten = /** @type {(target: any, type: string, listener: () => void) => void} */ (
  Function.prototype.call.bind(target.removeEventListener)
);
export const Weak = globalThis.WeakRef;
export const deref = /** @type {(ref: WeakRef<any>) => any} */ (Function.prototype.call.bind(Weak?.prototype.deref));
export const nextOf = /** @type {<T>(generator: Generator<T, void>) => IteratorResult<T, void>} */ (
  Function.prototype.call.bind(Object.getPrototypeOf(function* () {}).prototype.next)
);
export const now = Date.now;

/** What an engine throws where the stack is full: Firefox has a class of its own for it. @type {ErrorConstructor} */
export const StackError = /** @type {any} */ (globalThis).InternalError ?? RangeError;

// What Go's program needs.
export const WasmInstance = globalThis.WebAssembly?.Instance;
/** The buffer of a WebAssembly.Memory as it is now; throws for what is none. @type {(memory: any) => ArrayBuffer} */
export const memoryBuffer = globalThis.WebAssembly && getter(WebAssembly.Memory.prototype, "buffer");
export const thenOf = /** @type {(promise: Promise<any>, done: undefined, failed: (cause: unknown) => void) => void} */ (
  Function.prototype.call.bind(Promise.prototype.then)
);
export const matchOf = /** @type {(pattern: RegExp, text: string) => RegExpExecArray | null} */ (
  Function.prototype.call.bind(RegExp.prototype.exec)
);
/** @type {(f: () => void, ms: number) => any} */
export const startTimer = globalThis.setTimeout?.bind(globalThis);
/** @type {(timer: any) => void} */
export const clearTimer = globalThis.clearTimeout?.bind(globalThis);

/**
 * A class of the same objects, with methods that are those of now, whatever a page does to the prototype later.
 * @template {new (...args: any[]) => any} C
 * @param {C} Class
 * @param {any} [parent] whose methods it inherits
 * @returns {C}
 */
export function kept(Class, parent = Class) {
  const Kept = class extends Class {
    /** Written out, as what is there by default takes its arguments by the iterator of arrays. @param {any[]} args */
    constructor(...args) {
      super(args[0], args[1], args[2]);
    }
  };
  for (const { prototype } of [parent, Class]) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (key !== "constructor")
        Object.defineProperty(Kept.prototype, key, /** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, key)));
    }
  }
  return Kept;
}

/**
 * Where an engine has no Symbol.dispose (WebKit), a class that defines [Symbol.dispose]() has a method named "undefined"
 * instead, until this.
 * @param {{ prototype: any }} type
 */
export function withoutUndefined({ prototype }) {
  if (typeof Symbol.dispose !== "symbol") delete prototype["undefined"];
}

/** A Map that no page can get at. */
export const KeptMap = kept(Map);
