// posenc in a module worker: it gets embeddings and gives them back encoded. Their buffer is transferred, not copied, both ways.

import { load } from "/npm/index.js"; // with a bundler: "posenc"

const loading = load();

addEventListener("message", async ({ data: { x, options, at } }) => {
  let pe;
  try {
    const posenc = await loading;
    pe = posenc.sinusoidal(options);
    postMessage({ x: pe.add(x, at) }, { transfer: [x.buffer] });
  } catch ({ code, message }) {
    postMessage({ x, error: `${code}: ${message}` }, { transfer: [x.buffer] });
  } finally {
    pe?.dispose();
  }
});
