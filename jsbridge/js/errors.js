// The errors that posenc throws: standard classes with a `code`, and a message that names the argument, what was wanted
// and what came. Describing what came never runs code of the value's.

import { arrayIsArray, defineProperty, isArrayBuffer, isSharedBuffer, isView, matchOf, objectIs, tagOf } from "./intrinsics.js";

/**
 * What `error.code` is:
 * - `ERR_POSENC_TYPE`, on a TypeError: a value of a wrong type, an unknown option, a buffer that cannot be used.
 * - `ERR_POSENC_RANGE`, on a RangeError: a number or a length out of range.
 * - `ERR_POSENC_LOAD`: the WebAssembly module could not be loaded; the message says which part and what to do.
 * - `ERR_POSENC_DISPOSED`: use after dispose().
 * - `ERR_POSENC_LOST`: an array of alloc() whose memory went with an instance that died.
 * - `ERR_POSENC_INTERNAL`: a fault of posenc's own; the next call starts afresh.
 * @typedef {"ERR_POSENC_TYPE" | "ERR_POSENC_RANGE" | "ERR_POSENC_LOAD" | "ERR_POSENC_DISPOSED" | "ERR_POSENC_LOST" | "ERR_POSENC_INTERNAL"} ErrorCode
 */
/** @typedef {Error & { code: ErrorCode }} PosencError */

/**
 * @template {Error} E
 * @param {E} error
 * @param {ErrorCode} code
 * @returns {E & PosencError}
 */
function coded(error, code) {
  return defineProperty(
    /** @type {any} */ (error),
    "code",
    /** @type {any} */ ({
      __proto__: null,
      value: code,
      configurable: true,
      enumerable: true,
      writable: true, // bare, as Object.prototype may have a `get`
    }),
  );
}

/**
 * @param {string} name
 * @param {string} want
 * @param {unknown} got
 */
export function typeError(name, want, got) {
  return coded(new TypeError(`${name}: want ${want}, got ${describe(got)}`), "ERR_POSENC_TYPE");
}

/** @param {string} message */
export function typeErrorMessage(message) {
  return coded(new TypeError(message), "ERR_POSENC_TYPE");
}

/** @param {string} message */
export function rangeError(message) {
  return coded(new RangeError(message), "ERR_POSENC_RANGE");
}

/**
 * @param {string} message
 * @param {unknown} [cause]
 */
export function loadError(message, cause) {
  return coded(new Error(message, { cause }), "ERR_POSENC_LOAD");
}

/** @param {string} what */
export function disposedError(what) {
  return coded(new Error(`${what}: used after dispose()`), "ERR_POSENC_DISPOSED");
}

/** @param {string} what */
export function lostError(what) {
  return coded(new Error(`${what}: its memory went with a WebAssembly instance that died; alloc() a new one`), "ERR_POSENC_LOST");
}

/**
 * @param {string} message
 * @param {unknown} [cause]
 * @param {string} [then] what comes of it
 */
export function internalError(message, cause, then = "; the next call starts a fresh instance") {
  return coded(new Error(message + then, { cause }), "ERR_POSENC_INTERNAL");
}

/**
 * A value in a few words.
 * @param {unknown} value
 * @returns {string}
 */
export function describe(value) {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return objectIs(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return "a BigInt";
    case "symbol":
      return "a Symbol";
    case "function":
      return "a function";
    case "object":
      break;
    default:
      return `${value}`; // undefined, true, false
  }
  if (value === null) return "null";
  const tag = tagOf(value);
  if (tag !== undefined) return matchOf(/^[AEIOU]/, tag) ? `an ${tag}` : `a ${tag}`;
  if (isView(value)) return "a DataView";
  if (isArrayBuffer(value)) return "an ArrayBuffer";
  if (isSharedBuffer(value)) return "a SharedArrayBuffer";
  try {
    return arrayIsArray(value) ? "an array" : "an object";
  } catch {
    return "a revoked Proxy";
  }
}

/**
 * A string in quotes, short and in ASCII.
 * @param {string} text
 */
export function quote(text) {
  let out = "";
  const short = text.length > 40 ? 40 : text.length;
  for (let i = 0; i < short; i++) {
    const unit = text.charCodeAt(i);
    const plain = unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
    out += plain ? text[i] : `\\u${(0x10000 + unit).toString(16).slice(1)}`;
  }
  return `"${out}"${text.length > short ? "..." : ""}`;
}

/**
 * For a method that was taken off its object, or called through a Proxy of it.
 * @param {string} what
 * @param {unknown} self
 */
export function wrongThis(what, self) {
  return typeError("this", `${what}; call the method on one, not on a copy of the method or a Proxy`, self);
}
