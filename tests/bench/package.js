// The built package, as a user has it: dist/npm, imported late, so that one that is not there is
// said in one line. In a page it may lie elsewhere.

const DIST = new URL("../../dist/npm/", import.meta.url);

/** @typedef {{ batch?: number, offset?: number, positions?: ArrayLike<number> }} At */
/** @typedef {{ readonly data: Float32Array, dispose(): void }} Allocation */
/**
 * The part of an encoder that is measured.
 * @typedef {object} Encoder
 * @property {(x: Float32Array | Allocation, at?: At) => unknown} add
 * @property {(x: Float32Array | Allocation, at?: At) => unknown} fill
 * @property {(length: number, at?: At) => Float32Array} table
 * @property {() => void} dispose
 */
/**
 * @typedef {object} RotaryEncoder
 * @property {(x: Float32Array | Allocation, at?: { batch?: number, heads?: number, order?: "bshd" | "bhsd", offset?: number }) => unknown} rotate
 * @property {(length: number) => { cos: Float32Array, sin: Float32Array }} cosSin
 * @property {() => void} dispose
 */
/**
 * @typedef {object} BiasEncoder
 * @property {(scores: Float32Array | Allocation, at: { batch?: number, queryLength: number, keyLength: number, offset?: number }) => unknown} add
 * @property {Float64Array} slopes
 * @property {() => void} dispose
 */
/**
 * The part of the package that is measured.
 * @typedef {object} Posenc
 * @property {string} version
 * @property {(options: { dim: number }) => Encoder} sinusoidal
 * @property {(options: { dim: number, shape: readonly number[] }) => Encoder} grid
 * @property {(options: { headDim: number, pairing?: "half" | "interleaved" }) => RotaryEncoder} rotary
 * @property {(options: { heads: number }) => BiasEncoder} alibi
 * @property {(length: number) => Allocation} alloc
 */

/**
 * @param {{ fresh?: boolean, from?: string | URL }} [options] fresh: an instance of its own, that has done nothing yet (Node only); from: the package's folder
 * @returns {Promise<Posenc>}
 */
export async function loadPosenc({ fresh = false, from = DIST } = {}) {
  try {
    const { load } = await import(new URL("index.js", from).href);
    if (!fresh) return await load();
    const { readFile } = await import("node:fs/promises");
    return await load({ wasm: await readFile(new URL("posenc.wasm", from)) });
  } catch (cause) {
    const missing = /** @type {{ code?: string }} */ (cause)?.code === "ERR_MODULE_NOT_FOUND";
    throw missing ? new Error("dist/npm/ is not there: run ./build.sh first", { cause }) : cause;
  }
}
