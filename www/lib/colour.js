// Two colour scales, each for a light and a dark page. The diverging one goes from blue over the page's own neutral to orange, which
// people with any of the common kinds of colour blindness tell apart, and its lightness alone says how far from zero a value is. The
// sequential one is for buckets. Between the stops colours are mixed in OKLab, so that equal steps look equal.

const stops = {
  diverging: {
    light: ["#0a376f", "#2166b3", "#83b3e3", "#f6f3ec", "#f0a872", "#cc6318", "#8a3606"],
    dark: ["#b9daff", "#6da8ee", "#285f9f", "#1b1d21", "#a04c16", "#ec8d49", "#ffd0ab"],
  },
  sequential: {
    light: ["#f2eddc", "#b5d3a4", "#58aa92", "#1f7680", "#1d4866", "#1a1f40"],
    dark: ["#24222f", "#1f4a66", "#217a80", "#55ab8b", "#b0d49a", "#f6f2d0"],
  },
};

/** How many steps a scale has; even steps on both sides of the one in the middle, which is zero. */
export const steps = 1025;

/**
 * A scale as pixels of ImageData: `pixels[k]` for k = 0 .. steps - 1. And `css(t)`, t = 0 .. 1.
 *
 * @typedef {{ kind: "diverging" | "sequential", pixels: Uint32Array, css: (t: number) => string }} Scale
 */

/** @type {Map<string, Scale>} */
const made = new Map();

/** @param {"diverging" | "sequential"} kind @param {boolean} dark @returns {Scale} */
export function scale(kind, dark) {
  const name = `${kind} ${dark}`;
  if (!made.has(name)) {
    const list = stops[kind][dark ? "dark" : "light"].map(toLab);
    const bytes = new Uint8ClampedArray(steps * 4); // by bytes, so that it is right on any byte order
    for (let k = 0; k < steps; k++) bytes.set([...mix(list, k / (steps - 1)), 255], k * 4);
    const css = (/** @type {number} */ t) => `rgb(${mix(list, Math.min(1, Math.max(0, t))).join(" ")})`;
    made.set(name, { kind, pixels: new Uint32Array(bytes.buffer), css });
  }
  return /** @type {Scale} */ (made.get(name));
}

/** @param {number[][]} list @param {number} t */
function mix(list, t) {
  const at = t * (list.length - 1),
    k = Math.min(Math.floor(at), list.length - 2),
    f = at - k;
  return toRgb(list[k].map((v, c) => v + (list[k + 1][c] - v) * f));
}

/** Björn Ottosson's OKLab. @param {string} hex */
function toLab(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** @param {number[]} lab */
function toRgb([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => Math.round(255 * Math.min(1, Math.max(0, v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))));
}
