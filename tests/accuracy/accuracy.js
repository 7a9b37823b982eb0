// How exact the entries are, next to what else one would compute:
//
//	node tests/accuracy/accuracy.js [--quick] [--json FILE] [--svg FILE]
//
// after the package has been built. Ends with 1 when an exact entry is further off than it may be.

import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { loadPosenc } from "../bench/package.js";
import { colours, progress } from "../model/terminal.js";
import { EXACT, FLOAT32, FLOAT64, float64Entries, posencEntries } from "./contenders.js";
import { plot } from "./plot.js";
import { broken, report } from "./report.js";
import { FULL, QUICK, sample } from "./sample.js";
import { CLASSES, Results } from "./statistics.js";
import { truths } from "./truth.js";

/** @param {typeof FULL} size @param {(fraction: number) => void} onProgress */
async function measure(size, onProgress) {
  const posenc = await loadPosenc();
  const cases = sample(size);
  const results = new Results();
  let done = 0;
  for await (const truth of truths(cases)) {
    const of = cases[done++];
    const made = /** @type {const} */ ([
      [EXACT, posencEntries(posenc, of, "exact")],
      [FLOAT32, posencEntries(posenc, of, "float32")],
      [FLOAT64, float64Entries(of)],
    ]);
    for (const [name, entries] of made) {
      if (entries !== undefined) results.add(name, of, entries, truth);
    }
    onProgress(done / cases.length);
  }
  return results;
}

/** @param {{ json?: string, svg?: string, quick: boolean }} options */
async function run({ json, svg, quick }) {
  for (const file of [json, svg]) {
    if (file !== undefined) await access(dirname(file), constants.W_OK); // said now rather than in a minute
  }
  const bar = progress(process.stderr);
  const start = performance.now();
  let results;
  try {
    bar.update("Measuring accuracy", 0);
    results = await measure(quick ? QUICK : FULL, (fraction) => bar.update("Measuring accuracy", fraction));
  } finally {
    bar.done();
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(report(results, colours(process.stdout), seconds));
  if (json !== undefined) {
    const { size, scheme, kind, octave } = results;
    const tables = Object.fromEntries(
      Object.entries({ size, scheme, kind, octave }).map(([name, tallies]) => [name, Object.fromEntries(tallies)]),
    );
    await writeFile(
      json,
      `${JSON.stringify({ quick, seconds, node: process.versions.node, v8: process.versions.v8, classes: CLASSES.map(String), ...tables }, null, 1)}\n`,
    );
  }
  if (svg !== undefined) await writeFile(svg, plot(results));
  for (const what of broken(results)) {
    console.error(`accuracy: ${what}`);
    process.exitCode = 1;
  }
}

let options;
try {
  ({ values: options } = parseArgs({
    options: { json: { type: "string" }, svg: { type: "string" }, quick: { type: "boolean", default: false } },
  }));
} catch (error) {
  console.error(`${/** @type {Error} */ (error).message}\nusage: node tests/accuracy/accuracy.js [--quick] [--json FILE] [--svg FILE]`);
  process.exit(2);
}
try {
  await run(/** @type {{ json?: string, svg?: string, quick: boolean }} */ (options));
} catch (error) {
  console.error(error instanceof Error ? `accuracy: ${error.message}` : error);
  process.exitCode = 1;
}
