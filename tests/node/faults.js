// Deaths on demand: dist/faults.wasm is posenc's program with jsbridge/fault.go in it. This must be imported before the package
// starts it, as it watches over WebAssembly.Instance to get at the exports. It asks nothing of Node, so browsers run it too.

/** The ways to die, by the numbers of jsbridge/fault.go. */
export const WAYS = { PANIC: 1, EXIT: 2, MEMORY: 3, STACK: 4, THROW: 5 };

let count = 0;
/** @type {(() => void) | undefined} */
let refusal;
/** @type {any} */
let last;

const Real = WebAssembly.Instance;
WebAssembly.Instance = /** @type {any} */ (
  class extends Real {
    constructor(/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) {
      refusal?.();
      super(module, imports);
      count++;
      last = this.exports;
    }
  }
);

/** Has the engine refuse to start any more, by what this throws; undefined: no longer. @param {(() => void) | undefined} how */
export const refuse = (how) => void (refusal = how);
/** How many instances were started. */
export const started = () => count;
/** What the one that was started last exports. @returns {any} */
export const latest = () => last;

/**
 * Has the latest instance die in this way, in the call into Go that comes after so many others; 0 forgets it.
 * @param {number} way @param {number} [after]
 */
export const plan = (way, after = 0) => last.posenc_fault(way, after);
