// The playground: any scheme, its options, and what comes of them, as a picture, a formula, lines and code.

import { canvasGrid } from "../lib/canvas-grid.js";
import { scale } from "../lib/colour.js";
import * as controls from "../lib/controls.js";
import { el } from "../lib/dom.js";
import { formula, value as say } from "../lib/format.js";
import { linePlot } from "../lib/plot.js";
import { firstCell, optionsOf, parse, write } from "./playground/address.js";
import { goCode, jsCode } from "./playground/code.js";
import { inForce, nested } from "./playground/options.js";
import { panel } from "./playground/panel.js";
import { Random } from "./playground/random.js";
import { families, schemes } from "./playground/schemes.js";

/** How large random weights may be: as the largest table that is drawn. */
const maxWeights = 1 << 22;

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const { posenc, state: address } = site;
  /** @type {import("./playground/address.js").State} */
  let state = parse(address.read());
  /** What is on the screen: the last setting that worked. @type {any} */
  let current = null;
  let frame = 0,
    refusal = "";

  const chooser = controls.select({
    label: "Scheme",
    choices: families,
    value: state.method,
    onChange: (method) => {
      state = { method, set: {}, cursor: { ...firstCell }, lines: undefined };
      rebuild();
      address.write(write(state), true);
    },
  });
  const says = el("p", { class: "says" }),
    source = el("p", { class: "hint" });
  const note = el("p", { class: "note", hidden: true });
  const reset = el(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: () => {
        state = { ...state, set: {}, lines: undefined };
        changed();
      },
    },
    "Back to the defaults",
  );
  const options = el("div", { class: "options" });
  const stale = el("p", { class: "note error", hidden: true });
  const map = canvasGrid({
    announce: site.announce,
    describe,
    onCursor: (row, column) => {
      state.cursor = { row, column };
      if (current) address.write(write(state));
      explain();
    },
  });
  const working = el("dl", { class: "working" });
  const plot = linePlot({ label: "Lines of the chosen channels" });
  const lines = controls.list({
    label: "Lines",
    hint: "Enter in the picture adds the one under the cursor, or takes it out",
    value: [],
    onChange: (list) => {
      state.lines = list?.filter((/** @type {number} */ n) => Number.isInteger(n) && n >= 0).slice(0, 6);
      address.write(write(state));
      drawLines();
    },
  });
  const code = el("pre", { tabindex: 0, role: "region", "aria-label": "Code for this setting" });
  let language = "js";
  const languages = controls.segmented({
    label: "Code for exactly this setting",
    choices: [
      ["js", "JavaScript"],
      ["go", "Go"],
    ],
    value: language,
    onChange: (value) => {
      language = value;
      writeCode();
    },
  });
  const copied = el("span", { class: "hint", role: "status" });
  const copy = el(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          copied.textContent = "Copied.";
        } catch {
          getSelection()?.selectAllChildren(code); // no clipboard here: the keys for it will do
          copied.textContent = "Selected: copy it with the keyboard.";
        }
      },
    },
    "Copy",
  );
  const heading = el("h3", { class: "title" });
  host.append(
    el(
      "div",
      { class: "playground" },
      el("div", { class: "scheme" }, chooser.element, el("div", {}, says, source)),
      note,
      el(
        "div",
        { class: "desk" },
        el("div", {}, el("div", { class: "title-row" }, heading, stale), map.element),
        el("div", { class: "side" }, options, reset),
      ),
      el(
        "div",
        { class: "below" },
        el("div", {}, el("h3", {}, "How this number came about"), working),
        el("div", {}, plot.element, lines.element),
      ),
      el("div", { class: "program" }, el("div", { class: "row" }, languages.element, copy, copied), code),
    ),
  );

  map.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !current || !(/** @type {HTMLElement} */ (event.target).matches(".frame"))) return;
    const { row, column } = map.cursor(),
      { matrix } = current,
      at = matrix.alongRows ? row : column;
    const chosen = chosenLines();
    state.lines = chosen.includes(at) ? chosen.filter((n) => n !== at) : [...chosen, at].slice(-6);
    address.write(write(state));
    drawLines();
    site.announce(chosen.includes(at) ? "Line taken out" : "Line added");
  });

  /** @type {ReturnType<typeof panel>} */
  let controlsOf;

  function rebuild() {
    const { says: what, source: whose } = schemes[state.method];
    chooser.value = state.method;
    says.textContent = what;
    source.textContent = whose;
    note.hidden = true;
    controlsOf = panel(optionsOf(state.method), (option, value) => {
      if (value === undefined) delete state.set[option.name];
      else state.set[option.name] = value;
      // A convention says what the others are, but for those without which there is no encoder.
      if (option.resets)
        for (const { name, start } of schemes[state.method].options)
          if (name !== option.name && start === undefined) delete state.set[name];
      changed();
    });
    options.replaceChildren(controlsOf.element);
    map.move(state.cursor.row, state.cursor.column);
    update();
  }

  function changed() {
    address.write(write(state));
    if (frame === 0) frame = requestAnimationFrame(update);
  }

  function update() {
    frame = 0;
    try {
      const next = make(state, current);
      if (current && current.encoder !== next.encoder) current.encoder.dispose();
      current = next;
      state.cursor = {
        row: Math.min(state.cursor.row, next.matrix.rows - 1),
        column: Math.min(state.cursor.column, next.matrix.columns - 1),
      };
      controlsOf.error(null);
      stale.hidden = true;
      refusal = "";
      controlsOf.fill(next.all, next.encoder.options, next.matrix.shown);
      draw();
    } catch (error) {
      const message = (refusal = error instanceof Error ? error.message : String(error));
      controlsOf.fill(
        inForce(optionsOf(state.method), state.set),
        current?.method === state.method ? current.encoder.options : null,
        current?.matrix.shown,
      );
      const beside = controlsOf.error(message);
      stale.textContent = `${beside ? "" : `${message}. `}The picture is still that of the last setting that worked.`;
      stale.hidden = false;
      site.announce(message);
    }
  }

  /** All that follows from a state, or an error of posenc's (or ours, in the same form). @param {typeof state} state @param {any} before */
  function make({ method, set }, before) {
    const scheme = schemes[method],
      { view } = scheme,
      known = optionsOf(method),
      all = inForce(known, set);
    for (const { name, label, cap, max } of known)
      if (cap && all[name] > Number(max)) throw new RangeError(`${name}: this page draws at most ${max}, got ${all[name]} (${label})`);
    const mine = new Set(view.controls.map(({ name }) => name));
    const given = nested(Object.fromEntries(Object.entries(all).filter(([name, value]) => !mine.has(name) && value !== "")));
    const options = scheme.build ? scheme.build(given) : given,
      key = method + JSON.stringify(options);
    let encoder = before?.encoder;
    if (before?.key !== key)
      encoder = posenc[method](
        Object.fromEntries(Object.entries(options).map(([name, value]) => [name, value instanceof Random ? weights(name, value) : value])),
      );
    try {
      const o = encoder.options,
        v = Object.fromEntries([...mine].map((name) => [name, all[name]]));
      const matrix = view.compute(encoder, v, { posenc, scheme, all, o });
      return { method, scheme, view, all, options, key, encoder, o, v, matrix };
    } catch (error) {
      if (encoder !== before?.encoder) encoder.dispose();
      throw error;
    }
  }

  /** @param {string} name @param {Random} random */
  function weights(name, random) {
    if (!(random.count <= maxWeights))
      throw new RangeError(`${name}: this page makes at most ${maxWeights} random weights, got ${random.count}`);
    return random.make();
  }

  function draw() {
    const { matrix, scheme } = current,
      { values, rows, columns, buckets, down, across } = matrix;
    let low = Infinity,
      high = -Infinity;
    for (let k = 0; k < values.length; k++) {
      if (values[k] < low) low = values[k];
      if (values[k] > high) high = values[k];
    }
    const extent = Math.max(-low, high) <= 1 ? 1 : roundUp(Math.max(-low, high));
    if (!buckets) [low, high] = [-extent, extent];
    Object.assign(current, { low, high });
    heading.textContent = `${scheme.title}: ${rows} × ${columns}, ${down} by ${across}`;
    map.draw({
      ...matrix,
      scale: scale(buckets ? "sequential" : "diverging", site.dark),
      low,
      high,
      label: `${scheme.title}, ${rows} rows (${down}) by ${columns} columns (${across})`,
    });
    map.move(state.cursor.row, state.cursor.column);
    drawLines();
  }

  function chosenLines() {
    const { rows, columns, alongRows } = current.matrix,
      n = alongRows ? rows : columns;
    if (state.lines) return state.lines.filter((k) => k < n);
    return [...new Set((alongRows ? [0, n / 2, n - 1] : [0, n / 8, n / 4, n / 2]).map(Math.floor))];
  }

  function drawLines() {
    if (!current) return;
    const { matrix, low, high } = current,
      { values, rows, columns, alongRows, rowName, columnName, down, across } = matrix,
      chosen = chosenLines();
    const n = alongRows ? columns : rows;
    if (!lines.element.contains(document.activeElement)) lines.value = chosen;
    plot.draw({
      series: chosen.map((k) => ({
        name: alongRows ? `${down} ${rowName(k)}` : /^\D/.test(columnName(k)) ? columnName(k) : `${across} ${columnName(k)}`,
        y: Float64Array.from({ length: n }, (_, at) => (alongRows ? values[k * columns + at] : values[at * columns + k])),
      })),
      x: Float64Array.from({ length: n }, (_, at) => at),
      xLabel: alongRows ? across : down,
      low,
      high,
      ends: alongRows ? [columnName(0), columnName(n - 1)] : [rowName(0), rowName(n - 1)],
    });
  }

  /** @param {number} row @param {number} column */
  const cellOf = (row, column) => ({
    ...current.matrix.cell(row, column),
    encoder: current.encoder,
    o: current.o,
    value: current.matrix.values[row * current.matrix.columns + column],
  });

  /** @param {number} row @param {number} column */
  function describe(row, column) {
    const { matrix, scheme } = current,
      cell = cellOf(row, column);
    return `${matrix.down} ${matrix.rowName(row)}, ${matrix.across} ${matrix.columnName(column)}: ${say(cell.value)}. ${scheme
      .explain(cell)
      .map(([name, text]) => `${name}: ${text}`)
      .join("; ")}`;
  }

  function explain() {
    if (!current) return;
    const { row, column } = state.cursor,
      { matrix, scheme } = current;
    const list = [
      ["cell", `${matrix.down} ${matrix.rowName(row)}, ${matrix.across} ${matrix.columnName(column)}`],
      ...scheme.explain(cellOf(row, column)),
    ];
    working.replaceChildren(
      ...list.flatMap(([name, text]) => [el("dt", {}, name), el("dd", { class: name === "value" ? "result" : "" }, ...formula(text))]),
    );
    writeCode();
  }

  function writeCode() {
    const { row, column } = state.cursor,
      { matrix, encoder, o, v } = current,
      { rows, columns, buckets, values } = matrix;
    const pairs = (o.rotaryDim ?? o.headDim) >> 1; // what cosSin has of each
    const context = {
      ...current,
      row,
      column,
      rows,
      columns,
      buckets,
      length: rows,
      pairs,
      width: v.from === undefined ? columns : widthOf(encoder, values, rows),
    };
    code.textContent = language === "js" ? jsCode(context) : goCode(context);
    copied.textContent = "";
  }

  /** The width of a row before it was cut to the channels in view. @param {any} encoder @param {ArrayLike<number>} values @param {number} rows */
  const widthOf = (encoder, values, rows) =>
    encoder.options.dim ??
    encoder.options.w?.length ??
    (encoder.encode ? encoder.encode(new Float64Array(encoder.options.inputs ?? 1)).length : values.length / rows);

  /** What the address says, as far as it can be used. @param {ReturnType<typeof parse>} next */
  function arrive({ notes, ...next }) {
    state = next;
    rebuild();
    if (refusal) {
      notes.push(refusal);
      state.set = {};
      rebuild();
    }
    note.textContent = `Of the address not everything could be used: ${notes.join("; ")}.`;
    note.hidden = !notes.length;
  }

  address.onChange(() => {
    const next = parse(address.read());
    if (JSON.stringify(write(next)) !== JSON.stringify(write(state))) arrive(next); // else it was another part's step
  });
  site.onTheme(() => current && draw());
  arrive(/** @type {any} */ (state));
}

/** A round number that is not less. @param {number} v */
function roundUp(v) {
  const power = 10 ** Math.floor(Math.log10(v));
  return ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((f) => f * power >= v) ?? 10) * power;
}
