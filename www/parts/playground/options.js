// How an option of a scheme is written down: a line each in the tables of schemes. What is not set is left to posenc, and the control
// shows what posenc made of it.

/**
 * @typedef {object} Option
 * @property {string} name as posenc has it; a dot goes into an object, as scaling.factor
 * @property {"range" | "number" | "choice" | "check" | "list" | "text"} kind
 * @property {string} label
 * @property {string} [hint]
 * @property {number} [min] of the slider
 * @property {number} [max] of the slider, and what the page draws at most where `cap` is set
 * @property {number} [step]
 * @property {boolean} [cap]
 * @property {[string, string][]} [choices]
 * @property {any} [start] what it is until it is changed: a value, or a function of the other options. Without, posenc's default
 * @property {(o: Record<string, any>) => boolean} [when] otherwise it is not there
 * @property {boolean} [more] folded away, since few need it
 * @property {boolean} [resets] a convention: changing it takes back what was set of the others
 */

/** @param {string} name @param {string} label @param {Partial<Option>} [rest] @returns {Option} */
export const range = (name, label, rest) => ({ name, kind: "range", label, ...rest });
/** @type {typeof range} */
export const number = (name, label, rest) => ({ name, kind: "number", label, ...rest });
/** @type {typeof range} */
export const check = (name, label, rest) => ({ name, kind: "check", label, ...rest });
/** @type {typeof range} */
export const list = (name, label, rest) => ({ name, kind: "list", label, ...rest });
/** @param {string} name @param {string} label @param {[string, string][]} choices @param {Partial<Option>} [rest] @returns {Option} */
export const choice = (name, label, choices, rest) => ({ name, kind: "choice", label, choices, ...rest });

/** @param {string} label @param {string} value @returns {[string, string]} */
const pick = (value, label = value) => [value, label];
/** @param {...string} words */
export const words = (...words) => words.map((word) => pick(word));

export const layouts = [
  pick("interleaved", "sin cos sin cos …"),
  pick("concat", "sines, then cosines"),
  pick("concat-cos-sin", "cosines, then sines"),
];
export const base = (/** @type {Partial<Option>} */ rest = {}) =>
  number("base", "Base θ", { hint: "the slowest wave is about 2π·θ positions long", ...rest });
export const precision = choice("precision", "Precision", [pick("exact", "exact"), pick("float32", "float32, as PyTorch rounds")], {
  more: true,
});

/** The options in force: what was set, what starts otherwise, of those that are there. @param {Option[]} options @param {Record<string, any>} set */
export function inForce(options, set) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const { name, start, when } of options) {
    if (when && !when(all)) continue;
    const value = name in set ? set[name] : typeof start === "function" ? start(all) : start;
    if (value !== undefined) all[name] = value;
  }
  return all;
}

/** { "scaling.factor": 2 } as { scaling: { factor: 2 } }. @param {Record<string, any>} flat */
export function nested(flat) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const [name, value] of Object.entries(flat)) {
    const [outer, inner] = name.split(".");
    if (inner) (all[outer] ??= {})[inner] = value;
    else all[outer] = value;
  }
  return all;
}

/** What an option has become: from an encoder's own options. @param {any} options @param {string} name */
export const lookUp = (options, name) => name.split(".").reduce((value, part) => value?.[part], options);
