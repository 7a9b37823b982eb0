// One ridge a width, on one axis of cosines: where different words lie, and where a word lies that has been given a position.

import { el, svg } from "../../lib/dom.js";
import { value } from "../../lib/format.js";

/** @returns {{ element: HTMLElement, draw(rows: { name: string, measured: import("./measure.js").Measured }[], label: string): void }} */
export function ridges() {
  const picture = svg("svg", { class: "plot ridges", role: "img", "aria-label": "Measuring" });
  const legend = el(
    "div",
    { class: "legend" },
    el("span", { class: "key s1" }, "two different words"),
    el("span", { class: "key s2" }, "a word, and the same with a position added"),
    el("span", { class: "key mark" }, "1/√d to both sides of a right angle"),
  );
  let width = 600,
    height = 350;
  /** @type {any[]} */
  let rows = [];

  function paint() {
    const em = parseFloat(getComputedStyle(picture).fontSize),
      side = em,
      bottom = 3.2 * em,
      top = 1.5 * em;
    const row = (height - bottom) / 3,
      peak = row - top;
    const across = (/** @type {number} */ cosine) => side + ((cosine + 1) / 2) * (width - 2 * side);
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(
      ...[-1, -0.5, 0, 0.5, 1].flatMap((v) => [
        svg("line", { class: v === 0 ? "axis zero" : "axis", x1: across(v), x2: across(v), y1: 4, y2: 3 * row }),
        svg("text", { x: across(v), y: 3 * row + 1.4 * em, "text-anchor": v === -1 ? "start" : v === 1 ? "end" : "middle" }, value(v)),
      ]),
      svg("text", { x: width / 2, y: height - 0.4 * em, "text-anchor": "middle" }, "cosine: 0 is a right angle, 1 the same direction"),
      ...rows.flatMap(({ name, measured: { others, own, random } }, k) => {
        const base = (k + 1) * row;
        const area = (/** @type {number[]} */ counts) => {
          const most = Math.max(...counts),
            step = 2 / counts.length;
          const corners = counts.map((n, i) => [across(-1 + i * step), across(-1 + (i + 1) * step), base - (n / most) * peak]);
          const first = counts.findIndex(Boolean),
            last = counts.findLastIndex(Boolean);
          return `M${corners[first][0].toFixed(1)} ${base}${corners
            .slice(first, last + 1)
            .map(([a, b, y]) => `L${a.toFixed(1)} ${y.toFixed(1)}L${b.toFixed(1)} ${y.toFixed(1)}`)
            .join("")}L${corners[last][1].toFixed(1)} ${base}`;
        };
        return [
          svg("line", { class: "axis", x1: side, x2: width - side, y1: base, y2: base }),
          svg("path", { class: "curve area s1", d: area(others) }),
          svg("path", { class: "curve area s2", d: area(own) }),
          ...[-1, 1].map((sign) =>
            svg("line", { class: "bound", x1: across(sign * random.rms), x2: across(sign * random.rms), y1: base + 5, y2: base - peak }),
          ),
          svg("text", { class: "name", x: side, y: base - row + 2.1 * em }, name),
          svg("text", { x: side, y: base - row + 3.5 * em }, `1/√d = ${value(random.rms, 3)}`),
        ];
      }),
    );
  }

  new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width) return;
    [width, height] = [contentRect.width, contentRect.height].map(Math.round);
    paint();
  }).observe(picture);
  return {
    element: el("div", {}, picture, legend),
    draw(next, label) {
      rows = next;
      picture.setAttribute("aria-label", label);
      paint();
    },
  };
}
