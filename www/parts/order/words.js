// A sentence whose words can be moved: dragged, or by the arrow keys on the word that has the focus, or by the buttons beside it. What is
// moved stays where it is in the document and the others go round it, so that it keeps the focus and the pointer.

import { el } from "../../lib/dom.js";

/** @typedef {{ id: number, text: string }} Word */

/**
 * @param {object} options
 * @param {() => boolean} options.still whether motion is unwanted
 * @param {(words: Word[], moved: Word) => void} options.onMove
 */
export function wordList({ still, onMove }) {
  const list = el("ol", { class: "words", "aria-label": "The sentence" });
  const help = el("p", { class: "caption" }, "Drag a word, or go to it with the Tab key and move it with the arrow keys.");
  help.id = "order-help";
  /** @type {{ word: Word, item: HTMLElement, name: (place: number, of: number) => void }[]} */
  let chips = [];

  /** @param {Word} word */
  function chip(word) {
    const handle = el(
      "button",
      {
        type: "button",
        class: "word",
        "aria-describedby": help.id,
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          const at = place(word),
            to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: chips.length - 1 }[event.key];
          if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          move(word, to);
        },
      },
      word.text,
    );
    const [left, right] = [-1, 1].map((by) =>
      el("button", { type: "button", class: "step", onclick: () => move(word, place(word) + by) }, by < 0 ? "‹" : "›"),
    );
    const item = el("li", {}, left, handle, right);
    handle.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return;
      handle.setPointerCapture(event.pointerId);
      item.classList.add("dragged");
    });
    handle.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!item.classList.contains("dragged")) return;
      // Where words belong, and not where they are just gliding.
      const { left, top } = list.getBoundingClientRect(),
        [x, y] = [event.clientX - left, event.clientY - top];
      const over = chips.findIndex(
        ({ item }) =>
          x >= item.offsetLeft && x <= item.offsetLeft + item.offsetWidth && y >= item.offsetTop && y <= item.offsetTop + item.offsetHeight,
      );
      const at = place(word);
      if (over < 0 || over === at) return;
      // A long word that has just been passed lies under the pointer again: only past its middle it is another place.
      const other = chips[over].item,
        beyond = x > other.offsetLeft + other.offsetWidth / 2;
      if (other.offsetTop !== item.offsetTop || over > at === beyond) move(word, over);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      handle.addEventListener(end, () => item.classList.remove("dragged"));
    return {
      word,
      item,
      name(/** @type {number} */ place, /** @type {number} */ of) {
        handle.setAttribute("aria-label", `${word.text}, word ${place + 1} of ${of}`);
        left.setAttribute("aria-label", `Move ${word.text} left`);
        right.setAttribute("aria-label", `Move ${word.text} right`);
        left.setAttribute("aria-disabled", String(place === 0));
        right.setAttribute("aria-disabled", String(place === of - 1));
      },
    };
  }

  const place = (/** @type {Word} */ word) => chips.findIndex((chip) => chip.word === word);

  /** @param {Word} word @param {number} to */
  function move(word, to) {
    const at = place(word);
    if (to < 0 || to >= chips.length || to === at) return;
    const [chip] = chips.splice(at, 1);
    chips.splice(to, 0, chip);
    slide(
      chips.filter((other) => other !== chip).map(({ item }) => item),
      still(),
      () => {
        const here = chips.indexOf(chip);
        chips.forEach(({ item }, k) => k < here && list.insertBefore(item, chip.item));
        for (let k = chips.length - 1; k > here; k--) chip.item.after(chips[k].item);
      },
    );
    rename();
    onMove(
      chips.map(({ word }) => word),
      word,
    );
  }

  const rename = () => chips.forEach(({ name }, k) => name(k, chips.length));

  return {
    element: el("div", {}, list, help),
    /** @param {Word[]} words in the order that they are to have */
    set(words) {
      chips = words.map((word) => chips.find((chip) => chip.word === word) ?? chip(word));
      slide(
        chips.map(({ item }) => item),
        still(),
        () => list.replaceChildren(...chips.map(({ item }) => item)),
      );
      rename();
    },
  };
}

/**
 * Lets elements glide from where they were to where a change has put them.
 *
 * @param {HTMLElement[]} elements @param {boolean} still @param {() => void} change
 */
export function slide(elements, still, change) {
  const before = still ? [] : elements.map((element) => element.getBoundingClientRect());
  change();
  if (still) return;
  glide(elements, before);
}

/** @param {HTMLElement[]} elements @param {(DOMRect | undefined)[]} before where each was */
export function glide(elements, before) {
  const after = elements.map((element) => element.getBoundingClientRect());
  elements.forEach((element, k) => {
    const was = before[k];
    if (!was?.width) return;
    const [x, y] = [was.left - after[k].left, was.top - after[k].top];
    if (x || y) element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 260, easing: "ease-out" });
  });
}
