// The page: loads posenc, runs the quick self test, and starts each part when it comes near the view.

import { hero } from "./hero.js";
import { el } from "./lib/dom.js";
import { urlState } from "./lib/url-state.js";
import { selfTest } from "./self-test.js";

/**
 * What every part is given.
 *
 * @typedef {object} Site
 * @property {any} posenc loaded
 * @property {import("./lib/url-state.js").UrlState} state
 * @property {(text: string) => void} announce says it by the live region
 * @property {boolean} reducedMotion
 * @property {boolean} dark
 * @property {(listener: (dark: boolean) => void) => void} onTheme when light turns dark or back, by the switch or the system
 * @property {import("./self-test.js").Check[]} selfTest
 * @property {Promise<{ data: Float32Array, rows: number, dim: number }>} [realEmbeddings] of the real Transformer's tokens, once it is loaded
 */

const root = document.documentElement;
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const live = document.body.appendChild(el("div", { class: "away", role: "status", "aria-live": "polite", id: "live" }));

const theme = startTheme();
markWhereWeAre();
try {
  status.textContent = "Loading posenc …";
  const { load } = await import("./posenc/index.js");
  const posenc = await load();
  const checks = selfTest(posenc);
  const failed = checks.filter(({ passed }) => !passed);
  root.dataset.selftest = failed.length ? "failed" : "passed";
  status.className = `status ${root.dataset.selftest}`;
  status.textContent = failed.length
    ? `Self test: ${failed.length} of ${checks.length} checks failed (${failed[0].name}). Do not trust the numbers on this page.`
    : `Self test passed: ${checks.length} checks against formulas and published numbers. posenc ${posenc.version}.`;
  hero(posenc, theme.dark);
  theme.onChange((dark) => hero(posenc, dark));
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  startParts({
    posenc,
    state: urlState(),
    announce,
    get reducedMotion() {
      return motion.matches;
    },
    get dark() {
      return theme.dark;
    },
    onTheme: theme.onChange,
    selfTest: checks,
  });
  keepForLater();
} catch (error) {
  root.dataset.selftest = "failed";
  status.className = "status failed";
  status.textContent = `posenc did not load: ${error instanceof Error ? error.message : error}`;
  for (const host of document.querySelectorAll("[data-part]"))
    host.replaceChildren(
      el("p", { class: "note error" }, "There is nothing to show here, since posenc did not load. Reload the page to try again."),
    );
}

/** For when there is no network, and after the first view is there: sw.js fetches the rest of the page. */
async function keepForLater() {
  if (!navigator.serviceWorker) return; // not everywhere: not by http:, nor in some private windows
  if (document.readyState !== "complete")
    await new Promise((loaded) => {
      addEventListener("load", loaded, { once: true });
    });
  await new Promise((idle) => {
    setTimeout(idle, 1000);
  });
  try {
    await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    root.dataset.offline = "ready";
  } catch {
    /* then it needs the network each time */
  }
}

/** @param {string} text */
function announce(text) {
  live.textContent = "";
  setTimeout(() => void (live.textContent = text), 30); // the same words twice are to be read twice, and also where no frame is drawn
}

/** @param {Site} site */
function startParts(site) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        startPart(/** @type {HTMLElement} */ (target), site);
      }
    },
    { rootMargin: "800px 0px" },
  );
  const hosts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part]"));
  for (const host of hosts) observer.observe(host);
  // Who goes through the page by keys, prints it or looks for a word in it wants all of it.
  const all = () => {
    removeEventListener("keydown", onKey);
    observer.disconnect();
    for (const host of hosts) if (!host.hasAttribute("aria-busy") && !host.dataset.state) startPart(host, site);
  };
  const onKey = (/** @type {KeyboardEvent} */ { key, ctrlKey, metaKey }) =>
    (key === "Tab" || (key === "f" && (ctrlKey || metaKey))) && all();
  addEventListener("keydown", onKey);
  addEventListener("beforeprint", all);
}

/** @param {HTMLElement} host @param {Site} site */
async function startPart(host, site) {
  host.setAttribute("aria-busy", "true");
  try {
    const part = await import(`./parts/${host.dataset.part}.js`);
    await part.start(host, site);
    host.dataset.state = "ready";
  } catch (error) {
    console.error(error);
    host.dataset.state = "failed";
    const again = el(
      "button",
      { type: "button", class: "quiet", onclick: () => (host.replaceChildren(), startPart(host, site)) },
      "Try again",
    );
    host.replaceChildren(
      el(
        "div",
        { class: "note error", role: "alert" },
        el("p", {}, `This part did not start: ${error instanceof Error ? error.message : error}`),
        again,
      ),
    );
  }
  host.removeAttribute("aria-busy");
}

function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = /** @type {HTMLButtonElement} */ (document.getElementById("theme"));
  /** @type {((dark: boolean) => void)[]} */
  const listeners = [];
  const state = { dark: false, onChange: (/** @type {(dark: boolean) => void} */ listener) => void listeners.push(listener) };
  const kept = recall();
  if (kept) root.dataset.theme = kept;
  function update() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
    button.textContent = dark ? "Light" : "Dark";
    button.setAttribute("aria-label", dark ? "Change to the light theme" : "Change to the dark theme");
    if (dark === state.dark) return;
    state.dark = dark;
    for (const listener of listeners) listener(dark);
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = state.dark ? "light" : "dark";
    try {
      localStorage.setItem("posenc-theme", root.dataset.theme);
    } catch {
      /* not allowed here: it holds for this visit */
    }
    update();
  });
  system.addEventListener("change", update);
  update();
  return state;
}

function recall() {
  try {
    const kept = localStorage.getItem("posenc-theme");
    return kept === "dark" || kept === "light" ? kept : null;
  } catch {
    return null;
  }
}

/** The link of the section that is in view. */
function markWhereWeAre() {
  const links = new Map(
    [...document.querySelectorAll(".bar ol a")].map((link) => [/** @type {HTMLAnchorElement} */ (link).hash.slice(1), link]),
  );
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) links.get(target.id)?.setAttribute("aria-current", "true");
        else links.get(target.id)?.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-40% 0px -55% 0px" },
  );
  for (const section of document.querySelectorAll("section[id]")) observer.observe(section);
}
