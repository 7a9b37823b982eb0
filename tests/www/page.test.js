// The page as a whole: its themes, its links, its widths. weight.test.js and offline.test.js have the rest.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

for (const { name, title, skip } of engines) {
  test(title, { skip, timeout: 180_000 }, async (t) => {
    const site = await openPage(name, server),
      { page } = site;
    t.after(() => site.browser.close());

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
      const broken = await page.evaluate(() =>
        [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".bar a"))]
          .filter(({ hash }) => !document.querySelector(`${hash} h2`))
          .map(({ hash }) => hash),
      );
      assert.deepEqual(broken, []);
    });

    await t.test("nothing is wider than a phone, nor than any other view", async () => {
      for (const width of [375, 768, 1280, 2560]) {
        await site.shoot(`${name}-page-${width}`, { width, height: 1000 });
        assert.equal(
          await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
          0,
          `${width} px`,
        );
      }
    });
    await site.clean();
  });
}
