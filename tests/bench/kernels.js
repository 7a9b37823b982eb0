// Bare 128-bit SIMD kernels in WebAssembly text: how fast anybody can be who has nothing else. They check nothing, know no
// options and keep their arrays in a memory of their own. npm's wabt makes bytes of the text when the benchmark starts;
// whoever has no wabt, as a browser, is given the bytes. All addresses and strides are in bytes.
//
// Each is the fastest of several that were measured against each other in V8 11.3 (Node 20):
//
// - add: 8 vectors a turn. 4 are slower within the cache, 16 the same; all loads before the first store (8 or 16 vectors)
//   and two places of the array at once are slower or the same, tiles of the table for all sequences of a batch too.
//   Four sequences that share each vector of the table are sometimes 5% faster, so that is a contender of its own.
// - fill: two angles at a time, sines and cosines apart, and a zip of the two float32 pairs (one instruction, where a swizzle
//   for each pair and an or are three). With a sine and its cosine in one vector nothing need be zipped, but stores are of 8 bytes:
//   an angle at a time 20% slower, four at a time 5%; two such vectors zipped, to store 16, are 5% slower too.
//   Rows outside and angles inside read the angles' state again for each row: 10 to 20% slower. But where rows are a multiple of 4096 bytes apart, an angle through 16 rows wants 16 lines of
//   the same set of the first cache, which has 12, and takes four times as long: fillLines does 8 angles, a line, at a time.
// - rotate: a line of cosines and one of sines in the registers meets all heads; or a row meets 1, 2 or 4 heads that are read
//   together, row by row or head by head. Which is best follows from the shape, so all are contenders. Tiles of 4 to 256 rows for
//   all heads, or for 8 of them, were between row by row and head by head.
// - add, where no cache holds the arrays: 4 to 32 places at once, a page to 256 KiB apart, and reading 512 to 4096 bytes ahead were
//   no faster than straight on. Rows that are made on the way are: that saves a third of what memory has to move.

const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => k);
/** @param {number} n @param {(k: number) => string} make */
const times = (n, make) => range(n).map(make).join("\n");
const get = (/** @type {string} */ name) => `(local.get $${name})`;
const set = (/** @type {string} */ name, /** @type {string} */ value) => `(local.set $${name} ${value})`;
const plus = (/** @type {string} */ a, /** @type {string | number} */ b) =>
  `(i32.add ${a} ${typeof b === "number" ? `(i32.const ${b})` : b})`;
const step = (/** @type {string} */ name, /** @type {string | number} */ by) => set(name, plus(get(name), by));
const back = (/** @type {string} */ name, /** @type {string} */ by) => set(name, `(i32.sub ${get(name)} ${by})`);
const load = (/** @type {string} */ name, offset = 0) => `(v128.load offset=${offset} ${get(name)})`;
const store = (/** @type {string} */ name, /** @type {number} */ offset, /** @type {string} */ value) =>
  `(v128.store offset=${offset} ${get(name)} ${value})`;
const locals = (/** @type {string} */ type, /** @type {string} */ names) =>
  names
    .split(" ")
    .map((name) => `(local $${name} ${type})`)
    .join(" ");
/** @param {string} name @param {string} parameters of type i32 @param {string} body */
const func = (name, parameters, body) =>
  `(func $${name} (export "${name}") ${parameters
    .split(" ")
    .map((p) => `(param $${p} i32)`)
    .join(" ")}\n${body})`;

let loops = 0;
/** While the condition holds. @param {string} condition @param {string} body */
const repeat = (condition, body) => {
  const label = `$l${loops++}`;
  return `(if ${condition} (then (loop ${label} ${body} (br_if ${label} ${condition}))))`;
};

/**
 * `counter` by `turn` float32 until fewer are left, then by vectors, then one by one.
 * @param {string} bytes an i32: how many bytes each stream has
 * @param {readonly string[]} streams their addresses; the first says how far it is
 * @param {(type: "f32x4" | "f32", offset: number) => string} body
 */
function stream(bytes, streams, body, vectors = 8) {
  const first = get(streams[0]);
  const until = (/** @type {number} */ mask) => set("end", plus(first, `(i32.and ${get("left")} (i32.const ${mask}))`));
  const steps = (/** @type {number} */ by) => streams.map((s) => step(s, by)).join(" ");
  const more = `(i32.lt_u ${first} ${get("end")})`;
  return `${set("left", bytes)}
  ${until(-16 * vectors)} ${repeat(more, `${times(vectors, (k) => body("f32x4", 16 * k))} ${steps(16 * vectors)}`)}
  ${until(16 * vectors - 16)} ${repeat(more, `${body("f32x4", 0)} ${steps(16)}`)}
  ${until(12)} ${repeat(more, `${body("f32", 0)} ${steps(4)}`)}`;
}
const STREAM = locals("i32", "left end");

/** A vector or a single float32. @param {"f32x4" | "f32"} type */
const of = (type) => ({
  load: (/** @type {string} */ name, offset = 0) => (type === "f32" ? `(f32.load offset=${offset} ${get(name)})` : load(name, offset)),
  store: (/** @type {string} */ name, /** @type {number} */ offset, /** @type {string} */ value) =>
    type === "f32" ? `(f32.store offset=${offset} ${get(name)} ${value})` : store(name, offset, value),
  op: (/** @type {"add" | "sub" | "mul"} */ op, /** @type {string} */ a, /** @type {string} */ b) => `(${type}.${op} ${a} ${b})`,
});

// x += t
const add = func(
  "add",
  "x t bytes",
  `${STREAM}
  ${stream(get("bytes"), ["x", "t"], (type, o) => {
    const v = of(type);
    return v.store("x", o, v.op("add", v.load("x", o), v.load("t", o)));
  })}`,
);

// The same for four sequences, one after the other.
const add4 = func(
  "add4",
  "x t bytes",
  `${STREAM} ${locals("i32", "x1 x2 x3")} ${locals("v128", "v")} ${locals("f32", "f")}
  ${times(3, (k) => set(`x${k + 1}`, plus(get(k === 0 ? "x" : `x${k}`), get("bytes"))))}
  ${stream(get("bytes"), ["x", "x1", "x2", "x3", "t"], (type, o) => {
    const v = of(type);
    const shared = type === "f32" ? "f" : "v";
    return (
      set(shared, v.load("t", o)) + ["x", "x1", "x2", "x3"].map((x) => v.store(x, o, v.op("add", v.load(x, o), get(shared)))).join(" ")
    );
  })}`,
);

// Adds to each query of a head, whose line is of queries + keys - 1 values by distance, its stretch of it.
const bias = func(
  "bias",
  "x line queries keyBytes",
  `
  ${set("line", plus(get("line"), `(i32.shl ${get("queries")} (i32.const 2))`))}
  ${repeat(
    get("queries"),
    `${step("line", -4)} (call $add ${get("x")} ${get("line")} ${get("keyBytes")})
    ${step("x", get("keyBytes"))} ${step("queries", -1)}`,
  )}`,
);

// x [H, W, 2·half]: the row of h, then that of w.
const copy = (/** @type {string} */ from) =>
  set("t", get(from)) + stream(get("halfBytes"), ["x", "t"], (type, o) => of(type).store("x", o, of(type).load("t", o)));
const grid = func(
  "grid",
  "x hRows wRows height width halfBytes",
  `${STREAM} ${locals("i32", "t w n")}
  ${repeat(
    get("height"),
    `${set("w", get("wRows"))} ${set("n", get("width"))}
    ${repeat(get("n"), `${copy("hRows")} ${copy("w")} ${step("w", get("halfBytes"))} ${step("n", -1)}`)}
    ${step("hRows", get("halfBytes"))} ${step("height", -1)}`,
  )}`,
);

const SWAP = "i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11";

/**
 * Turns `rows` of each head by rows of cosines and sines, which n heads share. Pairs are half a row apart, or (zip) neighbours:
 * then each cosine comes twice in its row, and each sine twice, first negative.
 * @param {number} n
 * @param {boolean} zip
 */
function rotate(n, zip) {
  const heads = range(n);
  const vectors = n === 4 ? 2 : 4;
  const turnHalves = (/** @type {"f32x4" | "f32"} */ type, /** @type {number} */ o) => {
    const v = of(type);
    const [a, b, c, s] = type === "f32" ? ["fa", "fb", "fc", "fs"] : ["va", "vb", "vc", "vs"];
    return (
      set(c, v.load("c", o)) +
      set(s, v.load("s", o)) +
      heads
        .map(
          (h) =>
            set(a, v.load(`p${h}`, o)) +
            set(b, v.load(`q${h}`, o)) +
            v.store(`p${h}`, o, v.op("sub", v.op("mul", get(a), get(c)), v.op("mul", get(b), get(s)))) +
            v.store(`q${h}`, o, v.op("add", v.op("mul", get(b), get(c)), v.op("mul", get(a), get(s)))),
        )
        .join("\n")
    );
  };
  // Rows are of whole vectors here.
  const turnZipped = (/** @type {string} */ type, /** @type {number} */ o) =>
    type === "f32"
      ? "(unreachable)"
      : set("vc", load("c", o)) +
        set("vs", load("s", o)) +
        heads
          .map(
            (h) =>
              set("va", load(`p${h}`, o)) +
              store(
                `p${h}`,
                o,
                `(f32x4.add (f32x4.mul ${get("va")} ${get("vc")}) (f32x4.mul (${SWAP} ${get("va")} ${get("va")}) ${get("vs")}))`,
              ),
          )
          .join("\n");
  return func(
    `${zip ? "rotateZip" : "rotate"}${n}`,
    "x cos sin bytes rows heads headBytes",
    `${STREAM} ${locals("i32", "c s y head")}
  ${heads.map((h) => locals("i32", `p${h} q${h}`)).join(" ")} ${locals("v128", "va vb vc vs")} ${locals("f32", "fa fb fc fs")}
  ${repeat(
    get("rows"),
    `
    ${set("y", get("x"))} ${set("head", get("heads"))}
    ${repeat(
      `(i32.gt_s ${get("head")} (i32.const 0))`,
      `
      ${heads.map((h) => set(`p${h}`, h === 0 ? get("y") : plus(get(`p${h - 1}`), get("headBytes"))) + set(`q${h}`, plus(get(`p${h}`), get("bytes")))).join(" ")}
      ${set("y", plus(get(`p${n - 1}`), get("headBytes")))} ${set("c", get("cos"))} ${set("s", get("sin"))}
      ${stream(get("bytes"), ["c", "s", ...heads.map((h) => `p${h}`), ...(zip ? [] : heads.map((h) => `q${h}`))], zip ? turnZipped : turnHalves, vectors)}
      ${step("head", -n)}`,
    )}
    ${step("cos", get("bytes"))} ${step("sin", get("bytes"))} ${step("x", zip ? get("bytes") : `(i32.shl ${get("bytes")} (i32.const 1))`)} ${step("rows", -1)}`,
  )}`,
  );
}

/**
 * The same with a line of cosines and one of sines in the registers, for all heads. Rows are of whole lines.
 * @param {boolean} zip
 */
function rotateAll(zip) {
  const four = range(4);
  const turn = (/** @type {number} */ k) =>
    zip
      ? set("a", load("p", 16 * k)) +
        store(
          "p",
          16 * k,
          `(f32x4.add (f32x4.mul ${get("a")} ${get(`c${k}`)}) (f32x4.mul (${SWAP} ${get("a")} ${get("a")}) ${get(`s${k}`)}))`,
        )
      : set("a", load("p", 16 * k)) +
        set("b", load("q", 16 * k)) +
        store("p", 16 * k, `(f32x4.sub (f32x4.mul ${get("a")} ${get(`c${k}`)}) (f32x4.mul ${get("b")} ${get(`s${k}`)}))`) +
        store("q", 16 * k, `(f32x4.add (f32x4.mul ${get("b")} ${get(`c${k}`)}) (f32x4.mul ${get("a")} ${get(`s${k}`)}))`);
  return func(
    zip ? "rotateZipAll" : "rotateAll",
    "x cos sin bytes rows heads headBytes",
    `${locals("i32", "p q left head")}
  ${four.map((k) => locals("v128", `c${k} s${k}`)).join(" ")} ${locals("v128", "a b")}
  ${repeat(
    get("rows"),
    `${set("left", get("bytes"))}
    ${repeat(
      get("left"),
      `
      ${four.map((k) => set(`c${k}`, load("cos", 16 * k)) + set(`s${k}`, load("sin", 16 * k))).join(" ")}
      ${set("p", get("x"))} ${zip ? "" : set("q", plus(get("x"), get("bytes")))} ${set("head", get("heads"))}
      ${repeat(get("head"), `${times(4, turn)} ${step("p", get("headBytes"))} ${zip ? "" : step("q", get("headBytes"))} ${step("head", -1)}`)}
      ${step("x", 64)} ${step("cos", 64)} ${step("sin", 64)} ${step("left", -64)}`,
    )}
    ${zip ? "" : step("x", get("bytes"))} ${step("rows", -1)}`,
  )}`,
  );
}

// Sines and cosines. An angle is in quarters of a turn, so what is left of it after whole ones is exact, and short series do.
const two = (/** @type {string | number} */ v) => `(v128.const f64x2 ${v} ${v})`;
const f = (/** @type {"add" | "sub" | "mul"} */ op, /** @type {string} */ a, /** @type {string} */ b) => `(f64x2.${op} ${a} ${b})`;
const coefficient = (/** @type {number} */ k) => range(k).reduce((product, i) => (product * Math.PI) / 2 / (i + 1), k & 2 ? -1 : 1);
const series = (/** @type {number} */ most) =>
  range((most >> 1) + 1)
    .map((i) => most - 2 * i)
    .reduce((sum, k) => (sum === "" ? two(coefficient(k)) : f("add", f("mul", sum, get("square")), two(coefficient(k)))), "");
const ROUND = 1.5 * 2 ** 52; // added, it leaves the nearest integer in the low bits
const SIGN = "(v128.const i64x2 0x8000000000000000 0x8000000000000000)";
const signed = (/** @type {string} */ v, /** @type {string} */ quarters) =>
  `(v128.xor ${v} (v128.and (i64x2.shl ${quarters} (i32.const 62)) ${SIGN}))`;

// Two sines, then two cosines, at `to` and every `stride` from there, of position · frequency. `pairs` is even.
const angles = `(func $angles (export "angles") (param $to i32) (param $stride i32) (param $frequencies i32) (param $pairs i32) (param $position f64)
  ${locals("v128", "p x m square sin cos even")}
  ${set("p", `(f64x2.splat ${get("position")})`)}
  ${repeat(
    `(i32.gt_s ${get("pairs")} (i32.const 0))`,
    `
    ${set("x", f("mul", get("p"), load("frequencies")))}
    ${set("m", f("add", get("x"), two(ROUND)))}
    ${set("x", f("sub", get("x"), f("sub", get("m"), two(ROUND))))}
    ${set("square", f("mul", get("x"), get("x")))}
    ${set("sin", f("mul", get("x"), series(15)))}
    ${set("cos", series(16))}
    ${set("even", "(i64x2.eq (v128.and (local.get $m) (v128.const i64x2 1 1)) (v128.const i64x2 0 0))")}
    ${store("to", 0, signed(`(v128.bitselect ${get("sin")} ${get("cos")} ${get("even")})`, get("m")))}
    ${store("to", 16, signed(`(v128.bitselect ${get("cos")} ${get("sin")} ${get("even")})`, `(i64x2.add ${get("m")} (v128.const i64x2 1 1))`))}
    ${step("to", get("stride"))} ${step("frequencies", 16)} ${step("pairs", -2)}`,
  )})`;

// [sine, cosine] as float32, of two sines and of two cosines.
const zipped = (/** @type {string} */ s, /** @type {string} */ c) => `(i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
  (f32x4.demote_f64x2_zero ${s}) (f32x4.demote_f64x2_zero ${c}))`;

/**
 * Makes 16 rows from those of the angles in the middle, which are turned up by 1 to 7 steps and down by 1 to 8: a sine up and down
 * shares its two products, so an entry is one product and one sum. And turns the angles by 16. 2·n angles at a time;
 * the steps are in the order in which they are read: for each 2·n angles, for each turn, what `angles` writes.
 * @param {string} name
 * @param {number} n
 * @param {boolean} adds x += rows
 */
function block(name, n, adds) {
  const step64 = (/** @type {number} */ o) => load("steps", o);
  const put = (/** @type {string} */ to, /** @type {number} */ j, /** @type {string} */ s, /** @type {string} */ c) =>
    store(to, 16 * j, adds ? `(f32x4.add ${load(to, 16 * j)} ${zipped(s, c)})` : zipped(s, c));
  const turned = (/** @type {number} */ k) =>
    times(n, (j) => {
      const at = 32 * (n * k + j);
      return (
        set("sc", f("mul", get(`s${j}`), step64(at + 16))) +
        set("cs", f("mul", get(`c${j}`), step64(at))) +
        set("cc", f("mul", get(`c${j}`), step64(at + 16))) +
        set("ss", f("mul", get(`s${j}`), step64(at))) +
        (k < 7 ? put("up", j, f("add", get("sc"), get("cs")), f("sub", get("cc"), get("ss"))) : "") +
        put("down", j, f("sub", get("sc"), get("cs")), f("add", get("cc"), get("ss")))
      );
    });
  return func(
    name,
    "x stride state steps pairs",
    `${locals("i32", "up down")} ${range(n)
      .map((j) => locals("v128", `s${j} c${j}`))
      .join(" ")} ${locals("v128", "sc cs cc ss")}
  ${step("x", `(i32.shl ${get("stride")} (i32.const 3))`)}
  ${repeat(
    `(i32.gt_s ${get("pairs")} (i32.const 0))`,
    `
    ${times(n, (j) => set(`s${j}`, load("state", 32 * j)) + set(`c${j}`, load("state", 32 * j + 16)) + put("x", j, get(`s${j}`), get(`c${j}`)))}
    ${set("up", get("x"))} ${set("down", get("x"))}
    ${times(8, (k) => `${k < 7 ? step("up", get("stride")) : ""} ${back("down", get("stride"))} ${turned(k)}`)}
    ${times(n, (j) => {
      const at = 32 * (n * 8 + j);
      return (
        store("state", 32 * j, f("add", f("mul", get(`s${j}`), step64(at + 16)), f("mul", get(`c${j}`), step64(at)))) +
        store("state", 32 * j + 16, f("sub", f("mul", get(`c${j}`), step64(at + 16)), f("mul", get(`s${j}`), step64(at))))
      );
    })}
    ${step("x", 16 * n)} ${step("state", 32 * n)} ${step("steps", 9 * 32 * n)} ${step("pairs", -2 * n)}`,
  )}`,
  );
}

/** The turns in `steps`, in their order. */
export const TURNS = [1, 2, 3, 4, 5, 6, 7, 8, 16];

/** How many rows a block has. */
export const BLOCK = 16;

const TEXT = `(module (import "bench" "memory" (memory 1 65536))
  ${[
    add,
    add4,
    bias,
    grid,
    ...[1, 2, 4].flatMap((n) => [rotate(n, false), rotate(n, true)]),
    rotateAll(false),
    rotateAll(true),
    angles,
    block("fill", 1, false),
    block("fillLines", 4, false),
    block("addMade", 1, true),
    block("addMadeLines", 4, true),
  ].join("\n")})`;

/** @returns {Promise<Uint8Array<ArrayBuffer>>} the module; wants npm's wabt */
export async function kernelBytes() {
  const { default: wabt } = await import("wabt");
  const module = (await wabt()).parseWat("kernels.wat", TEXT, { simd: true });
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** @typedef {"add" | "add4" | "bias" | "grid" | "rotate1" | "rotate2" | "rotate4" | "rotateZip1" | "rotateZip2" | "rotateZip4" | "rotateAll" | "rotateZipAll" | "angles" | "fill" | "fillLines" | "addMade" | "addMadeLines"} KernelName */
/** @typedef {Record<KernelName, (...args: number[]) => void>} Kernels */

/**
 * The kernels on a new memory.
 * @param {WebAssembly.Module} module of kernelBytes()
 * @param {number} bytes how much memory; it never grows
 * @returns {{ kernels: Kernels, memory: WebAssembly.Memory }}
 */
export function instantiate(module, bytes) {
  const pages = Math.ceil(bytes / 65536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { bench: { memory } });
  return { kernels: /** @type {any} */ (exports), memory };
}
