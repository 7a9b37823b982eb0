// What the scenarios are made of: the encodings that are compared, embeddings that are the same
// everywhere, and ways to turn what an engine did into facts that survive as JSON.

/**
 * The encodings whose numbers are compared. `far`: too far from 0 for a float64 formula, so bits only.
 *
 * @type {{ options: Record<string, any>, length: number, at?: Record<string, any>, far?: boolean }[]}
 */
export const cases = [
  { options: { dim: 8 }, length: 5 },
  { options: { dim: 7 }, length: 9, at: { offset: 3 } },
  { options: { dim: 64 }, length: 33, at: { batch: 2, offset: 1000 } },
  { options: { dim: 96, layout: "concat", frequencyShift: 1 }, length: 20, at: { batch: 3 } },
  { options: { dim: 32, layout: "concat-cos-sin", base: 500 }, length: 6, at: { positions: [0, 0.5, -3, 7.25, 7.25, 511] } },
  { options: { dim: 512 }, length: 12 }, // longer than one chunk of the staging buffer
  { options: { dim: 16 }, length: 4, at: { offset: 2 ** 40 }, far: true },
];

/**
 * Embeddings that are the same everywhere: multiples of 2^-22 in [-2, 2), exact in float32.
 *
 * @param {number} length
 */
export function sample(length) {
  return Float32Array.from({ length }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) >>> 8) / 2 ** 24 - 0.5) * 4);
}

/** The values, exactly: float32 goes through JSON unharmed, all but -0. @param {Float32Array} x */
export const exact = (x) => Array.from(x, (value) => (Object.is(value, -0) ? "-0" : value));

/** Where two arrays differ first, or -1. @param {Float32Array} a @param {Float32Array} b */
export function difference(a, b) {
  return a.length === b.length ? a.findIndex((value, i) => !Object.is(value, b[i])) : Math.min(a.length, b.length);
}

/** The facts of what went wrong. @param {() => unknown} action @returns {Promise<any>} */
export async function failure(action) {
  try {
    await action();
    return "no error";
  } catch (error) {
    const { name, code, message } = Object(error);
    return { name, code, message };
  }
}

/** An error that names its kind, as it is wanted. @param {string} name @param {string} code @param {RegExp} [message] */
export const fails = (name, code, message = /./) => ({ name, code, message });
export const refused = fails("TypeError", "ERR_POSENC_TYPE");
export const notLoaded = (/** @type {RegExp} */ message) => fails("Error", "ERR_POSENC_LOAD", message);

/** @param {string} url @returns {Promise<any>} */
export const start = async (url) => (await import(url)).load();

/** @param {any} posenc */
export function works(posenc) {
  const pe = posenc.sinusoidal({ dim: 2 });
  const row = [...pe.table(1)];
  pe.dispose();
  return row[0] === 0 && row[1] === 1 ? "works" : `row 0 is ${row}, not 0,1`;
}

/** Every property of the global object, of what hangs on it, and of their prototypes, with its descriptor. */
export function globals() {
  /** @type {Map<string, PropertyDescriptor>} */
  const all = new Map();
  const note = (/** @type {string} */ path, /** @type {any} */ object) => {
    for (const key of Reflect.ownKeys(object)) {
      all.set(`${path}.${String(key)}`, /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(object, key)));
    }
  };
  note("globalThis", globalThis);
  for (const [path, { value }] of [...all]) {
    if (value === globalThis || Object(value) !== value) continue;
    note(path, value);
    if (typeof value === "function" && Object(value.prototype) === value.prototype) note(`${path}.prototype`, value.prototype);
  }
  return all;
}

/** The paths that came, went or changed. @param {Map<string, any>} before @param {Map<string, any>} after */
export function changes(before, after) {
  const fields = ["value", "get", "set", "writable", "enumerable", "configurable"];
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => {
    const [a, b] = [before.get(path), after.get(path)];
    return !a || !b || fields.some((field) => !Object.is(a[field], b[field]));
  });
}
