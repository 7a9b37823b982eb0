// The world that Go's wasm_exec.js runs in. It would put a class on globalThis and look there for a file system; this
// gives it an object that is nobody else's, so that posenc defines no global and changes none, and with built-in classes that keep
// the methods they had when the package was imported, whatever a page does to them later.

import { bufferOf, byteOffsetOf, clearTimer, kept, KeptMap, lengthOf, startTimer, WasmInstance } from "./intrinsics.js";
import { defineGo } from "./wasm_exec.js";

/**
 * What Go's side puts into the bridge when it starts; see jsbridge/bridge.go.
 * @typedef {object} Bridge
 * @property {string} version
 * @property {(scheme: string, options: object, arrays: number[]) => { handle: number, width: number, rowLength: number, axes: number, points: boolean, length: number, options: any, error?: Problem | null }} create
 * @property {(name: string, options: object, arrays: number[]) => { value: any, error?: Problem | null }} measure
 * @property {(config: object) => any} fromConfig
 * @property {() => Problem} lastError
 */
/** @typedef {{ message: string, option: string }} Problem `option`: the argument that it is about; "": the fault is ours */
/** @typedef {{ importObject: WebAssembly.Imports, run(instance: WebAssembly.Instance): Promise<void>, exited: boolean, exit: (code: number) => void }} Go */
/**
 * @typedef {object} Realm
 * @property {Go} go
 * @property {Bridge} bridge
 * @property {() => string} stderr what the program printed, its first lines
 * @property {() => void} end lets go of its timers
 */

/**
 * Object for Go: what it makes has no prototype, so that nothing on Object.prototype can be in the way of its answers.
 */
function Bare() {
  return { __proto__: null };
}
Bare.keys = Object.keys;

const Bytes = kept(Uint8Array, Object.getPrototypeOf(Uint8Array));
const View = kept(DataView);
// Where there are none importing is no error, but load() is.
const Decoder = globalThis.TextDecoder && kept(TextDecoder);
const encoder = globalThis.TextEncoder && new (kept(TextEncoder))();
/** TextEncoder for Go: its bytes are of the class above. */
class Encoder {
  /** @param {string} text */
  encode(text) {
    const bytes = encoder.encode(text);
    return new Bytes(bufferOf(bytes), byteOffsetOf(bytes), lengthOf(bytes));
  }
}
const performanceNow = globalThis.performance && performance.now.bind(performance);
const math = { floor: Math.floor };
const { prototype: listMethods } = kept(Array);
const reprototype = Object.setPrototypeOf;
/** For the array whose methods wasm_exec.js calls; build.sh puts it there. */
function List() {
  return reprototype([], listMethods);
}
const reflect = Object.fromEntries(Reflect.ownKeys(Reflect).map((key) => [key, /** @type {any} */ (Reflect)[key]]));
const builtIn = { Array, Error, Promise, String, Date, Uint8ClampedArray, isNaN, parseInt };

/** Go asks again when a timer of its own seems to have been missed (golang.org/issue/28975); a program that is damaged would for ever. */
const MOST_MISSED = 100;

/**
 * A fresh world for one Go program.
 * @param {{ readonly over: boolean }} owner whose program it is, and whether that has died
 * @param {(cause: unknown) => void} failed is told when the program dies in a timer of its own, where there is no call that could throw
 * @returns {Realm}
 */
export function createRealm(owner, failed) {
  const bridge = /** @type {Bridge} */ ({});
  const decoder = new Decoder();
  let written = "";
  let missed = 0;
  /** @type {any[]} those that may still fire, and gaps */
  const timers = [];
  const fail = () => {
    const error = new Error("not implemented");
    return Object.assign(error, { code: "ENOSYS" });
  };
  const realm = {
    bridge,
    Object: Bare,
    ...builtIn,
    List,
    WebAssembly: { Instance: WasmInstance },
    Math: math,
    Uint8Array: Bytes,
    DataView: View,
    Map: KeptMap,
    TextEncoder: Encoder,
    TextDecoder: Decoder,
    Reflect: reflect,
    crypto: globalThis.crypto,
    performance: performanceNow && { now: performanceNow },
    console: {
      log() {},
      warn() {
        if (++missed > MOST_MISSED) throw new Error("Go's timers do not come to an end");
      },
      error() {},
    },
    /** @param {() => void} f @param {number} ms */
    setTimeout(f, ms) {
      let place = 0;
      while (timers[place] !== undefined) place++;
      timers[place] = startTimer(() => {
        timers[place] = undefined;
        if (owner.over) return;
        missed = 0;
        try {
          f();
          if (go.exited) failed(undefined); // a panic of Go's own ends the program without an exception
        } catch (cause) {
          failed(cause);
        }
      }, ms);
      timers[place].unref?.(); // a timer of Go's garbage collector must not keep a process alive
      return timers[place];
    },
    /** @param {any} timer */
    clearTimeout(timer) {
      for (let i = 0; i < timers.length; i++) if (timers[i] === timer) timers[i] = undefined;
      clearTimer(timer);
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
  return {
    go,
    bridge,
    stderr: () => written,
    end() {
      for (let i = 0; i < timers.length; i++) if (timers[i] !== undefined) clearTimer(timers[i]);
      timers.length = 0;
    },
  };
}
