// The first result of posenc in a process that has done nothing yet: prints when there was what, in milliseconds.

const start = performance.now();
const { load } = await import(new URL("../../dist/npm/index.js", import.meta.url).href);
const imported = performance.now();
const posenc = await load();
const x = posenc.sinusoidal({ dim: 768 }).add(new Float32Array(768), { offset: 1 });
const end = performance.now();
console.log(JSON.stringify({ fromImport: end - start, fromLoad: end - imported, first: [...x.subarray(0, 2)] }));
