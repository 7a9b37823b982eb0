// A wasm that runs out of memory in a moment.

/**
 * The same module with a memory that may not grow past this many pages of 64 KiB.
 * @param {Uint8Array} bytes of posenc.wasm @param {number} pages
 */
export function limited(bytes, pages) {
  let at = 8;
  const read = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const b = bytes[at++];
      value |= (b & 127) << shift;
      if (b < 128) return value;
    }
  };
  const leb = (/** @type {number} */ n) => {
    const out = [];
    for (; n > 127; n >>>= 7) out.push((n & 127) | 128);
    return [...out, n];
  };
  while (at < bytes.length) {
    const start = at;
    const id = bytes[at++];
    const end = read() + at;
    if (id === 5) {
      // the memory section: one memory, here with a maximum
      at += 2;
      const body = [1, 1, ...leb(read()), ...leb(pages)];
      const section = Uint8Array.of(5, ...leb(body.length), ...body);
      const out = new Uint8Array(start + section.length + bytes.length - end);
      out.set(bytes.subarray(0, start));
      out.set(section, start);
      out.set(bytes.subarray(end), start + section.length);
      return out;
    }
    at = end;
  }
  throw new Error("a wasm without a memory");
}
