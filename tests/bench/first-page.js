// The first result in a page: what performance.now() says before load() and after the first add. It counts from when the
// navigation began.

import { load } from "../../dist/npm/index.js";

const start = performance.now();
const posenc = await load();
const loaded = performance.now();
const x = posenc.sinusoidal({ dim: 768 }).add(new Float32Array(768), { offset: 1 });
const end = performance.now();

const [wasm] = /** @type {PerformanceResourceTiming[]} */ (
  performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm"))
);
Object.assign(globalThis, {
  first: {
    fromNavigation: end,
    fromLoad: end - start,
    load: loaded - start,
    add: end - loaded,
    first: [...x.subarray(0, 2)],
    wasm: wasm && { fetched: wasm.responseEnd - wasm.startTime, encoded: wasm.encodedBodySize, decoded: wasm.decodedBodySize },
  },
});
