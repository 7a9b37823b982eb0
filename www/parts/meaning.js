// Question 1: how far words are from each other, and how far a position moves them, at two usual widths and at one of the reader's.

import { range, segmented } from "../lib/controls.js";
import { el } from "../lib/dom.js";
import { value } from "../lib/format.js";
import { count } from "./meaning/measure.js";
import { ridges } from "./meaning/ridges.js";
import { asker } from "./questions/ask.js";

const usual = [384, 768];

/** Up to this width principal directions are looked for. */
const widest = 384;

const percent = (/** @type {number} */ share) => `${value(100 * share, 3)} %`;

/** What the table says: the measure, and how it is written. @type {[name: string, of: (m: import("./meaning/measure.js").Measured) => string][]} */
const lines = [
  ["Two different words: mean of |cosine|", ({ unrelated }) => value(unrelated.meanAbs, 3)],
  ["the same of random directions, about √(2/(πd))", ({ random }) => value(random.meanAbs, 3)],
  ["Length of a position, where a word has 1", ({ kept }) => value(kept.normRatio.mean, 3)],
  ["A word and a position: mean of |cosine|", ({ apart }) => (Number.isNaN(apart.meanAbs) ? "no position" : value(apart.meanAbs, 3))],
  ["A word, and the same with a position: mean cosine", ({ kept }) => value(kept.cosine.mean, 3)],
  [`The nearest of ${count} words is still its own, by cosine`, ({ kept }) => percent(kept.byCosine)],
  ["and by distance", ({ kept }) => percent(kept.byDistance)],
];

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const asked = { dim: 64, scale: 1, real: false };
  let serial = 0,
    slow = 0;
  const { ask } = asker();

  const dim = range({ label: "Width d", min: 16, max: 1024, step: 16, value: asked.dim, onChange: change });
  const scale = range({ label: "Scale of the encoding", min: 0, max: 10, step: 0.1, value: asked.scale, onChange: change });
  const words = segmented({
    label: "Words",
    choices: [
      ["random", "Random"],
      ["real", "A real model’s"],
    ],
    value: "random",
    onChange: chooseWords,
  });
  const source = el("p", { class: "note source" });
  const picture = ridges();
  const answer = el("p", { class: "answer" });
  const heads = ["d = 384", "d = 768", "yours"].map((text) => el("th", { scope: "col" }, text));
  const cells = lines.map(() => heads.map(() => el("td")));
  const share = el("p", { class: "caption overlap" });
  const table = el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "What was measured" },
    el(
      "table",
      { class: "measures" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Measured"), ...heads)),
      el("tbody", {}, ...lines.map(([name], k) => el("tr", {}, el("th", { scope: "row" }, name), ...cells[k]))),
    ),
  );
  host.append(
    el("div", { class: "controls" }, dim.element, scale.element, words.element),
    answer,
    el(
      "figure",
      { class: "figure" },
      picture.element,
      el(
        "figcaption",
        {},
        "Each hill is drawn to the same height; what counts is where it stands and how wide it is. While the two stay apart, the nearest word is the word itself; where they meet, a layer has to have learned which directions count.",
      ),
    ),
    table,
    share,
    source,
  );

  say();
  await update();

  function change() {
    const [d, s] = [dim.value, scale.value];
    const fine = Number.isInteger(d) && d >= 16 && d <= 1024;
    dim.error(fine ? null : "A whole number from 16 to 1024.");
    scale.error(s >= 0 && s <= 10 ? null : "A number from 0 to 10.");
    if (!fine || !(s >= 0 && s <= 10)) return;
    Object.assign(asked, { dim: d, scale: s });
    update().catch(fail);
  }

  /** @param {string} which */
  async function chooseWords(which) {
    try {
      words.error(null);
      if (which === "real") {
        if (!site.realEmbeddings)
          throw new Error("They come with the model: load it under “A real Transformer” below, then choose this again.");
        const { data: values, dim } = await site.realEmbeddings;
        await ask("real", { values, dim });
      }
      asked.real = which === "real";
      if (asked.real) dim.value = asked.dim = (await site.realEmbeddings).dim; // its own width
    } catch (error) {
      words.value = "random";
      asked.real = false;
      words.error(error instanceof Error ? error.message : String(error));
    }
    say();
    update().catch(fail);
  }

  /** Measures, one request at a time: what was asked meanwhile comes after it, and only the last of it. */
  async function update() {
    serial++;
    if (host.dataset.busy) return;
    host.dataset.busy = "true";
    clearTimeout(slow);
    let now = 0;
    try {
      do {
        now = serial;
        const { scale, real } = asked;
        const measured = [];
        for (const dim of [...usual, asked.dim]) measured.push(await ask("measure", { dim, scale, real }));
        show(measured, scale);
      } while (now !== serial);
    } finally {
      delete host.dataset.busy;
    }
    slow = setTimeout(() => overlap().catch(fail), 400);
  }

  /** @param {import("./meaning/measure.js").Measured[]} measured @param {number} scale */
  function show(measured, scale) {
    const mine = measured[2],
      words =
        `At width ${mine.dim} ` +
        (scale === 0
          ? "and scale 0 nothing is added. "
          : `a word that has been given a position has a cosine of ${value(mine.kept.cosine.mean, 3)} with itself, where other words are at 0 ± ${value(mine.unrelated.rms, 2)}. `) +
        `The nearest word is still its own in ${percent(mine.kept.byCosine)} of cases` +
        (mine.kept.byCosine === 1 ? "." : `; at width 768 in ${percent(measured[1].kept.byCosine)}.`);
    picture.draw(
      measured.map((m, k) => ({ name: k < 2 ? `d = ${m.dim}` : `yours: d = ${m.dim}`, measured: m })),
      words,
    );
    heads[2].textContent = `yours: d = ${mine.dim}`;
    lines.forEach(([, of], k) => measured.forEach((m, c) => void (cells[k][c].textContent = of(m))));
    if (answer.textContent && answer.textContent !== words) site.announce(words);
    answer.textContent = words;
    host.dataset.measured = JSON.stringify({ ...asked, scale, dim: mine.dim });
  }

  /** Principal directions take d³ work, so they wait until the controls rest, and are left out where it would be seconds. */
  async function overlap() {
    const { dim, real } = asked,
      now = serial;
    share.textContent =
      dim > widest
        ? `In how few directions the encoding lies is measured up to width ${widest}, since it would take seconds here.`
        : "Measuring in how few directions the encoding lies …";
    if (dim > widest) return;
    const { directions, positions, words } = await ask("overlap", { dim, real });
    if (now !== serial) return;
    share.textContent = `At width ${dim}, ${percent(positions)} of the encoding lies in ${directions} directions, and ${percent(words)} of the words do. (Of directions that know nothing of them it would be ${percent(directions / dim)}.) A layer that looks away from those loses the position, and of the word no more than that.`;
  }

  function say() {
    source.textContent = asked.real
      ? `The words are ${count} tokens of the Universal Sentence Encoder Lite, taken at random from its vocabulary, with its own encoding (tensor2tensor’s). It adds positions that are far longer than its words, so the nearest word is often another; it has learned to look away from the few directions in which positions lie. At other widths than its own a random matrix has put the words there, which keeps their angles and makes no more room than they had.`
      : `The words are ${count} random vectors, normal numbers of a fixed seed, as the embeddings of a model are before it is trained. Those of a real model can be measured once it has been loaded.`;
  }

  /** @param {unknown} error */
  function fail(error) {
    answer.textContent = `This could not be measured: ${error instanceof Error ? error.message : error}`;
  }
}
