// The report tells the truth: its truth is that of another reference, it sees an error of one bit, and what it promises
// of exact entries holds in a quick run.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { colours } from "../model/terminal.js";
import { distance } from "../node/reference.js";
import { EXACT, FLOAT32, FLOAT64, NAMES } from "./contenders.js";
import { plot } from "./plot.js";
import { broken, report } from "./report.js";
import { convergents, FULL, HARD, KINDS, QUICK, sample } from "./sample.js";
import { Results, Tally, ulps, unit } from "./statistics.js";
import { NUMBERS, truths } from "./truth.js";

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL("accuracy.js", import.meta.url));

/** @type {import("./sample.js").Case} */
const EIGHT = {
  scheme: "sinusoidal",
  name: "8",
  options: { dim: 8 },
  ladder: { top: 1, base: 10000, steps: 4, count: 4 },
  pairs: [0, 1, 2, 3],
  stretches: [{ kind: "any up to 2^53", positions: [0, 1, 2, 355, -8191, 1e6, 2 ** 31, 245850922, 6134899525417045, 2 ** 53 - 1] }],
};

/** The truth of one case. @param {import("./sample.js").Case} of */
async function truthOf(of) {
  for await (const truth of truths([of])) return truth;
  throw new Error("no answer");
}

/** The entries that are all right. @param {Float64Array} truth */
const perfect = (truth) => Float32Array.from({ length: truth.length / NUMBERS }, (_, e) => truth[e * NUMBERS + 2]);

test("the truth is that of integers of 256 bits", async () => {
  const truth = await truthOf(EIGHT);
  const { positions } = EIGHT.stretches[0];
  assert.equal(truth.length, positions.length * 4 * 2 * NUMBERS);
  for (let e = 0; e < truth.length / NUMBERS; e++) {
    const [nearest, rest, single] = truth.subarray(e * NUMBERS, e * NUMBERS + NUMBERS);
    const [position, pair, cos] = [positions[e >> 3], (e >> 1) & 3, e % 2 === 1];
    for (const got of [single, Math.fround(single * (1 + 2 ** -23)), 0.3]) {
      const want = distance(got, position, pair, cos).ulps;
      const error = ulps(got, nearest, rest);
      assert.ok(
        Math.abs(error - want) <= 1e-9 * Math.max(want, 1),
        `${cos ? "cos" : "sin"}, position ${position}, pair ${pair}: ${error} ulp, want ${want}`,
      );
    }
  }
});

test("a unit in the last place is that of the power of 2 below", () => {
  assert.deepEqual([1, 1.999, 2, -0.75, 2 ** -126, 2 ** -130, 0].map(unit), [
    2 ** -23,
    2 ** -23,
    2 ** -22,
    2 ** -24,
    2 ** -149,
    2 ** -149,
    2 ** -149,
  ]);
  assert.equal(ulps(1, 1, 2 ** -60), 2 ** -37);
});

test("an entry that is one bit off is seen, and ends the command with an error", async () => {
  const truth = await truthOf(EIGHT);
  const good = new Results();
  good.add(EXACT, EIGHT, perfect(truth), truth);
  assert.deepEqual(broken(good), []);
  assert.equal(good.size.of(`${EXACT}|large`).wrong, 0);

  const entries = perfect(truth);
  const bits = new Int32Array(entries.buffer);
  bits[8]++; // sin 1
  const bad = new Results();
  bad.add(EXACT, EIGHT, entries, truth);
  const { wrong, worst, histogram, count } = bad.size.of(`${EXACT}|large`);
  assert.equal(wrong, 1);
  assert.equal(
    histogram.reduce((a, b) => a + b),
    count,
  );
  assert.ok(worst !== undefined && worst.position === 1 && worst.pair === 0 && !worst.cos && worst.ulps > 0.5 && worst.ulps < 1.5);
  assert.equal(broken(bad).length, 2); // the share and the distance
  assert.throws(() => bad.add(EXACT, EIGHT, entries.subarray(1), truth), /79 entries, 80 truths/);

  for (let e = 0; e < bits.length; e++) if (Math.abs(entries[e]) < 2 ** -20 && entries[e] !== 0) bits[e] += 3;
  const small = new Results();
  small.add(EXACT, EIGHT, entries, truth);
  assert.ok(small.size.of(`${EXACT}|small`).largest > 2);
  assert.equal(broken(small).length, 3);
});

test("the sample has every kind of everything, and is the same each time", () => {
  assert.deepEqual(sample(QUICK), sample(QUICK));
  for (const size of [QUICK, FULL]) {
    const cases = sample(size);
    assert.deepEqual(new Set(cases.flatMap((of) => of.stretches.map(({ kind }) => kind))), new Set(KINDS));
    assert.deepEqual(new Set(cases.map(({ scheme }) => scheme)), new Set(["sinusoidal", "rotary", "grid", "timestep"]));
    assert.ok(cases.every(({ pairs, ladder }) => pairs.length > 0 && pairs.every((i) => i < ladder.count)));
  }
  const halves = convergents(1n, 2n);
  assert.ok(
    [11, 344, 51819, 245850922, 6134899525417045].every((p) => halves.includes(p) || convergents(1n, 1n).includes(p)),
    `${halves}`,
  );
  assert.ok(halves.every((p) => Math.min(Math.abs(Math.sin(p)), Math.abs(Math.cos(p))) < 2 / p || p > 2 ** 40));
  assert.equal(KINDS.at(-1), HARD);
});

test("nothing measured is nothing wrong, and the picture of it is a picture", () => {
  const empty = new Tally();
  assert.deepEqual([empty.share, empty.mean, empty.largest], [1, 0, 0]);
  assert.match(plot(new Results()), /^<svg [^]*<\/svg>\n$/);
  assert.match(report(new Results(), colours({ write: () => {} }), 1), /near multiples/);
});

test("exact entries keep their promise in a quick run", { timeout: 120_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "posenc-accuracy-"));
  t.after(() => rm(dir, { recursive: true }));
  const { stdout, stderr } = await run(process.execPath, [COMMAND, "--quick", "--json", join(dir, "a.json"), "--svg", join(dir, "a.svg")]);
  assert.equal(stderr, "Measuring accuracy ...\n");
  assert.doesNotMatch(stdout, /\x1b|NaN|undefined/);
  for (const kind of KINDS) assert.ok(stdout.includes(`  ${kind} `), kind);

  const { size, scheme, octave } = JSON.parse(await readFile(join(dir, "a.json"), "utf8"));
  const [large, small] = [size[`${EXACT}|large`], size[`${EXACT}|small`]];
  assert.ok(large.count > 50_000 && large.correctlyRounded >= 0.9999 && large.largest <= 0.501, JSON.stringify(large));
  assert.ok(small.count > 1000 && small.largest <= 1, JSON.stringify(small));
  assert.ok(size[`${FLOAT32}|large`].correctlyRounded < 0.9 && size[`${FLOAT64}|large`].correctlyRounded < 1); // they are others
  assert.ok(scheme[`${EXACT}|timestep`].count > 500);
  assert.ok(octave[`${EXACT}|52`].count > 0);

  const svg = await readFile(join(dir, "a.svg"), "utf8");
  assert.equal(svg.match(/<polyline /g)?.length, 2 * NAMES.length);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test("what it is not told is said in one line", async () => {
  const failed = (/** @type {string[]} */ args) =>
    run(process.execPath, [COMMAND, ...args]).then(
      () => assert.fail("no error"),
      (error) => error,
    );
  const unknown = await failed(["--fast"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /usage: node tests\/accuracy\/accuracy\.js/);
  const nowhere = await failed(["--quick", "--json", "/nonexistent/a.json"]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /^accuracy: .*nonexistent/);
});
