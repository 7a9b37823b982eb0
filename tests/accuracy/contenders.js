// Who is measured: each makes the entries of a case, a sine and a cosine for each position and pair.

/** @typedef {import("./sample.js").Case} Case */

/** sin and cos of position j and pair k are at 2·(j·pairs + k). @typedef {Float32Array} Entries */

export const EXACT = "exact";
export const FLOAT32 = "float32 recipe";
export const FLOAT64 = "float64 JavaScript";
export const NAMES = [EXACT, FLOAT32, FLOAT64];

/** Where the sine and the cosine of pair i are in a row. @param {string} layout @param {number} pairs @param {number} i @returns {[number, number]} */
function columns(layout, pairs, i) {
  if (layout === "interleaved") return [2 * i, 2 * i + 1];
  return layout === "concat" ? [i, pairs + i] : [pairs + i, i];
}

/**
 * posenc, the package as it is built.
 * @param {any} posenc
 * @param {Case} of
 * @param {"exact" | "float32"} precision
 * @returns {Entries | undefined} nothing where the encoder has no such precision
 */
export function posencEntries(posenc, of, precision) {
  const { scheme, options, ladder, pairs, stretches } = of;
  if (precision !== "exact" && (scheme === "grid" || scheme === "timestep")) return undefined;
  const encoder = posenc[scheme](precision === "exact" ? options : { ...options, precision });
  /** @type {number[]} */
  const out = [];
  for (const { positions, offset } of stretches) {
    const at = offset === undefined ? { positions } : { offset };
    if (scheme === "rotary") {
      const { cos, sin } = encoder.cosSin(positions.length, at);
      for (let j = 0; j < positions.length; j++) for (const i of pairs) out.push(sin[j * ladder.count + i], cos[j * ladder.count + i]);
    } else if (scheme === "grid") {
      // the coordinates of the rows, which are cells of column 0, then those of the columns
      const [height, width] = options.shape;
      const table = encoder.table(height * width);
      for (let j = 0; j < height + width; j++) {
        const row = j < height ? j * width * options.dim : (j - height) * options.dim + options.dim / 2;
        for (const i of pairs) for (const c of columns(options.layout, ladder.count, i)) out.push(table[row + c]);
      }
    } else {
      const table = encoder.table(positions.length, at);
      const layout = options.layout ?? (options.flipSinToCos ? "concat-cos-sin" : "concat");
      for (let j = 0; j < positions.length; j++)
        for (const i of pairs) for (const c of columns(layout, ladder.count, i)) out.push(table[j * options.dim + c]);
    }
  }
  encoder.dispose();
  return Float32Array.from(out);
}

/** The frequency of pair i in float64, as one writes it down. @param {import("./sample.js").Ladder} ladder @param {number} i */
function frequency({ top, base, steps, scaling }, i) {
  const w = top * Math.pow(base / top, -i / steps);
  if (scaling === undefined) return w;
  const clip = (/** @type {number} */ x) => Math.min(Math.max(x, 0), 1);
  const { factor, originalMaxPositionEmbeddings: m, lowFreqFactor: low = 1, highFreqFactor: high = 4 } = scaling;
  if (scaling.type === "llama3") {
    const keep = clip(((m * w) / (2 * Math.PI) - low) / (high - low));
    return keep * w + ((1 - keep) * w) / factor;
  }
  const at = (/** @type {number} */ turns) => (steps * Math.log(m / (turns * 2 * Math.PI))) / Math.log(base);
  const [lo, hi] = [Math.max(Math.floor(at(32)), 0), Math.min(Math.ceil(at(1)), 2 * steps - 1)];
  const slowed = clip((i - lo) / (hi - lo));
  return (slowed * w) / factor + (1 - slowed) * w;
}

/** Math.sin and Math.cos of p·w in float64, rounded to float32 at the end. @param {Case} of @returns {Entries} */
export function float64Entries({ ladder, pairs, stretches }) {
  const w = pairs.map((i) => frequency(ladder, i));
  const gain = ladder.scaling?.type === "yarn" ? 0.1 * Math.log(ladder.scaling.factor) + 1 : 1;
  return Float32Array.from(
    stretches.flatMap(({ positions }) => positions.flatMap((p) => w.flatMap((v) => [Math.sin(p * v) * gain, Math.cos(p * v) * gain]))),
  );
}
