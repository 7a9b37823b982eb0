// How long it takes from nothing to the first result: each time in a process of its own. Whoever takes part has a script, which prints
// one line of JSON: `fromImport`, milliseconds from before it imports anything to after the first add of one row of 768
// channels at position 1; `fromLoad`, from when it has imported what it needs; `first`, the first two values.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Disagreement, difference } from "./agree.js";
import { summary } from "./statistics.js";
import { TABLE_TOLERANCE } from "./tasks.js";

/** @typedef {import("./statistics.js").Summary} Summary */
/** @typedef {{ name: string, fromImport: Summary, fromLoad: Summary }} First in milliseconds */

/** @type {readonly { name: string, script: string }[]} */
export const FIRST = [{ name: "posenc", script: "./first-posenc.js" }];

const REPETITIONS = 11;

/**
 * @param {(fraction: number) => void} [onProgress]
 * @param {readonly { name: string, script: string }[]} [contenders]
 * @param {number} [repetitions]
 * @returns {Promise<First[]>}
 */
export async function first(onProgress = () => {}, contenders = FIRST, repetitions = REPETITIONS) {
  const run = promisify(execFile);
  const results = contenders.map(({ name, script }) => ({
    name,
    script,
    fromImport: /** @type {number[]} */ ([]),
    fromLoad: /** @type {number[]} */ ([]),
  }));
  for (let round = 0; round < repetitions; round++) {
    onProgress(round / repetitions);
    for (const { name, script, fromImport, fromLoad } of results) {
      const { stdout } = await run(process.execPath, [fileURLToPath(new URL(script, import.meta.url))]);
      const told = JSON.parse(stdout);
      const wrong = difference(Float32Array.from(told.first), Float32Array.of(Math.sin(1), Math.cos(1)), TABLE_TOLERANCE);
      if (wrong !== undefined) throw new Disagreement(`${name}, first result: ${wrong}`);
      fromImport.push(told.fromImport);
      fromLoad.push(told.fromLoad);
    }
  }
  return results.map(({ name, fromImport, fromLoad }) => ({ name, fromImport: summary(fromImport), fromLoad: summary(fromLoad) }));
}
