// NumPy's own file format, as far as it holds floats: numpy.lib.format. What cannot be read here is refused in words.

/** @typedef {{ type: "float16" | "float32" | "float64", bytes: number, shape: number[], start: number }} Header where the numbers start, in bytes */

const types = /** @type {Record<string, Header["type"]>} */ ({ f2: "float16", f4: "float32", f8: "float64" });
const others = /** @type {Record<string, string>} */ ({
  i: "integers",
  u: "integers",
  b: "booleans",
  c: "complex numbers",
  S: "text",
  U: "text",
  O: "Python objects",
  V: "records",
  M: "dates",
  m: "durations",
});

/** How much of a file is enough to read its header: NumPy itself writes no more than 64 KiB. */
export const enough = 65536 + 12;

/** @param {Uint8Array} head the first `enough` bytes @returns {boolean} */
export const isNpy = (head) => "\x93NUMPY" === String.fromCharCode(...head.subarray(0, 6));

/** @param {Uint8Array<ArrayBuffer>} head the first `enough` bytes @returns {Header} */
export function readHeader(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const cut = new Error("This .npy file is cut off: it ends within its header.");
  if (head.length < 12) throw cut;
  const wide = head[6] >= 2,
    start = wide ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  if (start > enough) throw new Error("This .npy file has a header longer than NumPy writes.");
  if (start > head.length) throw cut;
  const text = new TextDecoder(head[6] >= 3 ? "utf-8" : "latin1").decode(head.subarray(wide ? 12 : 10, start));
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text),
    order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text),
    axes = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text);
  if (!descr || !order || !axes) throw new Error("This .npy file has a header that is not NumPy's.");
  const [, sign, kind, size] = /^([<>|=]?)([A-Za-z])(\d*)$/.exec(descr[1] ?? "V") ?? [];
  const type = types[kind + size];
  if (!type)
    throw new Error(
      `This file holds ${kind === "f" ? `floats of ${Number(size) * 8} bits` : (others[kind] ?? descr[1])}. Floats of 16, 32 or 64 bits are needed: save it with .astype("float32").`,
    );
  if (sign === ">") throw new Error('This file is big-endian. Save it with .astype("<f4").');
  const shape = axes[1]
    .split(",")
    .map((n) => n.trim().replace(/L$/, ""))
    .filter(Boolean)
    .map(Number);
  if (order[1] === "True" && shape.filter((n) => n > 1).length > 1)
    throw new Error("This file is in Fortran order, column after column. Save it with numpy.ascontiguousarray(x).");
  return { type, bytes: Number(size), shape, start };
}

/** The header of a float32 file in C order, padded so that the numbers start at a multiple of 64 bytes. @param {number[]} shape */
export function writeHeader(shape) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length);
  bytes.set([0x93, ...[..."NUMPY"].map((c) => c.charCodeAt(0)), 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text.padEnd(length - 11) + "\n"), 10);
  return bytes;
}

/** Numbers of a file as float32. @param {ArrayBuffer} buffer @param {Header["type"]} type @returns {Float32Array<ArrayBuffer>} */
export function toFloat32(buffer, type) {
  if (type === "float32") return new Float32Array(buffer);
  if (type === "float64") return Float32Array.from(new Float64Array(buffer));
  return Float32Array.from(new Uint16Array(buffer), half);
}

/** The float16 with these bits. @param {number} bits */
function half(bits) {
  const sign = bits >> 15 ? -1 : 1,
    exponent = (bits >> 10) & 31,
    fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}
