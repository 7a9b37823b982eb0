// The world that Go's wasm_exec.js runs in. It would put a class on globalThis and look there for a file system; this
// gives it an object that is nobody else's, so that posenc defines no global and changes none.

import { defineGo } from "./wasm_exec.js";

/**
 * What Go's side puts into the bridge when it starts; see jsbridge/bridge.go.
 * @typedef {object} Bridge
 * @property {string} version
 * @property {(scheme: string, options: object, arrays: number[]) => { handle: number, width: number, rowLength: number, axes: number, points: boolean, length: number, options: any, error?: Problem | null }} create
 * @property {(config: object) => any} fromConfig
 * @property {() => Problem} lastError
 */
/** @typedef {{ message: string, option: string }} Problem `option`: the argument that it is about; "": the fault is ours */
/** @typedef {{ importObject: WebAssembly.Imports, run(instance: WebAssembly.Instance): Promise<void>, exited: boolean, exit: (code: number) => void }} Go */

/**
 * Object for Go: what it makes has no prototype, so that nothing on Object.prototype can be in the way of its answers.
 */
function Bare() {
  return { __proto__: null };
}
Bare.keys = Object.keys;

/**
 * A fresh world for one Go program.
 * @returns {{ go: Go, bridge: Bridge, stderr: () => string }}
 */
export function createRealm() {
  const bridge = /** @type {Bridge} */ ({});
  const decoder = new TextDecoder();
  let written = "";
  const fail = () => {
    const error = new Error("not implemented");
    return Object.assign(error, { code: "ENOSYS" });
  };
  const realm = {
    bridge,
    Object: Bare,
    Array, Error, Uint8Array, Promise,
    TextEncoder, TextDecoder,
    crypto: globalThis.crypto,
    performance: globalThis.performance,
    console: { log() {}, warn() {}, error() {} },
    /** @param {() => void} f @param {number} ms */
    setTimeout(f, ms) {
      const timer = setTimeout(f, ms);
      /** @type {any} */ (timer).unref?.(); // a timer of Go's garbage collector must not keep a process alive
      return timer;
    },
    /** @param {any} timer */
    clearTimeout(timer) {
      clearTimeout(timer);
    },
    process: { pid: -1, ppid: -1, getuid: () => -1, getgid: () => -1, geteuid: () => -1, getegid: () => -1, cwd: () => "/" },
    path: { resolve: (/** @type {string[]} */ ...parts) => parts.join("/") },
    fs: {
      constants: { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: -1 },
      /** What Go prints when it dies: the beginning, which says why, is kept for the error. @param {number} _ @param {Uint8Array} bytes */
      writeSync(_, bytes) {
        if (written.length < 4000) written += decoder.decode(bytes);
        return bytes.length;
      },
      /** @param {...any} args */
      write(...args) {
        args[args.length - 1](fail());
      },
    },
  };
  const Go = defineGo(realm);
  const go = /** @type {Go} */ (new Go());
  go.exit = () => {};
  return { go, bridge, stderr: () => written };
}
