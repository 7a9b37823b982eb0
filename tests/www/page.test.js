// The page as a whole: what it loads, that it stays where it is, its themes, its links, and that it works without a network.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

for (const { name, title, skip } of engines) {
  test(title, { skip, timeout: 180_000 }, async (t) => {
    const site = await openPage(name, server), { page } = site;
    t.after(() => site.browser.close());

    await t.test("what the first view loads, without the wasm, is under 150 KB with gzip", async () => {
      await site.visit("", "playground");
      const urls = await page.evaluate(() => [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
      let size = 0;
      for (const url of new Set(urls)) if (!url.endsWith(".wasm")) size += gzipSync(await (await fetch(url)).arrayBuffer()).length;
      t.diagnostic(`${title}: ${urls.length} requests, ${(size / 1000).toFixed(1)} KB with gzip without the wasm`);
      assert.ok(urls.length > 20 && size < 150_000, `${size} bytes`);
      await site.clean();
    });

    await t.test("the theme is switched, and kept", async () => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await site.visit("?first"); // to the same address WebKit goes before it says that it has
      const before = await paper();
      await page.click("#theme");
      const after = await paper();
      assert.notEqual(after, before);
      await site.visit("?again");
      assert.equal(await paper(), after);
    });

    await t.test("every link of the bar leads to a section with a heading", async () => {
      const broken = await page.evaluate(() => [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".bar a"))].filter(({ hash }) => !document.querySelector(`${hash} h2`)).map(({ hash }) => hash));
      assert.deepEqual(broken, []);
    });

    await t.test("nothing is wider than a phone, nor than any other view", async () => {
      for (const width of [375, 768, 1280, 2560]) {
        await site.shoot(`${name}-page-${width}`, { width, height: 1000 });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${width} px`);
      }
    });

    if (name === "chromium") await t.test("nothing moves while it loads", async () => {
      await site.visit("?still"); // at the top: where somebody has scrolled to, the browser itself hides what moves
      await site.wait(() => document.querySelector('[data-part="playground"][data-state]'));
      const moved = await page.evaluate(() => new Promise((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of /** @type {any[]} */ (list.getEntries())) if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 1000);
      }));
      assert.equal(moved, 0);
    });

    if (name !== "webkit") await t.test("once loaded it works without a network", async () => { // an automated WebKit has no service workers
      const away = await servePage(), offline = await openPage(name, away);
      t.after(() => offline.browser.close());
      await offline.visit();
      await offline.page.evaluate(async () => void (await navigator.serviceWorker.ready));
      await offline.wait(() => navigator.serviceWorker.controller !== null);
      await away.close();
      await offline.visit("?scheme=alibi", "playground");
      assert.equal(await offline.page.evaluate(() => document.documentElement.dataset.selftest), "passed");
      assert.match(await offline.page.evaluate(() => document.querySelector(".playground h3")?.textContent), /^ALiBi: 64 × 64/);
    });
  });
}
