// Once loaded, the page needs no network: the server is stopped, the page is loaded again, and its parts work. With a network it
// comes from there, whatever was kept.

import assert from "node:assert/strict";
import { test } from "node:test";
import { base, engines, openPage, servePage } from "./site.js";

/** In the page. @param {string} path */
const textOf = async (path) => (await fetch(path).catch(() => new Response("no network"))).text();

for (const { name, title, skip } of engines) {
  test(`${title}: works without a network once it was loaded`, { skip, timeout: 200_000 }, async (t) => {
    const server = await servePage();
    const site = await openPage(name, server);
    const { page, visit, wait } = site;
    let running = true;
    try {
      await visit();
      if (!(await page.evaluate(() => "serviceWorker" in navigator))) return t.skip("no service workers in this build");
      await wait(() => document.documentElement.dataset.offline);

      // With a network, what is there now is what comes, but for the model, which is asked for once.
      const icon = await page.evaluate(textOf, "icon.svg");
      let asked = 0;
      server.answers.set(`${base}icon.svg`, { body: "a new icon" });
      server.answers.set(`${base}vendor/model.bin`, () => ({ body: `model ${(asked += 1)}` }));
      server.answers.set(`${base}vendor/cut.bin`, { body: "x".repeat(100_000), cut: true });
      assert.equal(await page.evaluate(textOf, "icon.svg"), "a new icon");
      for (let i = 0; i < 2; i++) assert.equal(await page.evaluate(textOf, "vendor/model.bin"), "model 1");
      await page.evaluate("async () => { try { await (await fetch('vendor/cut.bin')).text(); } catch {} }");
      assert.equal(await page.evaluate(textOf, "vendor/nothing.bin"), `404: no ${base}vendor/nothing.bin here\n`);

      await server.close();
      running = false;
      await visit("?scheme=alibi&heads=4#speed", "playground");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.selftest), "passed");
      assert.equal(
        await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]')).dataset.state),
        "ready",
      );
      assert.equal(await page.evaluate(textOf, "README"), "no network"); // there really is none
      assert.equal(await page.evaluate(textOf, "icon.svg"), icon);
      assert.equal(await page.evaluate(textOf, "vendor/model.bin"), "model 1");
      for (const path of ["vendor/nothing.bin", "vendor/cut.bin"]) assert.equal(await page.evaluate(textOf, path), "no network", path);

      // A part that was not in view before, with files and modules that were never asked for.
      await visit("", "test");
      await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="test"] .button')).click());
      for (
        let i = 0;
        i < 600 &&
        (await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="test"]')).dataset.run === "running"));
        i++
      )
        await new Promise((soon) => {
          setTimeout(soon, 200);
        });
      assert.match(await page.evaluate(() => document.querySelector('[data-part="test"] .how p')?.textContent), /^All \d+ cases passed/);
      assert.deepEqual(
        (await page.errors()).filter((error) => !/README|vendor/.test(error)),
        [],
      );
    } finally {
      await site.browser.close();
      if (running) await server.close();
    }
  });
}

test("Chromium: a new version takes the place of the old one when no page has that open any more", {
  skip: engines[0].skip,
  timeout: 100_000,
}, async () => {
  const server = await servePage();
  const site = await openPage("chromium", server);
  const { page, visit, wait } = site;
  try {
    await visit();
    await wait(() => document.documentElement.dataset.offline);
    const [old] = await page.evaluate(() => caches.keys());
    assert.match(old, new RegExp(`^posenc ${server.origin}${base} [0-9a-f]{16}$`));
    await page.evaluate(() => caches.open("somebody else's"));
    const text = await (await fetch(`${server.origin}${base}sw.js`)).text();
    server.answers.set(`${base}sw.js`, {
      type: "text/javascript",
      body: text.replace(/VERSION = "[0-9a-f]{16}"/, 'VERSION = "0123456789abcdef"'),
    });
    await visit();
    await wait(async () => (await navigator.serviceWorker.getRegistration())?.waiting);
    assert.equal((await page.evaluate(() => caches.keys())).length, 3); // this page goes on with what it has
    await page.goto("about:blank");
    await visit();
    await wait(async () => (await caches.keys()).length === 2);
    assert.deepEqual((await page.evaluate(() => caches.keys())).sort(), [
      `posenc ${server.origin}${base} 0123456789abcdef`,
      "somebody else's",
    ]);
  } finally {
    await site.browser.close();
    await server.close();
  }
});
