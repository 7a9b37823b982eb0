// The sinusoidal encoding; encoding/additive/sinusoidal.go has the formula and its sources.

import { freeze, sqrt } from "./intrinsics.js";
import { need, number, numberOr, numbers, oneOf, snapshot } from "./options.js";
import { Waves } from "./rows.js";

/** @typedef {"interleaved" | "concat" | "concat-cos-sin"} Layout */
/** @typedef {"sin" | "zero"} OddDim */
/** @typedef {"vaswani" | "keras" | "tensor2tensor" | "fairseq" | "m2m100" | "whisper" | "marian" | "roformer" | "ddpm" | "ldm" | "mlx" | "transformer-xl"} Convention */

/**
 * @typedef {object} SinusoidalOptions
 * @property {number} dim the width of a row, 1 to 65536
 * @property {number} [base] the longest time scale (max_timescale, max_period), above 0; 10000
 * @property {Layout} [layout] the order of the columns: "interleaved" s0 c0 s1 c1 ..., "concat" s0 s1 ... c0 c1 ...,
 *   "concat-cos-sin" c0 c1 ... s0 s1 ...; "interleaved"
 * @property {number} [frequencyShift] w_i = m·(base/m)^(-i/(dim/2 - frequencyShift)) (downscale_freq_shift): 0 is the
 *   paper's ladder, 1 tensor2tensor's; below dim/2; 0
 * @property {number} [minTimescale] m, the first frequency (min_timescale), above 0; 1
 * @property {readonly number[] | import("./call.js").TypedArray} [frequencies] w_0, w_1, ... themselves, radians per
 *   position, one for each sine, in place of base, frequencyShift and minTimescale
 * @property {OddDim} [oddDim] the last column of an odd dim: "sin" a sine without its cosine, "zero" always 0; "sin"
 * @property {number} [scale] multiplies the encoding, in float32, not 0; 1
 * @property {number | "sqrt-dim"} [inputScale] multiplies x before the encoding is added, in float32, not 0; 1
 * @property {"exact" | "float32"} [precision] "float32" rounds each step to float32, as PyTorch does, for models that were
 *   trained on it; "exact"
 * @property {Convention} [convention] whose defaults the other options have; "vaswani"
 */

const CONVENTIONS = freeze([
  "vaswani",
  "keras",
  "tensor2tensor",
  "fairseq",
  "m2m100",
  "whisper",
  "marian",
  "roformer",
  "ddpm",
  "ldm",
  "mlx",
  "transformer-xl",
]);

/** @type {import("./options.js").Spec} */
const SPEC = /** @type {any} */ ({
  __proto__: null,
  dim: number,
  base: number,
  layout: oneOf(freeze(["interleaved", "concat", "concat-cos-sin"])),
  frequencyShift: number,
  minTimescale: number,
  frequencies: numbers,
  oddDim: oneOf(freeze(["sin", "zero"])),
  scale: number,
  inputScale: numberOr("sqrt-dim"),
  precision: oneOf(freeze(["exact", "float32"])),
  convention: oneOf(CONVENTIONS),
});

/**
 * Adds sin and cos of position times frequency to embeddings [batch, seq, dim].
 * @extends {Waves<Required<Omit<SinusoidalOptions, "frequencies">> & Pick<SinusoidalOptions, "frequencies">>}
 */
export class Sinusoidal extends Waves {
  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {SinusoidalOptions} given
   */
  constructor(runtime, given) {
    const options = snapshot("options", SPEC, given);
    need(options, "dim", "a number");
    const rule = options.inputScale === "sqrt-dim" ? options.inputScale : undefined;
    if (rule !== undefined) options.inputScale = sqrt(options.dim);
    const convention = options.convention ?? "vaswani";
    super(runtime, "sinusoidal", options, (filledIn) => ({ ...filledIn, inputScale: rule ?? filledIn.inputScale, convention }));
  }
}
