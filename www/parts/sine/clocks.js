// Each pair of channels as a point on its circle: the cosine across, the sine up. The hand turns by k times the pair's frequency from
// p to p + k. With the sine alone only the height is known, and two hands have it: each goes on to a height of its own.

import { el, svg } from "../../lib/dom.js";
import { value } from "../../lib/format.js";

/** @typedef {{ sin: number, cos: number }} Point */

/**
 * @param {number} pairs
 * @returns {{ element: HTMLElement, draw(state: { frequencies: ArrayLike<number>, now: Point[], then: Point[], back: Point[], k: number, alone: boolean, label: string }): void }}
 */
export function clocks(pairs) {
  const faces = Array.from({ length: pairs }, () => {
    const [hand, next, mirror, other] = ["now", "then", "now ghost", "then ghost"].map((name) =>
      svg("line", { class: `hand ${name}`, x1: 0, y1: 0 }),
    );
    const [level, thenLevel, otherLevel] = ["now", "then", "then"].map((name) =>
      svg("line", { class: `level ${name}`, x1: -1.12, x2: 1.12 }),
    );
    const sweep = svg("path", { class: "sweep" });
    const tips = ["now", "then"].map((name) => svg("circle", { class: `tip ${name}`, r: 0.09 }));
    const period = el("b"),
      words = el("span", { class: "words" });
    const face = svg(
      "svg",
      { viewBox: "-1.25 -1.25 2.5 2.5", "aria-hidden": "true" },
      svg("circle", { class: "rim", r: 1 }),
      svg("line", { class: "axis", x1: -1.2, x2: 1.2, y1: 0, y2: 0 }),
      svg("line", { class: "axis", x1: 0, x2: 0, y1: -1.2, y2: 1.2 }),
      level,
      thenLevel,
      otherLevel,
      sweep,
      mirror,
      other,
      hand,
      next,
      ...tips,
    );
    return {
      element: el("div", { class: "clock" }, face, period, words),
      hand,
      next,
      mirror,
      other,
      level,
      thenLevel,
      otherLevel,
      sweep,
      tips,
      period,
      words,
    };
  });
  const element = el("div", { class: "clocks", role: "img" }, ...faces.map(({ element }) => element));

  return {
    element,
    draw({ frequencies, now, then, back, k, alone, label }) {
      element.setAttribute("aria-label", label);
      element.classList.toggle("alone", alone);
      faces.forEach(({ hand, next, mirror, other, level, thenLevel, otherLevel, sweep, tips, period, words }, i) => {
        to(hand, now[i]);
        to(next, then[i]);
        to(mirror, { sin: now[i].sin, cos: -now[i].cos });
        to(other, { sin: back[i].sin, cos: -back[i].cos }); // the other hand k on: sin(π - a + kw) = sin(a - kw)
        [now, then, back].forEach((list, j) => {
          const line = [level, thenLevel, otherLevel][j];
          line.setAttribute("y1", -list[i].sin);
          line.setAttribute("y2", -list[i].sin);
        });
        [now, then].forEach((list, j) => {
          tips[j].setAttribute("cx", list[i].cos);
          tips[j].setAttribute("cy", -list[i].sin);
        });
        const turn = k * frequencies[i];
        period.textContent = `round in ${value((2 * Math.PI) / frequencies[i], 3)}`;
        sweep.setAttribute("d", arc(now[i], then[i], turn));
        words.textContent = alone
          ? `${value(now[i].sin, 2)}, then ${value(then[i].sin, 2)} or ${value(back[i].sin, 2)}`
          : `turns by ${value((turn * 180) / Math.PI, 3)}°`;
      });
    },
  };
}

/** @param {Element} line @param {Point} point */
function to(line, { sin, cos }) {
  line.setAttribute("x2", String(cos));
  line.setAttribute("y2", String(-sin));
}

/** From one hand to the other, the way round that is gone; whole turns are not drawn. @param {Point} from @param {Point} end @param {number} turn */
function arc(from, end, turn) {
  const rest = Math.abs(turn) % (2 * Math.PI),
    r = 0.5;
  return `M0 0L${r * from.cos} ${-r * from.sin}A${r} ${r} 0 ${rest > Math.PI ? 1 : 0} ${turn > 0 ? 0 : 1} ${r * end.cos} ${-r * end.sin}Z`;
}
