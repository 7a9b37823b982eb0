// What is measured for question 2. An encoding of eight pairs, in the paper's own order: sine, cosine, sine, cosine, ...

export const pairs = 8,
  dim = 2 * pairs;

/** Rows over which a matrix is judged, and those that are multiplied with each other. */
export const rows = 512,
  profiled = 129;

/** The width of the rows that are multiplied: with a few pairs their products wander, with many they fall with the distance. */
export const wide = 128;

/** Rows among which one is looked for that comes back, and how alike two numbers then are. */
export const searched = 1000,
  searchedLong = 12_000,
  alike = 1e-4;

/** @typedef {{ matrix: Float64Array, dim: number, residual: { max: number, rms: number }, orthogonality: number }} Shift */

/** @param {any} posenc */
export function measures(posenc) {
  const { analysis } = posenc,
    encoder = posenc.sinusoidal({ dim }),
    many = posenc.sinusoidal({ dim: wide });
  const sinesOf = (/** @type {Float32Array} */ table) => table.filter((_, k) => k % 2 === 0);
  const both = encoder.table(rows),
    sines = sinesOf(both);
  return {
    frequencies: encoder.frequencies,
    wavelengths: encoder.wavelengths,
    /** The strongest frequency of each column in the rows themselves. @returns {Float64Array} */
    found: () => analysis.spectrum(both, { dim }).frequencies,
    /** Points of each pair at a position. @param {number} position @returns {import("./clocks.js").Point[]} */
    points(position) {
      const row = encoder.table(1, { positions: [position] });
      return Array.from({ length: pairs }, (_, i) => ({ sin: row[2 * i], cos: row[2 * i + 1] }));
    },
    /** M(k), by its formula or, for sines alone, the best there is. @param {number} k @param {boolean} alone @returns {Shift} */
    shift(k, alone) {
      if (alone) {
        const { matrix, residual } = analysis.fitShift(sines, { dim: pairs, k });
        return { matrix, dim: pairs, residual, orthogonality: analysis.orthogonality(matrix, { dim: pairs }) };
      }
      const matrix = encoder.shiftMatrix(k);
      return {
        matrix,
        dim,
        residual: analysis.shiftResidual(matrix, both, { dim, k }),
        orthogonality: analysis.orthogonality(matrix, { dim }),
      };
    },
    /** PE(p)·PE(q) by distance. @param {boolean} alone @returns {{ mean: Float64Array, min: Float64Array, max: Float64Array }} */
    profile: (alone) =>
      alone ? analysis.profile(sinesOf(many.table(profiled)), { dim: wide / 2 }) : analysis.profile(many.table(profiled), { dim: wide }),
  };
}

/** The first row that is as row 0, or -1. With many rows this takes seconds. @param {any} posenc @param {{ dim: number, rows: number }} request @returns {number} */
export function repetition(posenc, { dim, rows }) {
  const encoder = posenc.sinusoidal({ dim });
  try {
    return posenc.analysis.firstRepetition(encoder.table(rows), { dim, tolerance: alike }).ofFirst;
  } finally {
    encoder.dispose();
  }
}
