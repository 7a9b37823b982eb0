// The package as it would be published: complete, with its licences and types, one version throughout, and nothing needed
// at run time but what an engine has.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as CycloneDX from "@cyclonedx/cyclonedx-library";
import * as everything from "../../dist/npm/index.js";
import { PACKAGE } from "./child.js";

const read = (/** @type {string} */ name) => readFileSync(new URL(name, PACKAGE), "utf8");
const manifest = JSON.parse(read("package.json"));
const files = readdirSync(PACKAGE, { withFileTypes: true }).flatMap((each) => (each.isFile() ? [each.name] : []));
const modules = files.filter((name) => name.endsWith(".js"));
const folder = mkdtempSync(join(tmpdir(), "posenc-package-"));
after(() => rmSync(folder, { recursive: true, force: true }));
/** A project in a folder of its own that has the package installed. @param {string} name */
function project(name) {
  const to = join(folder, name);
  mkdirSync(join(to, "node_modules"), { recursive: true });
  cpSync(fileURLToPath(PACKAGE), join(to, "node_modules/posenc"), { recursive: true });
  return to;
}

test("nothing is needed at run time: no dependency, no import of anything but its own files", () => {
  for (const key of [
    "dependencies",
    "peerDependencies",
    "optionalDependencies",
    "bundledDependencies",
    "bundleDependencies",
    "scripts",
    "bin",
  ]) {
    assert.equal(manifest[key], undefined, key);
  }
  for (const name of modules) {
    const code = read(name)
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/^\s*\/\/.*$/gm, "");
    const imported = [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s*)["']([^"']+)["']/gm)].map(([, specifier]) => specifier);
    for (const specifier of imported) {
      assert.match(specifier, /^\.\/[\w.-]+\.js$/, `${name} imports ${specifier}`);
      assert.ok(files.includes(specifier.slice(2)), `${name} imports ${specifier}, which is not there`);
    }
    assert.doesNotMatch(code, /\brequire\s*\(|\beval\s*\(|new Function\s*\(/, name);
  }
});

test("it runs from a copy in an empty project, by its name", () => {
  const to = project("runs");
  writeFileSync(
    join(to, "main.mjs"),
    `
    import { load } from "posenc";
    const posenc = await load();
    const wasm = await load({ wasm: import.meta.resolve("posenc/posenc.wasm") });
    console.log([...posenc.sinusoidal({ dim: 2 }).table(1), ...wasm.sinusoidal({ dim: 2 }).table(1), posenc.version].join(" "));`,
  );
  assert.equal(execFileSync(process.execPath, ["main.mjs"], { cwd: to, encoding: "utf8" }), `0 1 0 1 ${manifest.version}\n`);
});

test("every file is there, every one that the manifest names, and no others", () => {
  for (const name of [
    "package.json",
    "README.md",
    "SCHEMES.md",
    "LICENSE",
    "NOTICE",
    "index.js",
    "index.d.ts",
    "posenc.wasm",
    "pool.js",
    "worker.js",
  ])
    assert.ok(files.includes(name), name);
  const named = [
    manifest.types,
    ...Object.values(manifest.exports).flatMap((each) => (typeof each === "string" ? each : Object.values(each))),
  ];
  for (const name of named) assert.ok(existsSync(new URL(name, PACKAGE)), name);
  const patterns = manifest.files.map((/** @type {string} */ glob) => new RegExp(`^${glob.replace(/\./g, "\\.").replace(/\*/g, ".*")}$`));
  const published = (/** @type {string} */ name) => name === "package.json" || patterns.some((/** @type {RegExp} */ p) => p.test(name));
  assert.deepEqual(
    files.filter((name) => !published(name)),
    [],
    "files that would not be published",
  );
  assert.deepEqual(modules.sort(), ["index.js", "pool.js", "posenc.js", "worker.js"]);
  assert.equal(manifest.type, "module");
  assert.deepEqual(manifest.sideEffects, ["./worker.js"]); // bundlers.test.js shows that it is true
  const lines = files
    .filter((name) => !name.endsWith(".wasm"))
    .flatMap((name) =>
      read(name)
        .split("\n")
        .map((line) => `${name}: ${line}`),
    );
  assert.deepEqual(
    lines.filter((line) => /(^|[\s"'`=(])\/(home|root|work|tmp|Users)\/|%%[A-Z]+%%/.test(line)),
    [],
    "paths of a machine, and holes",
  );
  assert.ok(
    !readFileSync(new URL("posenc.wasm", PACKAGE)).includes(fileURLToPath(new URL("../../", import.meta.url))),
    "the folder it was built in is in the wasm",
  );
});

test("links in its pages lead to files and headings that are there", () => {
  const anchor = (/** @type {string} */ heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-");
  for (const page of files.filter((name) => name.endsWith(".md"))) {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file, heading] = target.split("#");
      assert.ok(file === "" || files.includes(file), `${page}: ${target}`);
      const anchors = [...read(file || page).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchor(text));
      assert.ok(heading === undefined || anchors.includes(heading), `${page}: ${target}`);
    }
  }
});

test("the licence, and the notices of what the wasm and wasm_exec.js contain", () => {
  assert.match(read("LICENSE"), /^MIT License[\s\S]*Permission is hereby granted, free of charge/);
  assert.equal(manifest.license, "MIT");
  const notice = read("NOTICE");
  assert.match(
    notice,
    /The Go programming language[\s\S]*Copyright 2009 The Go Authors[\s\S]*Redistributions in binary form must reproduce/,
  );
  assert.doesNotMatch(notice, /norunners/, "what the package has no longer");
  for (const name of modules) {
    assert.match(read(name), /^\/\*! posenc [\d.]+, MIT License; with Go's wasm_exec\.js, BSD-3-Clause: see NOTICE \*\//, name);
  }
});

test("its bill of materials: valid, every file by its hash, and all that somebody else made", async () => {
  const bom = read("bom.json");
  const problem = await new CycloneDX.Validation.JsonStrictValidator(CycloneDX.Spec.Version.v1dot6).validate(bom);
  assert.equal(problem, null, JSON.stringify(problem));
  const { metadata, components } = JSON.parse(bom);
  assert.equal(metadata.component.purl, `pkg:npm/posenc@${manifest.version}`);
  const listed = components.filter((/** @type {any} */ { type }) => type === "file");
  const packed = readdirSync(PACKAGE, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  assert.equal(listed.length, packed.length - 1, "all but itself");
  for (const { name, hashes } of listed) {
    const hash = createHash("sha256").update(readFileSync(new URL(name, PACKAGE)));
    assert.deepEqual(hashes, [{ alg: "SHA-256", content: hash.digest("hex") }], name);
  }
  const others = components.filter((/** @type {any} */ { type }) => type !== "file");
  const go = readFileSync(new URL("posenc.wasm", PACKAGE), "latin1")
    .match(/go1\.\d+\.\d+/)?.[0]
    .slice(2);
  assert.deepEqual(
    others.map((/** @type {any} */ { name, version, licenses }) => [name, version, licenses[0].license.id]),
    [
      ["std", go, "BSD-3-Clause"],
      ["lib/wasm/wasm_exec.js", go, "BSD-3-Clause"],
    ],
  );
});

test("one version: of the package, the JavaScript and the wasm", async () => {
  assert.match(manifest.version, /^\d+\.\d+\.\d+/);
  const posenc = await everything.load(); // which refuses a wasm of another version; load.test.js has that
  assert.equal(posenc.version, manifest.version);
  for (const name of modules) assert.ok(read(name).startsWith(`/*! posenc ${manifest.version},`), name);
  assert.ok(readFileSync(new URL("posenc.wasm", PACKAGE)).includes(manifest.version), "the wasm has the version in it");
});

test("minified, the classes keep the names that consoles show", async () => {
  const posenc = await everything.load();
  const pool = await posenc.pool({ workers: 1 });
  const shown = [posenc, posenc.analysis, posenc.alloc(1), posenc.sinusoidal({ dim: 2 }), posenc.t5(), pool].map(
    (each) => each.constructor.name,
  );
  pool.dispose();
  assert.deepEqual(shown, ["Loaded", "Analysis", "Allocation", "Sinusoidal", "T5", "Pool"]);
});
