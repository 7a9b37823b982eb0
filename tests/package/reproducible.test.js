// The same sources give the same bytes: the checkout, built again in another folder, under another language and time zone. What Go has compiled it
// has from its cache, as -trimpath leaves the folder out of it; so this is about all that is done with that.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = (/** @type {string} */ folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath ?? each.path, each.name).slice(folder.length + 1))
    .sort();

test("a second build elsewhere has the same bytes, in the package and in the page", () => {
  const other = mkdtempSync(join(tmpdir(), "posenc built again ")); // a path with spaces
  try {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
    for (const path of listed.split("\0").filter(Boolean)) cpSync(join(root, path), join(other, path), { recursive: true });
    symlinkSync(join(root, "tests/node_modules"), join(other, "tests/node_modules"));
    const env = { ...process.env, TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: undefined };
    const { status, stderr } = spawnSync("bash", ["./build.sh"], { cwd: other, env, encoding: "utf8", timeout: 300_000 });
    assert.equal(status, 0, stderr);
    for (const part of ["npm", "www"]) {
      const [first, second] = [join(root, "dist", part), join(other, "dist", part)];
      assert.deepEqual(files(second), files(first), dirname(second));
      for (const file of files(first))
        assert.ok(readFileSync(join(first, file)).equals(readFileSync(join(second, file))), `${part}/${file} differs`);
    }
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});
