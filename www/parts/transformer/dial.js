// Two vectors of one length, drawn by the angle between them, and its cosine.

import { el, svg } from "../../lib/dom.js";

const [cx, cy, radius] = [110, 112, 100];

/** @param {string} title */
export function dial(title) {
  const arc = svg("path", { class: "arc" });
  const arrows = [1, 2].map((k) => svg("path", { class: `arrow s${k}` }));
  const picture = svg(
    "svg",
    { class: "dial", viewBox: "0 0 220 120", role: "img", "aria-label": `${title}: nothing yet` },
    svg("path", { class: "rim", d: `M${cx - radius} ${cy}A${radius} ${radius} 0 0 1 ${cx + radius} ${cy}` }),
    ...[-90, -60, -30, 0, 30, 60, 90].map((degrees) =>
      svg("path", { class: "tick", d: `M${point(degrees, radius - 4)}L${point(degrees, radius)}` }),
    ),
    arc,
    ...arrows,
    svg("circle", { class: "hub", cx, cy, r: 3 }),
  );
  const [cosine, angle] = [el("p", { class: "cosine" }, "–"), el("p", { class: "angle" }, "cosine")];
  return {
    element: el("div", { class: "dial-box" }, picture, el("div", {}, el("p", { class: "name" }, title), cosine, angle)),
    /** @param {number} c */
    set(c) {
      const degrees = (Math.acos(Math.max(-1, Math.min(1, c))) * 180) / Math.PI,
        half = degrees / 2;
      arrows.forEach((arrow, k) => arrow.setAttribute("d", arrowTo(k ? half : -half)));
      arc.setAttribute("d", degrees < 1 ? "" : `M${point(-half, 46)}A46 46 0 0 1 ${point(half, 46)}`);
      cosine.textContent = c.toFixed(4).replace("-", "−");
      angle.textContent = `cosine, ${degrees < 0.05 ? "0" : degrees.toFixed(1)}° apart`;
      picture.setAttribute("aria-label", `${title}: two arrows ${degrees.toFixed(1)} degrees apart, cosine ${c.toFixed(4)}`);
    },
  };
}

/** Where a turn of so many degrees from upright leads. @param {number} degrees @param {number} r */
function point(degrees, r) {
  const a = (degrees * Math.PI) / 180;
  return `${(cx + r * Math.sin(a)).toFixed(2)} ${(cy - r * Math.cos(a)).toFixed(2)}`;
}

/** @param {number} degrees */
function arrowTo(degrees) {
  const tip = point(degrees, radius - 6);
  return `M${cx} ${cy}L${tip}M${point(degrees - 4, radius - 20)}L${tip}L${point(degrees + 4, radius - 20)}`;
}
