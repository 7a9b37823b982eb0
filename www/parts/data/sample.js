// A file to try it with: two texts, each of which says a dozen words again and again. Their rows repeat, until positions are added.

import { writeHeader } from "./npy.js";

const [batch, seq, dim, words] = [2, 96, 64, 12];

export function sample() {
  let state = 1;
  const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32; // the same on every machine
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const texts = Float32Array.from({ length: batch * words * dim }, () => normal() * 0.4);
  const numbers = new Float32Array(batch * seq * dim);
  for (let b = 0; b < batch; b++) {
    const text = texts.subarray(b * words * dim, (b + 1) * words * dim);
    for (let row = 0; row < seq; row += words) numbers.set(text, (b * seq + row) * dim);
  }
  return new File([writeHeader([batch, seq, dim]), numbers], "sample.npy");
}
