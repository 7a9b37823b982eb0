// From what a user has (nothing, a URL, a Response, bytes, a Module) to a WebAssembly.Module, with an error that says
// which step failed and what to do about it. Nothing here runs when the package is imported.

import { describe, loadError, typeError } from "./errors.js";
import { isArrayBuffer, isSharedBuffer, isUsable, isView, matchOf, tagOf } from "./intrinsics.js";

/**
 * What load() takes for `wasm`. A URL that is not absolute is taken from the page or worker, and elsewhere from this file.
 * @typedef {string | URL | Response | ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module} WasmSource
 */

/** The file beside this module. The literal form is what bundlers look for. */
function defaultUrl() {
  try {
    return new URL("./posenc.wasm", import.meta.url);
  } catch (cause) {
    throw loadError(
      "posenc.wasm: where it is cannot be said, as this JavaScript is no file of an ES module (bundle it with --format=esm), or is a blob or data URL; " +
        "pass load({ wasm }) its bytes or absolute URL",
      cause,
    );
  }
}

/**
 * @param {WasmSource | PromiseLike<WasmSource> | undefined} given
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(given) {
  if (typeof WebAssembly !== "object") {
    throw loadError("posenc.wasm: this JavaScript engine has no WebAssembly, or has it switched off");
  }
  for (const name of ["TextDecoder", "TextEncoder", "crypto", "performance"]) {
    if (/** @type {any} */ (globalThis)[name] === undefined)
      throw loadError(`posenc.wasm: Go's program needs ${name}, which this JavaScript engine has not`);
  }
  const source = given === undefined ? defaultUrl() : await given;
  if (source instanceof WebAssembly.Module) return source;
  if (source === "") throw loadError('wasm: want a URL, got ""');
  if (typeof source === "string" || isUrl(source)) return fromUrl(toUrl(source));
  if (isResponse(source)) return fromResponse(source);
  if (isSharedBuffer(source)) return fromBytes(new Uint8Array(/** @type {any} */ (source)).slice(), "the bytes given as wasm");
  if (isArrayBuffer(source) || isView(source)) {
    const bytes = /** @type {any} */ (source);
    // Node 20 does not compile a DataView.
    let typed = bytes;
    try {
      if (isView(bytes) && tagOf(bytes) === undefined) typed = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (cause) {
      throw loadError("the bytes given as wasm: the buffer is detached, or too short for the view", cause);
    }
    return fromBytes(typed, "the bytes given as wasm");
  }
  throw typeError("wasm", "a URL, a Response, bytes or a WebAssembly.Module", source);
}

/** Whether it is a URL, and not only looks like one. @param {unknown} value @returns {value is URL} */
function isUrl(value) {
  try {
    return typeof URL === "function" && value instanceof URL && typeof value.href === "string";
  } catch {
    return false;
  }
}

/** @param {unknown} value @returns {value is Response} */
function isResponse(value) {
  try {
    return typeof Response === "function" && value instanceof Response && typeof value.status === "number";
  } catch {
    return false;
  }
}

/** @param {string | URL} source */
function toUrl(source) {
  if (typeof source !== "string") return source;
  try {
    const here = typeof location === "object" && location !== null ? location.href : import.meta.url;
    return new URL(source, here);
  } catch (cause) {
    throw loadError(`${describe(source)}: not a URL`, cause);
  }
}

/** @param {URL} url */
async function fromUrl(url) {
  if (url.protocol === "file:") return fromBytes(await readFile(url), url.href);
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw loadError(
      `${url.href}: could not be fetched. Is the server there, and does the page's Content-Security-Policy ` +
        "(connect-src) allow it? Serve posenc.wasm, or pass load({ wasm }) a URL that works",
      cause,
    );
  }
  return fromResponse(response, url.href);
}

/**
 * A module of Node, Deno and Bun. Bundlers leave this import alone, as they do not know what it names, and the comments keep them from warning.
 * @param {string} name
 * @returns {Promise<any>}
 */
export function nodeModule(name) {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ ["node", name].join(":")); // which no minifier makes a literal of
}

/** @param {URL} url */
async function readFile(url) {
  try {
    const { readFile } = await nodeModule("fs/promises");
    return await readFile(url);
  } catch (cause) {
    throw loadError(
      `${url.href}: could not be read. A bundler that moved posenc's JavaScript must bring posenc.wasm along; ` +
        "or pass load({ wasm }) its bytes or URL",
      cause,
    );
  }
}

/**
 * @param {Response} response
 * @param {string} [name]
 */
async function fromResponse(response, name = response.url || "the Response given as wasm") {
  if (!response.ok) {
    throw loadError(
      `${name}: the server answered ${response.status} ${response.statusText}`.trimEnd() +
        (response.status === 403
          ? ". A development server gives no file outside its project: install posenc as a copy, not as a link (npm install $(npm pack FOLDER))"
          : ". Copy posenc.wasm to where the page looks for it") +
        ", or pass load({ wasm }) its URL",
    );
  }
  if (response.bodyUsed || response.body?.locked) throw loadError(`${name}: this Response has been read already; pass a fresh one`);
  const type = response.headers.get("content-type") ?? "";
  if (matchOf(/^application\/wasm\b/i, type) && typeof WebAssembly.compileStreaming === "function") {
    const again = response.clone();
    try {
      return await WebAssembly.compileStreaming(response);
    } catch {
      response = again; // the long way has the better message
    }
  }
  let bytes;
  try {
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw loadError(`${name}: the connection broke before posenc.wasm was complete; try again`, cause);
  }
  return fromBytes(bytes, name, type);
}

/**
 * @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} source
 * @param {string} name
 * @param {string} [type] the Content-Type, for the message
 */
async function fromBytes(source, name, type) {
  if (tagOf(source) !== undefined && !isUsable(source)) throw loadError(`${name}: the buffer is detached`);
  let head;
  try {
    const buffer = isView(source) ? source.buffer : source;
    const offset = isView(source) ? source.byteOffset : 0;
    head = new Uint8Array(buffer, offset, Math.min(source.byteLength, 4));
  } catch (cause) {
    throw loadError(`${name}: the buffer is detached`, cause);
  }
  const magic = String.fromCharCode(...head);
  if (magic !== "\0asm") {
    const looks =
      magic === ""
        ? "it is empty"
        : magic[0] === "<"
          ? "it is an HTML page, as servers send for a file that is not there"
          : magic.startsWith("vers")
            ? "it is a Git LFS pointer"
            : `it starts with ${describe(magic)}`;
    const served = type ? ` (Content-Type ${describe(type)})` : "";
    throw loadError(`${name}${served}: this is not posenc.wasm: ${looks}. Copy posenc.wasm there, or pass load({ wasm }) its URL`);
  }
  try {
    return await WebAssembly.compile(source);
  } catch (cause) {
    throw compileError(cause, name);
  }
}

/**
 * The error of compiling or instantiating: by the engine's message it is the page's policy or the file.
 * @param {unknown} cause
 * @param {string} name
 */
export function compileError(cause, name) {
  const message = cause instanceof Error ? cause.message : "";
  if (matchOf(/unsafe-eval|content.security.policy|\bCSP\b/i, message)) {
    return loadError(
      "posenc.wasm: the page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src",
      cause,
    );
  }
  return loadError(
    `${name}: posenc.wasm is truncated, damaged or of another build (${message}). Fetch it again, from the same ` +
      "version of the package as the JavaScript",
    cause,
  );
}
