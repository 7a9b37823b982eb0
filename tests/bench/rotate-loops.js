// The plain JavaScript that the rotary encoding and ALiBi are measured against, again many loops of which the fastest
// counts (plain-loops.js says what makes one fast, and it holds here too). Besides:
//
// - Two or four heads together share the reading of cosines and sines, and their conversions to float64.
//   Together they are faster than one by one with any turn; and so are turns of 16 and 32 for the bias than of 8.
// - The bias is a stretch of a line of values for each head, or a product for each element, which reads nothing.

import { compile } from "./compile.js";
import { WIDE } from "./plain-loops.js";

/** @typedef {Float32Array | Float64Array} Floats */
/** @typedef {(x: Float32Array, cos: Floats, sin: Floats, heads: number, seq: number, headDim: number, first: number) => void} RotateLoop turns x [heads, seq, headDim] by the rows from number first on */
/** @typedef {{ name: string, wide: boolean, together: number, turn: number, interleaved: boolean, loop: RotateLoop }} PlainRotate together: heads must be a multiple of it; turn: the pairs must be */
/** @typedef {{ heads: number, queries: number, keys: number, offset: number }} Scores offset: the position of the first query */
/** @typedef {(x: Float32Array, lines: Floats, slopes: Float64Array, of: Scores) => void} BiasLoop lines [heads, queries + keys - 1], for distances from -(offset + queries - 1) on */
/** @typedef {{ name: string, wide: boolean, turn: number, loop: BiasLoop }} PlainBias */

/**
 * What most people write, who make cosines and sines as they need them: once for each position and all its heads.
 * @param {boolean} interleaved
 * @returns {(x: Float32Array, heads: number, seq: number, headDim: number, first: number) => void}
 */
export const naiveRotate = (interleaved) => (x, heads, seq, headDim, first) => {
  const half = headDim / 2;
  for (let s = 0; s < seq; s++) {
    for (let i = 0; i < half; i++) {
      const angle = (first + s) / Math.pow(10000, (2 * i) / headDim);
      const c = Math.cos(angle);
      const t = Math.sin(angle);
      for (let h = 0; h < heads; h++) {
        const at = (h * seq + s) * headDim + (interleaved ? 2 * i : i);
        const other = interleaved ? at + 1 : at + half;
        const a = x[at];
        const b = x[other];
        x[at] = a * c - b * t;
        x[other] = b * c + a * t;
      }
    }
  }
};

/**
 * @param {number} turn how many pairs, a power of 2
 * @param {number} together heads
 * @param {boolean} interleaved
 * @returns {RotateLoop}
 */
export function unrolledRotate(turn, together, interleaved) {
  const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => k);
  const pair = (/** @type {number} */ k) => `{ const c = cos[r | ${k}], s = sin[r | ${k}];
        ${range(together)
          .map((h) => {
            const [a, b] = interleaved ? [`p${h} | ${2 * k}`, `p${h} | ${2 * k + 1}`] : [`p${h} | ${k}`, `q${h} | ${k}`];
            return `{ const a = x[${a}], b = x[${b}]; x[${a}] = a * c - b * s; x[${b}] = b * c + a * s; }`;
          })
          .join("\n        ")} }`;
  return compile(`function rotate(x, cos, sin, heads, seq, headDim, first) {
    const half = headDim / 2 | 0;
    for (let h = 0; h < heads; h += ${together}) {
      for (let s = 0; s < seq; s++) {
        ${range(together)
          .map((k) => `let p${k} = ((h + ${k}) * seq + s) * headDim, q${k} = p${k} + half;`)
          .join("\n        ")}
        let r = (first + s) * half;
        for (const end = r + half; r < end; r += ${turn}) {
          ${range(turn).map(pair).join("\n          ")}
          ${range(together)
            .map((k) => `p${k} += ${interleaved ? 2 * turn : turn}; q${k} += ${turn};`)
            .join(" ")}
        }
      }
    }
  }`);
}

/**
 * @param {boolean} interleaved
 * @returns {PlainRotate[]}
 */
export function rotateLoops(interleaved) {
  /** @type {PlainRotate[]} */
  const loops = [];
  for (const wide of [false, true]) {
    for (const [together, turns] of /** @type {const} */ ([
      [1, [2, 4, 8]],
      [2, [4, 8, 16]],
      [4, [2, 4]],
    ])) {
      for (const turn of turns) {
        loops.push({
          name: `${turn}${together > 1 ? `x${together}` : ""}${wide ? WIDE : ""}`,
          wide,
          together,
          turn,
          interleaved,
          loop: unrolledRotate(turn, together, interleaved),
        });
      }
    }
  }
  return loops;
}

/**
 * What most people write.
 * @type {BiasLoop}
 */
export function naiveBias(x, _lines, slopes, { heads, queries, keys, offset }) {
  for (let h = 0; h < heads; h++) {
    for (let q = 0; q < queries; q++) {
      for (let k = 0; k < keys; k++) x[(h * queries + q) * keys + k] += slopes[h] * (k - (q + offset));
    }
  }
}

/**
 * @param {number} turn how many elements, a power of 2
 * @param {"views" | "sums" | "products"} how views of each row and its stretch of the line, sums of indices, or no line
 * @returns {BiasLoop}
 */
export function unrolledBias(turn, how) {
  const ks = Array.from({ length: turn }, (_, k) => k);
  const [before, element] = {
    views: [
      "const y = x.subarray(row, row + keys), t = lines.subarray(line, line + keys);",
      (/** @type {string} */ at) => `y[${at}] += t[${at}];`,
    ],
    sums: ["", (/** @type {string} */ at) => `x[row + (${at})] += lines[line + (${at})];`],
    products: [
      "const y = x.subarray(row, row + keys), m = slopes[h], r = -(q + offset);",
      (/** @type {string} */ at) => `y[${at}] += m * (r + (${at}));`,
    ],
  }[how];
  return compile(`function bias(x, lines, slopes, { heads, queries, keys, offset }) {
    const whole = keys - keys % ${turn};
    for (let h = 0, row = 0; h < heads; h++) {
      for (let q = 0; q < queries; q++, row += keys) {
        const line = h * (queries + keys - 1) + queries - 1 - q;
        ${/** @type {string} */ (before)}
        let i = 0;
        for (; i < whole; i += ${turn}) {
          ${ks.map((k) => /** @type {Function} */ (element)(`i | ${k}`)).join("\n          ")}
        }
        for (; i < keys; i++) ${/** @type {Function} */ (element)("i")}
      }
    }
  }`);
}

/** @returns {PlainBias[]} */
export function biasLoops() {
  /** @type {PlainBias[]} */
  const loops = [];
  for (const turn of [16, 32]) {
    for (const how of /** @type {const} */ (["views", "sums"])) {
      for (const wide of [false, true])
        loops.push({ name: `${turn} ${how}${wide ? WIDE : ""}`, wide, turn, loop: unrolledBias(turn, how) });
    }
    loops.push({ name: `${turn} products`, wide: false, turn, loop: unrolledBias(turn, "products") });
  }
  return loops;
}
