// The examples of README.md and SCHEMES.md run as printed: each block marked <!-- test: node --> or <!-- test: go --> is copied
// into an empty project, one marked <!-- test: posenc --> goes on from the lines marked <!-- prelude -->, and what it prints
// must be what its comments say behind "->". Calls in the table marked <!-- test: calls --> must make what they say.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { load } from "../../dist/npm/index.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = ["README.md", "jsbridge/js/SCHEMES.md"].map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const prelude = pages[1].text.match(/<!-- prelude -->\n```js\n([\s\S]*?)```/)?.[1];
const blocks = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/<!-- test: (\w+) -->\n```\w+\n([\s\S]*?)```/g)].map(([all, kind, code]) => ({
    kind,
    code,
    where: `${path}, line ${text.slice(0, text.indexOf(all)).split("\n").length}`,
  })),
);

/** How to run each kind of block in an empty folder. @type {Record<string, (folder: string, code: string) => string>} */
const runners = {
  node(folder, code) {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(root, "dist/npm"), join(folder, "node_modules/posenc"));
    writeFileSync(join(folder, "example.mjs"), code);
    return execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
  },
  posenc(folder, code) {
    return runners.node(folder, prelude + code);
  },
  go(folder, code) {
    const go = (/** @type {string[]} */ ...args) =>
      execFileSync("go", args, { cwd: folder, encoding: "utf8", stdio: "pipe", env: { ...process.env, GOTOOLCHAIN: "auto" } });
    writeFileSync(join(folder, "main.go"), code);
    go("mod", "init", "example");
    go("mod", "edit", "-require", "posenc@v0.0.0", "-replace", `posenc=${root}`);
    go("mod", "tidy");
    return go("run", ".");
  },
};

test("there is an example of each kind, and of each call", async () => {
  assert.deepEqual([...new Set(blocks.map((b) => b.kind))].sort(), ["go", "node", "posenc"]);
  const posenc = await load();
  const code = blocks.map((b) => b.code).join("\n");
  const calls = Object.getOwnPropertyNames(Object.getPrototypeOf(posenc)).filter(
    (name) => !["constructor", "version", "analysis"].includes(name),
  );
  assert.deepEqual(
    calls.filter((name) => !code.includes(`posenc.${name}(`)),
    [],
  );
  const measures = Object.getOwnPropertyNames(Object.getPrototypeOf(posenc.analysis)).filter((name) => name !== "constructor");
  assert.deepEqual(
    measures.filter((name) => !pages[1].text.includes(`| \`${name}(`)),
    [],
  );
});

for (const { kind, code, where } of blocks) {
  test(`the example (${kind}) at ${where} prints what it says`, () => {
    const folder = mkdtempSync(join(tmpdir(), "posenc-readme-"));
    try {
      const want = [...code.matchAll(/-> (.*)$/gm)].map(([, text]) => text.trim());
      assert.ok(want.length > 0, "an example that claims nothing proves nothing");
      assert.deepEqual(runners[kind](folder, code).trim().split("\n"), want);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test("every call in the table of models makes an encoder", async () => {
  const table = pages[0].text.split("<!-- test: calls -->\n")[1].split("\n\n")[0];
  const calls = [...table.matchAll(/`(\w+\([^`]*\))`/g)].map(([, call]) => call);
  assert.ok(calls.length > 30, `${calls.length} calls`);
  const posenc = await load();
  const dim = 768,
    heads = 12,
    headDim = 64,
    H = 3,
    W = 4,
    T = 2;
  const rows = (/** @type {number} */ n) => new Float32Array(n).fill(1);
  const scope = {
    posenc,
    dim,
    heads,
    headDim,
    H,
    W,
    T,
    base: 5e5,
    window: [7, 7],
    wpe: rows(7 * dim),
    biases: rows(32 * heads),
    biasTable: rows(169 * heads),
    shortFactor: rows(48),
    longFactor: rows(48),
    freqFactors: rows(32),
    textTokens: 5,
  };
  for (const call of calls) {
    const encoder = new Function(...Object.keys(scope), `return posenc.${call}`)(...Object.values(scope));
    assert.ok(encoder.options, call);
    encoder.dispose();
  }
});

test("SCHEMES.md lists the model types that fromConfig knows", async () => {
  const posenc = await load();
  const listed = pages[1].text.match(/model types it knows: ([^.]*)\./)?.[1].split(/,\s+/);
  assert.throws(
    () => posenc.fromConfig({ model_type: "none" }),
    (/** @type {Error} */ { message }) => {
      const known = message
        .replace(/^.*want one of /, "")
        .replace(/, got .*$/, "")
        .split(", ");
      assert.deepEqual(
        listed,
        known.filter((name) => name === "speech_to_text" || !/_(text|text_model|vision_model)$/.test(name)),
      ); // but those of parts
      return true;
    },
  );
});
