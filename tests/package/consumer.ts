// Every call of the API, as a program in strict TypeScript makes it. types.test.js compiles it in each mode, and wrong.ts with it; neither is run.

import { load } from "posenc";
import type * as P from "posenc";

const bytes = new Uint8Array(8);
const posenc: P.Posenc = await load();
for (const wasm of ["posenc.wasm", new URL("https://example.org/posenc.wasm"), bytes, bytes.buffer] satisfies P.WasmSource[]) await load({ wasm });
const version: string = posenc.version;

const x = new Float32Array(64);
const memory: P.Allocation = posenc.alloc(64);
const numbers: number[] = [memory.length, memory.data[0]];
const positions = [0, 1.5, 7];
const at: P.At = { batch: 1, offset: 3, positions: new Int32Array(3), allowShared: false };

// Added to embeddings [batch, seq, dim].
const conventions: P.Convention[] = ["vaswani", "keras", "tensor2tensor", "fairseq", "m2m100", "whisper", "marian", "roformer", "ddpm", "ldm", "mlx", "transformer-xl"];
for (const convention of conventions) posenc.sinusoidal({ dim: 8, convention }).dispose();
const pe: P.Sinusoidal = posenc.sinusoidal({
  ...{ dim: 8, base: 10000, layout: "concat-cos-sin", frequencyShift: 1, minTimescale: 1, oddDim: "zero", scale: 2, inputScale: "sqrt-dim", precision: "float32" },
});
posenc.sinusoidal({ dim: 4, frequencies: new Float64Array(2) });
const same: Float32Array = pe.add(x, at);
const held: P.Allocation = pe.subtract(memory, { batch: 2 });
pe.fill(x, { positions });
const table: Float32Array<ArrayBuffer> = pe.table(3, { positions });
const frequencies: Float64Array = pe.frequencies;
const matrix: Float64Array = pe.shiftMatrix(-2);
numbers.push(same.length, held.length, table[0], frequencies[0], pe.wavelengths[0], matrix[0], pe.options.dim, pe.options.base);
const grid: P.Grid = posenc.grid({ dim: 16, shape: [4, 4], convention: "mae", prefixTokens: 1 });
grid.add(x.slice(0, 16), { offset: 1 });
numbers.push(grid.table()[0], grid.frequencies[0]);
const fourier: P.Fourier = posenc.fourier({ inputs: 2, type: "gaussian", bands: 4, sigma: 2, seed: 1 });
numbers.push(fourier.encode([0.5, 0.25])[0], fourier.fill(new Float32Array(8), [1, 2])[0], fourier.frequencies[0]);
const timestep: P.Timestep = posenc.timestep({ dim: 8, convention: "stable-diffusion", flipSinToCos: true, downscaleFreqShift: 0 });
numbers.push(timestep.encode(new Float32Array([1, 2]))[0]);
const time2vec: P.Time2Vec = posenc.time2vec({ w: [1, 2], phi: [0, 0] });
numbers.push(time2vec.encode([0.1])[0]);
const learned: P.Learned = posenc.learned({ dim: 4, weights: x, rowOffset: 2, resize: { from: [4, 4], to: [2, 2], mode: "bicubic" } });
numbers.push(learned.table()[0]);

// Turning queries and keys [batch, seq, heads, headDim].
const scalings: P.Scaling[] = [
  { type: "default" },
  { type: "linear", factor: 2 },
  { type: "ntk", alpha: 2 },
  { type: "dynamic", factor: 2, originalMaxPositionEmbeddings: 8 },
  { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 32768, betaFast: 32, betaSlow: 1, mscale: 1, mscaleAllDim: 1, truncate: false },
  { type: "longrope", shortFactor: [1, 1], longFactor: new Float32Array(2), originalMaxPositionEmbeddings: 4096, attentionFactor: 1.2 },
  { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 8192, lowFreqFactor: 1, highFreqFactor: 4 },
  { type: "proportional", partialRotaryFactor: 0.5 },
  { type: "freq-factors", freqFactors: [1, 1] },
  { type: "riflex", index: 1, length: 100 },
];
for (const scaling of scalings) posenc.rotary({ headDim: 4, scaling, maxPositionEmbeddings: 8192 }).dispose();
const rope: P.Rotary = posenc.rotary({ headDim: 4, rotaryDim: 2, base: 500000, pairing: "interleaved", precision: "exact" });
posenc.rotary({ headDim: 4, xpos: "key", xposScaleBase: 512, xposCenter: 0 });
posenc.rotary({ headDim: 4, cos: x, sin: x }).rotate(x, { positions: [1, 2, 3, 4], heads: 4 });
const turn: P.RotaryAt = { heads: 2, batch: 2, order: "bhsd", offset: 7, sequenceLength: 32 };
rope.unrotate(rope.rotate(memory, turn), turn);
rope.shift(x, -2, { heads: 2 });
const { cos, sin }: { cos: Float32Array; sin: Float32Array } = rope.cosSin(5, { offset: 2 });
numbers.push(cos[0], sin[0], rope.inverseFrequencies[0], rope.attentionFactor, rope.options.headDim);
const mrope: P.MRope = posenc.mrope({ headDim: 8, sections: [1, 1, 2], interleaved: false });
const { positions: axes, next }: { positions: Float64Array; next: number } = posenc.mropePositions([{ text: 2 }, { t: 1, h: 1, w: 3 }]);
mrope.rotate(new Float32Array(40), { positions: axes });
const axial: P.AxialRotary = posenc.axialRotary({ headDim: 8, shape: [2, 2], convention: "pixtral" });
axial.rotate(new Float32Array(32));

// Added to scores [batch, heads, queries, keys].
const where: P.ScoresAt = { queryLength: 2, keyLength: 4, batch: 1, offset: 2 };
const alibi: P.ALiBi = posenc.alibi({ heads: 8, maxBias: 8, slopes: "mpt", symmetric: true });
alibi.add(x, where);
numbers.push(alibi.matrix(2, 4)[0], alibi.slopes[0]);
const t5: P.T5 = posenc.t5({ heads: 2, weights: x, bidirectional: false });
t5.add(new Float32Array(16), where);
const buckets: Int32Array = posenc.t5().buckets(2, 2, { offset: 1 });
posenc.deberta({ positionBuckets: 256, maxRelativePositions: 512 }).buckets(2, 2);
posenc.shaw({ maxRelativePosition: 4 }).buckets(2, 2);
posenc.swin({ window: [2, 2], heads: 1, weights: new Float32Array(9) }).add(new Float32Array(16), { queryLength: 4, keyLength: 4 });
posenc.kerple({ heads: 1, p: [1], a: [1], type: "power" }).matrix(2, 2);
posenc.fire({ heads: 1, w1: [1], b1: [0], w2: [1], b2: [0], c: 0.1, threshold: 512 }).matrix(2, 2);

// From a model, and lists.
const { modelType, absolute, rotary, bias, offset, layerTypes } = posenc.fromConfig({ model_type: "llama", hidden_size: 64, num_attention_heads: 8 });
if (rotary?.options) rotary.dispose();
const mask: Int32Array = posenc.positionsFromMask([1, 1, 0], { batch: 1, start: 0, padding: 1 });
const relative: Float64Array = posenc.relativePositions(4, { bidirectional: true });
posenc.permute(x, { to: "half", headDim: 4, heads: 2, rotaryDim: 4, columns: 8 });

// What an encoding does.
const { analysis } = posenc;
const gram: Float32Array = analysis.gram(table, { dim: 8 });
analysis.profile(table, { dim: 8 });
analysis.spectrum(table, { dim: 8 });
analysis.firstRepetition(table, { dim: 8, tolerance: 0.01 });
analysis.shiftResidual(matrix, table, { dim: 8, k: -2 });
analysis.orthogonality(matrix, { dim: 8 });
analysis.fitShift(table, { dim: 8, k: 1 });
analysis.randomCosine({ dim: 384 });
analysis.cosines(table, { dim: 8 });
analysis.overlap(table, table, { dim: 8 });
analysis.preserve(table, table, { dim: 8 });
analysis.project(table, { dim: 8, to: 4, seed: 1 });
const attention = analysis.attention(table, { dim: 8, rotary: rope });
analysis.permutationError(table, { dim: 8, permutation: [2, 1, 0] });

// Many cores.
{
  using pool: P.Pool = await posenc.pool({ workers: 2 });
  const watch = { signal: AbortSignal.timeout(1000), onProgress: (done: number) => void done, shared: true };
  await pool.add(pe, x, { batch: 2, signal: watch.signal });
  await pool.subtract(pe, memory);
  await pool.fill(pe, x);
  await pool.add(alibi, x, { ...where, batch: 1 });
  await pool.rotate(rope, x, { heads: 2 });
  await pool.unrotate(rope, x, { heads: 2 });
  await pool.shift(rope, x, 1);
  numbers.push((await pool.table(pe, 5, watch))[0], (await pool.cosSin(rope, 5, watch)).sin[0], pool.workers);
}
try {
  using encoder = posenc.sinusoidal({ dim: 7.5 });
  using array = posenc.alloc(3);
} catch (error) {
  const { code }: P.PosencError = error as P.PosencError;
  if (code === "ERR_POSENC_RANGE" satisfies P.ErrorCode) numbers.push(0);
}
export { numbers, version, next, buckets, modelType, absolute, bias, offset, layerTypes, mask, relative, gram, attention };
