// posenc and the tensors of tfjs: positions added to embeddings, and queries turned.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu"; // or -wasm, -webgl
import { load } from "posenc";

const posenc = await load();
const pe = posenc.sinusoidal({ dim: 8 });
const embeddings = tf.randomNormal([2, 5, 8]); // [batch, seq, dim]

// A table is a tensor that stays where the backend keeps its own, and is added there: no copy for each call.
const table = tf.tensor(pe.table(5), [5, 8]);
const added = tf.add(embeddings, table);

// Or on the numbers themselves. The CPU backend hands out the tensor's own array, which is nobody's to write to: hence slice().
const data = /** @type {Float32Array} */ (await embeddings.data()).slice();
const inPlace = tf.tensor(pe.add(data, { batch: 2 }), [2, 5, 8]); // takes the array as it is

// RoPE on [batch, heads, seq, headDim], for a decoder whose next token is the eighth.
const rope = posenc.rotary({ headDim: 4 });
const query = tf.randomNormal([1, 2, 1, 4]);
const turned = tf.tensor(
  rope.rotate(/** @type {Float32Array} */ (await query.data()).slice(), { heads: 2, order: "bhsd", offset: 7 }),
  query.shape,
);

// The same by tfjs alone: sines and cosines of its own, and rotate_half.
const angles = tf.outerProduct(tf.range(0, 5), tf.tensor1d([1, 0.1, 0.01, 0.001]));
const own = tf.add(embeddings, tf.reshape(tf.stack([tf.sin(angles), tf.cos(angles)], 2), [5, 8]));
const by = tf.tensor([7, 0.07, 7, 0.07]); // 7 / 10000^(2i/4), for the first half and the second
const [first, second] = tf.split(query, 2, 3);
const half = tf.add(tf.mul(query, tf.cos(by)), tf.mul(tf.concat([tf.neg(second), first], 3), tf.sin(by)));
const difference = (/** @type {tf.Tensor} */ a, /** @type {tf.Tensor} */ b) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
console.log(difference(added, own) < 1e-6, difference(inPlace, added), difference(turned, half) < 1e-6); // -> true 0 true
