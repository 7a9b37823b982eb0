// What npm would publish, by the checkers that the registry's users go by.
//
//     node --test tests/package/          (after ./build.sh)

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bin, files, project, run, tarball } from "./installed.js";

test("the tarball has the package, and nothing else", () => {
  assert.deepEqual(
    files.filter((path) => !/^types\/[\w-]+\.d\.ts$/.test(path)),
    [
      ...["CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "SCHEMES.md", "SECURITY.md", "accuracy.svg", "bench.svg", "bom.json"],
      ...["index.d.ts", "index.js", "index.js.map", "order-light.webp", "package.json", "playground-light.webp", "pool.js", "pool.js.map"],
      ...["posenc.js", "posenc.js.map", "posenc.wasm", "sine-light.webp", "worker.js", "worker.js.map"],
    ],
  );
});

test("publint finds nothing", () => {
  assert.match(run(`${bin}publint`, ["--strict", tarball], "/"), /All good!/);
});

// What an import of posenc.wasm gives is for each bundler to say, so it has no types.
test("are the types wrong? Not for who imports an ES module", () => {
  const out = run(
    `${bin}attw`,
    [tarball, "--profile", "esm-only", "--exclude-entrypoints", "posenc.wasm", "--no-emoji", "--format", "ascii"],
    "/",
  );
  assert.match(out, /"posenc"\s+node16 \(from ESM\): OK \(ESM\)\s+bundler: OK/); // and it ended with 0
});

test("it installs without a script, and brings nothing along", () => {
  const app = project("bare");
  const { packages } = JSON.parse(readFileSync(`${app}/package-lock.json`, "utf8"));
  assert.deepEqual(Object.keys(packages), ["", "node_modules/posenc"]);
  assert.equal(packages["node_modules/posenc"].hasInstallScript, undefined);
  assert.deepEqual(Object.keys(JSON.parse(run("npm", ["ls", "--all", "--json"], app)).dependencies), ["posenc"]);
});
