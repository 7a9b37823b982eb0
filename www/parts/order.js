// Question 3: attention over a sentence whose words can be moved, with positions and without.

import { segmented, text } from "../lib/controls.js";
import { el } from "../lib/dom.js";
import { value } from "../lib/format.js";
import { attender, changed } from "./order/attend.js";
import { weightTable } from "./order/weights.js";
import { wordList } from "./order/words.js";

/** More would not fit beside each other on a phone. */
const most = 8;

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const { attention, error, likeness } = attender(site.posenc);
  /** @type {import("./order/words.js").Word[]} */
  let first = [];
  /** @type {import("./order/words.js").Word[]} */
  let now = [];
  /** @type {import("./order/attend.js").Place} */
  let place = "additive";
  let started = false; // until then nobody has done anything that would have to be said

  const sentence = text({ label: "Sentence", hint: `2 to ${most} words.`, value: "the dog bites the man", onChange: write });
  const places = segmented({
    label: "Positions",
    value: place,
    onChange: (which) => ((place = which), draw(true)),
    choices: [
      ["additive", "added to words"],
      ["rotary", "turn queries and keys"],
      ["bias", "added to scores"],
    ],
  });
  const list = wordList({
    still: () => site.reducedMotion,
    onMove: (words, moved) => {
      now = words;
      draw(true, `${moved.text} is now word ${words.indexOf(moved) + 1} of ${words.length}. `);
    },
  });
  const back = el("button", { type: "button", class: "quiet", onclick: () => arrange(first) }, "First order");
  const shuffle = el("button", { type: "button", class: "quiet", onclick: () => arrange(shuffled(now)) }, "Shuffle");
  const before = el("p", { class: "before" });
  const without = weightTable("Without positions"),
    given = weightTable("With positions");
  const numbers = el("table", { class: "measures" });
  const answer = el("p", { class: "answer" });

  host.append(
    el("div", { class: "controls" }, sentence.element, places.element),
    el("div", { class: "sentence" }, before, list.element, el("div", { class: "buttons" }, back, shuffle)),
    answer,
    el(
      "figure",
      { class: "figure" },
      el("div", { class: "two" }, without.element, given.element),
      el(
        "figcaption",
        {},
        "Attention weights, from 0 to 1: a row is a word that looks, a column a word that is looked at, and each row sums to 1. A framed number is no longer the one that the same two words had in the first order.",
      ),
    ),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What the move has changed" }, numbers),
    el(
      "p",
      { class: "note" },
      "One head of 32 channels before any training: the vector of a word is random numbers whose seed is its letters, and so are the projections to queries, keys and values. Training changes the numbers and not this.",
    ),
  );
  write(sentence.value);
  arrange([first[0], first[4], first[2], first[3], first[1]]);
  started = true;
  site.onTheme(() => draw(false));

  /** @param {string} typed */
  function write(typed) {
    const words = typed.trim().split(/\s+/).filter(Boolean);
    const fine = words.length >= 2 && words.length <= most;
    sentence.error(fine ? null : `2 to ${most} words, please; these are ${words.length}.`);
    if (!fine) return;
    first = words.map((text, id) => ({ id, text: text.slice(0, 24) }));
    before.textContent = `First: ${words.join(" ")}`;
    arrange(first);
  }

  /** @param {typeof now} words */
  function arrange(words) {
    now = words;
    list.set(now);
    draw(started);
  }

  /** @param {boolean} speak @param {string} [said] what has happened, to say first */
  function draw(speak, said = "") {
    const texts = first.map(({ text }) => text),
      n = now.length,
      permutation = now.map(({ id }) => id);
    const results = [null, place].map((place, k) => {
      const was = attention(texts, place),
        is = attention(
          now.map(({ text }) => text),
          place,
        );
      const differs = Array.from(
        is.weights,
        (weight, at) => Math.abs(weight - was.weights[permutation[Math.floor(at / n)] * n + permutation[at % n]]) > changed,
      );
      const table = [without, given][k],
        count = differs.filter(Boolean).length;
      table.draw({ words: now, weights: is.weights, changed: differs, dark: site.dark, still: site.reducedMotion });
      table.verdict.textContent = count
        ? `${count} of ${n * n} weights have changed.`
        : `All ${n * n} weights are the same, each where its two words are now.`;
      return { count, error: error(texts, permutation, place).max, likeness: likeness(was, is) };
    });
    const line = (/** @type {string} */ name, /** @type {(r: typeof results[0]) => string} */ of) =>
      el("tr", {}, el("th", { scope: "row" }, name), ...results.map((r) => el("td", {}, of(r))));
    numbers.replaceChildren(
      el("thead", {}, el("tr", {}, ...["Since the first order", "without", "with"].map((text) => el("th", { scope: "col" }, text)))),
      el(
        "tbody",
        {},
        line("weights that have changed", ({ count }) => `${count} of ${n * n}`),
        line("largest |f(πX) − πf(X)| of the outputs f", ({ error }) => value(error, 3)),
        line("cosine of the two sentences, each the mean of its outputs", ({ likeness }) => likeness.toFixed(3)),
      ),
    );
    answer.textContent = permutation.every((id, k) => id === k)
      ? "This is the first order: nothing has been moved, so nothing has changed. Move a word."
      : `Without positions “${texts.join(" ")}” and “${now.map(({ text }) => text).join(" ")}” are one sentence: the outputs moved with their words and differ by ${value(results[0].error, 2)}. With positions they differ by ${value(results[1].error, 2)}.`;
    if (speak) site.announce(`${said}${answer.textContent}`);
  }
}

/** Another order than it was. @template T @param {T[]} list @returns {T[]} */
function shuffled(list) {
  const out = [...list];
  do {
    for (let k = out.length - 1; k > 0; k--) {
      const other = Math.floor(Math.random() * (k + 1));
      [out[k], out[other]] = [out[other], out[k]];
    }
  } while (out.every((item, k) => item === list[k]));
  return out;
}
