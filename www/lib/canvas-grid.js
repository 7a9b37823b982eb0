// A matrix as a picture: one pixel of the canvas a cell, stretched by CSS, so that drawing is one look-up a cell and no more. It has a
// cursor, which the pointer and the arrow keys move and a live region reads; a legend; and the numbers around the cursor as a table.

import { steps } from "./colour.js";
import { el, uniqueId } from "./dom.js";
import { value } from "./format.js";

/** The table of the slice has at most so many rows and columns. */
const [sliceRows, sliceColumns] = [12, 8];

/**
 * What is drawn: values [rows, columns], and how they become colours. `low` and `high` are the ends of the scale.
 *
 * @typedef {object} Picture
 * @property {ArrayLike<number>} values
 * @property {number} rows
 * @property {number} columns
 * @property {import("./colour.js").Scale} scale
 * @property {number} low
 * @property {number} high
 * @property {(row: number) => string} rowName
 * @property {(column: number) => string} columnName
 * @property {string} down what rows are
 * @property {string} across what columns are
 * @property {string} label the whole in a sentence
 */

/**
 * @param {object} options
 * @param {(text: string) => void} options.announce
 * @param {(row: number, column: number) => string} options.describe a cell in words, for the live region
 * @param {(row: number, column: number) => void} options.onCursor
 */
export function canvasGrid({ announce, describe, onCursor }) {
  const canvas = el("canvas", { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  const cursor = el("div", { class: "cursor", hidden: true });
  const help = el(
    "p",
    { class: "away", id: uniqueId("help") },
    "Arrow keys move by a cell, Page Up and Page Down by ten rows, Home and End to the ends of a row, with Control to the first and last cell.",
  );
  const frame = el(
    "div",
    { class: "frame", tabindex: 0, role: "application", "aria-roledescription": "heat map", "aria-describedby": help.id },
    canvas,
    cursor,
  );
  const [first, last] = [el("span"), el("span")],
    [begin, end] = [el("span"), el("span")],
    [down, across] = [el("span", { class: "what" }), el("span")];
  const ramp = el("canvas", { class: "ramp", width: 256, height: 1, role: "img" });
  const [lowest, middle, highest] = [el("span"), el("span"), el("span")];
  const legend = el("div", { class: "scale" }, ramp, el("div", { class: "ends" }, lowest, middle, highest));
  const body = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers around the cursor" });
  const table = el("details", { ontoggle: () => tabulate() }, el("summary", {}, "The numbers around the cursor, as a table"), body);
  const element = el(
    "div",
    {},
    el("div", { class: "heat" }, el("div", { class: "cross" }, begin, across, end), el("div", { class: "down" }, first, down, last), frame),
    help,
    legend,
    table,
  );

  /** @type {Picture | null} */
  let picture = null;
  /** @type {ImageData | null} */
  let image = null;
  let row = 0,
    column = 0;
  let [wide, high] = [Infinity, Infinity]; // the frame in dots of the screen; asking for it while drawing would lay the page out anew

  /** @param {Picture} next */
  function draw(next) {
    const { values, rows, columns, scale, low, high } = (picture = next);
    if (!image || image.width !== columns || image.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
      image = context.createImageData(columns, rows);
    }
    const pixels = new Uint32Array(image.data.buffer);
    const { pixels: colours } = scale;
    const slope = high > low ? (steps - 1) / (high - low) : 0,
      shift = 0.5 - low * slope;
    for (let k = 0; k < pixels.length; k++) {
      const at = (values[k] * slope + shift) | 0; // NaN becomes 0; nothing posenc makes is one
      pixels[k] = colours[at < 0 ? 0 : at >= steps ? steps - 1 : at];
    }
    context.putImageData(image, 0, 0);
    [row, column] = [Math.min(row, rows - 1), Math.min(column, columns - 1)];
    words(next);
    place();
    tabulate();
  }

  /** @param {Picture} picture */
  function words({ rows, columns, scale, low, high, rowName, columnName, label, ...names }) {
    frame.setAttribute("aria-label", label);
    first.textContent = rowName(0);
    last.textContent = rowName(rows - 1);
    begin.textContent = columnName(0);
    end.textContent = columnName(columns - 1);
    down.textContent = names.down;
    across.textContent = names.across;
    lowest.textContent = value(low, 3);
    highest.textContent = value(high, 3);
    middle.textContent = scale.kind === "diverging" ? value((low + high) / 2, 3) : "";
    ramp.setAttribute("aria-label", `The colours from ${value(low, 3)} to ${value(high, 3)}`);
    const brush = ramp.getContext("2d"),
      line = brush.createImageData(256, 1),
      bits = new Uint32Array(line.data.buffer);
    for (let k = 0; k < 256; k++) bits[k] = scale.pixels[Math.round((k / 255) * (steps - 1))];
    brush.putImageData(line, 0, 0);
  }

  function place() {
    if (!picture) return;
    const { rows, columns } = picture;
    canvas.classList.toggle("dense", columns > wide || rows > high);
    cursor.hidden = false;
    cursor.style.left = `${((column + 0.5) / columns) * 100}%`;
    cursor.style.top = `${((row + 0.5) / rows) * 100}%`;
    cursor.style.width = `${100 / columns}%`;
    cursor.style.height = `${100 / rows}%`;
  }

  function tabulate() {
    if (!picture || !table.open) return;
    const { values, rows, columns, rowName, columnName, down, across } = picture;
    const window = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ all) => {
      const from = Math.max(0, Math.min(at - (size >> 1), all - size));
      return Array.from({ length: Math.min(size, all) }, (_, k) => from + k);
    };
    const list = window(column, sliceColumns, columns),
      slice = window(row, sliceRows, rows);
    body.replaceChildren(
      el(
        "table",
        {},
        el("caption", { class: "away" }, `${down} by ${across}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, down), ...list.map((c) => el("th", { scope: "col" }, columnName(c))))),
        el(
          "tbody",
          {},
          ...slice.map((r) =>
            el("tr", {}, el("th", { scope: "row" }, rowName(r)), ...list.map((c) => el("td", {}, value(values[r * columns + c])))),
          ),
        ),
      ),
    );
  }

  /** @param {number} toRow @param {number} toColumn @param {boolean} [speak] */
  function move(toRow, toColumn, speak = false) {
    if (!picture) return;
    row = Math.max(0, Math.min(picture.rows - 1, toRow));
    column = Math.max(0, Math.min(picture.columns - 1, toColumn));
    place();
    tabulate();
    onCursor(row, column);
    if (speak) announce(describe(row, column));
  }

  frame.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!picture || event.altKey || event.metaKey) return;
    const { rows, columns } = picture,
      far = event.ctrlKey;
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - 10, column],
      PageDown: [row + 10, column],
      Home: [far ? 0 : row, 0],
      End: [far ? rows - 1 : row, columns - 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    move(to[0], to[1], true);
  });
  frame.addEventListener("focus", () => picture && announce(describe(row, column)));
  const point = (/** @type {PointerEvent} */ event) => {
    if (!picture) return;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    move(Math.floor(((event.clientY - top) / height) * picture.rows), Math.floor(((event.clientX - left) / width) * picture.columns));
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  new ResizeObserver(([{ contentRect }]) => {
    [wide, high] = [contentRect.width * devicePixelRatio, contentRect.height * devicePixelRatio];
    place();
  }).observe(frame);

  return { element, canvas, draw, move, cursor: () => ({ row, column }) };
}
