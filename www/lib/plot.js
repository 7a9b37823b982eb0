// Lines over a number, in SVG: thin, each with a dash of its own, so that colour is not all that tells them apart.

import { el, svg } from "./dom.js";
import { value, whole } from "./format.js";

const left = 44,
  right = 8,
  top = 8,
  bottom = 34;

/**
 * A plot that fills the width it is given. `draw` again as often as you like.
 *
 * @param {object} options
 * @param {string} options.label what a screen reader says
 * @param {number} [options.height] in CSS pixels
 * @returns {{ element: HTMLElement, draw(data: { series: { name: string, y: ArrayLike<number> }[], x: ArrayLike<number>, xLabel: string, low?: number, high?: number, mark?: number, ends?: [string, string] }): void }}
 */
export function linePlot({ label, height = 220 }) {
  const picture = svg("svg", { class: "plot", role: "img", "aria-label": label, height });
  picture.style.height = `${height}px`; // and not by the viewBox, which follows the width: that would be a shift, and an observer that moves what it observes
  const legend = el("div", { class: "legend" });
  const element = el("div", {}, picture, legend);
  /** @type {any} */
  let data = null;
  let width = 600;

  function paint() {
    if (!data) return;
    const { series, x, xLabel, mark, ends = [whole(x[0]), whole(x[x.length - 1])] } = data;
    const all = data.low === undefined || data.high === undefined ? series.flatMap(({ y }) => Array.from(y).filter(Number.isFinite)) : [];
    const low = data.low ?? Math.min(...all, 0),
      high = data.high ?? Math.max(...all, low + 1e-9);
    const span = x[x.length - 1] - x[0] || 1;
    const across = (/** @type {number} */ v) => left + ((v - x[0]) / span) * (width - left - right);
    const up = (/** @type {number} */ v) => top + ((high - v) / (high - low || 1)) * (height - top - bottom);
    const tenth = (/** @type {number} */ v) => Math.round(v * 10) / 10;
    const line = (/** @type {ArrayLike<number>} */ y) =>
      Array.from(x, (v, k) => `${k ? "L" : "M"}${tenth(across(v))} ${tenth(up(y[k]))}`).join("");
    const level = (/** @type {number} */ v, cls = "") => [
      svg("line", { class: `axis ${cls}`, x1: left, x2: width - right, y1: up(v), y2: up(v) }),
      svg("text", { x: left - 8, y: up(v) + 4, "text-anchor": "end" }, value(v, 3)),
    ];
    const levels = low < 0 && high > 0 ? [low, 0, high] : [low, high];
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(
      ...levels.flatMap((v) => level(v, v === 0 ? "zero" : "")),
      ...(mark === undefined
        ? []
        : [svg("line", { class: "axis zero", x1: across(mark), x2: across(mark), y1: top, y2: height - bottom })]),
      ...series.map(({ y }, k) => svg("path", { class: `curve s${(k % 6) + 1}`, d: line(y) })),
      svg("text", { x: left, y: height - bottom + 16 }, ends[0]),
      svg("text", { x: width - right, y: height - bottom + 16, "text-anchor": "end" }, ends[1]),
      svg("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, xLabel),
    );
    legend.replaceChildren(
      ...series.map(({ name }, k) =>
        el(
          "span",
          { class: "key" },
          svg(
            "svg",
            { width: 28, height: 8, "aria-hidden": "true" },
            svg("line", { class: `curve s${(k % 6) + 1}`, x1: 0, x2: 28, y1: 4, y2: 4 }),
          ),
          name,
        ),
      ),
    );
  }

  new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width || Math.round(contentRect.width) === width) return;
    width = Math.round(contentRect.width);
    requestAnimationFrame(paint); // it may change the height, which may not be while sizes are looked at
  }).observe(picture);
  return {
    element,
    draw(next) {
      data = next;
      paint();
    },
  };
}
