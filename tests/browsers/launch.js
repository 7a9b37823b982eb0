// Three engines behind one shape: open("chromium" | "firefox" | "webkit") gives a page that goes
// to a URL, evaluates a function and answers with JSON. Chromium and Firefox come by
// puppeteer-core (Firefox over WebDriver BiDi), WebKit by webkit.js. Every step has a time-out
// whose error names the browser and the step, since "timed out" alone cannot be repaired.

import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";
import { nest } from "./children.js";
import { findWebKit, startWebKit } from "./webkit.js";

/** @typedef {"chromium" | "firefox" | "webkit"} Name */
/** @typedef {{ width: number, height: number }} Size */

/**
 * What an engine must be able to do. `run` takes an expression that is a promise of a string.
 *
 * @typedef {object} Engine
 * @property {string} version
 * @property {(url: string) => Promise<void>} goto
 * @property {(expression: string) => Promise<string>} run
 * @property {() => Promise<string[]>} errors
 * @property {(path: string, size: Size) => Promise<void>} screenshot
 * @property {(keys: string[]) => Promise<void>} press all down in turn, then all up
 * @property {(path: [x: number, y: number][]) => Promise<void>} drag down at the first point, up at the last
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto waits for the load event
 * @property {(code: string | ((...args: any[]) => unknown), ...args: unknown[]) => Promise<any>} evaluate
 *   calls a function, or an async function's source, in the page; arguments and result pass as JSON
 * @property {() => Promise<string[]>} errors console errors and uncaught errors since goto();
 *   WebKit: uncaught ones after the load event only
 * @property {(path: string, size?: Size) => Promise<void>} screenshot a PNG of a view of that size in CSS pixels
 * @property {(keys: string) => Promise<void>} press a key by its name in KeyboardEvent.key, or some held together: "Control+End"
 * @property {(text: string) => Promise<void>} type each character as a key, where the focus is
 * @property {(selector: string) => Promise<void>} click the middle of an element, which is brought into view
 * @property {(path: [x: number, y: number][]) => Promise<void>} drag the mouse, from where it goes down to where it comes up
 */

/** @typedef {{ name: Name, version: string, page: Page, close(): Promise<void> }} Browser */

/** What people call them, and what installs them on Debian. */
export const titles = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };
const packages = { chromium: "chromium", firefox: "firefox-esr", webkit: "webkit2gtk-driver xvfb" };

const commands = {
  chromium: [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  firefox: ["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"],
};

/** @type {Size} */
const usual = { width: 1280, height: 800 };

/**
 * Where a browser is, or null when it is not installed.
 *
 * @param {Name} name
 */
export function find(name) {
  if (name === "webkit") return findWebKit();
  const browser = commands[name].map(onPath).find((file) => file !== null && !isSnap(file));
  return browser ? { browser } : null;
}

/**
 * Opens a browser with an empty profile.
 *
 * @param {Name} name
 * @returns {Promise<Browser>}
 * @throws {Error} code ERR_BROWSER_MISSING when it is not installed
 */
export async function open(name) {
  const found = find(name);
  if (!found) {
    const message = `${titles[name]} is not installed (on Debian: apt-get install ${packages[name]})`;
    throw Object.assign(new Error(message), { code: "ERR_BROWSER_MISSING" });
  }
  const home = nest(name);
  /** @type {<T>(seconds: number, what: string, promise: Promise<T>) => Promise<T>} */
  const step = (seconds, what, promise) => within(seconds, what, promise, titles[name]);
  /** @type {Engine} */
  let engine;
  try {
    const start = "driver" in found ? startWebKit(found, home, usual) : startPuppeteer(name, found.browser, home);
    engine = await step(60, "to start", start);
  } catch (error) {
    await home.clear();
    throw error;
  }
  return {
    name,
    version: engine.version,
    page: {
      goto: (url) => step(30, `to load ${url}`, engine.goto(url)),
      async evaluate(code, ...args) {
        const reply = JSON.parse(await step(60, "to evaluate", engine.run(expression(code, args))));
        if (!reply.error) return reply.value;
        const { message, stack, ...rest } = reply.error;
        const error = Object.assign(new Error(`${titles[name]}: ${message}`), rest);
        error.stack += `\nin the page:\n${stack}`;
        throw error;
      },
      errors: () => step(10, "to tell its errors", engine.errors()),
      screenshot: (path, size = usual) => step(30, "to take a screenshot", engine.screenshot(path, size)),
      press: (keys) => step(10, `to press ${keys}`, engine.press(keys === "+" ? ["+"] : keys.split("+"))),
      async type(text) {
        for (const key of text) await step(10, `to type ${key}`, engine.press([key]));
      },
      async click(selector) {
        // What is above may still grow, and then the pointer would meet something else: so when it is where it was, and on top.
        const middle = await this.evaluate(async (/** @type {string} */ selector) => {
          const element = document.querySelector(selector);
          if (!element) throw new Error(`there is no ${selector}`);
          let at = [NaN, NaN];
          element.scrollIntoView({ block: "center", behavior: "instant" });
          for (let look = 0; look < 40; look++) {
            await new Promise((done) => setTimeout(done, 50));
            const { left, top, width, height } = element.getBoundingClientRect();
            const [x, y] = [left + width / 2, top + height / 2];
            const still = x === at[0] && y === at[1];
            at = [x, y];
            if (!still) continue;
            if (element.contains(document.elementFromPoint(x, y))) break;
            element.scrollIntoView({ block: "center", behavior: "instant" });
          }
          return at;
        }, selector);
        await step(10, `to click on ${selector}`, engine.drag([middle]));
      },
      drag: (path) => step(10, "to drag", engine.drag(path)),
    },
    async close() {
      // Asked politely so that it writes what it must; what does not listen is ended by the nest.
      await step(5, "to close", engine.close()).catch(() => {});
      await home.clear();
    },
  };
}

/**
 * Waits for a promise, but not for ever.
 *
 * @template T
 * @param {number} seconds
 * @param {string} what ends the sentence "waited 5 s for ..."
 * @param {Promise<T>} promise
 * @param {string} [who]
 * @returns {Promise<T>}
 */
export async function within(seconds, what, promise, who) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${seconds} s for ${who ? `${who} ` : ""}${what}`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The file that a command's name, or an absolute path, stands for, or null.
 *
 * @param {string} command
 */
export function onPath(command) {
  for (const folder of command.startsWith("/") ? [""] : (process.env.PATH ?? "").split(delimiter)) {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return join(folder, command);
    } catch {
      /* the next one */
    }
  }
  return null;
}

/**
 * Ubuntu's snaps, and the scripts that call them, have a /tmp of their own and cannot see the profile that we make.
 *
 * @param {string} file
 */
function isSnap(file) {
  const real = realpathSync(file);
  return basename(real) === "snap" || (statSync(real).size < 16384 && readFileSync(real, "utf8").includes("/snap/bin/"));
}

/**
 * The call as source. It never rejects: an error's name, message and code survive as JSON only.
 *
 * @param {unknown} code
 * @param {unknown[]} args
 */
function expression(code, args) {
  return `(async () => {
    try {
      return JSON.stringify({ value: await (${code})(...${JSON.stringify(args)}) });
    } catch (error) {
      const { name, message = String(error), code, stack } = Object(error);
      return JSON.stringify({ error: { name, message, code, stack } });
    }
  })()`;
}

/** @param {Name} name @param {string} executablePath @param {import("./children.js").Nest} home @returns {Promise<Engine>} */
async function startPuppeteer(name, executablePath, home) {
  const chromium = name === "chromium";
  // No GPU, no calls home. The sandbox cannot work for root, nor in most containers.
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
  ];
  if (process.getuid?.() === 0 || process.env.CI === "true") args.push("--no-sandbox");
  const browser = await puppeteer.launch({
    browser: chromium ? "chrome" : "firefox",
    executablePath,
    headless: true,
    args: chromium ? args : [],
    pipe: chromium, // Firefox speaks BiDi over a socket only
    userDataDir: join(home.folder, "profile"),
    env: home.env,
    defaultViewport: usual,
    timeout: 50_000,
    handleSIGINT: false, // the nest does this, and for more than signals
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  home.adopt(browser.process()?.pid);
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("console", (message) => void (message.type() === "error" && errors.push(message.text())));
  page.on("pageerror", (error) => void errors.push(String(error)));
  return {
    version: (await browser.version()).replace(/^.*\//, ""),
    async goto(url) {
      errors.length = 0;
      await page.goto(url, { waitUntil: "load", timeout: 0 });
    },
    run: (expression) => /** @type {Promise<string>} */ (page.evaluate(expression)),
    errors: async () => [...errors],
    async screenshot(path, size) {
      await page.setViewport(size);
      await page.screenshot({ path: /** @type {`${string}.png`} */ (path) });
    },
    async press(keys) {
      for (const key of keys) await page.keyboard.down(/** @type {any} */ (key));
      for (const key of keys.toReversed()) await page.keyboard.up(/** @type {any} */ (key));
    },
    async drag([from, ...path]) {
      await page.mouse.move(...from);
      await page.mouse.down();
      for (const point of path) await page.mouse.move(...point, { steps: 5 });
      await page.mouse.up();
    },
    close: () => browser.close(),
  };
}
