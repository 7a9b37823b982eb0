// WebKit through WebKitWebDriver, by the W3C WebDriver protocol over plain HTTP: a session, five
// commands, no library. WebKitGTK has no headless mode, so it gets an X server of its own (Xvfb),
// on a display that Xvfb picks, even where there is a screen: a test must not flash up windows.

import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { onPath, within } from "./launch.js";

/** @typedef {import("node:stream").Readable} Readable */
/** @typedef {{ driver: string, browser: string, xvfb: string | null }} WebKit */

/**
 * Finds the three programs: Debian's webkit2gtk-driver, the MiniBrowser of libwebkit2gtk, Xvfb.
 *
 * @returns {WebKit | null}
 */
export function findWebKit() {
  const driver = onPath("WebKitWebDriver");
  const xvfb = onPath("Xvfb");
  if (!driver || !(xvfb || process.env.DISPLAY)) return null;
  // /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser on Debian; /usr/libexec/... and no triplet elsewhere.
  const places = ["/usr/libexec", "/usr/lib64", "/usr/lib"].flatMap((lib) => [lib, ...folders(lib, /-linux-/)]);
  const browser = places
    .flatMap((place) => folders(place, /^webkit(2gtk-4|gtk-6)\.\d+$/))
    .map((folder) => join(folder, "MiniBrowser"))
    .find((file) => existsSync(file));
  return browser ? { driver, browser, xvfb } : null;
}

/** @param {string} place @param {RegExp} name */
function folders(place, name) {
  try {
    return readdirSync(place)
      .filter((entry) => name.test(entry))
      .sort()
      .reverse()
      .map((entry) => join(place, entry));
  } catch {
    return []; // not there, or a file
  }
}

/** WebDriver's code points of keys that write nothing. @type {Record<string, string>} */
const codes = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Alt: "\uE00A",
  Escape: "\uE00C",
  PageUp: "\uE00E",
  PageDown: "\uE00F",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
};

/**
 * Starts Xvfb, the driver and a session.
 *
 * @param {WebKit} found
 * @param {import("./children.js").Nest} home
 * @param {{ width: number, height: number }} size of the view
 * @returns {Promise<import("./launch.js").Engine>}
 */
export async function startWebKit(found, home, size) {
  /** @type {Record<string, string>} */
  const env = { GDK_BACKEND: "x11", NO_AT_BRIDGE: "1", GTK_A11Y: "none", DBUS_SESSION_BUS_ADDRESS: "disabled:" };
  if (found.xvfb) {
    // The screen bounds every window on it, so it is larger than any screenshot.
    const args = ["-displayfd", "3", "-screen", "0", "2560x2560x24", "-nolisten", "tcp"];
    const xvfb = home.start(found.xvfb, args, { pipes: 1 });
    // To the end: the number and its newline come in two writes, and Xvfb dies if nobody takes the second.
    const display = await within(10, "Xvfb to give its display", text(/** @type {Readable} */ (xvfb.stdio[3])));
    if (!/^\d+\n$/.test(display)) throw new Error("Xvfb ended before it gave its display");
    env.DISPLAY = `:${display.trim()}`;
  }

  const port = await freePort();
  home.start(found.driver, [`--port=${port}`], { env });

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  async function call(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = /** @type {any} */ (await response.json());
    if (!response.ok) throw new Error(`WebDriver ${method} ${path.replace(/^\/session\/[^/]+/, "")}: ${value.error}: ${value.message}`);
    return value;
  }

  await within(
    10,
    "WebKitWebDriver to answer",
    (async () => {
      // fetch rejects until it listens
      while (!(await call("GET", "/status").catch(() => null))) await sleep(20);
    })(),
  );
  const session = await within(
    30,
    "a WebKit session",
    call("POST", "/session", {
      // Full screen, because only a window without its toolbar can be as narrow as a phone.
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary: found.browser, args: ["--automation", "--full-screen"] } } },
    }),
  );
  const at = `/session/${session.sessionId}`;
  // Longer than launch.js waits: its error names the step.
  await call("POST", `${at}/timeouts`, { script: 600_000, pageLoad: 600_000 });

  /** @param {{ width: number, height: number }} size */
  const resize = (size) => call("POST", `${at}/window/rect`, { x: 0, y: 0, ...size });
  await resize(size);

  /** @param {string} expression a promise of a string */
  const run = (expression) =>
    call("POST", `${at}/execute/async`, {
      script: `const done = arguments[arguments.length - 1]; (${expression}).then(done);`,
      args: [],
    });

  return {
    version: session.capabilities.browserVersion,
    async goto(url) {
      await call("POST", `${at}/url`, { url });
      // An automated view is an ephemeral one, and WebKit writes no console for those: so it is the
      // page that listens, from its load on. What failed before that is not seen; console.error is not either.
      await run(`(async () => {
        const seen = [];
        addEventListener("error", (event) => seen.push(event.message));
        addEventListener("unhandledrejection", (event) => seen.push("unhandled rejection: " + event.reason));
        Object.defineProperty(document, Symbol.for("errors seen by the test"), { value: seen });
      })()`);
    },
    run,
    async errors() {
      return JSON.parse(await run(`(async () => JSON.stringify(document[Symbol.for("errors seen by the test")] ?? []))()`));
    },
    async screenshot(path, size) {
      await resize(size);
      // The picture is of what was painted last, so wait until the new size has been.
      await run(`(async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        while (innerWidth !== ${size.width} || innerHeight !== ${size.height}) await frame();
        await frame();
        await frame();
      })()`);
      await writeFile(path, Buffer.from(await call("GET", `${at}/screenshot`), "base64"));
    },
    async press(keys) {
      const list = keys.map((key) => codes[key] ?? key);
      const actions = [
        ...list.map((value) => ({ type: "keyDown", value })),
        ...list.toReversed().map((value) => ({ type: "keyUp", value })),
      ];
      await call("POST", `${at}/actions`, { actions: [{ type: "key", id: "keys", actions }] });
    },
    async drag([[x, y], ...path]) {
      const move = (/** @type {number} */ x, /** @type {number} */ y) => ({
        type: "pointerMove",
        x: Math.round(x),
        y: Math.round(y),
        duration: 50,
      });
      const actions = [
        move(x, y),
        { type: "pointerDown", button: 0 },
        ...path.map((point) => move(...point)),
        { type: "pointerUp", button: 0 },
      ];
      await call("POST", `${at}/actions`, { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
    },
    async close() {
      await call("DELETE", at);
    },
  };
}

/** The driver takes a port and does not tell one, so we ask the system for one, and give it back. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, "close");
  return port;
}
