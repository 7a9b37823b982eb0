// What a case is held to, in Node and in a page alike: so nothing of Node is here.

/** What came is not what was wanted. */
export class Disagreement extends Error {
  /** @override */
  name = "Disagreement";

  /** @param {string} where @param {unknown} want @param {unknown} got */
  constructor(where, want, got) {
    super(`${where}: want ${text(want)}, got ${text(got)}`);
    this.where = where;
    this.want = text(want);
    this.got = text(got);
  }
}

/** @param {any} v */
function text(v) {
  if (typeof v === "number") return Object.is(v, -0) ? "-0" : String(v);
  if (typeof v === "string") return v;
  return v instanceof Error
    ? `${v.name}: ${v.message}`
    : (JSON.stringify(ArrayBuffer.isView(v) ? Array.from(/** @type {any} */ (v)) : v) ?? String(v));
}

/** The same, through and through. @param {any} got @param {any} want @param {string} where */
export function equal(got, want, where) {
  if (!same(got, want)) throw new Disagreement(where, want, got);
}

/** @param {unknown} condition @param {string} where what should be so */
export function ok(condition, where) {
  if (!condition) throw new Disagreement(where, true, condition);
}

/** @param {any} a @param {any} b @returns {boolean} */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b))
    return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/**
 * Within the tolerance of a case.
 * @param {ArrayLike<number>} got @param {ArrayLike<number>} want
 * @param {{ atol: number, rtol: number }} tolerance
 * @param {string} where
 */
export function within(got, want, { atol, rtol }, where) {
  equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) {
    const most = atol + rtol * Math.abs(want[i]);
    if (!(Math.abs(got[i] - want[i]) <= most))
      throw new Disagreement(`${where}: number ${i}`, `${want[i]} ± ${most.toPrecision(2)}`, got[i]);
  }
}

/** The same bits. @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {string} where */
export function bits(got, want, where) {
  equal(got.length, want.length, `${where}: length`);
  for (let i = 0; i < want.length; i++) if (!Object.is(got[i], want[i])) throw new Disagreement(`${where}: number ${i}`, want[i], got[i]);
}

/**
 * What a call throws.
 * @param {() => unknown} call @param {string} where
 * @returns {any}
 */
export function thrown(call, where) {
  let answer;
  try {
    answer = call();
  } catch (error) {
    return error;
  }
  throw new Disagreement(where, "an error", answer);
}

/**
 * An operation on an array in place, in each place where an array may be; all must give the same bits.
 * @param {any} posenc
 * @param {Float32Array} x
 * @param {(x: any) => unknown} operate
 * @param {string} where
 * @returns {Float32Array} what became of it
 */
export function everywhere(posenc, x, operate, where) {
  const out = x.slice();
  ok(operate(out) === out, `${where}: returns its array`);
  const memory = posenc.alloc(x.length + 9);
  const whole = posenc.alloc(x.length);
  try {
    whole.data.set(x);
    ok(operate(whole) === whole, `${where}: returns its allocation`);
    bits(whole.data, out, `${where} on alloc()`);
    memory.data.fill(42).set(x, 5);
    operate(memory.data.subarray(5, 5 + x.length));
    bits(memory.data.subarray(5, 5 + x.length), out, `${where} on a subarray of alloc().data`);
    const around = new Float32Array(x.length + 7).fill(42);
    around.set(x, 3);
    operate(around.subarray(3, 3 + x.length));
    bits(around.subarray(3, 3 + x.length), out, `${where} on a subarray`);
    for (const v of [
      ...memory.data.subarray(0, 5),
      ...memory.data.subarray(5 + x.length),
      ...around.subarray(0, 3),
      ...around.subarray(3 + x.length),
    ]) {
      equal(v, 42, `${where}: neighbours of a subarray`);
    }
  } finally {
    memory.dispose();
    whole.dispose();
  }
  return out;
}

/**
 * [batch, seq, heads, width] in the order [batch, heads, seq, width]; with seq and heads the other way round it is the way back.
 * @param {Float32Array} x @param {number} batch @param {number} seq @param {number} heads
 */
export function transposed(x, batch, seq, heads) {
  const out = new Float32Array(x.length);
  const width = x.length / batch / seq / heads;
  for (let b = 0; b < batch; b++)
    for (let s = 0; s < seq; s++)
      for (let h = 0; h < heads; h++) {
        const from = ((b * seq + s) * heads + h) * width;
        out.set(x.subarray(from, from + width), ((b * heads + h) * seq + s) * width);
      }
  return out;
}
