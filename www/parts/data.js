// The reader's own embeddings: a file, what it holds, an encoding, before and after, and a file again.

import { canvasGrid } from "../lib/canvas-grid.js";
import { scale } from "../lib/colour.js";
import { range } from "../lib/controls.js";
import { el } from "../lib/dom.js";
import { value, whole } from "../lib/format.js";
import { job } from "../lib/job.js";
import { tasks } from "../lib/tasks.js";
import { dropBox } from "./data/drop-box.js";
import { writeHeader } from "./data/npy.js";
import { sample } from "./data/sample.js";
import { settings } from "./data/settings.js";

/** So much of a sequence is in view at once. */
const [windowRows, windowChannels] = [64, 1024];

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const worker = tasks(new URL("../worker.js", import.meta.url));
  /** @type {{ file: File, header: any } | null} */
  let source = null;
  /** @type {{ before: Float32Array<ArrayBuffer>, after: Float32Array<ArrayBuffer>, bounds: number, batch: number, seq: number, dim: number, name: string, shape: number[] } | null} */
  let result = null;

  const box = dropBox({ onFile: open, onSample: () => open(sample()) });
  const choice = settings();
  const work = job({
    label: "Encode",
    idle: "In a worker: the page stays awake.",
    cancelled: "Cancelled. Nothing of it was kept.",
    onStart: encode,
    announce: site.announce,
  });
  const sequence = range({ label: "Sequence", hint: "which of the batch", min: 0, max: 0, value: 0, onChange: draw });
  const from = range({ label: "From position", hint: `${windowRows} rows are in view`, min: 0, max: 0, value: 0, onChange: draw });
  const readout = el("p", { class: "caption readout" }, "Point at a cell, or walk with the arrow keys.");
  const download = el("button", { type: "button", class: "button", disabled: true, onclick: save }, "Download as .npy");
  const grids = ["Before", "After", "The difference"].map((title) => {
    const grid = canvasGrid({
      announce: site.announce,
      describe,
      onCursor: (row, channel) => void (readout.textContent = describe(row, channel)),
    });
    return { title, grid, element: el("figure", { class: "figure" }, el("p", { class: "title" }, title), grid.element) };
  });

  host.append(
    el(
      "div",
      { class: "own" },
      box.element,
      choice.element,
      work.element,
      el("div", { class: "controls" }, sequence.element, from.element),
      el("div", { class: "grids" }, ...grids.map(({ element }) => element)),
      readout,
      el("div", { class: "buttons" }, download, el("span", { class: "hint" }, "32-bit floats, in the shape of your file.")),
    ),
  );
  site.onTheme(draw);
  draw();

  /** @param {File} file */
  async function open(file) {
    work.cancel();
    source = result = null;
    download.disabled = true;
    draw();
    box.show(null, `Reading ${file.name} …`);
    try {
      const header = await worker.run("open", file);
      source = { file, header };
      choice.setShape(header.shape);
      const size = file.size < 1e5 ? `${whole(file.size)} bytes` : `${(file.size / 1e6).toFixed(1)} MB`;
      const text = `${file.name}: ${header.npy ? `(${header.shape.join(", ")})` : `${whole(header.count)} numbers`}, ${header.type}${header.type === "float32" ? "" : ", read as float32"}, ${size}`;
      box.show(null, text);
      site.announce(text);
    } catch (error) {
      box.show(`${file.name} was not taken. ${error instanceof Error ? error.message : error}`);
    }
  }

  async function encode() {
    await work.run(async ({ signal, report }) => {
      if (!source) throw new Error("Choose a file first, or take the sample.");
      const { file, header } = source,
        task = choice.read(header.count);
      result = null;
      download.disabled = true;
      draw();
      signal.addEventListener("abort", () => worker.end()); // and with it all that it holds
      const started = performance.now();
      const { before, after, bounds } = await worker.run(
        "encode",
        { file, header, ...task },
        {
          signal,
          onProgress: (fraction) => report(fraction, `${whole(Math.round(fraction * header.count))} of ${whole(header.count)} numbers`),
        },
      );
      const [batch, seq, dim] = task.shape;
      result = { before, after, bounds, batch, seq, dim, name: file.name, shape: header.npy ? header.shape : task.shape };
      for (const [control, last] of /** @type {[any, number][]} */ ([
        [sequence, batch - 1],
        [from, Math.max(0, seq - windowRows)],
      ])) {
        control.element.querySelector("input[type=range]").max = String(last);
        control.value = 0;
      }
      download.disabled = false;
      draw();
      return `${whole(before.length)} numbers in ${Math.round(performance.now() - started)} ms.`;
    });
  }

  function view() {
    if (!result) return null;
    const { batch, seq, dim } = result;
    const inside = (/** @type {number} */ v, /** @type {number} */ last) => Math.max(0, Math.min(last, Math.round(v) || 0));
    const rows = Math.min(seq, windowRows),
      first = inside(from.value, seq - rows);
    return { rows, columns: Math.min(dim, windowChannels), first, start: (inside(sequence.value, batch - 1) * seq + first) * dim };
  }

  /** What stands in the cell of a picture, and what it was and became. @param {number} row @param {number} channel */
  function cell(row, channel) {
    const { start, first } = /** @type {any} */ (view());
    const { before, after, dim } = /** @type {NonNullable<typeof result>} */ (result),
      at = start + row * dim + channel;
    return { position: first + row, before: before[at], after: after[at] };
  }

  /** @param {number} row @param {number} channel */
  function describe(row, channel) {
    if (!result) return "There are no numbers yet: choose a file, then encode it.";
    const { position, before, after } = cell(row, channel);
    return `Position ${position}, channel ${channel}: ${value(before)} before, ${value(after)} after, a difference of ${value(after - before)}.`;
  }

  function draw() {
    const seen = view(),
      { rows, columns } = seen ?? { rows: windowRows, columns: 64 };
    const pictures = grids.map(() => new Float32Array(rows * columns));
    let most = 0;
    for (let k = 0; seen && result && k < rows * columns; k++) {
      const at = seen.start + Math.floor(k / columns) * result.dim + (k % columns);
      const change = result.after[at] - result.before[at];
      [pictures[0][k], pictures[1][k], pictures[2][k]] = [result.before[at], result.after[at], change];
      if (Math.abs(change) > most && Number.isFinite(change)) most = Math.abs(change);
    }
    const width = result?.bounds || 1;
    for (const [k, { grid, title }] of grids.entries()) {
      const end = k === 2 ? most || 1 : width;
      grid.draw({
        values: pictures[k],
        rows,
        columns,
        scale: scale("diverging", site.dark),
        low: -end,
        high: end,
        down: "position",
        across: "channel",
        rowName: (row) => String((seen?.first ?? 0) + row),
        columnName: String,
        label: `${title}: ${seen ? `positions ${seen.first} to ${seen.first + rows - 1} by ${columns} channels` : "nothing yet"}`,
      });
    }
  }

  function save() {
    if (!result) return;
    const url = URL.createObjectURL(new Blob([writeHeader(result.shape), result.after], { type: "application/octet-stream" }));
    el("a", { href: url, download: `${result.name.replace(/\.[^.]*$/, "")}-encoded.npy` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // when it has been written
    site.announce("Saved.");
  }
}
