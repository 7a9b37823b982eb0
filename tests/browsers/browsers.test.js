// The built package in real browsers, without the site's page: every scenario of scenarios.js in
// Chromium, Firefox and WebKit, each on a page of its own.
//
//     node --test tests/browsers/          (after ./build.sh and ./build.sh faults)
//
// A browser that is not installed is skipped by name; with CI=true it fails.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cases, sample } from "./facts.js";
import { find, open, titles } from "./launch.js";
import { run, scenarios } from "./scenarios.js";
import { serve } from "./serve.js";

const dist = new URL("../../dist/npm/", import.meta.url);
const entry = new URL("index.js", dist);
const faulty = new URL("../faults.wasm", dist); // the same program, which dies on demand
const [packageUrl, wasmPath] = ["/npm/index.js", "/npm/posenc.wasm"];

const page = { body: '<!doctype html><link rel="icon" href="data:,"><title>posenc</title><body></body>' };
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
// What a careful site sends, and the same with trusted types, for engines that have them.
const careful =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'";
const pages = {
  "/plain.html": page,
  "/isolated.html": { ...page, headers: isolation },
  "/csp.html": { ...page, headers: { "Content-Security-Policy": "script-src 'self'" } },
  "/strict.html": { ...page, headers: { "Content-Security-Policy": strict } },
  "/careful.html": { ...page, headers: { "Content-Security-Policy": careful } },
  "/trusted.html": { ...page, headers: { "Content-Security-Policy": `${careful}; require-trusted-types-for 'script'` } },
  "/workerless.html": { ...page, headers: { "Content-Security-Policy": "worker-src 'none'" } },
  "/worker.js": {
    body: `import { run } from "/browsers/scenarios.js";
      onmessage = ({ data }) => run(...data).then((value) => postMessage({ value }), (error) => postMessage({ error: String(error) }));`,
  },
};

/** @param {Buffer} wasm @returns {Record<string, import("./serve.js").Answer>} */
const faults = (wasm) => ({
  "type application/octet-stream": { type: "application/octet-stream", body: wasm },
  "type text/html": { type: "text/html", body: wasm },
  "type none": { type: null, body: wasm },
  missing: { status: 404, type: "text/html", body: "<!doctype html><title>404</title>" },
  html: { type: "text/html", body: "<!doctype html><title>the app, whatever was asked for</title>" },
  truncated: { body: wasm.subarray(0, wasm.length >> 1) },
  cut: { body: wasm, cut: true },
  foreign: { body: Buffer.from("\0asm\x01\0\0\0") },
});

/** @type {import("./serve.js").Server} */
let server;
/** @type {Record<string, import("./serve.js").Answer>} */
let broken;
/** One that sends the headers with everything, as workers and (in WebKit) what they import want them too. @type {import("./serve.js").Server} */
let isolated;

before(async () => {
  if (!existsSync(entry)) throw new Error("dist/npm/index.js is not there: run ./build.sh first");
  if (!existsSync(faulty)) throw new Error("dist/faults.wasm is not there: run ./build.sh faults first");
  broken = faults(await readFile(new URL("posenc.wasm", dist)));
  const folders = {
    "/npm/": fileURLToPath(dist),
    "/copy/": fileURLToPath(dist),
    "/browsers/": fileURLToPath(new URL(".", import.meta.url)),
    "/node/": fileURLToPath(new URL("../node/", import.meta.url)),
    "/digest/": fileURLToPath(new URL("../digest/", import.meta.url)),
  };
  const repair = () => (server.answers.delete(wasmPath), { body: "repaired" });
  const body = await readFile(faulty);
  server = await serve({ folders, answers: { ...pages, "/faults.wasm": { body }, "/repair": repair } });
  isolated = await serve({ folders, headers: isolation, answers: pages });
});
after(() => Promise.all([server?.close(), isolated?.close()]));

for (const name of /** @type {const} */ (["chromium", "firefox", "webkit"])) {
  const title = titles[name];
  const skip = !find(name) && process.env.CI !== "true" && `${title} is not installed: skipped`;
  test(title, { skip, timeout: 300_000 }, async (t) => {
    const browser = await open(name);
    t.after(() => browser.close());
    t.diagnostic(`${title} ${browser.version}`);
    for (const scenario of scenarios) {
      for (const where of scenario.worker === "only" ? ["worker"] : scenario.worker ? ["page", "worker"] : ["page"]) {
        const label = where === "page" ? scenario.name : `${scenario.name} (in a worker)`;
        await t.test(label, { timeout: 120_000 }, async () => {
          if (scenario.fault) server.answers.set(wasmPath, broken[scenario.fault]);
          else server.answers.delete(wasmPath);
          const { origin } = scenario.page === "isolated.html" ? isolated : server;
          await browser.page.goto(`${origin}/${scenario.page ?? "plain.html"}`);
          const named = `${title} ${browser.version}: ${label}`;
          const got = await browser.page
            .evaluate(where === "page" ? inPage : inWorker, scenario.name, packageUrl)
            .catch((error) => assert.fail(`${named}\n  want facts, got ${error.stack}`));
          const want = "want" in scenario ? scenario.want : await inNode(scenario.name);
          const lines = differences(typeof want === "function" ? want(got) : want, got);
          if (scenario === scenarios[0] && !lines.length) lines.push(...offFormula(got));
          if (got.pairs) t.diagnostic(`${named}: ${got.pairs} pairs in ${got.seconds.toFixed(1)} s`);
          if (lines.length) assert.fail(`${named}\n${summary(lines)}`);
        });
      }
    }
  });
}

/** @param {string} name @param {string} url */
async function inPage(name, url) {
  const module = "/browsers/scenarios.js"; // a variable, so that no tool looks for the file
  return (await import(module)).run(name, url);
}

/** @param {string} name @param {string} url */
function inWorker(name, url) {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data.error) reject(new Error(data.error));
      else resolve(data.value);
    };
    worker.postMessage([name, url]);
  });
}

/** @type {Map<string, Promise<any>>} */
const nodes = new Map();

/** @param {string} name */
function inNode(name) {
  if (!nodes.has(name)) nodes.set(name, run(name, entry.href));
  return nodes.get(name);
}

/**
 * What is wanted and what came, a line for each fact that differs.
 *
 * @param {any} want @param {any} got @param {string} [path] @returns {string[]}
 */
function differences(want, got, path = "") {
  if (want instanceof RegExp && typeof got === "string" && want.test(got)) return [];
  if (Object.is(want, got)) return [];
  if (!(want instanceof RegExp) && Object(want) === want && Object(got) === got && Array.isArray(want) === Array.isArray(got)) {
    const keys = new Set([...Object.keys(want), ...Object.keys(got)]);
    return [...keys].flatMap((key) => differences(want[key], got[key], path ? `${path}.${key}` : key));
  }
  const show = (/** @type {any} */ value) => JSON.stringify(value, (_, part) => (part instanceof RegExp ? String(part) : part));
  return [`  ${path || "result"}: want ${show(want)}, got ${show(got)}`];
}

/** @param {string[]} lines */
const summary = (lines) => lines.slice(0, 5).join("\n") + (lines.length > 5 ? `\n  ... and ${lines.length - 5} more` : "");

/**
 * The formula as the paper has it, in float64 and with no regard for speed, against the facts.
 *
 * @param {Record<string, any>} facts @returns {string[]}
 */
function offFormula(facts) {
  return cases
    .filter(({ far }) => !far)
    .flatMap(({ options, length, at = {} }) => {
      const name = JSON.stringify({ ...options, ...at });
      const { dim, base = 10000, layout = "interleaved", frequencyShift = 0 } = options;
      const { batch = 1, offset = 0, positions } = at;
      const half = dim >> 1;
      const x = sample(batch * length * dim);
      return Array.from(x, (x, k) => {
        const [row, j] = [Math.floor(k / dim) % length, k % dim];
        const i = layout === "interleaved" ? j >> 1 : j % half;
        const cosine = layout === "interleaved" ? j % 2 === 1 : layout === "concat" ? j >= half : j < half;
        const angle = (positions?.[row] ?? offset + row) * base ** (-i / (dim / 2 - frequencyShift));
        const wave = cosine ? Math.cos(angle) : Math.sin(angle);
        return [
          ["table", wave],
          ["added", x + wave],
          ["back", x],
        ].flatMap(([what, want]) => {
          if (what === "table" && k >= length * dim) return [];
          const got = facts[name][what][k];
          if (Math.abs(got - Number(want)) <= 1e-6) return [];
          return [`  ${name}.${what}.${k}: want ${want} within 1e-6, got ${got}`];
        });
      }).flat();
    });
}
