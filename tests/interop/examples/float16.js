// posenc and Float16Array: numbers are converted, encoded in float32, and rounded once on the way back.

import { load } from "posenc";

const posenc = await load();
const pe = posenc.sinusoidal({ dim: 4 });

const half = new Float16Array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]); // [seq, dim]
const single = new Float32Array(half);
half.set(pe.add(single, { offset: 100 })); // rounds each to the nearest float16
console.log(half.join(" ")); // -> -0.406494140625 1.0625 1.1416015625 0.9404296875 0.9521484375 1.4921875 1.546875 1.33203125
