// Pictures of the page: every section at four widths, light and dark, for people to look at; CI keeps them.
//
//     node tests/www/screenshots.js [DIR] [--readme]      dist/screenshots; --readme: also the few that the README shows, in
//                                                         tests/www/pictures, as WebP
//
// In Chromium, with the parts as they are once they were used: the tests have run, the benchmark has not, since its numbers are
// nobody's but this machine's.

import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";

import { find } from "../browsers/launch.js";
import { base, servePage } from "./site.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { readme: { type: "boolean", default: false } } });
const folder = resolve(positionals[0] ?? fileURLToPath(new URL("../../dist/screenshots/", import.meta.url)));
const pictures = fileURLToPath(new URL("pictures/", import.meta.url));
const WIDTHS = [375, 768, 1280, 2560],
  THEMES = /** @type {const} */ (["light", "dark"]);

/** What the README shows: 1280 wide, and not more than this many bytes. */
const README = [
  ["playground", "light"],
  ["sine", "light"],
  ["order", "light"],
];
const MOST = 150_000;

const found = find("chromium");
if (found === null || !("browser" in found)) throw new Error("Chromium is not installed");
const server = await servePage();
const root = process.getuid?.() === 0 || process.env.CI === "true"; // its sandbox cannot work for root, nor in most containers
const browser = await puppeteer.launch({
  executablePath: found.browser,
  args: ["--disable-gpu", "--hide-scrollbars", ...(root ? ["--no-sandbox"] : [])],
  pipe: true,
});
try {
  mkdirSync(folder, { recursive: true });
  const page = await browser.newPage();
  const wait = (/** @type {string} */ condition) => page.waitForFunction(condition, { timeout: 60_000, polling: 50 });
  for (const theme of THEMES)
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: theme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await page.goto(`${server.origin}${base}`);
      await wait("document.documentElement.dataset.selftest");
      for (const id of await page.$$eval("section[id]", (sections) => sections.map(({ id }) => id))) {
        await page.evaluate((/** @type {string} */ id) => document.getElementById(id)?.scrollIntoView({ behavior: "instant" }), id);
        await wait(`document.querySelector('[data-part="${id}"]').dataset.state`);
        if (id === "test") {
          await page.click('[data-part="test"] .run .button');
          await wait(`document.querySelector('[data-part="test"]').dataset.run === "passed"`);
        }
        await setTimeout(300);
        const section = /** @type {import("puppeteer-core").ElementHandle<Element>} */ (await page.$(`#${id}`));
        // The bar that stays on top would lie over it.
        await page.evaluate(() => document.querySelector(".bar")?.setAttribute("hidden", ""));
        await section.screenshot({ path: `${folder}/${id}-${width}-${theme}.png` });
        if (values.readme && width === 1280 && README.some((each) => each.join() === [id, theme].join()))
          await picture(section, `${id}-${theme}`);
        await page.evaluate(() => document.querySelector(".bar")?.removeAttribute("hidden"));
        console.log(`${id}-${width}-${theme}.png`);
      }
    }
} finally {
  await browser.close();
  await server.close();
}

/** As good as it may be for its size. @param {import("puppeteer-core").ElementHandle<Element>} section @param {string} name */
async function picture(section, name) {
  mkdirSync(pictures, { recursive: true });
  for (let quality = 90; ; quality -= 5) {
    const bytes = await section.screenshot({ type: "webp", quality });
    if (bytes.length > MOST && quality > 40) continue;
    if (bytes.length > MOST) throw new Error(`${name}.webp: ${bytes.length} bytes, want ${MOST} at most`);
    writeFileSync(`${pictures}${name}.webp`, bytes);
    console.log(`${name}.webp: ${bytes.length} bytes, quality ${quality}`);
    return;
  }
}
