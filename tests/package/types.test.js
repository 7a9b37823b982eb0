// The types of the installed package: every call in consumer.ts holds, and none in wrong.ts does, in each mode that projects use.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bin, project, run } from "./installed.js";

const text = (/** @type {string} */ name) => readFileSync(new URL(name, import.meta.url), "utf8");
const lib = ["es2023", "dom", "esnext.disposable"];
const modes = {
  "as README says": { module: "nodenext", lib: undefined },
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler", verbatimModuleSyntax: true },
};

for (const [name, mode] of Object.entries(modes)) {
  test(`tsc --strict, ${name}: each call compiles, and each wrong one does not`, () => {
    const config = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: "es2022",
      lib,
      types: [],
      ...mode,
    };
    const to = project(`types-${name}`, {
      "consumer.ts": text("consumer.ts"),
      "wrong.ts": text("wrong.ts"),
      "tsconfig.json": JSON.stringify({ compilerOptions: config, files: ["consumer.ts", "wrong.ts"] }),
    });
    assert.equal(run(`${bin}tsc`, ["-p", "."], to), "");
  });
}
