// posenc and onnxruntime-web: cos and sin for a RotaryEmbedding operator, and a cache of keys that is moved in place.

import { readFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";
import { load } from "posenc";

const posenc = await load();
const rope = posenc.rotary({ headDim: 8, base: 500000, scaling: { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 8192 } });

// The operator wants caches [max_sequence_length, head_dim/2]. attentionFactor is in them, whatever the scaling.
const { cos, sin } = rope.cosSin(64);
const caches = { cos_cache: new ort.Tensor("float32", cos, [64, 4]), sin_cache: new ort.Tensor("float32", sin, [64, 4]) };
const session = await ort.InferenceSession.create(await readFile("rotary-embedding.onnx"));
const [heads, seq] = [2, 5];
const query = new ort.Tensor(
  "float32",
  Float32Array.from({ length: heads * seq * 8 }, (_, i) => Math.cos(i)),
  [1, heads, seq, 8],
);
const { output } = await session.run({
  input: query,
  position_ids: new ort.Tensor("int64", BigInt64Array.of(3n), [1]), // of the first row
  ...caches,
});

// Without the operator: a tensor's data is a Float32Array, which posenc turns in place.
const key = new ort.Tensor("float32", Float32Array.from(/** @type {Float32Array} */ (query.data)), query.dims);
const keys = /** @type {Float32Array} */ (key.data);
rope.rotate(keys, { heads, order: "bhsd", offset: 3 });
const difference = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
console.log(difference(keys, /** @type {Float32Array} */ (output.data)) < 1e-6); // -> true

// A decoder that forgets its first three tokens: the keys of the others are as if they had been at 0, 1, ... from the start.
rope.shift(keys, -3, { heads, order: "bhsd" });
const fresh = rope.rotate(/** @type {Float32Array} */ (query.data), { heads, order: "bhsd" });
console.log(difference(keys, fresh) < 1e-6); // -> true
