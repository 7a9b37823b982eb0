// The conformance cases in the page, in three engines: all of them, counted as in the files; failures shown with what was wanted; cancel.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { base, engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

const folder = new URL("../conformance/", import.meta.url);
const files = readdirSync(folder, { recursive: true })
  .map((path) => String(path).replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".json"));
const contents = files.map((path) => JSON.parse(readFileSync(new URL(path, folder), "utf8")));
const casesIn = (/** @type {any} */ { cases = [], errors = [] }) => cases.length + errors.length;
const total = contents.reduce((sum, each) => sum + casesIn(each), 0);
/** By project, for those that have a repository. @type {Map<string, number>} */
const byProject = new Map();
for (const each of contents)
  if (each.source && each.source.repo !== "posenc") byProject.set(each.source.repo, (byProject.get(each.source.repo) ?? 0) + casesIn(each));

function shown() {
  const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="test"]'));
  const texts = (/** @type {string} */ selector) => [...part.querySelectorAll(selector)].map((each) => each.textContent ?? "");
  return {
    run: part.dataset.run,
    said: texts(".how p")[0],
    counts: texts(".numbers dd").map(Number),
    focus: document.activeElement?.textContent,
    failures: texts(".failures .note"),
    projects: [...part.querySelectorAll("tbody tr")].map((row) => [...row.children].slice(0, 3).map((cell) => cell.textContent)),
    links: [...part.querySelectorAll("a")].map(({ href }) => href),
    quick: texts(".quick li").length,
  };
}

const press = (/** @type {string} */ selector) =>
  /** @type {HTMLElement} */ (document.querySelector(`[data-part="test"] ${selector}`)).click();
const ended = () => {
  const { run } = /** @type {HTMLElement} */ (document.querySelector('[data-part="test"]')).dataset;
  return run !== "running" && run;
};

for (const { name, title, skip } of engines) {
  test(`${title}: every case of every file passes, and is counted with its project`, { skip, timeout: 200_000 }, async () => {
    assert.ok(total > 400 && byProject.size > 25);
    const site = await openPage(name, server);
    try {
      await site.visit("", "test");
      assert.equal((await site.page.evaluate(shown)).counts[2], total);
      await site.accessible();
      // How long the page did not answer while it ran.
      await site.page.evaluate(() => {
        const seen = Object.assign(globalThis, { longest: 0 });
        let last = performance.now();
        const look = () => {
          const now = performance.now();
          seen.longest = Math.max(seen.longest, now - last);
          last = now;
          setTimeout(look);
        };
        look();
      });
      await site.page.evaluate(press, ".run .button");
      assert.equal((await site.page.evaluate(shown)).focus, "Cancel");
      for (let i = 0; i < 600 && !(await site.page.evaluate(ended)); i++)
        await new Promise((soon) => {
          setTimeout(soon, 200);
        });
      const { run, said, counts, projects, links, failures, quick, focus } = await site.page.evaluate(shown);
      assert.deepEqual([run, failures], ["passed", []], said);
      assert.match(said, new RegExp(`^All ${total} cases passed, in [\\d.]+ s, by posenc \\d+\\.\\d+\\.\\d+ in this browser\\.$`));
      assert.deepEqual([counts, focus], [[total, 0, 0], "Run again"]);
      for (const [repo, count] of byProject)
        assert.deepEqual(
          projects.find(([each]) => each === repo),
          [repo, String(count), "0"],
        );
      assert.equal(
        projects.reduce((sum, [, passed]) => sum + Number(passed), 0),
        total,
      );
      assert.ok(
        links.length >= byProject.size &&
          links.every((href) => /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(blob\/[0-9a-f]{40}\/[\w./-]+|tree\/[0-9a-f]{40})$/.test(href)),
        links.join(" "),
      );
      assert.ok(quick >= 13);
      console.log(`${title}: ${said} The page was away for ${Math.round(await site.page.evaluate("() => longest"))} ms at most.`);
      await site.accessible();
      await site.clean();
    } finally {
      await site.browser.close();
    }
  });
}

test("Chromium: a case that fails is shown with what was wanted and what came; an index that is wrong is said", {
  skip: engines[0].skip,
}, async () => {
  const own = await servePage();
  const gemma = JSON.parse(readFileSync(new URL("rotary/gemma.json", folder), "utf8"));
  gemma.cases[0].expected[2] = 1.5;
  own.answers.set(`${base}conformance/rotary/gemma.json`, { body: JSON.stringify(gemma) });
  const site = await openPage("chromium", own);
  try {
    await site.visit("", "test");
    await site.page.evaluate(press, ".run .button");
    await site.wait(ended);
    const { run, said, counts, failures, projects } = await site.page.evaluate(shown);
    assert.deepEqual([run, counts], ["failed", [total - 1, 1, 0]]);
    assert.match(said, new RegExp(`^1 of ${total} cases failed`));
    assert.equal(failures.length, 1);
    assert.match(failures[0], /^base100_d4 in rotary\/gemma\.jsonwanted1\.5 ± 1\.5e-7came1\.38177\d+wherenumber 2$/);
    assert.deepEqual(
      projects.find(([each]) => each === gemma.source.repo),
      [gemma.source.repo, "1", "1"],
    );
    await site.accessible();
    await site.shoot("test-failed");

    gemma.cases.pop();
    own.answers.set(`${base}conformance/rotary/gemma.json`, { body: JSON.stringify(gemma) });
    await site.page.evaluate(press, ".run .button");
    await site.wait(ended);
    assert.match((await site.page.evaluate(shown)).said, /^The test could not run: rotary\/gemma\.json has 1 cases, and 2 were counted/);
  } finally {
    await site.browser.close();
    await own.close();
  }
});

test("Chromium: the test can be cancelled, and run again; a file that is missing is said", { skip: engines[0].skip }, async () => {
  const own = await servePage();
  const site = await openPage("chromium", own);
  try {
    await site.visit("", "test");
    await site.page.evaluate(`async () => { (${press})(".run .button"); (${press})(".run .quiet"); }`);
    await site.wait(ended);
    const { run, counts } = await site.page.evaluate(shown);
    assert.equal(run, "cancelled");
    assert.ok(counts[0] < total && counts[0] + counts[2] === total, String(counts));
    own.answers.set(`${base}conformance/burn.json`, { status: 404 });
    await site.page.evaluate(press, ".run .button");
    await site.wait(ended);
    const after = await site.page.evaluate(shown);
    assert.equal(after.run, "failed");
    assert.match(after.said, /^The test could not run: conformance\/burn\.json: the server answers 404/);
  } finally {
    await site.browser.close();
    await own.close();
  }
});
