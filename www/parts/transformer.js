// The real Transformer: two sentences, and how alike the model finds them without positions, with posenc's, and with its own.

import { el } from "../lib/dom.js";
import { select, text } from "../lib/controls.js";
import { value } from "../lib/format.js";
import { job } from "../lib/job.js";
import { tasks } from "../lib/tasks.js";
import { dial } from "./transformer/dial.js";

const pairs = [
  ["the dog bites the man", "the man bites the dog"],
  ["I drink tea, not coffee", "I drink coffee, not tea"],
  ["The train leaves at noon.", "At twelve o'clock the train departs."],
  ["only she said that she loved him", "she said that only she loved him"],
];

/** What posenc can put in the place of the model's own signal. */
const choices = {
  "As the model was trained": /** @type {[string, string][]} */ ([["tensor2tensor", "tensor2tensor: sines, then cosines"]]),
  "As others were": /** @type {[string, string][]} */ ([
    ["vaswani", "vaswani: sine and cosine in turns"],
    ["marian", "marian: another ladder"],
    ["ldm", "ldm: cosines, then sines"],
    ["fairseq", "fairseq"],
    ["keras", "keras"],
  ]),
};

const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const worker = tasks(new URL("./transformer/worker.js", import.meta.url));
  const label = "Load the model and compare";
  let loaded = false;
  const changed = (/** @type {import("../lib/controls.js").Control} */ control) => control.error(null);
  const first = text({ label: "One sentence", value: pairs[0][0], onChange: () => changed(first) });
  const second = text({ label: "Another", value: pairs[0][1], onChange: () => changed(second) });
  const convention = select({ label: "Positions by posenc", choices, value: "tensor2tensor", onChange: () => loaded && compare() });
  const work = job({
    label,
    idle: "Some 28 MB, from where this page came from, and only once.",
    cancelled: "Cancelled. Nothing goes on in the background.",
    onStart: () => compare(),
    announce: site.announce,
  });
  const examples = el(
    "div",
    { class: "examples", role: "group", "aria-label": "Examples" },
    ...pairs.map(([a, b]) =>
      el(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => {
            [first.value, second.value] = [a, b];
            changed(first);
            changed(second);
            if (loaded) compare();
          },
        },
        a,
      ),
    ),
  );
  const dials = { without: dial("Without positions"), by: dial("With positions by posenc"), own: dial("With the model’s own") };
  const verdict = el(
    "p",
    { class: "verdict" },
    "Two arrows a picture, one for each sentence: the smaller the angle, the more alike. They come when the model is there.",
  );
  const facts = { difference: el("dd", {}, "–"), agreement: el("dd", {}, "–") };
  const pieces = el("div", { class: "pieces" }, row("One", []), row("Another", []));

  host.append(
    el(
      "div",
      { class: "use" },
      el(
        "form",
        {
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault();
            if (!work.busy) compare();
          },
        },
        el("div", { class: "controls" }, first.element, second.element, convention.element),
        el("button", { type: "submit", hidden: true }),
      ),
      el("p", { class: "caption" }, "Or one of these, with its counterpart:"),
      examples,
      work.element,
      el(
        "figure",
        { class: "figure" },
        el("p", { class: "title" }, "How alike the model finds the two sentences"),
        el("div", { class: "dials" }, ...Object.values(dials).map(({ element }) => element)),
        verdict,
      ),
      el(
        "dl",
        { class: "numbers" },
        el("div", {}, el("dt", {}, "Largest difference of posenc’s rows from the model’s own"), facts.difference),
        el("div", {}, el("dt", {}, "Cosine of a sentence’s vector by posenc and by the model, the smaller one"), facts.agreement),
      ),
      el("figure", { class: "figure" }, el("p", { class: "title" }, "What the model reads: pieces of words, each at its position"), pieces),
      el(
        "p",
        { class: "note" },
        "The model and tfjs, which runs it, are under the Apache License 2.0: ",
        el("a", { href: new URL("../vendor/NOTICE.txt", import.meta.url).pathname }, "notices"),
        ".",
      ),
    ),
  );

  async function compare() {
    if (work.busy) work.cancel(); // of what was asked before
    while (work.busy) await new Promise((done) => setTimeout(done));
    const sentences = [first.value.trim(), second.value.trim()];
    for (const [k, control] of [first, second].entries()) control.error(sentences[k] ? null : "Type a few words here.");
    if (!sentences.every(Boolean)) return;
    const done = await work.run(async ({ signal, report }) => {
      if (!loaded) await load(signal, report);
      const result = await worker.run(
        "compare",
        { sentences, options: { convention: convention.value } },
        { signal, onProgress: (fraction) => report(fraction, "Running the model") },
      );
      show(result);
      return `Compared in ${Math.round(result.milliseconds)} ms.`;
    });
    if (done) site.announce(verdict.textContent ?? "");
  }

  /** @param {AbortSignal} signal @param {import("../lib/job.js").Running["report"]} report */
  async function load(signal, report) {
    try {
      const embeddings = await worker.run("load", null, {
        signal,
        onProgress: (done, all) => report(done / all, `${megabytes(done)} of ${megabytes(all)} MB`),
      });
      loaded = true;
      work.label = "Compare";
      site.realEmbeddings = Promise.resolve(embeddings);
    } catch (error) {
      worker.end(); // and its fetches; and a module that did not load would be remembered as such
      work.label = signal.aborted ? label : "Try again";
      throw error;
    }
  }

  /** @param {any} result */
  function show({ difference, agreement, pieces: [one, another], ...cosines }) {
    for (const name of /** @type {("without" | "by" | "own")[]} */ (Object.keys(dials))) dials[name].set(cosines[name]);
    facts.difference.textContent = value(difference, 3);
    facts.agreement.textContent = agreement < 0.9999 ? agreement.toFixed(4) : `1 − ${value(Math.max(0, 1 - agreement), 3)}`;
    pieces.replaceChildren(row("One", one), row("Another", another));
    const same = [...one].sort().join(" ") === [...another].sort().join(" ");
    verdict.textContent = !same
      ? `These are not the same words, so the model tells them apart without positions too: ${cosines.without.toFixed(4)} without, ${cosines.by.toFixed(4)} with positions by posenc.`
      : `The same words in another order. Without positions they are one sentence to the model, ${cosines.without.toFixed(4)}; with positions by posenc, ${cosines.by.toFixed(4)}, they are two.`;
  }
}

/** @param {string} name @param {string[]} pieces */
function row(name, pieces) {
  // "▁" is where a word begins
  return el(
    "div",
    {},
    el("span", { class: "label" }, name),
    el(
      "ol",
      { start: 0 },
      ...pieces.map((piece, k) =>
        el(
          "li",
          {},
          el("span", { class: "piece" }, piece.startsWith("▁") ? piece.slice(1) || "␣" : `-${piece}`),
          el("span", { class: "at" }, k),
        ),
      ),
    ),
  );
}
