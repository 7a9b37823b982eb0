// The benchmark in one browser: page-bench.js in a page of it, and the first result in tabs that are new.

import { open } from "../browsers/launch.js";
import { Disagreement, difference } from "./agree.js";
import { PAGES, PLACES } from "./bench-site.js";
import { summary } from "./statistics.js";
import { TABLE_TOLERANCE } from "./tasks.js";

/** @typedef {import("../browsers/launch.js").Name} Name */
/** @typedef {Awaited<ReturnType<typeof import("./page-bench.js").benchmark>>} Benched */
/** @typedef {import("./statistics.js").Summary} Summary */
/** @typedef {{ fromNavigation: Summary, fromLoad: Summary, load: Summary, add: Summary, encoded: number }} FirstResult in milliseconds; encoded: what of the wasm came through the wire, in bytes */

/**
 * In the page: starts, and leaves behind what tell() asks.
 * @param {string} module
 * @param {typeof PLACES} places
 * @param {any} options of benchmark(); `lanes`: more of them, by their URLs
 */
async function begin(module, places, { lanes: more = [], ...options }) {
  const { benchmark, pageLanes } = await import(module);
  const lanes = [
    ...(await pageLanes({ ...places, package: new URL(places.package, location.href).href })),
    ...more.map((/** @type {string} */ url) => ({ module: new URL(url, location.href), args: [] })),
  ];
  /** @type {any} */
  const state = { fraction: 0 };
  const onProgress = (/** @type {number} */ fraction) => void (state.fraction = fraction);
  Object.assign(globalThis, { state });
  benchmark({ ...options, package: new URL(places.package, location.href).href, lanes, onProgress }).then(
    (/** @type {any} */ value) => (state.value = value),
    (/** @type {any} */ error) => (state.error = { name: error.name, message: error.message }),
  );
}

/** In the page: how far it is, after a second, since whoever asks disturbs what is timed. */
async function tell() {
  await new Promise((resolve) => {
    setTimeout(resolve, 1000);
  });
  return /** @type {any} */ (globalThis).state;
}

/**
 * @param {import("../browsers/launch.js").Page} page
 * @param {string} origin of benchSite()
 * @param {object} options of benchmark()
 * @param {(fraction: number) => void} [onProgress]
 * @returns {Promise<Benched>}
 */
export async function benchPage(page, origin, options, onProgress = () => {}) {
  await page.goto(origin + PAGES.empty);
  await page.evaluate(begin, "/tests/bench/page-bench.js", PLACES, options);
  for (;;) {
    const { fraction, value, error } = await page.evaluate(tell);
    onProgress(fraction);
    if (value !== undefined) return value;
    if (error !== undefined) throw error.name === "Disagreement" ? new Disagreement(error.message) : new Error(error.message);
  }
}

/**
 * From load() to the end of the first add, in a browser and a tab that have never seen it.
 * @param {Name} name
 * @param {string} origin
 * @param {number} repetitions
 * @param {(fraction: number) => void} [onProgress]
 * @returns {Promise<FirstResult>}
 */
export async function firstResult(name, origin, repetitions, onProgress = () => {}) {
  const told = [];
  for (let i = 0; i < repetitions; i++) {
    onProgress(i / repetitions);
    const browser = await open(name);
    try {
      await browser.page.goto(origin + PAGES.first);
      const one = await browser.page.evaluate(async () => {
        const scope = /** @type {any} */ (globalThis);
        while (scope.first === undefined)
          await new Promise((resolve) => {
            setTimeout(resolve, 20);
          });
        return scope.first;
      });
      const wrong = difference(Float32Array.from(one.first), Float32Array.of(Math.sin(1), Math.cos(1)), TABLE_TOLERANCE);
      if (wrong !== undefined) throw new Disagreement(`first result: ${wrong}`);
      told.push(one);
    } finally {
      await browser.close();
    }
  }
  const of = (/** @type {string} */ what) => summary(told.map((one) => one[what]));
  return {
    fromNavigation: of("fromNavigation"),
    fromLoad: of("fromLoad"),
    load: of("load"),
    add: of("add"),
    encoded: told[0].wasm?.encoded ?? 0,
  };
}
