// The benchmark runs in a page of each engine, under the policy of the site's pages, and finds a contender that is wrong there
// too. No test here depends on how long anything takes. It belongs to the group "browsers".

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { find, open, titles } from "../browsers/launch.js";
import { Disagreement } from "./agree.js";
import { benchSite } from "./bench-site.js";
import { benchPage, firstResult } from "./browser-run.js";
import { LIMIT, STAGED } from "./lane-limit.js";
import { NAIVE, PLAIN, SET } from "./lane-plain.js";
import { ALLOC, ARRAY } from "./lane-posenc.js";

const effort = { repetitions: 2, repetition: 0, warmUp: 0 };
const shapes = {
  add: [
    [2, 8, 16],
    [1, 5, 7],
  ],
  decode: [[1, 1, 16]],
  rotate: [
    [1, 4, 1, 32],
    [1, 3, 5, 12],
  ],
};

const WRONG = `import { Lane } from "/tests/bench/lane.js";
export const createLane = () => new Lane([{ name: "does nothing", begin: ({ x }) => ({ reset() {}, run() {}, result: () => x }) }]);`;

/** @type {import("../browsers/serve.js").Server} */
let site;
before(async () => {
  site = await benchSite({ quality: 1 });
  site.answers.set("/wrong.js", { body: WRONG });
});
after(() => site?.close());

for (const name of /** @type {const} */ (["chromium", "firefox", "webkit"])) {
  const title = titles[name];
  const skip = !find(name) && process.env.CI !== "true" && `${title} is not installed: skipped`;
  test(title, { skip, timeout: 180_000 }, async (t) => {
    const browser = await open(name);
    t.after(() => browser.close());

    await t.test("everybody takes part, isolated, with the right results", async () => {
      const { measured, isolated, clock, version } = await benchPage(browser.page, site.origin, { effort, shapes });
      assert.ok(isolated);
      assert.ok(clock > 0 && clock < 20, `the clock's step is ${clock} ms`);
      assert.match(version, /^\d+\.\d+\.\d+/);
      assert.deepEqual(
        measured.map(({ kind, shape }) => [kind, shape]),
        Object.entries(shapes).flatMap(([kind, list]) => list.map((shape) => [kind, shape])),
      );
      for (const { kind, shape, contenders } of measured) {
        const names = contenders.map((contender) => contender.name);
        const starts = [ALLOC, ARRAY, LIMIT, STAGED, ...(kind === "decode" ? [] : [NAIVE, PLAIN]), ...(kind === "add" ? [SET] : [])];
        for (const start of starts)
          assert.ok(
            names.some((of) => of.startsWith(start)),
            `${kind} [${shape}]: no ${start}`,
          );
        for (const { samples, calls } of contenders) assert.ok(calls >= 1 && samples.length === 2 && samples.every((ms) => ms >= 0));
      }
      assert.deepEqual(await browser.page.errors(), []);
    });

    await t.test("a contender that is wrong ends the run", async () => {
      await assert.rejects(
        benchPage(browser.page, site.origin, { effort, shapes, lanes: ["/wrong.js"] }),
        (error) => error instanceof Disagreement && error.message.startsWith("does nothing, add [2, 8, 16]: element 1 is "),
      );
    });

    await t.test("so does a lane that cannot start", async () => {
      await assert.rejects(
        benchPage(browser.page, site.origin, { effort, shapes, lanes: ["/nowhere.js"] }),
        (error) => !(error instanceof Disagreement) && /nowhere|module|worker/i.test(/** @type {Error} */ (error).message),
      );
    });

    await t.test("the first result is the right one, of compressed files", async () => {
      const { fromLoad, fromNavigation, encoded } = await firstResult(name, site.origin, 1);
      assert.ok(fromLoad.median > 0 && fromNavigation.median >= fromLoad.median);
      assert.ok(encoded > 100_000 && encoded < 2_000_000, `${encoded} bytes`);
    });
  });
}
