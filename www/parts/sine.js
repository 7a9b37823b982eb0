// Question 2: pairs that turn, the matrix that turns them, and what is left of it when the cosines are taken away.

import { canvasGrid } from "../lib/canvas-grid.js";
import { scale as scaleOf } from "../lib/colour.js";
import { range, segmented } from "../lib/controls.js";
import { el } from "../lib/dom.js";
import { value, whole } from "../lib/format.js";
import { linePlot } from "../lib/plot.js";
import { asker } from "./questions/ask.js";
import { clocks } from "./sine/clocks.js";
import { alike, dim, measures, pairs, profiled, repetition, rows, searched, searchedLong, wide } from "./sine/measure.js";

/** Positions a second, when they run. */
const pace = 3;

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  const measured = measures(site.posenc),
    { frequencies, wavelengths } = measured;
  const state = { p: 4, k: 3, alone: false };
  let { profile, shift } = { profile: measured.profile(false), shift: measured.shift(3, false) };
  let playing = 0,
    spoken = 0;
  /** @type {Float64Array | undefined} */
  let spectrum;

  const channels = segmented({
    label: "Channels",
    choices: [
      ["both", "Sine and cosine"],
      ["sine", "Sine alone"],
    ],
    value: "both",
    onChange: (which) => change({ alone: which === "sine" }),
  });
  const k = range({ label: "Shift k", min: -32, max: 32, value: state.k, onChange: (v) => integer(k, v, -500, 500) && change({ k: v }) });
  const p = range({
    label: "Position p",
    min: 0,
    max: 300,
    value: state.p,
    onChange: (v) => integer(p, v, -1e9, 1e9) && (stop(), change({ p: v })),
  });
  const play = el("button", { type: "button", class: "quiet play", onclick: () => (playing ? stop() : run()) }, "Play");
  const answer = el("p", { class: "answer" });
  const faces = clocks(pairs);
  const grid = canvasGrid({
    announce: site.announce,
    describe,
    onCursor: (row, column) => void (cell.textContent = describe(row, column)),
  });
  const matrixTitle = el("p", { class: "title" });
  const cell = el("p", { class: "caption cell" });
  const plot = linePlot({
    label: "The product of two rows by the distance between them: mean, least and largest over all places",
    height: 240,
  });
  const hands = el(
    "details",
    { ontoggle: tabulate },
    el("summary", {}, "The hands as a table"),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The hands" }),
  );
  const numbers = Object.fromEntries(
    ["residual", "orthogonality", "product", "waves", "one", "all"].map((name) => [name, el("dd", { "data-number": name })]),
  );
  const residualName = el("dt");
  numbers.waves.textContent = `${value(wavelengths[0], 4)} to ${whole(Math.round(wavelengths[pairs - 1]))} positions`;
  const row = (/** @type {number} */ at, /** @type {number} */ of) => (at < 0 ? `none of ${whole(of)}` : `row ${at}`);
  numbers.one.textContent = row(repetition(site.posenc, { dim: 2, rows: searched }), searched);
  const longer = el("button", { type: "button", class: "quiet", onclick: search }, `Look in ${whole(searchedLong)}`);
  const found = el("span", {}, row(repetition(site.posenc, { dim, rows: searched }), searched));
  numbers.all.append(found, longer);

  host.append(
    el(
      "div",
      { class: "controls" },
      channels.element,
      k.element,
      p.element,
      el("div", { class: "field" }, el("span", { class: "label" }, "Let the positions run"), el("div", {}, play)),
    ),
    answer,
    el(
      "figure",
      { class: "figure" },
      faces.element,
      el("div", { class: "legend" }, el("span", { class: "key s1" }, "at p"), el("span", { class: "key s2" }, "at p + k")),
      el(
        "figcaption",
        {},
        "A pair of channels each, the fastest first: its cosine across, its sine up. With the sine alone only the height is known. Two hands have that height, and k positions on they are at two heights.",
      ),
    ),
    hands,
    el(
      "div",
      { class: "two" },
      el("figure", { class: "figure matrix" }, matrixTitle, grid.element, cell),
      el(
        "figure",
        { class: "figure" },
        el("p", { class: "title" }, `PE(p)·PE(q) by the distance of p and q, width ${wide}`),
        plot.element,
        el(
          "figcaption",
          {},
          "With sine and cosine the three lines are one: the product knows the distance and nothing else. With the sine alone it depends on where you are.",
        ),
      ),
    ),
    el(
      "dl",
      { class: "numbers" },
      el("div", {}, residualName, numbers.residual),
      el("div", {}, el("dt", {}, "largest entry of |MᵀM − I|"), numbers.orthogonality),
      el("div", {}, el("dt", {}, `PE(p)·PE(p + k) at width ${wide}, least and largest`), numbers.product),
      el("div", {}, el("dt", {}, "wavelengths"), numbers.waves),
      el("div", {}, el("dt", {}, `one pair: first row like row 0 to within ${value(alike)}`), numbers.one),
      el("div", {}, el("dt", {}, `all ${pairs} pairs: the same`), numbers.all),
    ),
  );
  site.onTheme(drawMatrix);
  draw();

  /** @param {import("../lib/controls.js").Control} control @param {number} v @param {number} low @param {number} high */
  function integer(control, v, low, high) {
    const fine = Number.isInteger(v) && v >= low && v <= high;
    control.error(fine ? null : `A whole number from ${value(low)} to ${value(high)}.`);
    return fine;
  }

  /** @param {Partial<typeof state>} next */
  function change(next) {
    Object.assign(state, next);
    if ("alone" in next) profile = measured.profile(state.alone);
    if (!("p" in next)) shift = measured.shift(state.k, state.alone);
    draw(!("p" in next));
    clearTimeout(spoken);
    if (!("p" in next)) spoken = setTimeout(() => site.announce(String(answer.textContent)), 600);
  }

  /** The whole, or only what moves with p. */
  function draw(whole = true) {
    const { p, k, alone } = state;
    faces.draw({
      frequencies,
      now: measured.points(p),
      then: measured.points(p + k),
      back: measured.points(p - k),
      k,
      alone,
      label: `${pairs} pairs of channels as hands on circles at position ${value(p, 4)} and ${k} further; numbers are in the table below`,
    });
    tabulate();
    if (!whole) return;
    const { residual, orthogonality } = shift,
      d = Math.abs(k),
      rounding = 2 ** -25 * (1 + Math.SQRT2); // of a row, and of the two numbers of another that a pair turns
    residualName.textContent = alone ? "largest |PE(p + k) − M·PE(p)|, for the best M" : "largest |PE(p + k) − M(k)·PE(p)|";
    numbers.residual.textContent = value(residual.max, 3);
    numbers.orthogonality.textContent = value(orthogonality, 3);
    numbers.product.textContent = d < profiled ? `${value(profile.min[d], 4)} and ${value(profile.max[d], 4)}` : "further than is drawn";
    answer.textContent = alone
      ? `Of all matrices the one that fits the sines best still misses by up to ${value(residual.max, 2)}, and a sine is never more than 1. No matrix shifts sines alone; and the best has huge numbers, as slow waves are nearly straight lines, hard to tell apart.`
      : `One matrix takes each of ${rows - d} rows to the one ${k} ${Math.abs(k) === 1 ? "position" : "positions"} on, and misses by at most ${value(residual.max, 2)}. That both rows are rounded to float32 makes up to ${value(rounding, 2)}. No place in the text is special.`;
    const distances = Array.from({ length: profiled - 1 }, (_, i) => i);
    plot.draw({
      x: distances,
      xLabel: "distance",
      mark: d < profiled ? d : undefined,
      series: [
        ["mean", profile.mean],
        ["least", profile.min],
        ["largest", profile.max],
      ].map(([name, y]) => ({ name: String(name), y: /** @type {Float64Array} */ (y).subarray(0, profiled - 1) })),
    });
    drawMatrix();
  }

  function drawMatrix() {
    matrixTitle.textContent = state.alone
      ? "The best matrix for sines alone; what is beyond the scale has the colour of its end"
      : "M(k), from the channels of one row to those of another";
    const name = (/** @type {number} */ c) => (state.alone ? `sin ${c + 1}` : `${c % 2 ? "cos" : "sin"} ${(c >> 1) + 1}`);
    grid.draw({
      values: shift.matrix,
      rows: shift.dim,
      columns: shift.dim,
      scale: scaleOf("diverging", site.dark),
      low: -1,
      high: 1,
      rowName: name,
      columnName: name,
      down: "to",
      across: "from",
      label: state.alone
        ? `The matrix of ${shift.dim} by ${shift.dim} that fits a shift of the sines by ${state.k} best`
        : `M(${state.k}), ${shift.dim} by ${shift.dim}: blocks of 2 by 2 down the diagonal, zero elsewhere`,
    });
    const { row, column } = grid.cursor();
    cell.textContent = describe(row, column);
  }

  /** @param {number} row @param {number} column */
  function describe(row, column) {
    const v = value(shift.matrix[row * shift.dim + column]);
    if (state.alone) return `From sine ${column + 1} to sine ${row + 1}: ${v}, by least squares.`;
    const w = value(frequencies[row >> 1], 4);
    if (row >> 1 !== column >> 1) return `From pair ${(column >> 1) + 1} to pair ${(row >> 1) + 1}: ${v}. Pairs leave each other alone.`;
    return `Pair ${(row >> 1) + 1}: ${row === column ? "cos" : row < column ? "sin" : "−sin"}(${state.k}·${w}) = ${v}`;
  }

  function tabulate() {
    if (!hands.open) return;
    const [now, then] = [measured.points(state.p), measured.points(state.p + state.k)];
    const strongest = (spectrum ??= measured.found()),
      head = ["Pair", "Wavelength", "found in the rows", "turns by", "sin at p", "cos at p", "sin at p + k", "cos at p + k"];
    hands.lastElementChild?.replaceChildren(
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
        el(
          "tbody",
          {},
          ...now.map(({ sin, cos }, i) => {
            const w = strongest[2 * i],
              length = w > 0 ? value((2 * Math.PI) / w, 4) : `over ${rows}`;
            const cells = [
              value(wavelengths[i], 6),
              length,
              `${value((state.k * frequencies[i] * 180) / Math.PI, 4)}°`,
              ...[sin, cos, then[i].sin, then[i].cos].map((v) => value(v, 4)),
            ];
            return el("tr", {}, el("th", { scope: "row" }, i + 1), ...cells.map((text) => el("td", {}, text)));
          }),
        ),
      ),
    );
  }

  /** Each row with each other, which takes seconds. */
  async function search() {
    longer.disabled = true;
    found.textContent = "looking …";
    const { ask, close } = asker();
    try {
      found.textContent = row(await ask("repetition", { dim, rows: searchedLong }), searchedLong);
      site.announce(`All ${pairs} pairs: ${found.textContent}`);
      longer.hidden = true;
    } catch (error) {
      found.textContent = `not measured: ${error instanceof Error ? error.message : error}`;
      longer.disabled = false;
    }
    close();
  }

  /** Smoothly; for who wants less motion, by whole positions, one a second. */
  function run() {
    play.textContent = "Pause";
    let last = performance.now();
    const from = state.p;
    let gone = 0;
    playing = requestAnimationFrame(function frame(time) {
      gone += Math.min(Math.max(time - last, 0), 100) / 1000; // a tab that was hidden goes on from where it was
      last = time;
      const at = from + (site.reducedMotion ? Math.floor(gone) : gone * pace);
      if (at !== state.p) {
        change({ p: at });
        p.value = Math.floor(at);
      }
      playing = requestAnimationFrame(frame);
    });
  }

  function stop() {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
    change({ p: Math.round(state.p) });
    p.value = state.p;
  }
}
