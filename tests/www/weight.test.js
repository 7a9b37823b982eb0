// What a first view costs, and that nothing jumps about or goes wrong while somebody reads from the top to the end.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { base, engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

const [chromium] = engines;
const dist = new URL("../../dist/www/", import.meta.url);

test("Chromium: a first view without the wasm is under 150 KB with gzip", { skip: chromium.skip }, async () => {
  const site = await openPage("chromium", server);
  try {
    await site.visit();
    await site.wait(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]')).dataset.state === "ready");
    /** @type {string[]} */
    const urls = await site.page.evaluate(() => [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
    const prefix = server.origin + base;
    const sizes = [...new Set(urls)]
      .map((url) => {
        assert.ok(url.startsWith(prefix), url);
        const path = url.slice(prefix.length).replace(/[?#].*$/, "") || "index.html";
        return { path, bytes: gzipSync(readFileSync(new URL(path, dist))).length };
      })
      .sort((a, b) => b.bytes - a.bytes);
    const [wasm, ...others] = sizes;
    const sum = others.reduce((total, { bytes }) => total + bytes, 0);
    console.log(
      sizes.map(({ path, bytes }) => `${String(bytes).padStart(8)}  ${path}`).join("\n"),
      `\n${String(sum).padStart(8)}  ${others.length} files without the wasm`,
    );
    assert.equal(wasm.path, "posenc/posenc.wasm");
    for (const path of ["index.html", "style.css", "main.js", "posenc/index.js", "parts/playground.js"])
      assert.ok(
        others.some((each) => each.path === path),
        path,
      );
    assert.ok(sum < 150_000, `${sum} bytes`);
    assert.ok(!others.some(({ path }) => /^(vendor|conformance|speed)\//.test(path)), "what is loaded on demand");
  } finally {
    await site.browser.close();
  }
});

for (const { name, title, skip } of engines) {
  test(`${title}: when the first control answers after a warm load`, { skip }, async () => {
    const site = await openPage(name, server);
    try {
      const took = [];
      for (let load = 0; load < 6; load++) {
        await site.visit();
        await site.wait(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]')).dataset.state === "ready");
        took.push(
          await site.page.evaluate(async () => {
            const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]'));
            const select = /** @type {HTMLSelectElement} */ (part.querySelector("select"));
            const before = part.textContent;
            select.value = select.options[select.selectedIndex + 1].value;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            while (part.textContent === before) await new Promise((frame) => requestAnimationFrame(frame));
            return performance.now();
          }),
        );
      }
      console.log(`${title}: a control answered ${took.map(Math.round).join(", ")} ms after navigation; the first load is cold`);
    } finally {
      await site.browser.close();
    }
  });

  test(`${title}: from the top to the end nothing goes wrong, and nothing is fetched from elsewhere`, {
    skip,
    timeout: 100_000,
  }, async () => {
    const site = await openPage(name, server);
    try {
      await site.visit();
      assert.equal(await site.page.evaluate(() => document.documentElement.dataset.selftest), "passed");
      await read(site);
      assert.deepEqual(
        await site.page.evaluate(states),
        ["data", "meaning", "order", "playground", "sine", "speed", "test", "transformer"].map((part) => `${part} ready`),
      );
      await site.clean();
    } finally {
      await site.browser.close();
    }
  });
}

const states = () =>
  [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part]"))]
    .map(({ dataset }) => `${dataset.part} ${dataset.state}`)
    .sort();

/** Scrolls from the top to the end, as who reads. @param {Awaited<ReturnType<typeof openPage>>} site */
async function read(site) {
  for (let at = 0; at < (await site.page.evaluate(() => document.documentElement.scrollHeight)); at += 400) {
    await site.page.evaluate(async (/** @type {number} */ at) => {
      scrollTo({ top: at, behavior: "instant" });
      for (let i = 0; i < 3; i++) await new Promise((frame) => requestAnimationFrame(frame));
    }, at);
  }
  await site.wait(() =>
    [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part]"))].every(({ dataset }) => dataset.state),
  );
}

for (const width of [375, 1280]) {
  test(`Chromium: nothing jumps about, ${width} wide`, { skip: chromium.skip, timeout: 100_000 }, async () => {
    const site = await openPage("chromium", server);
    try {
      await site.shoot(`blank-${width}`, { width, height: 800 }); // the way to a view of this size
      for (const way of ["read", "jump"]) {
        await site.visit();
        if (way === "read") await read(site);
        else
          for (const id of ["test", "sine", "speed", "playground"]) {
            await site.page.evaluate(
              (/** @type {string} */ id) => document.getElementById(id)?.scrollIntoView({ behavior: "instant" }),
              id,
            );
            await new Promise((soon) => {
              setTimeout(soon, 500);
            });
          }
        const shifts = await site.page.evaluate(async () => {
          /** @type {any[]} */
          const seen = [];
          new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
          await new Promise((soon) => {
            setTimeout(soon, 200);
          });
          return seen.map(({ value, startTime, sources }) => ({
            value,
            at: Math.round(startTime),
            what: sources.map((/** @type {any} */ { node }) => node?.outerHTML?.slice(0, 80) ?? String(node?.textContent)),
          }));
        });
        const sum = shifts.reduce((/** @type {number} */ total, /** @type {any} */ { value }) => total + value, 0);
        console.log(`${width} wide, ${way}: layout shift ${sum.toFixed(4)}`);
        assert.ok(sum < 0.01, JSON.stringify(shifts, null, 1));
      }
    } finally {
      await site.browser.close();
    }
  });
}
