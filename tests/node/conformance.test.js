// Literal numbers from the tests of other projects, through the built package. ../conformance/README.md says what a case is, and
// run.js beside it how each is tested; the page runs them by that too, and the Go side runs the same files.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { casesOf, folders } from "../conformance/run.js";

const posenc = await load();
const met = new Set();

for (const folder of Object.keys(folders)) {
  const place = new URL(`../conformance/${folder && `${folder}/`}`, import.meta.url);
  const files = readdirSync(place).filter((name) => name.endsWith(".json"));
  test(`${folder || "sinusoidal"}: there are cases`, () => assert.ok(files.length > (folder ? 0 : 10), `${files.length} files`));
  for (const file of files) {
    const content = JSON.parse(readFileSync(new URL(file, place), "utf8"));
    const { project, cases } = casesOf(folder ? `${folder}/${file}` : file, content);
    test(`${folder}/${file}: ${cases.length} of ${project}`, async (t) => {
      assert.equal(cases.length, (content.cases ?? []).length + (content.errors ?? []).length);
      for (const { id, kind, run } of cases) {
        met.add(`${folder} ${kind}`);
        await t.test(id, () => run(posenc));
      }
    });
  }
}

test("every folder has a test", () => {
  const all = readdirSync(new URL("../conformance/", import.meta.url), { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(Object.keys(folders).sort(), ["", ...all].sort());
});

test("every kind has a case", () => {
  const kinds = Object.entries(folders).flatMap(([folder, { kinds }]) => Object.keys(kinds).map((kind) => `${folder} ${kind}`));
  assert.deepEqual([...met].sort(), kinds.sort());
});

test("a case that is wrong is a failure, and so is a field or a kind that nobody knows", () => {
  const content = () => JSON.parse(readFileSync(new URL("../conformance/rotary/gemma.json", import.meta.url), "utf8"));
  /** @param {(each: any) => void} spoil */
  const spoilt = (spoil) => {
    const file = content();
    spoil(file.cases[0]);
    return () => casesOf("rotary/gemma.json", file).cases[0].run(posenc);
  };
  spoilt(() => {})();
  assert.throws(
    spoilt((each) => void (each.expected[2] += 1e-5)),
    /number 2: want /,
  );
  assert.throws(
    spoilt((each) => void (each.expected[2] = NaN)),
    /number 2: want NaN/,
  );
  assert.throws(
    spoilt((each) => void each.expected.pop()),
    /length: want 15, got 16/,
  );
  assert.throws(
    spoilt((each) => void (each.more = 1)),
    /fields that no test reads/,
  );
  assert.throws(
    spoilt((each) => void (each.kind = "toString")),
    /there is a test for toString/,
  );
  assert.throws(() => casesOf("rotary/gemma.json", { ...content(), more: 1 }), /fields that no test reads/);
  assert.throws(() => casesOf("rotary/gemma.json", { source: content().source }), /there are cases/);
});

test("a learned encoding of a config has options, and with the checkpoint's weights it has rows", () => {
  const { absolute } = posenc.fromConfig({ model_type: "gpt2", n_positions: 5, n_embd: 3, n_head: 1, n_layer: 1 });
  const { options } = /** @type {import("../../dist/npm/index.js").Learned} */ (absolute);
  const weights = Float32Array.from({ length: 15 }, (_, i) => i / 7);
  assert.deepEqual(posenc.learned({ ...options, weights }).table(), weights);
});
