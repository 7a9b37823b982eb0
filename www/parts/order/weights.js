// Attention weights as a table that is a picture: a row a word that looks, a column a word that is looked at. Each cell goes where its
// two words go, and is marked when its number is no longer the one of the first order.

import { scale } from "../../lib/colour.js";
import { el } from "../../lib/dom.js";
import { glide } from "./words.js";

/** @typedef {import("./words.js").Word} Word */

/** @param {string} title */
export function weightTable(title) {
  const table = el("table", { class: "weights" });
  const verdict = el("p", { class: "verdict" });
  /** @type {Map<string, HTMLElement>} */
  let cells = new Map();
  return {
    element: el("div", { class: "attention" }, el("h3", {}, title), table, verdict),
    verdict,
    /** @param {{ words: Word[], weights: ArrayLike<number>, changed: boolean[], dark: boolean, still: boolean }} state */
    draw({ words, weights, changed, dark, still }) {
      const n = words.length,
        { css } = scale("sequential", dark);
      const before = still ? new Map() : new Map([...cells].map(([name, cell]) => [name, cell.getBoundingClientRect()]));
      const next = new Map();
      const rows = words.map((from, i) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, from.text),
          ...words.map((to, j) => {
            const weight = weights[i * n + j],
              back = css(weight),
              cell = el("td", { class: changed[i * n + j] ? "changed" : "" }, weight.toFixed(2));
            cell.style.setProperty("--back", back);
            cell.style.setProperty("--fore", inkOn(back));
            next.set(`${from.id} ${to.id}`, cell);
            return cell;
          }),
        ),
      );
      table.replaceChildren(
        el("caption", { class: "away" }, `${title}: how much each word, a row, attends to each other, a column`),
        el("thead", {}, el("tr", {}, el("td"), ...words.map(({ text }) => el("th", { scope: "col" }, text)))),
        el("tbody", {}, ...rows),
      );
      cells = next;
      if (!still)
        glide(
          [...cells.values()],
          [...cells.keys()].map((name) => before.get(name)),
        );
    },
  };
}

/** Black or white, whichever is further from a colour: one of them always has a contrast of 4.5. @param {string} css */
function inkOn(css) {
  const [r, g, b] = (css.match(/\d+/g) ?? [])
    .map((v) => Number(v) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}
