// How much the module's own memory grows for arrays that live in JavaScript. WebAssembly memory
// never shrinks, so its size afterwards is the most that there was. Each case has an instance of
// its own: one that has grown before would hide what the next asks for.

import { Disagreement, difference } from "./agree.js";
import { loadPosenc } from "./package.js";

/** @typedef {import("./package.js").Posenc} Posenc */
/** @typedef {{ shape: readonly [batch: number, seq: number, dim: number], fractions: boolean }} MemoryCase fractions: positions 0.5, 1.5, ... instead of 0, 1, ... */
/** @typedef {MemoryCase & { bytes: number, before: number, after: number, growth: number, milliseconds: number }} Growth sizes in bytes, of the array and of the module's memory */

/** @type {readonly MemoryCase[]} */
export const MEMORY_CASES = [
  { shape: [1, 1 << 18, 1024], fractions: false }, // 1 GiB
  { shape: [8, 2048, 768], fractions: false },
  { shape: [16, 512, 384], fractions: false },
  { shape: [1, 8192, 768], fractions: true },
];

/** @param {Posenc} posenc */
export function memorySize(posenc) {
  const probe = posenc.alloc(1);
  const size = probe.data.buffer.byteLength;
  probe.dispose();
  return size;
}

/**
 * Adds, looks at the memory, and then at some of the rows.
 * @param {Posenc} posenc that has done nothing yet
 * @param {MemoryCase} of
 * @returns {Growth}
 */
export function growth(posenc, { shape, fractions }) {
  const [batch, seq, dim] = shape;
  const x = new Float32Array(batch * seq * dim).fill(1);
  const positions = fractions ? Float64Array.from({ length: seq }, (_, i) => i + 0.5) : undefined;
  const encoder = posenc.sinusoidal({ dim });
  const before = memorySize(posenc);
  const start = performance.now();
  encoder.add(x, positions ? { batch, positions } : { batch });
  const milliseconds = performance.now() - start;
  const after = memorySize(posenc);

  for (const row of [0, 1, seq >> 1, seq - 1]) {
    const want = encoder.table(1, { positions: [positions?.[row] ?? row] }).map((v) => Math.fround(1 + v));
    for (const b of [0, batch - 1]) {
      const at = (b * seq + row) * dim;
      const wrong = difference(x.subarray(at, at + dim), want, 0);
      if (wrong !== undefined) throw new Disagreement(`posenc, memory, [${shape.join()}], row ${row}: ${wrong}`);
    }
  }
  encoder.dispose();
  return { shape, fractions, bytes: x.byteLength, before, after, growth: after - before, milliseconds };
}

/** For a worker, which gives the gigabyte back when it ends. */
export const createLane = () => ({
  /** @param {MemoryCase} of */
  growth: async (of) => growth(await loadPosenc({ fresh: true }), of),
});
