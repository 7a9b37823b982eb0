// Prints what the package weighs, and fails over budget: node tests/size.js DIR

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** The most that a visitor of a page may download, in bytes: posenc.wasm, compressed with Brotli, and the JavaScript that load() needs, with gzip. */
const BUDGET = { wasm: 620_000, script: 20_000 };

const dir = process.argv[2];
const wasm = readFileSync(join(dir, "posenc.wasm"));
const brotli = brotliCompressSync(wasm, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length, [constants.BROTLI_PARAM_LGWIN]: 24 },
});
const gzip = (/** @type {string[]} */ ...names) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dir, name)), { level: 9 }).length, 0);
const script = gzip("index.js", "posenc.js");

const sha256 = (/** @type {string} */ name) =>
  createHash("sha256")
    .update(readFileSync(join(dir, name)))
    .digest("hex");
const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
console.log(`posenc.wasm  ${kb(wasm.length)}, gzip ${kb(gzip("posenc.wasm"))}, brotli ${kb(brotli.length)} (budget ${kb(BUDGET.wasm)})`);
console.log(`             sha256 ${sha256("posenc.wasm")}`);
console.log(`bom.json     sha256 ${sha256("bom.json")}, over the hashes of all files of the package`);
console.log(
  `JavaScript   gzip ${kb(script)} (budget ${kb(BUDGET.script)}); a pool ${kb(gzip("pool.js"))} more, its workers ${kb(gzip("worker.js"))}`,
);
for (const [name, size, budget] of /** @type {[string, number, number][]} */ ([
  ["posenc.wasm", brotli.length, BUDGET.wasm],
  ["the JavaScript", script, BUDGET.script],
])) {
  if (size <= budget) continue;
  console.error(`${name} is over its budget`);
  process.exitCode = 1;
}
