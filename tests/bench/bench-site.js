// The server of the benchmark's pages: folders as they lie in the project, what has to be generated, and the headers under
// which all of it has to run.

import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { serve } from "../browsers/serve.js";
import { kernelBytes } from "./kernels.js";
import { loopsModule } from "./loops-module.js";

const DIST = new URL("../../dist/npm/", import.meta.url);

/** For the finer clock of a page that is isolated; and the policy of the site's own pages. */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
};

/** @param {string} [script] */
const page = (script) => ({
  type: "text/html; charset=utf-8",
  body: `<!doctype html><title>posenc</title>${script ? `<script type="module" src="${script}"></script>` : ""}<body></body>`,
});

/** Where things are, for page-bench.js. */
export const PLACES = { package: "/dist/npm/", loops: "/generated/loops.js", kernels: "/generated/kernels.wasm" };

/** Pages: an empty one, and one that loads posenc at once. */
export const PAGES = { empty: "/", first: "/first" };

/**
 * A file as a server has it that has compressed its files before.
 * @param {Uint8Array} body
 * @param {number} quality of Brotli
 */
async function compressed(body, quality) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    [constants.BROTLI_PARAM_LGWIN]: 24,
  };
  const [br, gz] = await Promise.all([promisify(brotliCompress)(body, { params }), promisify(gzip)(body)]);
  return { body, codings: { br, gzip: gz } };
}

/**
 * @param {{ quality?: number }} [options] of Brotli, for what users download
 * @returns {Promise<import("../browsers/serve.js").Server>}
 */
export async function benchSite({ quality = 5 } = {}) {
  const names = (
    await readdir(DIST).catch((cause) => {
      throw new Error("dist/npm/ is not there: run ./build.sh first", { cause });
    })
  ).filter((name) => /\.(js|wasm)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => [PLACES.package + name, await compressed(await readFile(new URL(name, DIST)), quality)]),
  );
  return serve({
    folders: { "/tests/bench/": fileURLToPath(new URL(".", import.meta.url)) },
    headers: HEADERS,
    answers: {
      ...Object.fromEntries(files),
      [PAGES.empty]: page(),
      [PAGES.first]: page("/tests/bench/first-page.js"),
      [PLACES.loops]: { body: loopsModule() },
      [PLACES.kernels]: { body: await kernelBytes() },
      "/favicon.ico": { status: 204 },
    },
  });
}
