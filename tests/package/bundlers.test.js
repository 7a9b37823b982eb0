// Apps that bundlers make of the installed package, run in Chromium: they find posenc.wasm, pool.js and worker.js, and print no warning.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { find, open } from "../browsers/launch.js";
import { serve } from "../browsers/serve.js";
import { bin, project, quietly, run } from "./installed.js";

const skip = !find("chromium") && process.env.CI !== "true" && "Chromium is not installed: skipped";
const app = readFileSync(new URL("app.js", import.meta.url), "utf8");
const html = (/** @type {string} */ script) =>
  `<!doctype html><title>app</title><link rel="icon" href="data:,"><body></body><script type="module" src="${script}"></script>`;

// The formula: sin and cos of position times 10000^(-2i/4), each the nearest float32.
const want = [0, 1, 2].flatMap((p) => [1, 0.01].flatMap((w) => [Math.sin(p * w), Math.cos(p * w)])).map(Math.fround);

/** @type {import("../browsers/launch.js").Browser} */
let browser;
before(async () => {
  if (!skip) browser = await open("chromium");
});
after(() => browser?.close());

/** What the app at this URL shows, by one thread and by the pool. @param {string} url */
async function works(url) {
  await browser.page.goto(url);
  const shown = await browser.page.evaluate(async () => {
    for (let i = 0; i < 600 && !document.body.textContent; i++) await new Promise((done) => setTimeout(done, 50));
    return document.body.textContent;
  });
  assert.match(shown, /^\{/);
  assert.deepEqual(JSON.parse(shown), { one: want, many: want, workers: 2, rows: 300_000 });
  assert.deepEqual(await browser.page.errors(), []);
}

/** The same for a folder that any static host could have, below a path of its own. @param {string} folder */
async function hosted(folder) {
  const server = await serve({ folders: { "/some/path/": folder } });
  try {
    await works(`${server.origin}/some/path/`);
  } finally {
    await server.close();
  }
}

test("Vite: build", { skip }, async () => {
  const to = project("vite", { "index.html": html("./app.js"), "app.js": app });
  quietly(`${bin}vite`, ["build", "--base=./", "--logLevel=warn"], to);
  assert.equal(readdirSync(join(to, "dist/assets")).filter((name) => name.endsWith(".wasm")).length, 1);
  await hosted(join(to, "dist"));
});

test("Vite: the development server", { skip }, async () => {
  const to = project("vite-dev", { "index.html": html("./app.js"), "app.js": app });
  const vite = spawn(`${bin}vite`, ["--port=0", "--host=127.0.0.1"], {
    cwd: to,
  });
  try {
    const url = await new Promise((resolve, reject) => {
      let text = "";
      setTimeout(() => reject(new Error(`vite printed no URL in a minute: ${text}`)), 60_000).unref();
      vite.on("error", reject);
      vite.stdout.on("data", (data) => {
        text += data;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(text.replace(/\x1b\[\d+m/g, "")) ?? [];
        if (found) resolve(found);
      });
      vite.on("exit", (code) => reject(new Error(`vite ended with ${code}: ${text}`)));
    });
    await works(url);
  } finally {
    vite.kill();
  }
});

test("webpack", { skip }, async () => {
  const to = project("webpack", { "dist/index.html": html("./main.js"), "app.js": app });
  const { default: webpack } = await import("webpack");
  const stats = /** @type {import("webpack").Stats} */ (
    await new Promise((resolve, reject) =>
      webpack(
        {
          context: to,
          mode: "production",
          entry: "./app.js",
          output: { path: join(to, "dist"), publicPath: "auto" },
          performance: { hints: false },
        },
        (error, stats) => (error ? reject(error) : resolve(stats)),
      ),
    )
  );
  const { errors, warnings } = stats.toJson({ errors: true, warnings: true });
  assert.deepEqual([errors, warnings], [[], []]);
  await hosted(join(to, "dist"));
});

// esbuild leaves new URL("...", import.meta.url) as it is, so these files have to lie beside what it makes.
test("esbuild, with the two files copied beside", { skip }, async () => {
  const to = project("esbuild", { "dist/index.html": html("./app.js"), "app.js": app });
  quietly(`${bin}esbuild`, ["app.js", "--bundle", "--splitting", "--format=esm", "--outdir=dist", "--log-level=warning"], to);
  run("cp", ["node_modules/posenc/posenc.wasm", "node_modules/posenc/worker.js", "dist/"], to);
  await hosted(join(to, "dist"));
});

test("esbuild, with posenc.wasm as a file of the bundle", { skip }, async () => {
  const own = app
    .replace('from "posenc";', 'from "posenc";\nimport wasm from "posenc/posenc.wasm";')
    .replace("load()", "load({ wasm: new URL(wasm, import.meta.url) })");
  const to = project("esbuild-file", { "dist/index.html": html("./app.js"), "app.js": own });
  quietly(`${bin}esbuild`, ["app.js", "--bundle", "--format=esm", "--loader:.wasm=file", "--outdir=dist", "--log-level=warning"], to);
  run("cp", ["node_modules/posenc/worker.js", "dist/"], to);
  await hosted(join(to, "dist"));
});

// The server renders: what Vite makes of the app for it finds posenc.wasm by itself, in node_modules.
test("Vite: build --ssr, run by Node", () => {
  const entry = `import { load } from "posenc";\nconst posenc = await load();\nconsole.log(JSON.stringify([...posenc.sinusoidal({ dim: 4 }).table(3)]));\n`;
  const to = project("ssr", { "entry.js": entry });
  quietly(`${bin}vite`, ["build", "--ssr", "entry.js", "--logLevel=warn"], to);
  assert.deepEqual(JSON.parse(run(process.execPath, ["dist/entry.js"], to)), want);
});

// A bundle that is no ES module does not know where it is.
test("esbuild, as CommonJS: load() says what to do, and takes the bytes", () => {
  const entry = `import { load } from "posenc";\nimport { readFileSync } from "node:fs";
    load().catch(async ({ code, message }) => {
      const posenc = await load({ wasm: readFileSync("node_modules/posenc/posenc.wasm") });
      console.log(JSON.stringify([code, /--format=esm.*load\\(\\{ wasm \\}\\)/.test(message), [...posenc.sinusoidal({ dim: 4 }).table(3)]]));
    });\n`;
  const to = project("cjs", { "entry.js": entry });
  run(`${bin}esbuild`, ["entry.js", "--bundle", "--platform=node", "--outfile=out.cjs", "--log-level=error"], to);
  assert.deepEqual(JSON.parse(run(process.execPath, ["out.cjs"], to)), ["ERR_POSENC_LOAD", true, want]);
});

test("esbuild keeps worker.js, which is all side effect, for who imports it", () => {
  const to = project("worker", { "entry.js": 'import "posenc/worker.js";' });
  quietly(`${bin}esbuild`, ["entry.js", "--bundle", "--format=esm", "--outfile=out.js", "--log-level=warning"], to);
  assert.match(readFileSync(join(to, "out.js"), "utf8"), /onmessageerror/);
});
