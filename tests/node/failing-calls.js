// Calls that fail, each for a reason of its own, with the code of its error.

import { numbers } from "./hostile-calls.js";

const TYPE = "ERR_POSENC_TYPE",
  RANGE = "ERR_POSENC_RANGE",
  DISPOSED = "ERR_POSENC_DISPOSED";

/**
 * @param {any} posenc
 * @returns {{ calls: [call: () => unknown, code: string][], untouched: () => boolean, dispose: () => void }} `untouched`: whether the arrays are what they were
 */
export function failing(posenc) {
  const pe = posenc.sinusoidal({ dim: 4 });
  const rope = posenc.rotary({ headDim: 4 });
  const mrope = posenc.mrope({ headDim: 8, sections: [2, 1, 1] });
  const table = posenc.learned({ dim: 4, weights: numbers(12) });
  const empty = posenc.learned({ dim: 4, rows: 3 });
  const grid = posenc.grid({ dim: 4, shape: [2, 2] });
  const alibi = posenc.alibi({ heads: 2 });
  const swin = posenc.swin({ window: [2, 2], heads: 1, weights: numbers(9) });
  const shaw = posenc.shaw({ maxRelativePosition: 2 });
  const fourier = posenc.fourier({ inputs: 2, bands: 2 });
  const gone = posenc.sinusoidal({ dim: 4 });
  gone.dispose();
  const memory = posenc.alloc(8);
  const freed = posenc.alloc(8);
  freed.dispose();
  const detached = new Float32Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const x = new Float32Array(8),
    odd = new Float32Array(7),
    long = numbers(70_001);
  const mine = Object.assign(new Error("mine"), { code: "mine" });
  const throwing = () => {
    throw mine;
  };
  const llama = { model_type: "llama", hidden_size: 64, num_attention_heads: 4 };
  /** @type {[() => unknown, string][]} */
  const calls = [
    // options that JavaScript refuses
    [() => posenc.sinusoidal({ dim: "4" }), TYPE],
    [() => posenc.sinusoidal(null), TYPE],
    [() => posenc.sinusoidal({}), TYPE],
    [() => posenc.sinusoidal({ dim: 4, bse: 1 }), TYPE],
    [() => posenc.sinusoidal({ dim: 4, layout: "zigzag" }), TYPE],
    [() => posenc.rotary({ headDim: 4, scaling: { type: "yarns" } }), TYPE],
    [() => posenc.t5({ heads: 2, weights: ["1"] }), TYPE],
    [() => posenc.kerple({ heads: 1, p: [1], a: [1n] }), TYPE],
    [() => posenc.fire({ heads: 1 }), TYPE],
    [() => posenc.grid({ dim: 4, shape: "22" }), TYPE],
    [() => posenc.alloc("4"), TYPE],
    [() => posenc.alloc(-1), RANGE],
    [() => posenc.alloc(2 ** 40), RANGE],
    [
      () =>
        posenc.sinusoidal({
          get dim() {
            return throwing();
          },
        }),
      "mine",
    ],
    [
      () =>
        posenc.rotary({
          headDim: 4,
          get scaling() {
            return throwing();
          },
        }),
      "mine",
    ],
    [() => posenc.alibi(new Proxy({}, { ownKeys: throwing })), "mine"],
    // options that Go refuses, some with arrays that it has by then
    [() => posenc.sinusoidal({ dim: 7.5 }), RANGE],
    [() => posenc.sinusoidal({ dim: 4, base: -1 }), RANGE],
    [() => posenc.sinusoidal({ dim: 4, scale: 0 }), RANGE],
    [() => posenc.sinusoidal({ dim: 4, frequencies: [1] }), RANGE],
    [() => posenc.rotary({ headDim: 5 }), RANGE],
    [() => posenc.rotary({ headDim: 4, scaling: { type: "yarn", factor: 0.5 } }), RANGE],
    [() => posenc.rotary({ headDim: 4, cos: numbers(300), sin: numbers(302) }), RANGE],
    [() => posenc.mrope({ headDim: 8, sections: [1, 1, 1] }), RANGE],
    [() => posenc.axialRotary({ headDim: 6, shape: [2, 2], convention: "pixtral" }), RANGE],
    [() => posenc.learned({ dim: 4, weights: numbers(301) }), RANGE],
    [() => posenc.learned({ dim: 4, weights: numbers(300), resize: { from: [9, 9], to: [2, 2] } }), RANGE],
    [() => posenc.t5({ heads: 3, weights: numbers(300) }), RANGE],
    [() => posenc.swin({ window: [2, 2], heads: 3, weights: numbers(300) }), RANGE],
    [() => posenc.fire({ heads: 2, w1: numbers(90), b1: numbers(90), w2: numbers(91), b2: numbers(2) }), RANGE],
    [() => posenc.kerple({ heads: 2, p: [1], a: [1, 1] }), RANGE],
    [() => posenc.shaw({ maxRelativePosition: -1 }), RANGE],
    [() => posenc.time2vec({ w: [1, 2], phi: [1] }), RANGE],
    [() => posenc.timestep({ dim: 1 }), RANGE],
    [() => posenc.fourier({ inputs: 2, type: "gaussian", b: [1, 2, 3] }), RANGE],
    [() => posenc.deberta({ maxRelativePositions: 1.5 }), RANGE],
    // a model's config.json
    [() => posenc.fromConfig("{"), TYPE],
    [() => posenc.fromConfig([]), TYPE],
    [() => posenc.fromConfig({}), RANGE],
    [() => posenc.fromConfig({ model_type: "nobody's" }), RANGE],
    [() => posenc.fromConfig({ ...llama, rope_scaling: { rope_type: "curly" } }), RANGE],
    [() => posenc.fromConfig({ ...llama, num_attention_heads: 7 }), RANGE],
    [
      () =>
        posenc.fromConfig({
          ...llama,
          get rope_theta() {
            return throwing();
          },
        }),
      "mine",
    ],
    [() => posenc.fromConfig({ ...llama, rope_theta: 1n }), TYPE],
    // arrays, and what Go finds wrong with their lengths and positions
    [() => pe.subtract(null), TYPE],
    [() => pe.add(new Float64Array(8)), TYPE],
    [() => pe.fill(detached), TYPE],
    [() => pe.add(freed), DISPOSED],
    [() => freed.data, DISPOSED],
    [() => pe.add(new Float32Array(new SharedArrayBuffer(32))), TYPE],
    [() => pe.add(odd), RANGE],
    [() => pe.add(long), RANGE],
    [() => pe.add(x, { batch: 3 }), RANGE],
    [() => pe.add(x, { batch: 0 }), RANGE],
    [() => pe.fill(x, { offset: 0.5 }), RANGE],
    [() => pe.add(x, { positions: [1] }), RANGE],
    [() => pe.add(x, { positions: [1, NaN] }), RANGE],
    [() => pe.add(memory, { batch: 5 }), RANGE],
    [() => pe.add(memory, { positions: [1, 2, 3] }), RANGE],
    [() => table.add(x, { offset: 2 }), RANGE],
    [() => empty.add(x), RANGE],
    [() => grid.table(2, { positions: [0, 4] }), RANGE],
    [() => rope.rotate(x, { heads: 3 }), RANGE],
    [() => rope.rotate(memory, { heads: 2, order: "bhsd", batch: 2 }), RANGE],
    [() => rope.shift(x, NaN), RANGE],
    [() => mrope.rotate(x, { positions: [1, 2] }), RANGE],
    [() => alibi.add(x, { queryLength: 3, keyLength: 4 }), RANGE],
    [() => alibi.add(memory, { queryLength: 2 ** 40, keyLength: 4 }), RANGE],
    [() => swin.matrix(3, 3), RANGE],
    [() => shaw.buckets(0.5, 2), RANGE],
    [() => fourier.encode([1, 2, 3]), RANGE],
    [() => fourier.encode([1, Infinity]), RANGE],
    // what a call says beside
    [() => pe.add(x, { positions: "12" }), TYPE],
    [() => pe.add(x, { ofset: 1 }), TYPE],
    [
      () =>
        pe.add(x, {
          get batch() {
            return throwing();
          },
        }),
      "mine",
    ],
    [() => pe.add(x, { positions: Object.defineProperty([0, 1], 1, { get: throwing }) }), "mine"],
    [() => rope.rotate(x, { order: "shbd" }), TYPE],
    [() => rope.cosSin(2, { batch: 2 }), TYPE],
    [() => pe.table(-1), RANGE],
    [() => pe.table(2 ** 50), RANGE],
    [() => pe.shiftMatrix(NaN), RANGE],
    [() => pe.shiftMatrix("1"), TYPE],
    [() => posenc.positionsFromMask([2]), RANGE],
    [() => posenc.mropePositions([{ text: -1 }]), RANGE],
    [() => posenc.relativePositions(0), RANGE],
    [() => posenc.permute(x, { to: "half", headDim: 3 }), RANGE],
    // what is no encoder any more, or never was one
    [() => gone.add(x), DISPOSED],
    [() => gone.frequencies, DISPOSED],
    [() => gone.table(1), DISPOSED],
    [() => pe.add.call(rope, x), TYPE],
    [() => rope.rotate.call({}, x), TYPE],
    [() => alibi.matrix.call(pe, 2, 2), TYPE],
  ];
  const held = [pe, rope, mrope, table, empty, grid, alibi, swin, shaw, fourier, memory];
  return {
    calls,
    untouched: () => x.every((v) => v === 0) && memory.data.every((/** @type {number} */ v) => v === 0),
    dispose: () => held.forEach((each) => each.dispose()),
  };
}
