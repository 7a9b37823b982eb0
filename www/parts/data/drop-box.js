// Where a file is dropped, or chosen with the browser's own button, and what became of it.

import { el, uniqueId } from "../../lib/dom.js";

/** @param {{ onFile: (file: File) => void, onSample: () => void }} options */
export function dropBox({ onFile, onSample }) {
  const input = el("input", {
    type: "file",
    id: uniqueId("file"),
    accept: ".npy,.bin,.raw,.f32,.dat",
    onchange: () => {
      const [file] = input.files;
      if (file) onFile(file);
      input.value = ""; // so that the same one can be chosen again
    },
  });
  const words = el("p", { class: "file" }, "No file yet.");
  const error = el("p", { class: "note error", role: "alert", hidden: true });
  const element = el(
    "div",
    { class: "drop" },
    el("label", { for: input.id }, "Drop a .npy or raw float32 file here, or choose one"),
    el("div", { class: "buttons" }, input, el("button", { type: "button", class: "quiet", onclick: onSample }, "Try it with a sample")),
    el("div", { class: "said" }, words, error),
    el(
      "p",
      { class: "hint" },
      "Up to 67 million numbers: .npy of 16, 32 or 64-bit floats, or 32-bit floats and nothing else, little-endian. The file is read here and sent nowhere.",
    ),
  );

  let inside = 0; // entering a child leaves its parent
  const over = (/** @type {number} */ by) => element.classList.toggle("over", (inside += by) > 0);
  element.addEventListener("dragenter", () => over(1));
  element.addEventListener("dragleave", () => over(-1));
  element.addEventListener("dragover", (/** @type {DragEvent} */ event) => event.preventDefault());
  element.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    over(-inside);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
    else show("What was dropped is no file.");
  });

  /** @param {string | null} wrong @param {string} [text] */
  function show(wrong, text = "") {
    error.hidden = wrong === null;
    words.hidden = wrong !== null;
    error.textContent = wrong ?? "";
    words.textContent = text;
  }
  return { element, show };
}
