// Prints what the package weighs, and fails over budget: node tests/size.js DIR

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** The most that posenc.wasm may weigh, compressed with Brotli: what a visitor of a page downloads, in bytes. */
const BUDGET = 620_000;

const dir = process.argv[2];
const wasm = readFileSync(join(dir, "posenc.wasm"));
const brotli = brotliCompressSync(wasm, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length, [constants.BROTLI_PARAM_LGWIN]: 24 },
});
const scripts = readdirSync(dir)
  .filter((name) => name.endsWith(".js"))
  .map((name) => readFileSync(join(dir, name)));
const gzip = scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0);

const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
console.log(
  `posenc.wasm  ${kb(wasm.length)}, gzip ${kb(gzipSync(wasm, { level: 9 }).length)}, brotli ${kb(brotli.length)} (budget ${kb(BUDGET)})`,
);
console.log(`             sha256 ${createHash("sha256").update(wasm).digest("hex")}`);
console.log(`JavaScript   ${scripts.length} files, gzip ${kb(gzip)}`);
if (brotli.length > BUDGET) {
  console.error("posenc.wasm is over its budget");
  process.exitCode = 1;
}
