// How far entries are from the truth, in units in the last place of a float32, and what is made of many of them.

import { HARD } from "./sample.js";
import { NUMBERS } from "./truth.js";

/** Entries below this are counted apart: near a zero a unit is tiny, and any error is many of them. */
export const SMALL = 2 ** -20;

/** The ends of the histogram's classes, in ulps; the first has what is nearest to the truth, the last all beyond. */
export const CLASSES = [0.5, 0.501, 0.51, 0.75, 1, 2, 16, 256, 2 ** 16, Infinity];

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);

/** The unit in the last place of a float32 at v. @param {number} v */
export function unit(v) {
  float64[0] = v;
  const exponent = ((words[1] >>> 20) & 0x7ff) - 1023;
  return 2 ** (Math.max(exponent, -126) - 23);
}

/**
 * The distance of a float32 from nearest + rest.
 * @param {number} got
 * @param {number} nearest float64
 * @param {number} rest
 */
export const ulps = (got, nearest, rest) => Math.abs(got - nearest - rest) / unit(nearest);

/** @typedef {{ ulps: number, name: string, position: number, pair: number, cos: boolean, got: number, want: number }} Worst */

/** What is known of many entries. */
export class Tally {
  count = 0;
  wrong = 0; // not the float32 nearest to the truth
  sum = 0;
  histogram = CLASSES.map(() => 0);
  /** @type {Worst | undefined} */
  worst = undefined;

  /** @param {number} error in ulps @param {boolean} nearest @param {() => Omit<Worst, "ulps">} where */
  add(error, nearest, where) {
    this.count++;
    this.sum += error;
    if (!nearest) this.wrong++;
    this.histogram[nearest ? 0 : CLASSES.findIndex((end, k) => k > 0 && error <= end)]++;
    if (this.worst === undefined || error > this.worst.ulps) this.worst = { ulps: error, ...where() };
  }

  get mean() {
    return this.count === 0 ? 0 : this.sum / this.count;
  }
  get largest() {
    return this.worst?.ulps ?? 0;
  }
  get share() {
    return this.count === 0 ? 1 : 1 - this.wrong / this.count;
  }

  toJSON() {
    const { count, wrong, share, mean, largest, worst, histogram } = this;
    return { count, wrong, correctlyRounded: share, mean, largest, worst, histogram };
  }
}

/** Tallies by a key, made when they are first met. @extends {Map<string, Tally>} */
export class Tallies extends Map {
  /** @param {string} key @returns {Tally} */
  of(key) {
    let tally = this.get(key);
    if (tally === undefined) this.set(key, (tally = new Tally()));
    return tally;
  }
}

/**
 * What the report is made of, by contender: "large" and "small" for all, for each scheme and for each kind of position
 * only the large, and for the plot the large by the power of 2 below the position, but not at positions chosen to be hard.
 */
export class Results {
  size = new Tallies(); // contender|large or small
  scheme = new Tallies(); // contender|scheme
  kind = new Tallies(); // contender|kind
  octave = new Tallies(); // contender|k, of positions from 2^k to 2^(k+1)

  /**
   * @param {string} contender
   * @param {import("./sample.js").Case} of
   * @param {import("./contenders.js").Entries} entries
   * @param {Float64Array} truth
   */
  add(contender, of, entries, truth) {
    const { pairs, scheme, stretches } = of;
    if (truth.length !== entries.length * NUMBERS)
      throw new Error(`${of.name}, ${contender}: ${entries.length} entries, ${truth.length / NUMBERS} truths`);
    const plotted = scheme === "sinusoidal" || scheme === "rotary"; // those that take any position
    let e = 0;
    for (const { kind, positions } of stretches) {
      const usual = plotted && kind !== HARD;
      const ofKind = this.kind.of(`${contender}|${kind}`);
      for (const position of positions) {
        const octave = Math.floor(Math.log2(Math.abs(position)));
        for (let k = 0; k < 2 * pairs.length; k++, e++) {
          const [nearest, rest, want] = truth.subarray(e * NUMBERS, e * NUMBERS + NUMBERS);
          const got = entries[e];
          const error = ulps(got, nearest, rest);
          const where = () => ({ name: of.name, position, pair: pairs[k >> 1], cos: k % 2 === 1, got, want: nearest });
          const right = got === want;
          const large = Math.abs(nearest) > SMALL;
          this.size.of(`${contender}|${large ? "large" : "small"}`).add(error, right, where);
          if (!large) continue;
          this.scheme.of(`${contender}|${scheme}`).add(error, right, where);
          ofKind.add(error, right, where);
          if (usual && octave >= 0) this.octave.of(`${contender}|${octave}`).add(error, right, where);
        }
      }
    }
  }
}
