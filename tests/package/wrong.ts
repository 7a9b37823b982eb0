// Calls that are wrong, one a line: each has to be an error of the compiler. See types.test.js.

import { load } from "posenc";

const posenc = await load();
const pe = posenc.sinusoidal({ dim: 4 });
const x = new Float32Array(4);
const pool = await posenc.pool();
export {};

// @ts-expect-error
posenc.sinusoidal({});
// @ts-expect-error
posenc.sinusoidal({ dim: "4" });
// @ts-expect-error
posenc.sinusoidal({ dim: 4, layout: "zigzag" });
// @ts-expect-error
posenc.sinusoidal({ dim: 4, bse: 1 });
// @ts-expect-error
pe.add([1, 2]);
// @ts-expect-error
pe.add(new Float64Array(4));
// @ts-expect-error
pe.add(x, { ofset: 1 });
// @ts-expect-error
pe.table();
// @ts-expect-error
pe.table(2, { batch: 1 });
// @ts-expect-error
pe.options.dim = 5;
// @ts-expect-error
pe.options = pe.options;
// @ts-expect-error
posenc.alloc("4");
// @ts-expect-error
pe.runtime;
// @ts-expect-error
pe.handle;
// @ts-expect-error
pool.workers = 3;
// @ts-expect-error
pool.rotate(pe, x);
// @ts-expect-error
pool.add(pe, x, { signal: 1 });
// @ts-expect-error
pool.add(posenc.alibi({ heads: 1 }), x);
// @ts-expect-error
pool.table(pe, 1, { batch: 2 });
// @ts-expect-error
pool.crew;
// @ts-expect-error
posenc.rotary({ headDim: 4, scaling: { type: "linear" } });
// @ts-expect-error
posenc.rotary({ headDim: 4, scaling: { type: "yarn", factor: 2, lowFreqFactor: 1 } });
// @ts-expect-error
posenc.rotary({ headDim: 4, scaling: { type: "longrope", shortFactor: [1, 1] } });
// @ts-expect-error
posenc.rotary({ headDim: 4, cos: x });
// @ts-expect-error
posenc.rotary({ headDim: 4, cos: x, sin: x, base: 5 });
// @ts-expect-error
posenc.mrope({ headDim: 4, sections: [1, 1, 0], xpos: "key" });
// @ts-expect-error
posenc.t5().add(x, { queryLength: 2, keyLength: 2 });
// @ts-expect-error
posenc.t5({ weights: x }).add(x, { queryLength: 2, keyLength: 2 });
// @ts-expect-error
pool.add(posenc.t5(), x, { queryLength: 2, keyLength: 2 });
// @ts-expect-error
load({ wsm: "posenc.wasm" });
// @ts-expect-error
posenc.rotary({ headDim: 4 }).rotate(x, { order: "sbhd" });
// @ts-expect-error
posenc.rotary({ headDim: 4, pairing: "both" });
// @ts-expect-error
posenc.grid({ dim: 4 });
// @ts-expect-error
posenc.grid({ dim: 4, shape: 4 });
// @ts-expect-error
posenc.kerple({ heads: 1, p: [1] });
// @ts-expect-error
posenc.fire({ heads: 1, w1: [1], b1: [0], w2: [1] });
// @ts-expect-error
posenc.swin({ heads: 1, weights: x });
// @ts-expect-error
posenc.deberta({});
// @ts-expect-error
posenc.alibi({ heads: 1 }).add(x);
// @ts-expect-error
posenc.alibi({ heads: 1 }).matrix(2);
// @ts-expect-error
posenc.deberta({ maxRelativePositions: 4 }).add(x, { queryLength: 1, keyLength: 1 });
// @ts-expect-error
posenc.axialRotary({ headDim: 4, shape: [2, 2] });
// @ts-expect-error
posenc.permute(x, { headDim: 4 });
// @ts-expect-error
posenc.positionsFromMask("110");
// @ts-expect-error
posenc.fromConfig(7);
// @ts-expect-error
posenc.analysis.gram(x);
// @ts-expect-error
posenc.analysis.fitShift(x, { dim: 4 });
// @ts-expect-error
posenc.mropePositions([{ text: 1, h: 2, w: 3 }]);
// @ts-expect-error
posenc.version = "2";
// @ts-expect-error
posenc.sinus({ dim: 4 });
// @ts-expect-error
pe.rotate(x);
// @ts-expect-error
new posenc.sinusoidal({ dim: 4 });
declare const given: import("posenc").T5Options;
// @ts-expect-error
posenc.t5(given).add(x, { queryLength: 2, keyLength: 2 });
