// Runs a script in a Node process of its own, for what must not happen in the test's own: globals that are taken away, a
// collector that is told to run, a stack that is used up.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built package, which scripts find in `posenc`. */
export const PACKAGE = new URL("../../dist/npm/", import.meta.url);

/**
 * @param {string} script a module; `posenc` is the URL of the package and `faults` that of faults.js, what it prints last as JSON is the answer
 * @param {string[]} [flags] for node
 * @param {number} [timeout] in ms
 * @returns {{ status: number | null, signal: string | null, answer: any, stderr: string }}
 */
export function child(script, flags = [], timeout = 30_000) {
  const urls = { posenc: new URL("index.js", PACKAGE).href, faults: new URL("faults.js", import.meta.url).href };
  const source = `const { posenc, faults } = ${JSON.stringify(urls)};\n${script}`;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", source], {
    encoding: "utf8",
    timeout,
    maxBuffer: 1 << 26,
    cwd: fileURLToPath(PACKAGE),
  });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  let answer;
  try {
    answer = JSON.parse(last);
  } catch {
    answer = `no JSON: ${last.slice(0, 200)}`;
  }
  return { status, signal, answer, stderr: stderr.slice(0, 2000) };
}
