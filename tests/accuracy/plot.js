// The errors by position as a picture: a band for each contender, from its mean error to its largest.

import { EXACT, FLOAT32, FLOAT64 } from "./contenders.js";

const [WIDTH, HEIGHT] = [960, 560];
const FRAME = { left: 84, right: 936, top: 96, bottom: 488 };
const X = { from: 0, to: 53 }; // powers of 2
const Y = { from: -2, to: 12 }; // powers of 10

/** Colours that are told apart without red and green (Okabe and Ito), dark enough for text on white; what is said, and at which power of 2 and 10. */
const CURVES = [
  { name: FLOAT32, colour: "#b84a00", says: "every step in float32", note: "as PyTorch and Hugging Face do", at: [0.7, 9.75] },
  { name: FLOAT64, colour: "#007a5a", says: "float64 JavaScript", note: "Math.sin(p * w), rounded once", at: [39, 1.25] },
  { name: EXACT, colour: "#0060a8", says: "posenc", note: "", at: [0.7, -1.4] },
];

const x = (/** @type {number} */ power) => FRAME.left + ((power - X.from) / (X.to - X.from)) * (FRAME.right - FRAME.left);
const y = (/** @type {number} */ power) => FRAME.bottom - ((power - Y.from) / (Y.to - Y.from)) * (FRAME.bottom - FRAME.top);
const at = (/** @type {number} */ octave, /** @type {number} */ ulps) =>
  `${x(octave + 0.5).toFixed(1)},${y(Math.min(Math.max(Math.log10(ulps), Y.from), Y.to)).toFixed(1)}`;

/** 10^k as people write it. @param {number} k */
const power = (k) =>
  k < 0 ? String(10 ** k) : k < 3 ? String(10 ** k) : `10${[...String(k)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;

/** @param {number} px @param {number} py @param {string} words @param {string} [attributes] */
const text = (px, py, words, attributes = "") => `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" ${attributes}>${words}</text>`;

/** Lines of the grid with their numbers. */
function axes() {
  const out = [];
  for (let k = Y.from; k <= Y.to; k++) {
    if (k !== -1 && (k < 0 || k % 3 !== 0)) continue;
    out.push(
      `<path class="grid" d="M${FRAME.left} ${y(k).toFixed(1)}H${FRAME.right}"/>`,
      text(FRAME.left - 10, y(k) + 5, power(k), 'class="tick" text-anchor="end"'),
    );
  }
  for (let k = 0; k <= 15; k += 3) {
    const px = x(k / Math.log10(2));
    out.push(
      `<path class="grid" d="M${px.toFixed(1)} ${FRAME.top}V${FRAME.bottom}"/>`,
      text(px, FRAME.bottom + 21, k === 0 ? "1" : k === 3 ? "1000" : power(k), 'class="tick" text-anchor="middle"'),
    );
  }
  out.push(text(FRAME.right, FRAME.bottom + 21, "2⁵³", 'class="tick" text-anchor="middle"'));
  out.push(text((FRAME.left + FRAME.right) / 2, FRAME.bottom + 50, "position p", 'class="axis" text-anchor="middle"'));
  out.push(
    `<text class="axis" text-anchor="middle" transform="translate(24 ${(FRAME.top + FRAME.bottom) / 2}) rotate(-90)">error in ulp</text>`,
  );
  return out;
}

/** @param {import("./statistics.js").Results} results */
export function plot({ octave }) {
  const bands = CURVES.map(({ name, colour }) => {
    const tallies = [];
    for (let k = X.from; k < X.to; k++) {
      const tally = octave.get(`${name}|${k}`);
      if (tally !== undefined) tallies.push({ k, tally });
    }
    const largest = tallies.map(({ k, tally }) => at(k, tally.largest));
    const mean = tallies.map(({ k, tally }) => at(k, tally.mean));
    return `<g stroke="${colour}" fill="none" stroke-linejoin="round">
<polygon points="${[...largest, ...[...mean].reverse()].join(" ")}" fill="${colour}" fill-opacity="0.13" stroke="none"/>
<polyline points="${largest.join(" ")}" stroke-width="${name === EXACT ? 3.5 : 2.5}"/>
<polyline points="${mean.join(" ")}" stroke-width="2" stroke-dasharray="6 4"/></g>`;
  });
  const labels = CURVES.flatMap(({ colour, says, note, at: [px, py] }) => [
    text(x(px), y(py), says, `fill="${colour}" class="name"`),
    note && text(x(px), y(py) + 19, note, `fill="${colour}" class="note"`),
  ]);
  const exact = [...octave].filter(([key]) => key.startsWith(`${EXACT}|`)).map(([, tally]) => tally);
  const wrong = exact.reduce((sum, { wrong }) => sum + wrong, 0);
  const all = exact.reduce((sum, { count }) => sum + count, 0).toLocaleString("en-US");
  labels.push(
    text(
      x(0.7) + 80,
      y(-1.4),
      wrong === 0 ? `all ${all} entries are the nearest float32` : `${wrong} of ${all} entries are not the nearest float32`,
      `fill="${CURVES[2].colour}" class="note"`,
    ),
  );
  const context = x(17);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title what">
<title id="title">Error of sines and cosines by position</title>
<desc id="what">With every step in float32 the largest error is more than a thousand units in the last place at the first positions, and no digit is right beyond some ten thousand. In float64 JavaScript it grows past one unit after a million, and past a thousand at a billion. posenc stays within half a unit up to 2^53.</desc>
<style>text{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-size:15px}.heading{font-size:23px;font-weight:600;fill:#1a1a1a}.axis{fill:#333}.tick,.sub{fill:#555}.note{font-size:14px}.name{font-size:18px;font-weight:600}.name,.note{paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}.grid{stroke:#e4e4e4;fill:none}.mark{stroke:#888;stroke-dasharray:2 4;fill:none}.said{fill:#555;font-size:13px;paint-order:stroke;stroke:#fff;stroke-width:4px}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text(FRAME.left, 40, "How far off is a sine at position p?", 'class="heading"')}
${text(FRAME.left, 66, "Sinusoidal and rotary entries above 2⁻²⁰, against 300 bits. Units in the last place (ulp) of a float32.", 'class="sub"')}
${axes().join("\n")}
<path class="mark" d="M${context.toFixed(1)} ${FRAME.top}V${FRAME.bottom}"/>
${text(context + 6, FRAME.top + 16, "131,072: a context of 128k", 'class="said"')}
<path class="mark" d="M${FRAME.left} ${y(Math.log10(2 ** 24)).toFixed(1)}H${FRAME.right}"/>
${text(FRAME.left + 8, y(Math.log10(2 ** 24)) - 7, "2²⁴ ulp: no digit is right", 'class="said"')}
${bands.join("\n")}
${labels.join("\n")}
<g stroke="#333" fill="none"><path d="M${FRAME.right - 200} 40h34" stroke-width="2.5"/><path d="M${FRAME.right - 90} 40h34" stroke-width="2" stroke-dasharray="6 4"/></g>
${text(FRAME.right - 158, 45, "largest", 'class="sub"')}${text(FRAME.right - 48, 45, "mean", 'class="sub"')}
</svg>
`;
}
