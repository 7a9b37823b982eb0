// The main job on real input: `node tests/model/demo.js`, after the package has been built.
//
// Takes token embeddings from a real Transformer, adds positions to them in wasm, feeds them back,
// and shows that the model cannot tell the difference. Exits with 1 if it can.

import { ULP_OF_ONE } from "./compare.js";
import { LIMITS, SENTENCES, measure, timeAdd, verdict } from "./measure.js";
import { colours, progress } from "./terminal.js";
import { load as loadModel } from "./universal-sentence-encoder.js";

const { bold, dim, good, bad } = colours(process.stdout);

/** Imported late, so that a package that is not there is said in one line. */
async function loadPosenc() {
  const url = new URL("../../dist/npm/index.js", import.meta.url);
  try {
    return await (await import(url.href)).load();
  } catch (cause) {
    const missing = /** @type {{ code?: string }} */ (cause)?.code === "ERR_MODULE_NOT_FOUND";
    throw missing ? new Error("dist/npm/ is not there: run ./build.sh first", { cause }) : cause;
  }
}

async function run() {
  const bar = progress(process.stderr);
  let model;
  try {
    const posenc = await loadPosenc();
    model = await loadModel({ onProgress: (fraction) => bar.update("Loading the model", fraction) });
    const stage = "Running the model";
    const measured = await measure(model, posenc, (fraction) => bar.update(stage, fraction));
    return { ...measured, time: timeAdd(posenc, measured.batch) };
  } finally {
    bar.done();
    model?.dispose();
  }
}

/**
 * One line of the report: a label, a value, what there is to say about it, and whether it is right.
 * @param {string} label
 * @param {string} value
 * @param {string} note
 * @param {boolean} [ok]
 */
function line(label, value, note, ok) {
  const mark = ok === undefined ? "" : ok ? good("ok") : bad("WRONG");
  return `  ${label.padEnd(20)}${value.padEnd(13)}${dim(note)}${" ".repeat(Math.max(1, 39 - note.length))}${mark}`.trimEnd();
}

/** @param {Awaited<ReturnType<typeof run>>} result */
function report({ batch, signal, vectors, wordOrder, time }) {
  const ok = verdict({ batch, signal, vectors, wordOrder });
  const ulps = (signal.difference / ULP_OF_ONE).toFixed(1);
  const rows = batch.positions.length;
  console.log(
    [
      bold("posenc inside a real Transformer, the Universal Sentence Encoder Lite"),
      dim(`${SENTENCES.length} sentences, ${rows} tokens x ${batch.dim}, positions added in place in wasm, fed back`),
      "",
      bold("Signal: posenc's against the one the model adds"),
      line("largest difference", signal.difference.toExponential(2), `at most ${signal.allowed.toExponential(2)}`, ok.signal),
      dim(`  ${ulps} units in the last place of 1, all of it the model's: it made its table with`),
      dim("  frequencies in float32."),
      "",
      bold("Sentence vectors: encoded by posenc against by the model"),
      line("largest difference", vectors.difference.toExponential(2), "", ok.vectors),
      line("smallest cosine", vectors.smallestCosine.toFixed(9), `at least ${LIMITS.smallestCosine}`, ok.smallestCosine),
      "",
      bold(`Word order: cosine of "${SENTENCES[0]}" and "${SENTENCES[1]}"`),
      line("without positions", wordOrder.without.toFixed(4), "one and the same to the model", ok.without),
      line("with positions", wordOrder.with.toFixed(4), `${wordOrder.own.toFixed(4)} by the model itself`, ok.with),
      "",
      bold(`Speed: add on these ${batch.x.length.toLocaleString("en")} numbers`),
      line("time", `${(time.seconds * 1e6).toFixed(2)} us`, `median of ${time.runs} runs`),
      line("throughput", `${(time.elementsPerSecond / 1e9).toFixed(2)} G/s`, "elements a second"),
    ].join("\n"),
  );
  return Object.entries(ok)
    .filter(([, right]) => !right)
    .map(([name]) => name);
}

try {
  const wrong = report(await run());
  if (wrong.length > 0) {
    console.error(`\ndemo: not what it must be: ${wrong.join(", ")}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
