// Options, read once into an object of our own. What a user passes may have getters, be a Proxy, or change while it is
// read; after this nothing of it is looked at again. Only its own enumerable properties count, so neither a
// prototype nor a polluted Object.prototype can add an option.

import { describe, quote, rangeError, typeError, typeErrorMessage } from "./errors.js";
import {
  Float32,
  Float64,
  arrayIsArray,
  bufferOf,
  freeze,
  includes,
  isArrayBuffer,
  isUsable,
  lengthOf,
  lower,
  matchOf,
  objectKeys,
  setArray,
  tagOf,
  within,
} from "./intrinsics.js";

/**
 * Checks the type of one option and returns what is kept of it.
 * @typedef {(name: string, value: unknown) => unknown} Kind
 */
/** @typedef {{ readonly [name: string]: Kind }} Spec the options of a call; without a prototype */

/** More keys than any call has are not looked at one by one. */
const MOST_KEYS = 64;

/**
 * An option that has no default has to be there.
 * @param {any} options as snapshot() gives them
 * @param {string} name
 * @param {string} want
 */
export function need(options, name, want) {
  if (options[name] === undefined) throw typeError(name, want, undefined);
}

/**
 * Reads options by a spec. `undefined` is the same as absent.
 * @param {string} where what is read, for messages: "options"
 * @param {Spec} spec
 * @param {unknown} given
 * @returns {any} an object without a prototype, with the options that were given
 */
export function snapshot(where, spec, given) {
  /** @type {any} */
  const out = { __proto__: null };
  if (given === undefined) return out;
  const keys = keysOf(where, given);
  for (let i = 0; i < keys.length; i++) {
    const name = keys[i];
    const kind = spec[name] ?? unknown(where, spec, name);
    const value = /** @type {any} */ (given)[name];
    if (value !== undefined) out[name] = kind(where === "options" || where === "at" ? name : `${where}.${name}`, value);
  }
  return out;
}

/**
 * The names of the options that were given.
 * @param {string} where
 * @param {unknown} given
 * @returns {string[]}
 */
export function keysOf(where, given) {
  if (typeof given !== "object" || given === null || isArray(given)) throw typeError(where, "an object", given);
  let keys;
  try {
    keys = objectKeys(given);
  } catch (cause) {
    // of a Proxy: the user's own, or that it is revoked
    throw isRevoked(given) ? typeError(where, "an object", given) : cause;
  }
  if (keys.length > MOST_KEYS) throw typeErrorMessage(`${where}: want options, got an object of ${keys.length} keys`);
  return keys;
}

/**
 * @param {string} where
 * @param {Spec} spec
 * @param {string} name that the spec has not
 * @returns {never}
 */
export function unknown(where, spec, name) {
  throw unknownOption(where, spec, name);
}

/** @param {object} value */
export function isRevoked(value) {
  try {
    arrayIsArray(value);
    return false;
  } catch {
    return true;
  }
}

/** Whether it is an array, and not what a revoked Proxy makes of the question. @param {object} value */
export function isArray(value) {
  try {
    return arrayIsArray(value);
  } catch {
    return false; // a revoked Proxy; reading it will say so
  }
}

/** @type {Kind} */
export function number(name, value) {
  if (typeof value !== "number") throw typeError(name, "a number", value);
  return value;
}

/**
 * Options in options.
 * @param {Spec} spec
 * @returns {Kind}
 */
export function nested(spec) {
  return (name, value) => freeze(snapshot(name, spec, value));
}

/** @type {Kind} */
export function boolean(name, value) {
  if (typeof value !== "boolean") throw typeError(name, "true or false", value);
  return value;
}

/**
 * One of a few names.
 * @param {readonly string[]} names
 * @returns {Kind}
 */
export function oneOf(names) {
  return (name, value) => {
    if (typeof value === "string" && includes(names, value)) return value;
    throw typeError(name, list(names), value);
  };
}

/**
 * A number, or the name of a rule for it.
 * @param {string} rule
 * @returns {Kind}
 */
export function numberOr(rule) {
  return (name, value) => {
    if (typeof value === "number" || value === rule) return value;
    throw typeError(name, `a number or ${quote(rule)}`, value);
  };
}

const NUMERIC = [
  "Float64Array",
  "Float32Array",
  "Float16Array",
  "Int32Array",
  "Uint32Array",
  "Int16Array",
  "Uint16Array",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
];

/**
 * A list of numbers, copied. Its length is read once, each element once.
 * @type {Kind}
 */
export function numbers(name, value) {
  return copyOf(name, value, MOST_NUMBERS);
}

/**
 * The same for a list that is an encoder's option.
 * @type {Kind}
 */
export function few(name, value) {
  return copyOf(name, value, MOST_FEW);
}

/** @param {string} name @param {unknown} value @param {number} most */
function copyOf(name, value, most) {
  const tag = tagOf(value);
  if (tag !== undefined) {
    if (!includes(NUMERIC, tag)) throw typeError(name, "an array or typed array of numbers", value);
    if (!isUsable(value)) throw typeErrorMessage(`${name}: its buffer is detached, or too short for it by now`);
    const copy = room(name, lengthOf(value), most);
    if (isArrayBuffer(bufferOf(value))) {
      setArray(copy, value);
    } else {
      // shared memory may grow under set(), which then finds too much
      for (let i = 0, n = lengthOf(copy); i < n; i++) copy[i] = /** @type {any} */ (value)[i];
    }
    return copy;
  }
  if (typeof value !== "object" || value === null || !isArray(value)) {
    throw typeError(name, "an array or typed array of numbers", value);
  }
  const list = /** @type {unknown[]} */ (value);
  const length = list.length; // of a Proxy it may be anything
  if (typeof length !== "number") throw typeError(`${name}.length`, "a number", length);
  const copy = room(name, length, most);
  for (let i = 0; i < length; i++) {
    const element = list[i];
    if (typeof element !== "number") throw typeError(`${name}[${i}]`, "a number", element);
    copy[i] = element;
  }
  return copy;
}

/** The longest list of numbers that is taken: 2 GiB of copy. */
const MOST_NUMBERS = 2 ** 28;
/** The same for a list that goes to Go number by number; no scheme has use for as many. */
const MOST_FEW = 2 ** 18;

/**
 * @param {string} name
 * @param {number} length
 * @param {number} most
 */
function room(name, length, most) {
  try {
    if (length >= 0 && length <= most && length % 1 === 0) return new Float64(length);
  } catch {
    // there is not that much memory
  }
  throw rangeError(`${name}: want from 0 to ${most} of them, as memory allows, got ${describe(length)}`);
}

/**
 * A list of numbers as float32, copied.
 * @type {Kind}
 */
export function floats(name, value) {
  const copy = numbers(name, value);
  try {
    return new Float32(/** @type {any} */ (copy));
  } catch {
    throw rangeError(`${name}: want as many as memory allows, got ${lengthOf(copy)}`);
  }
}

/** @type {Kind} */
export function text(name, value) {
  if (typeof value !== "string") throw typeError(name, "a string", value);
  if (value === "" || value.length > MOST_KEYS) throw typeError(name, "a short string", value);
  return value;
}

/** @param {readonly string[]} names */
function list(names) {
  let out = quote(names[0]);
  for (let i = 1; i < names.length; i++) out += (i < names.length - 1 ? ", " : " or ") + quote(names[i]);
  return out;
}

/**
 * @param {string} where
 * @param {Spec} spec
 * @param {string} name
 */
function unknownOption(where, spec, name) {
  const path = where === "options" || where === "at" ? "" : `${where}.`;
  const shown = path + (matchOf(/^[\w$]{1,40}$/, name) ? name : describe(name));
  if (name.length > 40) return typeErrorMessage(`${shown}: unknown option; ${where} has ${list(objectKeys(spec))}`);
  let nearest = "";
  let least = Infinity;
  const names = objectKeys(spec);
  for (let i = 0; i < names.length; i++) {
    const said = lower(name);
    const known = lower(names[i]);
    const edits = said.length > 2 && within(known, said) ? 0.5 : distance(said, known); // headDim is dim's, and not sin
    if (edits >= least) continue;
    nearest = names[i];
    least = edits;
  }
  return typeErrorMessage(`${shown}: unknown option; did you mean ${nearest}?`);
}

/**
 * The edit distance of two short words.
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  let row = [0];
  for (let j = 1; j <= b.length; j++) row[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edit = (row[j] < next[j - 1] ? row[j] : next[j - 1]) + 1;
      next[j] = edit < other ? edit : other;
    }
    row = next;
  }
  return row[b.length];
}
