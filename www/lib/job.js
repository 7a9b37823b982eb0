// Work that takes a while: a button that starts it, one that cancels it, a bar with what is done and what is left, and the words for
// when it fails. All of it has its place from the start, so nothing moves, and the focus stays where it was.

import { el } from "./dom.js";
import { isCancelled } from "./tasks.js";

/** @typedef {{ signal: AbortSignal, report: (fraction: number, words?: string) => void }} Running */

/**
 * @param {object} options
 * @param {string} options.label of the button
 * @param {string} options.idle what stands beside it before
 * @param {string} options.cancelled what stands there after a cancel
 * @param {() => void} options.onStart the button
 * @param {(text: string) => void} options.announce
 */
export function job({ label, idle, cancelled, onStart, announce }) {
  const start = el("button", { type: "button", class: "button", onclick: () => controller || onStart() }, label);
  const cancel = el("button", { type: "button", class: "quiet", disabled: true, onclick: () => controller?.abort() }, "Cancel");
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const words = el("p", { class: "words" }, idle);
  const error = el("p", { class: "note error", role: "alert", hidden: true });
  const element = el("div", { class: "job", "data-state": "idle" }, el("div", { class: "buttons" }, start, cancel), words, bar, error);
  /** @type {AbortController | null} */
  let controller = null;

  return {
    element,
    /** @param {string} text */
    set label(text) {
      start.textContent = text;
    },
    get busy() {
      return controller !== null;
    },
    /** Stops what runs, if anything does. */
    cancel: () => controller?.abort(),
    /**
     * Does the work, whose result is what to say at the end. False if it failed or was cancelled.
     *
     * @param {(running: Running) => Promise<string>} work
     */
    async run(work) {
      const mine = (controller = new AbortController()),
        started = performance.now();
      start.setAttribute("aria-disabled", "true");
      cancel.disabled = false;
      error.hidden = true;
      words.hidden = bar.hidden = false;
      element.dataset.state = "running";
      bar.value = 0;
      words.textContent = "Starting …";
      announce("Started.");
      const report = (/** @type {number} */ fraction, text = "") => {
        if (controller !== mine || mine.signal.aborted) return;
        bar.value = fraction;
        const passed = (performance.now() - started) / 1000,
          left = (passed / fraction) * (1 - fraction);
        words.textContent =
          [text, passed > 1 && fraction < 1 && Number.isFinite(left) && `about ${Math.ceil(left)} s left`].filter(Boolean).join(", ") ||
          "Working …";
      };
      try {
        announce((words.textContent = await work({ signal: mine.signal, report })));
        element.dataset.state = "done";
        return true;
      } catch (cause) {
        const stopped = isCancelled(cause);
        element.dataset.state = stopped ? "cancelled" : "failed";
        words.textContent = stopped ? cancelled : "";
        error.hidden = stopped;
        words.hidden = bar.hidden = !stopped; // in whose place it stands
        error.textContent = stopped ? "" : cause instanceof Error ? cause.message : String(cause);
        if (stopped) announce(cancelled);
        return false;
      } finally {
        const focused = document.activeElement === cancel;
        controller = null;
        start.removeAttribute("aria-disabled");
        cancel.disabled = true;
        if (focused) start.focus();
      }
    },
  };
}
