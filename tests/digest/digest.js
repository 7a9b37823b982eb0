// "The same bits everywhere" as one number: workload.json says what is computed, and this hashes every bit of it.
//
// It asks nothing of the runtime but the language and a loaded posenc, so the same file runs in Node, Bun, Deno, a page
// and a worker; encoding/digest_test.go does the same in Go. Inputs come from a generator of 32-bit integers and are exact
// in float32. Every second array is one of alloc(), so both ways to the kernels are in the digest.

/** @typedef {{ do: string, x?: number[], values?: string, at?: any, length?: number, queries?: number, keys?: number, by?: number, points?: any, given?: any }} Call */
/** @typedef {{ scheme: string, options?: any, calls: Call[] }} Step */
/** @typedef {{ digest: string, steps: Step[] }} Workload */

/**
 * The digest of all that a workload makes.
 * @param {any} posenc
 * @param {Workload} workload
 * @returns {string} 16 hexadecimal digits
 */
export function digest(posenc, workload) {
  return trace(posenc, workload).at(-1)?.digest ?? "";
}

/**
 * The digest after each call, to find the first that differs.
 * @param {any} posenc
 * @param {Workload} workload
 * @returns {{ name: string, digest: string }[]}
 */
export function trace(posenc, { steps }) {
  const hash = new Hash();
  let count = 0;
  return steps.flatMap(({ scheme, options, calls }, step) => {
    const encoder = scheme === "lists" ? posenc : posenc[scheme](expanded(options));
    const made = calls.map((call) => {
      perform(posenc, encoder, call, ++count, hash);
      return { name: `${step} ${scheme} ${call.do}`, digest: hash.toString() };
    });
    if (encoder !== posenc) encoder.dispose();
    return made;
  });
}

/** @param {any} posenc @param {any} encoder @param {Call} call @param {number} number from 1 on @param {Hash} hash */
function perform(posenc, encoder, call, number, hash) {
  const at = call.at === undefined ? undefined : expanded(call.at);
  if (call.x !== undefined) {
    // in place
    const x = random(
      call.x.reduce((product, n) => product * n),
      number,
      call.values ?? "unit",
    );
    const memory = number % 2 === 0 ? posenc.alloc(x.length) : undefined;
    memory?.data.set(x);
    if (call.do === "shift") encoder.shift(memory ?? x, call.by, at);
    else encoder[call.do](memory ?? x, at);
    hash.add(memory?.data ?? x);
    memory?.dispose();
    return;
  }
  switch (call.do) {
    case "table":
      return hash.add(encoder.table(call.length, at));
    case "encode":
      return hash.add(encoder.encode(expanded(call.points)));
    case "shiftMatrix":
      return hash.add(encoder.shiftMatrix(call.by));
    case "matrix":
    case "buckets":
      return hash.add(encoder[call.do](call.queries, call.keys, at));
    case "cosSin": {
      const { cos, sin } = encoder.cosSin(call.length, at);
      hash.add(cos);
      return hash.add(sin);
    }
    case "attentionFactor":
      return hash.add(Float64Array.of(encoder.attentionFactor));
    case "frequencies":
    case "wavelengths":
    case "inverseFrequencies":
    case "slopes":
      return hash.add(encoder[call.do]);
    case "positionsFromMask":
    case "relativePositions":
    case "permute":
      return hash.add(posenc[call.do](expanded(call.given), at));
    case "mropePositions":
      return hash.add(posenc.mropePositions(call.given).positions);
    default:
      throw new Error(`workload.json: no such call: ${call.do}`);
  }
}

/** 64-bit FNV-1a in two halves, over the bytes of 32-bit words, the lowest first. */
class Hash {
  #high = 0xcbf29ce4;
  #low = 0x84222325;

  /** @param {Float32Array | Float64Array | Int32Array} list */
  add(list) {
    const words = new Uint32Array(list.buffer, list.byteOffset, list.byteLength / 4);
    const single = list instanceof Float32Array;
    const first = list instanceof Float64Array && !littleEndian ? 1 : 0;
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < words.length; i++) {
      let word = words[i ^ first];
      if (single && (word & 0x7fffffff) > 0x7f800000) word = 0x7fc00000; // any NaN is one value
      for (let byte = 0; byte < 4; byte++, word >>>= 8) {
        low = (low ^ (word & 0xff)) >>> 0;
        const product = low * 0x1b3; // the prime is 2^40 + 0x1b3
        high = (Math.imul(high, 0x1b3) + (low << 8) + Math.floor(product / 0x100000000)) >>> 0;
        low = product >>> 0;
      }
    }
    this.#high = high;
    this.#low = low;
  }

  toString() {
    return [this.#high, this.#low].map((half) => half.toString(16).padStart(8, "0")).join("");
  }
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Options with each `{ random, kind, seed }` made into the list that it stands for.
 * @param {any} value
 * @returns {any}
 */
function expanded(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(expanded);
  if (value.random !== undefined) {
    const { random: count, seed, kind = "unit", times = 1, whole = false } = value;
    return Array.from(random(count, seed, kind), (v) => (whole ? Math.trunc(v * times) : v * times));
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, expanded(each)]));
}

/**
 * Pseudo-random numbers, by kind: "unit" in [-1, 1), "positive" in (0, 1], "bit" 0 or 1, "wide" of any size between 2^-40 and
 * 2^40, "any" whatever 32 bits are: numbers of every size, infinities and NaN.
 * @param {number} count
 * @param {number} seed
 * @param {string} kind
 * @returns {Float32Array<ArrayBuffer>}
 */
function random(count, seed, kind) {
  const list = new Float32Array(count);
  const bits = new Uint32Array(list.buffer);
  let state = Math.imul(seed, 0x3c6ef372);
  for (let i = 0; i < count; i++) {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    z = (z ^ (z >>> 16)) >>> 0;
    if (kind === "unit") list[i] = (z >> 8) / 0x800000;
    else if (kind === "positive") list[i] = ((z >>> 8) + 1) / 0x1000000;
    else if (kind === "bit") list[i] = z >>> 31;
    else if (kind === "wide") bits[i] = (z & 0x807fffff) | ((87 + (((z >>> 23) & 0xff) % 80)) << 23);
    else if (kind === "any") bits[i] = z;
    else throw new Error(`workload.json: no such kind: ${kind}`);
  }
  return list;
}
