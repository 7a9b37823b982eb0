// A model's config.json, read: encoding/hfconfig says which models, and what their keys mean.

import { ALiBi } from "./alibi.js";
import { DeBERTa } from "./deberta.js";
import { describe, quote, typeError, typeErrorMessage } from "./errors.js";
import { arrayIsArray, freeze, objectKeys, sorted, tagOf } from "./intrinsics.js";
import { Learned } from "./learned.js";
import { MRope } from "./mrope.js";
import { isArray, isRevoked } from "./options.js";
import { Rotary } from "./rotary.js";
import { Sinusoidal } from "./sinusoidal.js";
import { T5 } from "./t5.js";

/**
 * @template E
 * @typedef {E | ByPart<E> | null} Parts an encoder, which has `options`, or one for each part of the model
 */

/**
 * @template E
 * @typedef {{ readonly [part: string]: E | undefined, readonly options?: undefined }} ByPart by layer type ("full_attention",
 *   "sliding_attention"), stack ("encoder", "decoder") or tower ("text", "vision")
 */

/**
 * What a config.json asks for, by the place where it acts.
 * @typedef {object} ConfigEncoders
 * @property {string} modelType
 * @property {Parts<Sinusoidal | Learned>} absolute added to embeddings. A learned one has no weights, those are the
 *   checkpoint's: `posenc.learned({ ...absolute.options, weights })`
 * @property {Parts<Rotary | MRope>} rotary turns queries and keys
 * @property {Parts<ALiBi | import("./t5.js").T5Buckets | DeBERTa>} bias added to scores, or looked up for them
 * @property {number} offset the position of the first token for `absolute`: 0, but in fairseq's models 2
 * @property {readonly string[] | null} layerTypes the part of `rotary` for each layer, when not all are alike; a layer whose type
 *   is not in `rotary` is not turned
 */

/** @type {Record<string, new (runtime: any, options: any) => any>} */
const SCHEMES = /** @type {any} */ ({
  __proto__: null,
  sinusoidal: Sinusoidal,
  learned: Learned,
  rotary: Rotary,
  mrope: MRope,
  alibi: ALiBi,
  t5: T5,
  deberta: DeBERTa,
});

/**
 * @param {import("./runtime.js").Runtime} runtime
 * @param {unknown} config
 * @returns {ConfigEncoders}
 */
export function fromConfig(runtime, config) {
  if (typeof config === "string") {
    if (config.length > MOST_TEXT) throw typeErrorMessage(`config: want JSON of at most ${MOST_TEXT} characters, got ${config.length}`);
    try {
      config = JSON.parse(config);
    } catch {
      throw typeErrorMessage(`config: want JSON, got ${quote(/** @type {string} */ (config))}`);
    }
  }
  if (typeof config !== "object" || config === null || isArray(config) || isRevoked(config))
    throw typeError("config", "an object, or its JSON", config);
  const left = { values: MOST_VALUES };
  const answer = runtime.fromConfig(/** @type {object} */ (copy("config", config, 0, left)));
  const made = /** @type {{ dispose(): void }[]} */ ([]);
  try {
    const { modelType } = answer;
    let offset = 0;
    /** @param {any} parts @returns {any} */
    const family = (parts) => {
      if (parts === undefined) return null;
      /** @type {any} */
      const out = {};
      const names = sorted(objectKeys(parts)); // Go's maps have another order each time
      for (let i = 0; i < names.length; i++) {
        const part = names[i];
        const { scheme, options, offset: first } = parts[part];
        const encoder = new SCHEMES[scheme](runtime, toOptions(options));
        made[made.length] = encoder;
        if (first !== 0) offset = first;
        if (part === "") return encoder;
        out[part] = encoder;
      }
      return freeze(out);
    };
    return {
      modelType,
      absolute: family(answer.absolute),
      rotary: family(answer.rotary),
      bias: family(answer.bias),
      offset,
      layerTypes: answer.layerTypes ?? null,
    };
  } catch (error) {
    for (let i = 0; i < made.length; i++) made[i].dispose();
    throw error;
  }
}

/**
 * Go's options as those of a call: what is zero there means the default, and two have another name.
 * @param {any} answer
 */
function toOptions(answer) {
  /** @type {any} */
  const out = { __proto__: null };
  const names = objectKeys(answer);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = answer[name];
    if (name === "noTruncate") {
      if (value) out.truncate = false;
    } else if (name === "unidirectional") {
      out.bidirectional = !value;
    } else if (typeof value === "object" && value !== null && !arrayIsArray(value)) {
      const inside = toOptions(value);
      if (inside.type !== undefined) out[name] = inside;
    } else if (value !== 0 && value !== "" && value !== false && value !== null) {
      out[name] = value;
    }
  }
  return out;
}

/** More than any config.json has. */
const MOST_VALUES = 100_000;
const MOST_DEPTH = 32;
const MOST_KEY = 200;
const MOST_TEXT = 10_000_000;

/**
 * A copy of JSON in plain objects, so that nothing of the user's goes to Go. Each property is read once.
 * @param {string} path
 * @param {unknown} value
 * @param {number} depth
 * @param {{ values: number }} left
 * @returns {unknown}
 */
function copy(path, value, depth, left) {
  if (--left.values < 0) throw typeErrorMessage(`${path}: want a config.json, got more than ${MOST_VALUES} values`);
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return value.length > 1000 ? `${value.slice(0, 1000)}...` : value;
  if (value === undefined) return null;
  if (typeof value !== "object" || tagOf(value) !== undefined) throw typeError(path, "what JSON has", value);
  if (depth === MOST_DEPTH) throw typeErrorMessage(`${path}: want objects at most ${MOST_DEPTH} deep`);
  if (isArray(value)) {
    const list = /** @type {unknown[]} */ (value);
    const { length } = list;
    if (typeof length !== "number" || !(length <= left.values))
      throw typeErrorMessage(`${path}: want a config.json, got an array of length ${describe(length)}`);
    const out = [];
    for (let i = 0; i < length; i++) out[i] = copy(`${path}[${i}]`, list[i], depth + 1, left);
    return out;
  }
  /** @type {any} */
  const out = { __proto__: null };
  const keys = objectKeys(/** @type {object} */ (value));
  if (keys.length > left.values) throw typeErrorMessage(`${path}: want a config.json, got an object of ${keys.length} keys`);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i].length > MOST_KEY)
      throw typeErrorMessage(`${path}: want a config.json, got a key of ${keys[i].length} characters: ${quote(keys[i])}`);
    const inside = path === "config" ? keys[i] : `${path}.${keys[i]}`;
    out[keys[i]] = copy(inside.length > 200 ? quote(inside) : inside, /** @type {any} */ (value)[keys[i]], depth + 1, left);
  }
  return out;
}
