// The page under test: dist/www under a sub-path, with the headers that a host should send, in a browser. Whatever went wrong in it
// while a test looked elsewhere (a console error, a request that left the origin or found nothing) fails the test when it asks.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { find, open, titles } from "../browsers/launch.js";
import { serve } from "../browsers/serve.js";

const dist = new URL("../../dist/www/", import.meta.url);
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const screenshots = fileURLToPath(new URL("../../dist/screenshots/", import.meta.url));

/** Not the root, since a static host may not give us one. */
export const base = "/some/where/";

export const engines = /** @type {const} */ (["chromium", "firefox", "webkit"]).map((name) => ({
  name,
  title: titles[name],
  skip: !find(name) && process.env.CI !== "true" && `${titles[name]} is not installed: skipped`,
}));

/** @returns {Promise<import("../browsers/serve.js").Server>} */
export function servePage() {
  if (!existsSync(new URL("index.html", dist))) throw new Error("dist/www/index.html is not there: run ./build.sh first");
  const headers = JSON.parse(readFileSync(new URL("../../www/headers.json", import.meta.url), "utf8"));
  return serve({ folders: { [base]: fileURLToPath(dist) }, headers });
}

/**
 * Opens a browser on the page.
 *
 * @param {import("../browsers/launch.js").Name} name
 * @param {import("../browsers/serve.js").Server} server
 */
export async function openPage(name, server) {
  const browser = await open(name);
  const { page } = browser;
  /** @param {(...args: any[]) => unknown} condition @param {...unknown} args */
  async function wait(condition, ...args) {
    for (let end = Date.now() + 60_000, look = Date.now() + 5000; Date.now() < end; await setTimeout(20)) {
      const answer = await page.evaluate(condition, ...args);
      if (!answer && name === "webkit" && Date.now() > look) {
        // under Xvfb it may stand still, with no frame drawn, until somebody looks
        await page.screenshot(`${screenshots}webkit-waits.png`);
        look = Date.now() + 5000;
      }
      if (answer) return answer;
    }
    throw new Error(`waited a minute in ${titles[name]} for ${condition}`);
  }
  return {
    browser,
    page,
    /** Loads the page, and waits for its self test and, where it is named, a part. @param {string} [query] @param {string} [part] */
    async visit(query = "", part = "") {
      await page.goto(`${server.origin}${base}${query}`);
      await wait(() => document.documentElement.dataset.selftest);
      if (!part) return;
      await page.evaluate((/** @type {string} */ id) => document.getElementById(id)?.scrollIntoView({ behavior: "instant" }), part);
      await wait(
        (/** @type {string} */ part) => /** @type {HTMLElement} */ (document.querySelector(`[data-part="${part}"]`)).dataset.state,
        part,
      );
      // Its neighbours are begun as well; until they are there, what is to be clicked may move away from under the pointer.
      for (let still = 0, before = NaN; still < 5; await setTimeout(50)) {
        const top = await page.evaluate((/** @type {string} */ id) => document.getElementById(id)?.getBoundingClientRect().top, part);
        still = top === before ? still + 1 : 0;
        before = top;
      }
    },
    /** Waits until what a function in the page gives is true, a minute at most, and gives it. */
    wait,
    /** Fails on console errors, and on requests that were not to this page. */
    async clean() {
      assert.deepEqual(await page.errors(), []);
      const requests = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      assert.deepEqual(
        requests.filter((/** @type {string} */ url) => !url.startsWith(`${server.origin}${base}`) && !/^(data|blob):/.test(url)),
        [],
      );
    },
    /** Fails on what axe-core finds, in light and in dark. */
    async accessible() {
      for (const theme of ["light", "dark"]) {
        await page.evaluate((/** @type {string} */ theme) => {
          if (getComputedStyle(document.documentElement).colorScheme === theme || document.documentElement.dataset.theme === theme) return;
          const button = /** @type {HTMLButtonElement} */ (document.getElementById("theme"));
          if (button.textContent?.toLowerCase() === theme) button.click();
        }, theme);
        const found = await page.evaluate(`async () => {
          if (!window.axe) { ${axe} }
          const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
          return violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 160) + " " + failureSummary).join(" | "));
        }`);
        assert.deepEqual(found, [], `axe-core, ${theme}`);
      }
    },
    /** A picture for people, in dist/screenshots. @param {string} file @param {import("../browsers/launch.js").Size} [size] */
    async shoot(file, size) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot(`${screenshots}${file}.png`, size);
    },
  };
}
