// The shape of the numbers and what is done to them: controls, and the task for the worker.

import { number, segmented, select } from "../../lib/controls.js";
import { el } from "../../lib/dom.js";

const conventions = [
  "vaswani",
  "keras",
  "tensor2tensor",
  "fairseq",
  "m2m100",
  "whisper",
  "marian",
  "roformer",
  "ddpm",
  "ldm",
  "mlx",
  "transformer-xl",
];
const grids = ["mae", "timm", "diffusers", "tensor2tensor", "multidim", "detr"];
const names = (/** @type {string[]} */ list) => list.map((name) => /** @type {[string, string]} */ ([name, name]));
/** Widths that embeddings have, for files that do not say theirs. */
const widths = [768, 1024, 512, 384, 256, 1536, 2048, 4096, 128, 64, 32, 16, 8, 4, 2];

export function settings() {
  const changed = () => clear();
  const shape = {
    batch: number({ label: "Batch", hint: "how many sequences", value: 1, onChange: changed }),
    seq: number({ label: "Sequence", hint: "positions in each", value: 1, onChange: () => (clear(), guessGrid()) }),
    dim: number({ label: "Width", hint: "channels of each position", value: 64, onChange: changed }),
  };
  const scheme = select({
    label: "Scheme",
    value: "sinusoidal",
    choices: [
      ["sinusoidal", "Sinusoidal"],
      ["rotary", "Rotary (RoPE)"],
      ["grid", "Grid, for images"],
    ],
    onChange: () => arrange(),
  });
  const direction = segmented({
    label: "Direction",
    value: "on",
    choices: [
      ["on", "Add"],
      ["off", "Subtract"],
    ],
    onChange: changed,
  });
  const offset = number({ label: "First position", hint: "0, or how many came before", value: 0, onChange: changed });
  const base = number({ label: "Base", hint: "empty: the scheme's own", value: "", onChange: changed });
  const convention = select({ label: "Convention", value: "vaswani", choices: names(conventions), onChange: changed });
  const pairing = select({
    label: "Pairs",
    value: "half",
    choices: [
      ["half", "i and i + half"],
      ["interleaved", "2i and 2i + 1"],
    ],
    onChange: changed,
  });
  const heads = number({ label: "Heads", hint: "side by side in the width", value: 1, onChange: changed });
  const gridConvention = select({ label: "Convention", value: "mae", choices: names(grids), onChange: changed });
  const height = number({ label: "Rows of cells", value: 1, onChange: changed });
  const width = number({ label: "Columns of cells", value: 1, onChange: changed });
  const prefix = number({ label: "Prefix tokens", hint: "class token: 1", value: 0, onChange: () => (clear(), guessGrid()) });
  const own = {
    sinusoidal: [convention, base, offset],
    rotary: [pairing, heads, base, offset],
    grid: [gridConvention, height, width, prefix],
  };
  const all = [...Object.values(shape), ...new Set(Object.values(own).flat())];

  const options = el("div", { class: "controls what options" });
  const element = el(
    "div",
    {},
    el("div", { class: "controls what" }, ...Object.values(shape).map((control) => control.element), scheme.element, direction.element),
    options,
  );
  arrange();

  function arrange() {
    options.replaceChildren(...own[/** @type {keyof typeof own} */ (scheme.value)].map((control) => control.element));
    const turns = scheme.value === "rotary";
    const words = turns ? ["Rotate", "Rotate back"] : ["Add", "Subtract"];
    direction.element.querySelectorAll("label").forEach((label, k) => label.lastChild?.replaceWith(words[k]));
    clear();
  }

  function clear() {
    for (const control of all) control.error(null);
  }

  /** As square as it can be. */
  function guessGrid() {
    const cells = shape.seq.value - prefix.value;
    if (!(cells >= 1) || !Number.isInteger(cells)) return;
    let rows = Math.floor(Math.sqrt(cells));
    while (cells % rows) rows--;
    [height.value, width.value] = [rows, cells / rows];
  }

  /** A whole number, or the end with words beside it. @param {import("../../lib/controls.js").Control} control @param {string} what @param {number} [least] */
  function wholeNumber(control, what, least = 1) {
    if (Number.isInteger(control.value) && control.value >= least) return control.value;
    control.error(`A whole number from ${least} on is needed here.`);
    throw new Error(`${what}: a whole number is needed.`);
  }

  /** @param {number} count how many numbers there are */
  function read(count) {
    clear();
    const [batch, seq, dim] = [wholeNumber(shape.batch, "Batch"), wholeNumber(shape.seq, "Sequence"), wholeNumber(shape.dim, "Width")];
    if (batch * seq * dim !== count) {
      shape.dim.error(`${batch} × ${seq} × ${dim} is ${batch * seq * dim}.`);
      throw new Error(`The file has ${count} numbers, and ${batch} × ${seq} × ${dim} is ${batch * seq * dim}.`);
    }
    const baseOr = Number.isNaN(base.value) ? {} : { base: base.value };
    const back = direction.value === "off";
    const common = { shape: [batch, seq, dim], scheme: scheme.value, method: back ? "subtract" : "add" };
    if (scheme.value === "sinusoidal")
      return { ...common, options: { dim, convention: convention.value, ...baseOr }, at: { offset: offset.value } };
    if (scheme.value === "rotary") {
      const count = wholeNumber(heads, "Heads");
      if (dim % count) {
        heads.error(`${dim} channels are not ${count} heads.`);
        throw new Error(`A width of ${dim} cannot be shared by ${count} heads.`);
      }
      return {
        ...common,
        method: back ? "unrotate" : "rotate",
        options: { headDim: dim / count, pairing: pairing.value, ...baseOr },
        at: { offset: offset.value, heads: count },
      };
    }
    const [rows, columns, before] = [
      wholeNumber(height, "Rows of cells"),
      wholeNumber(width, "Columns of cells"),
      wholeNumber(prefix, "Prefix tokens", 0),
    ];
    if (rows * columns + before !== seq) {
      height.error(`${rows} × ${columns} + ${before} is ${rows * columns + before}.`);
      throw new Error(
        `The sequence has ${seq} positions, and ${rows} × ${columns} cells with ${before} before them are ${rows * columns + before}.`,
      );
    }
    return {
      ...common,
      options: { dim, shape: [rows, columns], convention: gridConvention.value, prefixTokens: before },
      at: { offset: 0 },
    };
  }

  return {
    element,
    read,
    /** The last two axes are sequence and width, and what stands before them is the batch. @param {number[]} axes */
    setShape(axes) {
      const last = axes[axes.length - 1] ?? 1;
      const dim = axes.length > 1 ? last : (widths.find((width) => last % width === 0) ?? last);
      const seq = axes.length > 1 ? axes[axes.length - 2] : last / dim;
      [shape.batch.value, shape.seq.value, shape.dim.value] = [axes.slice(0, -2).reduce((a, b) => a * b, 1), seq, dim];
      clear();
      guessGrid();
    },
  };
}
