// The config.json of published models, through fromConfig. README.md says what a case is.

import { bits, equal, ok, thrown } from "../check.js";

/** What tells the encoders of a scheme from others: the class, and what it can do. @type {Record<string, { name: string, methods: string[] }>} */
const SCHEMES = {
  sinusoidal: { name: "Sinusoidal", methods: ["add", "table", "shiftMatrix"] },
  learned: { name: "Learned", methods: ["add", "table"] },
  rotary: { name: "Rotary", methods: ["rotate", "unrotate", "shift", "cosSin"] },
  mrope: { name: "MRope", methods: ["rotate", "unrotate", "shift", "cosSin"] },
  alibi: { name: "ALiBi", methods: ["add", "matrix"] },
  t5: { name: "T5", methods: ["buckets", "add", "matrix"] },
  deberta: { name: "DeBERTa", methods: ["buckets"] },
};

/** All that is expected is there, and what is an object is looked into. @param {any} got @param {any} want @param {string} where */
function contains(got, want, where) {
  for (const [key, value] of Object.entries(want)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) contains(got[key], value, `${where}.${key}`);
    else equal(got[key], value, `${where}.${key}`);
  }
}

/** @param {any} posenc @param {any} encoder @param {any} want @param {string} where */
function encoderIs(posenc, encoder, want, where) {
  const { scheme, options, offset, ...rest } = want;
  equal(rest, {}, where);
  ok(SCHEMES[scheme], `${where}: scheme ${scheme}`);
  equal(encoder?.constructor.name, SCHEMES[scheme].name, where);
  for (const method of SCHEMES[scheme].methods) equal(typeof encoder[method], "function", `${where}: ${method}`);
  contains(encoder.options, options, where);
  ok(Object.isFrozen(encoder.options), `${where}: frozen options`);
  // It is the same as one that is made of these options.
  const { convention, ...given } = options;
  const made = posenc[scheme](convention === undefined ? given : options);
  const named = scheme === "sinusoidal" ? { convention: encoder.options.convention } : {}; // whose it is, beside options that say the same
  equal({ ...encoder.options }, { ...made.options, ...named }, where);
  if (encoder.rotate) {
    const { cos, sin } = encoder.cosSin(3, { offset: 70000 });
    bits(cos, made.cosSin(3, { offset: 70000 }).cos, where);
    bits(sin, made.cosSin(3, { offset: 70000 }).sin, where);
  } else if (encoder.buckets) bits(encoder.buckets(3, 300), made.buckets(3, 300), where);
  else if (encoder.matrix) bits(encoder.matrix(3, 300), made.matrix(3, 300), where);
  else if (scheme === "sinusoidal") bits(encoder.table(3, { offset: offset ?? 0 }), made.table(3, { offset: offset ?? 0 }), where);
  made.dispose();
}

/** @param {any} posenc @param {any} got @param {any} want @param {string} where @returns {any[]} the encoders */
function familyIs(posenc, got, want, where) {
  if (want === null) {
    equal(got, null, where);
    return [];
  }
  if (Object.keys(want).length === 1 && "" in want) {
    encoderIs(posenc, got, want[""], where);
    return [got];
  }
  ok(Object.isFrozen(got), `${where}: frozen`);
  equal(Object.keys(got).sort(), Object.keys(want).sort(), where);
  for (const part of Object.keys(want)) encoderIs(posenc, got[part], want[part], `${where} of ${part}`);
  return Object.values(got);
}

/** @type {import("../run.js").Folder} */
export const hfconfig = {
  kindOf: (each) => ("error" in each ? "error" : "config"),
  kinds: {
    config: {
      fields: ["checkpoint", "note", "config", "expected"],
      run(posenc, where, { config, expected }) {
        const { modelType, absolute, rotary, bias, layerTypes, ...more } = expected;
        equal(more, {}, where);
        const before = JSON.stringify(config);
        for (const given of [config, before]) {
          const got = posenc.fromConfig(given);
          equal(Object.keys(got), ["modelType", "absolute", "rotary", "bias", "offset", "layerTypes"], where);
          equal(got.modelType, modelType, where);
          const encoders = [
            ["absolute", absolute],
            ["rotary", rotary],
            ["bias", bias],
          ].flatMap(([family, want]) => familyIs(posenc, got[family], want, `${where}: ${family}`));
          const offsets = Object.values(absolute ?? {}).map((/** @type {any} */ part) => part.offset ?? 0);
          equal(got.offset, Math.max(0, ...offsets), `${where}: offset`);
          equal(got.layerTypes, layerTypes ?? null, `${where}: layerTypes`);
          for (const each of encoders) each.dispose();
        }
        equal(JSON.stringify(config), before, `${where}: the config is left as it was`);
      },
    },
    error: {
      fields: ["config", "error"],
      run(posenc, where, { config, error }) {
        for (const given of [config, JSON.stringify(config)]) {
          const { code, message } = thrown(() => posenc.fromConfig(given), where);
          ok(/^ERR_POSENC_(RANGE|TYPE)$/.test(code), `${where}: its code ${code}`);
          equal(message, error, where);
        }
      },
    },
  },
};
