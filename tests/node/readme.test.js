// The README's examples run as printed: each block marked <!-- test: node --> or <!-- test: go --> is copied into an
// empty project, and what it prints must be what its comments say behind "->".

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/<!-- test: (\w+) -->\n```\w+\n([\s\S]*?)```/g)].map(([, kind, code]) => ({ kind, code }));

/** How to run each kind of block in an empty folder. @type {Record<string, (folder: string, code: string) => string>} */
const runners = {
  node(folder, code) {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(root, "dist/npm"), join(folder, "node_modules/posenc"));
    writeFileSync(join(folder, "example.mjs"), code);
    return execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
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

test("there is an example of each kind", () => {
  assert.deepEqual([...new Set(blocks.map((b) => b.kind))].sort(), ["go", "node"]);
});

for (const [i, { kind, code }] of blocks.entries()) {
  test(`README example ${i + 1} (${kind}) prints what it says`, () => {
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
