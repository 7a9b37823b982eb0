// The benchmark in the page: it runs in each engine under the header, its bars are its numbers, and it can be cancelled. How fast
// anything is, no test says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

/** What the part shows. */
function shown() {
  const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="speed"]'));
  return {
    run: part.dataset.run,
    said: part.querySelector(".how p")?.textContent ?? "",
    answer: part.querySelector(".answer")?.textContent ?? "",
    button: /** @type {HTMLButtonElement} */ (part.querySelector(".button")).textContent,
    focus: document.activeElement?.textContent,
    tasks: [.../** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(".bars"))].map((bars) => ({
      state: bars.dataset.state,
      medians: JSON.parse(bars.dataset.medians ?? "null"),
      rows: [...bars.querySelectorAll(".row")].map((row) => ({
        who: row.querySelector(".who")?.textContent ?? "",
        rate: parseFloat(row.querySelector(".rate")?.textContent ?? ""),
        more: row.querySelector(".more")?.textContent ?? "",
        share:
          (row.querySelector(".fill")?.getBoundingClientRect().width ?? 0) /
          (row.querySelector(".track")?.getBoundingClientRect().width ?? 1),
      })),
    })),
  };
}

const press = (/** @type {string} */ selector) =>
  /** @type {HTMLElement} */ (document.querySelector(`[data-part="speed"] ${selector}`)).click();
const elements = [128 * 384, 512 * 768, 8 * 512 * 384, 768, 12 * 512 * 64, 512 * 768];

for (const { name, title, skip } of engines) {
  test(`${title}: the benchmark runs, its bars are its numbers, and it can be cancelled`, { skip, timeout: 400_000 }, async () => {
    const site = await openPage(name, server);
    try {
      await site.visit("", "speed");
      const before = await site.page.evaluate(shown);
      assert.deepEqual(
        before.tasks.map(({ state }) => state),
        Array(6).fill("empty"),
      );
      await site.accessible();

      await site.page.evaluate(press, ".run .button");
      assert.equal((await site.page.evaluate(shown)).focus, "Cancel");
      await site.wait(
        () =>
          /^2 of 6/.test(document.querySelector('[data-part="speed"] .how p')?.textContent ?? "") ||
          document.querySelector(".speed .message"),
      );
      await site.page.evaluate(press, ".run .quiet");
      const cancelled = await site.page.evaluate(shown);
      assert.deepEqual([cancelled.run, cancelled.button, cancelled.focus], ["cancelled", "Run again", "Run again"], cancelled.said);
      assert.deepEqual(
        cancelled.tasks.map(({ state }) => state),
        ["measured", ...Array(5).fill("empty")],
      );

      await site.page.evaluate(press, ".run .button");
      let end;
      for (let i = 0; i < 15 && end === undefined; i++)
        end = await site
          .wait(() => {
            const { run } = /** @type {HTMLElement} */ (document.querySelector('[data-part="speed"]')).dataset;
            return run !== "running" && run;
          })
          .catch(() => undefined);
      const { said, answer, tasks } = await site.page.evaluate(shown);
      assert.equal(end, "done", said);
      assert.match(said, /^Each is the median of 9 turns of [\d.]+ ms or more; the clock of this page goes in steps of [\d.]+ ms\.$/);
      const ratios = tasks.map(({ state, medians, rows }, t) => {
        assert.equal(state, "measured");
        const [ours, array, loop, copy] = [
          "posenc, alloc()",
          "posenc, Float32Array",
          Object.keys(medians).find((each) => each.startsWith("plain loop, ")) ?? "",
          "Float32Array.set",
        ].map((each) => medians[each]);
        assert.ok(
          [ours, array, loop, copy].every((ms) => ms > 0 && ms < 1e4),
          JSON.stringify(medians),
        );
        assert.deepEqual(
          rows.map(({ who }) => who.replace(/of \d+ loops/, "of N loops")),
          ["posenc, on alloc()", "posenc, on a Float32Array", "plain JavaScript, best of N loops", "Float32Array.set, a copy"],
        );
        const rates = [ours, array, loop, copy].map((ms) => elements[t] / ms / 1e6);
        rows.forEach(({ rate, share, more }, i) => {
          assert.ok(Math.abs(rate / rates[i] - 1) < 0.006, `${rate} is ${rates[i]} in three digits`);
          assert.ok(Math.abs(share - rates[i] / Math.max(...rates)) < 0.01, `a bar of ${share}`);
          if (i !== 2)
            assert.ok(
              Math.abs(parseFloat(more.split("a call, ")[1]) / (rates[i] / rates[2]) - 1) < 0.06,
              `${more}: ${rates[i] / rates[2]}`,
            );
        });
        return rates[0] / rates[2];
      });
      const [low, high] = /** @type {RegExpExecArray} */ (
        /runs at ([\d.]+)× to ([\d.]+)× the speed of the best plain loop, over 6 of 6 tasks/.exec(answer)
      )
        .slice(1)
        .map(Number);
      assert.ok(Math.abs(low / Math.min(...ratios) - 1) < 0.06 && Math.abs(high / Math.max(...ratios) - 1) < 0.06, `${answer} ${ratios}`);
      await site.accessible();
      await site.clean();
    } finally {
      await site.browser.close();
    }
  });
}

test("Chromium: a build that is wrong is not timed", { skip: engines[0].skip }, async () => {
  const own = await servePage();
  // A table whose rows are one off: what posenc adds is no longer what was wanted.
  const { body } = await fetched(`${own.origin}/some/where/speed/tasks.js`);
  own.answers.set("/some/where/speed/tasks.js", {
    body: body.replace("Math.fround(x[i] + table[i % table.length])", "Math.fround(x[i] - table[i % table.length])"),
  });
  const site = await openPage("chromium", own);
  try {
    await site.visit("", "speed");
    await site.page.evaluate(press, ".run .button");
    await site.wait(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="speed"]')).dataset.run !== "running");
    const { run, said, tasks } = await site.page.evaluate(shown);
    assert.equal(run, "failed");
    assert.match(said, /^The benchmark stopped: posenc, alloc\(\), add \[1, 128, 384\]: element \d+ is [-\d.e]+, want [-\d.e]+/);
    assert.deepEqual(
      tasks.map(({ state }) => state),
      Array(6).fill("empty"),
    );
  } finally {
    await site.browser.close();
    await own.close();
  }
});

/** @param {string} url */
const fetched = async (url) => ({ body: await (await fetch(url)).text() });
