// The results as a picture: a line for each piece of work, a mark for each who does it, by how many elements a second.

import { bestLimit, bestPeer, bestPlain, found, times } from "./goals.js";
import { SET } from "./lane-plain.js";
import { ALLOC, ARRAY } from "./lane-posenc.js";

/** @typedef {import("./measure.js").Measured} Measured */
/** @typedef {import("./measure.js").Timing} Timing */

const WIDTH = 960;
const FRAME = { left: 206, right: 852, top: 118 };
const LINE = 30;
const RATES = { from: 0.02, to: 20 }; // G elements/s

/** What is shown, in groups; those that nobody measured are left out. @type {readonly [title: string, kind: import("./tasks.js").Kind][]} */
const GROUPS = [
  ["add to embeddings", "add"],
  ["make rows at a new offset", "fill"],
  ["rotate queries", "rotate"],
  ["ALiBi on scores", "bias"],
];

/**
 * Who is shown, and how: those further down are drawn over the others. Colours are told apart without red and green (Okabe
 * and Ito), and the marks without colour.
 * @type {readonly { says: string, pick: (of: Measured) => Timing | undefined, draw: (x: number, y: number) => string }[]}
 */
const MARKS = [
  {
    says: "Float32Array.set",
    pick: (of) => found(of, SET),
    draw: (x, y) => `<path d="M${x} ${y - 9}v18" stroke="#999" stroke-width="2.5"/>`,
  },
  {
    says: "bare SIMD kernel",
    pick: (of) => bestLimit(of),
    draw: (x, y) => `<path d="M${x} ${y - 9}v18" stroke="#1a1a1a" stroke-width="2.5"/>`,
  },
  {
    says: "fastest of tfjs and onnxruntime",
    pick: (of) => bestPeer(of),
    draw: (x, y) => `<path d="M${x} ${y - 7}l7 12h-14z" fill="#007a5a"/>`,
  },
  {
    says: "best plain loop",
    pick: (of) => bestPlain(of),
    draw: (x, y) => `<rect x="${x - 5.5}" y="${y - 5.5}" width="11" height="11" fill="#b84a00"/>`,
  },
  {
    says: "posenc, Float32Array",
    pick: (of) => found(of, ARRAY),
    draw: (x, y) => `<circle cx="${x}" cy="${y}" r="5.5" fill="#fff" stroke="#0060a8" stroke-width="2.5"/>`,
  },
  { says: "posenc, alloc()", pick: (of) => found(of, ALLOC), draw: (x, y) => `<circle cx="${x}" cy="${y}" r="7" fill="#0060a8"/>` },
];

const x = (/** @type {number} */ rate) => {
  const part = Math.log(Math.min(Math.max(rate, RATES.from), RATES.to) / RATES.from) / Math.log(RATES.to / RATES.from);
  return Number((FRAME.left + part * (FRAME.right - FRAME.left)).toFixed(1));
};

/** @param {number} px @param {number} py @param {string} words @param {string} [attributes] */
const text = (px, py, words, attributes = "") => `<text x="${px}" y="${py}" ${attributes}>${words}</text>`;

/** @param {number} v */
const digits = (v) => (v >= 10 ? v.toFixed(0) : v.toFixed(1));

/**
 * A line: what it is, the marks, and how far posenc is from the best plain loop.
 * @param {Measured} of
 * @param {number} y
 */
function line(of, y) {
  const marks = MARKS.map(({ pick, draw }) => {
    const timing = pick(of);
    return timing === undefined ? "" : draw(x(of.elements / timing.median / 1e6), y);
  });
  const [plain, alloc] = [bestPlain(of), found(of, ALLOC)];
  const between =
    plain && alloc
      ? `<path d="M${x(of.elements / plain.median / 1e6)} ${y}H${x(of.elements / alloc.median / 1e6)}" stroke="#0060a8" stroke-opacity="0.25" stroke-width="6"/>`
      : "";
  const ratio = times(plain, alloc);
  return [
    text(FRAME.left - 18, y + 5, of.shape.join(" × "), 'class="shape" text-anchor="end"'),
    between,
    ...marks,
    ratio === undefined ? "" : text(WIDTH - 24, y + 5, `${digits(ratio)} ×`, 'class="ratio" text-anchor="end"'),
  ].join("");
}

/** Two rows of three. @param {readonly (typeof MARKS)[number][]} shown */
const legend = (shown) =>
  shown.map(({ says, draw }, i) => {
    const [px, py] = [24 + 8 + (i % 3) * 285, 72 + Math.floor(i / 3) * 24];
    return draw(px, py) + text(px + 16, py + 5, says, 'class="legend"');
  });

/**
 * @param {readonly Measured[]} measured
 * @param {readonly string[]} where the machine and versions, in lines
 * @returns {string} SVG
 */
export function plot(measured, where) {
  const lines = [];
  let y = FRAME.top + 28;
  for (const [title, kind] of GROUPS) {
    const group = measured.filter((of) => of.kind === kind);
    if (group.length === 0) continue;
    lines.push(text(24, y + 5, title, 'class="group"'));
    y += LINE - 4;
    for (const of of group) {
      lines.push(line(of, y));
      y += LINE;
    }
    y += 10;
  }
  const bottom = y - 20;
  const ticks = [0.03, 0.1, 0.3, 1, 3, 10].map(
    (rate) =>
      `<path class="grid" d="M${x(rate)} ${FRAME.top + 8}V${bottom}"/>${text(x(rate), bottom + 20, String(rate), 'class="tick" text-anchor="middle"')}`,
  );
  const shown = [...MARKS].reverse().filter(({ pick }) => measured.some((of) => pick(of) !== undefined));
  const height = bottom + 62 + 20 * where.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title what">
<title id="title">How fast posenc is</title>
<desc id="what">Elements a second of posenc, of the best plain JavaScript loop, of other libraries and of a bare SIMD kernel, for adding, making rows, rotating and ALiBi at several shapes. The numbers are in the tables below the picture.</desc>
<style>text{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-size:15px;fill:#333}.heading{font-size:23px;font-weight:600;fill:#1a1a1a}.group{font-weight:600;fill:#1a1a1a;font-size:16px}.ratio{font-weight:600;fill:#0060a8}.tick,.sub{fill:#555}.sub{font-size:14px}.grid{stroke:#e4e4e4;fill:none}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${text(24, 40, "How fast is it?", 'class="heading"')}
${text(WIDTH - 24, FRAME.top + 16, "alloc() over", 'class="sub" text-anchor="end"')}
${text(WIDTH - 24, FRAME.top + 33, "plain loop", 'class="sub" text-anchor="end"')}
${legend(shown).join("\n")}
${ticks.join("\n")}
${lines.join("\n")}
${text((FRAME.left + FRAME.right) / 2, bottom + 44, "G elements/s, logarithmic", 'text-anchor="middle"')}
${where.map((words, i) => text(24, bottom + 76 + 20 * i, words, 'class="sub"')).join("\n")}
</svg>
`;
}
