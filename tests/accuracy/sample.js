// What is measured: encodings, positions and pairs, of every kind that there is, the same in every run.

/**
 * w_i = top·(base/top)^(-i/steps), scaled; steps is half the width, less the frequency shift.
 * @typedef {{ top: number, base: number, steps: number, count: number, scaling?: Scaling }} Ladder
 * @typedef {{ type: "yarn" | "llama3", factor: number, originalMaxPositionEmbeddings: number, lowFreqFactor?: number, highFreqFactor?: number }} Scaling
 * @typedef {"sinusoidal" | "grid" | "timestep" | "rotary"} Scheme
 * @typedef {(typeof KINDS)[number]} Kind
 */
/**
 * Positions of one kind. Those that follow one another are also asked for as an offset, which is another path to the same bits.
 * @typedef {{ kind: Kind, positions: number[], offset?: number }} Stretch
 */
/**
 * One encoding, and which of its entries are looked at.
 * @typedef {object} Case
 * @property {Scheme} scheme
 * @property {string} name for people
 * @property {Record<string, any>} options for the package
 * @property {Ladder} ladder
 * @property {number[]} pairs numbers of frequencies
 * @property {Stretch[]} stretches
 */

/** The kind of the positions that are chosen to be hard: near them a sine or cosine is nearly 0. */
export const HARD = "near multiples of π/2";
export const KINDS = /** @type {const} */ ([
  "0 to 8192",
  "any up to 2^53",
  "1e5",
  "1e6",
  "2^24+1",
  "2^31",
  "2^40+3",
  "2^53-1",
  "negative",
  "fractions",
  HARD,
]);

const DIMS = [2, 4, 6, 8, 64, 128, 384, 512, 768, 1024];
const BASES = [100, 10000, 500000, 1e6];
const LAYOUTS = ["interleaved", "concat", "concat-cos-sin"];
const NAMED = /** @type {[Kind, number][]} */ ([
  ["1e5", 1e5],
  ["1e6", 1e6],
  ["2^24+1", 2 ** 24 + 1],
  ["2^31", 2 ** 31],
  ["2^40+3", 2 ** 40 + 3],
  ["2^53-1", 2 ** 53 - 1],
]);

/** How much of it. In full it is some 1.5 million entries, quick some 95,000. */
export const FULL = { pairs: 24, windows: 8, perOctave: 2, negative: 24, fractions: 32 };
export const QUICK = { pairs: 3, windows: 1, perOctave: 0.5, negative: 4, fractions: 6 };

/** Numbers from 0 to 1 that look random: mulberry32. @param {number} seed */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PI = [31415926535897932384626433832795028841971693993751n, 10n ** 49n];

/**
 * The integers up to 2^53 that come nearest to multiples of π·numerator/denominator: numerators of its convergents.
 * @param {bigint} numerator
 * @param {bigint} denominator
 */
export function convergents(numerator, denominator) {
  let [a, b] = [PI[0] * numerator, PI[1] * denominator];
  let [before, last] = [1n, a / b];
  const found = [last];
  for (;;) {
    [a, b] = [b, a % b];
    [before, last] = [last, (a / b) * last + before];
    if (last > 2n ** 53n) return found.map(Number).filter((p) => p > 0);
    found.push(last);
  }
}

/** Of π/2 and π; for dim 8 and base 10000 also those for its other frequencies, which are 1/10, 1/100 and 1/1000. */
const NEAR = [...new Set([...convergents(1n, 2n), ...convergents(1n, 1n)])].sort((a, b) => a - b);
const NEAR_TENTHS = [...new Set([1n, 10n, 100n, 1000n].flatMap((k) => [...convergents(k, 2n), ...convergents(k, 1n)]))].sort(
  (a, b) => a - b,
);

/** @param {number} first @param {number} count */
const run = (first, count) => Array.from({ length: count }, (_, j) => first + j);

/** The positions of an encoding that takes any. @param {typeof FULL} size @param {() => number} random @param {boolean} tenths @returns {Stretch[]} */
function anywhere(size, random, tenths) {
  const octaves = run(0, 53 * size.perOctave).map((k) => Math.floor(2 ** ((k + random()) / size.perOctave)));
  const windows = run(0, size.windows).map(() => Math.floor(random() * 8185));
  const any = (/** @type {number} */ bits) => 2 ** (random() * bits);
  return [
    ...[0, ...windows].map((offset) => ({ kind: KINDS[0], positions: run(offset, 8), offset })),
    { kind: "any up to 2^53", positions: octaves },
    ...NAMED.map(([kind, offset]) => ({ kind, positions: run(offset, 2), offset })),
    { kind: "negative", positions: [-1, -4097, -(2 ** 53 - 1), ...run(0, size.negative).map(() => -Math.floor(any(53)))] },
    { kind: "fractions", positions: [0.5, 999.999, -99999.75, ...run(0, size.fractions).map(() => any(50) / 1024)] },
    { kind: HARD, positions: tenths ? NEAR_TENTHS : NEAR },
  ];
}

/** The first, the last and others of count. @param {number} count @param {number} most @param {() => number} random */
function some(count, most, random) {
  if (count <= most) return run(0, count);
  const chosen = new Set([0, count - 1]);
  while (chosen.size < most) chosen.add(Math.floor(random() * count));
  return [...chosen].sort((a, b) => a - b);
}

/** @param {typeof FULL} size @returns {Case[]} */
export function sample(size) {
  const random = generator(1);
  /** @type {Case[]} */
  const cases = [];
  /** @param {Scheme} scheme @param {string} name @param {Record<string, any>} options @param {Ladder} ladder @param {Stretch[]} [stretches] */
  const add = (scheme, name, options, ladder, stretches) =>
    cases.push({
      scheme,
      name,
      options,
      ladder,
      pairs: some(ladder.count, size.pairs, random),
      stretches: stretches ?? anywhere(size, random, ladder.count === 4 && ladder.base === 10000 && ladder.steps === 4),
    });

  for (const dim of DIMS) {
    for (const base of BASES) {
      for (const frequencyShift of [0, 1]) {
        const layout = LAYOUTS[cases.length % 3];
        const count = dim / 2;
        add(
          "sinusoidal",
          `sinusoidal ${layout} ${dim}, base ${base}, frequencyShift ${frequencyShift}`,
          { dim, base, layout, frequencyShift },
          { top: 1, base, count, steps: count === 1 ? 1 : count - frequencyShift },
        );
      }
    }
  }

  for (const headDim of [2, 8, 64, 96, 128, 256]) {
    for (const base of BASES) {
      const ladder = { top: 1, base, count: headDim / 2, steps: headDim / 2 };
      /** @type {(Scaling | undefined)[]} */
      const scalings = [undefined];
      if (headDim > 8) {
        scalings.push(
          { type: "yarn", factor: 40, originalMaxPositionEmbeddings: 4096 },
          { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 8192, lowFreqFactor: 1, highFreqFactor: 4 },
        );
      }
      for (const scaling of scalings) {
        add(
          "rotary",
          `rotary ${scaling?.type ?? "default"} ${headDim}, base ${base}`,
          { headDim, base, ...(scaling && { scaling }) },
          { ...ladder, ...(scaling && { scaling }) },
        );
      }
    }
  }

  for (const [i, dim] of [64, 384, 768, 1024].entries()) {
    const layout = LAYOUTS[i % 2];
    const half = i === 3; // interpolationScale 2: coordinates are halves
    const shape = [20, 37];
    const coordinates = shape.flatMap((n) => run(0, n).map((k) => (half ? k / 2 : k)));
    add(
      "grid",
      `grid ${layout} ${dim}, ${shape}`,
      { dim, shape, layout, ...(half && { interpolationScale: 2 }) },
      { top: 1, base: 10000, count: dim / 4, steps: dim / 4 },
      [{ kind: half ? "fractions" : "0 to 8192", positions: coordinates }],
    );
  }

  for (const dim of [128, 320, 768]) {
    for (const [flipSinToCos, downscaleFreqShift, scale] of /** @type {[boolean, number, number][]} */ ([
      [false, 1, 1],
      [true, 0, 1],
      [false, 1, 1000],
    ])) {
      const whole = [0, 1, 999, ...run(0, size.windows * 8).map(() => Math.floor(random() * 1000))];
      add(
        "timestep",
        `timestep ${dim}, flipSinToCos ${flipSinToCos}, scale ${scale}`,
        { dim, flipSinToCos, downscaleFreqShift, scale },
        { top: scale, base: 10000 * scale, count: dim / 2, steps: dim / 2 - downscaleFreqShift },
        [
          { kind: "0 to 8192", positions: whole },
          { kind: "fractions", positions: run(0, size.windows * 8).map(() => random() * 1000) },
        ],
      );
    }
  }
  return cases;
}

/** All positions of a case. @param {Pick<Case, "stretches">} of */
export const positionsOf = (of) => of.stretches.flatMap(({ positions }) => positions);
