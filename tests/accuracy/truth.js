// The truth, from encoding/internal/truth by way of its command, in Go.

import { spawn } from "node:child_process";

import { positionsOf } from "./sample.js";

/** What the command writes for a sine or a cosine: the nearest float64, the rest, the nearest float32. */
export const NUMBERS = 3;

/**
 * Asks for all cases at once and gives the numbers case by case, each as soon as it is there.
 * @param {Pick<import("./sample.js").Case, "ladder" | "pairs" | "stretches">[]} cases
 * @returns {AsyncGenerator<Float64Array>}
 */
export async function* truths(cases) {
  const go = spawn("go", ["run", "./encoding/internal/truth/ask"], {
    cwd: new URL("../../", import.meta.url),
    env: { ...process.env, GOTOOLCHAIN: "auto", GOOS: "", GOARCH: "" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  go.stderr.on("data", (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => {
    go.on("error", (error) => {
      said += error.message;
      resolve(-1);
    });
    go.on("close", resolve);
  });
  go.stdin.on("error", () => {}); // it has died, and said why
  go.stdin.end(JSON.stringify(cases.map((of) => ({ ...of.ladder, pairs: of.pairs, positions: positionsOf(of) }))));
  try {
    /** @type {Buffer[]} */
    let parts = [];
    let have = 0;
    let next = 0;
    const size = () => positionsOf(cases[next]).length * cases[next].pairs.length * 2 * NUMBERS * 8;
    for await (const part of go.stdout) {
      parts.push(part);
      have += part.length;
      while (next < cases.length && have >= size()) {
        const [all, bytes] = [Buffer.concat(parts), size()];
        yield new Float64Array(all.buffer.slice(all.byteOffset, all.byteOffset + bytes));
        parts = [all.subarray(bytes)];
        have -= bytes;
        next++;
      }
    }
    const status = await ended;
    if (status !== 0 || next < cases.length) throw new Error(`the truth is not to be had: ${said.trim() || `go ended with ${status}`}`);
  } finally {
    go.stdout.destroy(); // whoever stops asking ends it: its next answer finds nobody
  }
}
