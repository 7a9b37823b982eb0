// The benchmark in this browser. Nothing of it is loaded, and nothing runs, before it is asked for.

import { el } from "../lib/dom.js";
import { value, whole } from "../lib/format.js";
import { TASKS } from "./speed/tasks.js";

const ALLOC = "posenc, alloc()",
  ARRAY = "posenc, Float32Array",
  COPY = "Float32Array.set";

/** @typedef {{ name: string, loop: boolean, of: number, median: number, q1: number, q3: number }} Timing in milliseconds */

/** How long the benchmark's workers may take to answer, in milliseconds, and how often they are started. */
const PATIENCE = 12_000,
  TRIES = 4;

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const run = el("button", { type: "button", class: "button", onclick: begin }, "Run the benchmark");
  const cancel = el(
    "button",
    { type: "button", class: "quiet", hidden: true, onclick: () => end("Cancelled. What was measured before stays.") },
    "Cancel",
  );
  const bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress of the benchmark" });
  const said = el(
    "p",
    { class: "hint" },
    "Six tasks, 10 to 60 seconds: where the clock of a browser is coarse, each turn has to be long. Leave this tab in front meanwhile.",
  );
  const figures = TASKS.map(({ title, what, bound }) => {
    const result = el("div", { class: "bars", "data-state": "empty" }, ...emptyBars());
    return {
      result,
      element: el(
        "figure",
        { class: "figure task" },
        el("h3", {}, title),
        el("p", { class: "what" }, what),
        result,
        el("figcaption", {}, bound),
      ),
    };
  });
  const answer = el("p", { class: "answer", role: "status" }, "Not measured yet.");
  host.append(
    el(
      "div",
      { class: "speed" },
      el("div", { class: "run" }, run, cancel, el("div", { class: "how" }, bar, said)),
      answer,
      el(
        "p",
        { class: "note" },
        "A longer bar is faster; G/s are 10⁹ numbers a second. Plain JavaScript is the fastest of several loops, chosen here, since each engine likes another one; where they add, they have the table that posenc made. " +
          "Float32Array.set is the yardstick: it moves as many numbers to their place and computes nothing. All is of this device, in this browser, in the minute in which it was taken.",
      ),
      el("div", { class: "tasks" }, ...figures.map(({ element }) => element)),
    ),
  );

  /** @type {Worker | undefined} */
  let worker;
  /** @type {any} */
  let waiting;
  /** @type {number[]} ratios of posenc on alloc() to the best plain loop */
  let ratios = [];

  function begin() {
    ratios = [];
    for (const { result } of figures) {
      result.replaceChildren(...emptyBars());
      result.dataset.state = "empty";
    }
    run.disabled = true;
    bar.hidden = cancel.hidden = false;
    cancel.focus();
    bar.value = 0;
    say("Loading the contenders …");
    answer.textContent = "Measuring …";
    host.dataset.run = "running";
    attempt(TRIES);
  }

  /** Now and then Firefox never starts a worker that a worker asks for: then all is begun again. @param {number} tries */
  function attempt(tries) {
    clearTimeout(waiting);
    worker?.terminate();
    if (tries > 1) waiting = setTimeout(attempt, PATIENCE, tries - 1);
    worker = new Worker(new URL("speed/worker.js", import.meta.url), { type: "module" });
    worker.onerror = ({ message }) => end(`The benchmark did not start: ${message || "its worker could not be loaded"}.`, "failed");
    worker.onmessage = ({ data }) => {
      clearTimeout(waiting);
      if (data.alive) return;
      if (data.error !== undefined) return end(`The benchmark stopped: ${data.error}`, "failed");
      if (data.contenders) return show(data);
      if (data.done)
        return end(
          `Each is the median of 9 turns of ${value(data.repetition, 2)} ms or more; the clock of this ${data.isolated ? "isolated page" : "page"} goes in steps of ${value(data.clock, 2)} ms.`,
          "done",
        );
      bar.value = data.fraction;
      say(`${data.task + 1} of ${TASKS.length}: ${TASKS[data.task].title}`);
    };
  }

  /** @param {{ task: number, elements: number, contenders: Timing[] }} measured */
  function show({ task, elements, contenders }) {
    const named = (/** @type {string} */ name) => /** @type {Timing} */ (contenders.find((each) => each.name === name));
    const plain = contenders.filter(({ loop }) => loop).reduce((a, b) => (b.median < a.median ? b : a));
    const rows = [
      { label: "posenc, on alloc()", kind: "ours", of: named(ALLOC) },
      { label: "posenc, on a Float32Array", kind: "ours", of: named(ARRAY) },
      { label: `plain JavaScript, best of ${plain.of} loops`, kind: "plain", of: plain },
      { label: "Float32Array.set, a copy", kind: "copy", of: named(COPY) },
    ];
    const most = Math.max(...rows.map(({ of }) => 1 / of.median));
    const { result } = figures[task];
    result.replaceChildren(
      ...rows.map(({ label, kind, of }) => {
        const share = el("span", { class: `fill ${kind}` });
        share.style.setProperty("--share", String(1 / of.median / most));
        return el(
          "div",
          { class: "row" },
          el("span", { class: "who" }, label),
          el("span", { class: "rate" }, `${value(elements / of.median / 1e6, 3)} G/s`),
          el("span", { class: "track", "aria-hidden": "true" }, share),
          el(
            "span",
            { class: "more" },
            `${duration(of.median)} a call, ${kind === "plain" ? `“${of.name.replace("plain loop, ", "")}”` : `${times(plain.median / of.median)} the plain loop`}`,
          ),
        );
      }),
    );
    result.dataset.state = "measured";
    result.dataset.medians = JSON.stringify(Object.fromEntries(rows.map(({ of }) => [of.name, of.median])));
    ratios.push(plain.median / named(ALLOC).median);
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
    answer.textContent =
      ratios.length === 1
        ? `Here posenc on alloc() runs at ${times(low)} the speed of the best plain loop.`
        : `Here posenc on alloc() runs at ${times(low)} to ${times(high)} the speed of the best plain loop, over ${ratios.length} of ${TASKS.length} tasks.`;
  }

  /** @param {string} text @param {"done" | "failed" | "cancelled"} [state] */
  function end(text, state = "cancelled") {
    clearTimeout(waiting);
    worker?.terminate();
    worker = undefined;
    const had = document.activeElement === cancel;
    bar.hidden = cancel.hidden = true;
    run.disabled = false;
    run.textContent = "Run again";
    if (had) run.focus({ preventScroll: true });
    if (ratios.length === 0) answer.textContent = "Not measured yet.";
    host.dataset.run = state;
    say(text, state === "failed");
    site.announce(state === "done" ? answer.textContent : text);
  }

  /** @param {string} text */
  function say(text, wrong = false) {
    said.textContent = text;
    said.className = wrong ? "message" : "hint";
  }
}

const emptyBars = () =>
  ["posenc, on alloc()", "posenc, on a Float32Array", "plain JavaScript", "Float32Array.set, a copy"].map((who) =>
    el(
      "div",
      { class: "row" },
      el("span", { class: "who" }, who),
      el("span", { class: "rate" }, "–"),
      el("span", { class: "track", "aria-hidden": "true" }),
      el("span", { class: "more" }, "\u00a0"),
    ),
  );

/** @param {number} ratio */
const times = (ratio) => `${value(ratio, 2)}\u00d7`;

/** @param {number} ms */
const duration = (ms) => (ms >= 1 ? `${value(ms, 3)} ms` : ms >= 1e-3 ? `${value(ms * 1e3, 3)} µs` : `${whole(Math.round(ms * 1e6))} ns`);
