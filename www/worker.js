// Long work with posenc, away from the page.

import { answer, breathe, transfer } from "./lib/tasks.js";
import { enough, isNpy, readHeader, toFloat32 } from "./parts/data/npy.js";

/** So many numbers are read and encoded at once: some ten milliseconds. */
const piece = 2 ** 20;
/** Two arrays of so many float32 have to fit: 256 MiB each. */
const most = 2 ** 26;

/** @type {Promise<any> | undefined} */
let loading;
const posenc = () => (loading ??= import("./posenc/index.js").then(({ load }) => load()));

answer({
  /**
   * What is in a file.
   *
   * @param {File} file
   * @returns {Promise<import("./parts/data/npy.js").Header & { npy: boolean, count: number }>}
   */
  async open(file) {
    if (file.size === 0) throw new Error("This file is empty.");
    const head = new Uint8Array(await file.slice(0, enough).arrayBuffer());
    const npy = isNpy(head);
    if (!npy && /\.npy$/i.test(file.name)) throw new Error("This file is called .npy, and does not begin as one.");
    if (!npy && head[0] === 0x50 && head[1] === 0x4b)
      throw new Error("This is a ZIP archive, as .npz and .pt are. Take the array out of it and save it with numpy.save.");
    if (!npy && file.size % 4) throw new Error(`These cannot be raw 32-bit floats: ${file.size} bytes are no multiple of 4.`);
    const header = npy ? readHeader(head) : { type: /** @type {const} */ ("float32"), bytes: 4, shape: [file.size / 4], start: 0 };
    const count = header.shape.reduce((a, b) => a * b, 1),
      size = header.start + count * header.bytes;
    if (count === 0) throw new Error(`There are no numbers in this file: its shape is (${header.shape.join(", ")}).`);
    if (count > most) throw new Error(`This file is too large for the page: ${count} numbers, and ${most} is the most.`);
    if (file.size < size)
      throw new Error(`This file is cut off: its shape (${header.shape.join(", ")}) needs ${size} bytes, and there are ${file.size}.`);
    return { ...header, npy, count };
  },

  /**
   * Reads a file piece by piece and encodes it.
   *
   * @param {object} given
   * @param {File} given.file
   * @param {import("./parts/data/npy.js").Header} given.header
   * @param {number[]} given.shape [batch, seq, dim]
   * @param {"sinusoidal" | "rotary" | "grid"} given.scheme
   * @param {any} given.options
   * @param {"add" | "subtract" | "rotate" | "unrotate"} given.method
   * @param {{ offset: number, heads?: number }} given.at
   * @param {import("./lib/tasks.js").Doing} doing
   */
  async encode({ file, header: { type, bytes, start }, shape: [batch, seq, dim], scheme, options, method, at }, { signal, progress }) {
    const encoder = (await posenc())[scheme](options);
    try {
      const before = room(batch * seq * dim),
        after = room(batch * seq * dim);
      // Whole sequences at once, or a part of one.
      const rows = Math.max(1, Math.min(seq, Math.floor(piece / dim))),
        together = rows < seq ? 1 : Math.max(1, Math.floor(piece / (seq * dim)));
      let bounds = 0;
      for (let b = 0; b < batch; b += together) {
        for (let row = 0; row < seq; row += rows) {
          const sequences = Math.min(together, batch - b);
          const from = (b * seq + row) * dim,
            to = from + (rows < seq ? Math.min(rows, seq - row) : sequences * seq) * dim;
          const numbers = toFloat32(await file.slice(start + from * bytes, start + to * bytes).arrayBuffer(), type);
          before.set(numbers, from);
          after.set(numbers, from);
          encoder[method](after.subarray(from, to), { ...at, batch: sequences, offset: at.offset + row });
          bounds = largest(after.subarray(from, to), largest(numbers, bounds));
          progress(to / before.length);
          await breathe(signal);
        }
      }
      return transfer({ before, after, bounds }, [before.buffer, after.buffer]);
    } finally {
      encoder.dispose();
    }
  },
});

/** @param {Float32Array} numbers @param {number} most so far */
function largest(numbers, most) {
  for (const v of numbers) if (Math.abs(v) > most && Number.isFinite(v)) most = Math.abs(v);
  return most;
}

/** @param {number} length */
function room(length) {
  try {
    return new Float32Array(length);
  } catch {
    throw new Error(
      `The browser has no room for two arrays of ${Math.round(length / 2 ** 18)} MiB. Close other tabs, or take a smaller file.`,
    );
  }
}
