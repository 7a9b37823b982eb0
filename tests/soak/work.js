// The soak itself: calls chosen at random, each result known by its digest, and what memory has become in the end.

import { setFlagsFromString } from "node:v8";
import vm from "node:vm";

import { CALLS, digestOf, generator, INPUT, make, METHODS, perform, VARIANTS } from "./calls.js";
import { RECIPES } from "./encoders.js";
import { formula, unlike } from "./formulas.js";
import { thrower } from "./hostile.js";
import { instances, unheld, used } from "./watch.js";

setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc");

/** One call in so many is a hostile one, is larger than the staging buffer, disposes of its encoder, exchanges a held array. */
const HOSTILE = 100;
const LARGE = 2000;
const DISPOSE = 100;
const EXCHANGE = 50;
/** Arrays of alloc() that are held; what no call may write to has this value. */
const HELD = 8;
const GUARD = 42;
/** What is given out, touched and taken back at the start, 96 MiB: more than the worst moment needs, so that memory need not grow for one later. */
const ROOM = 24 << 20;
/** How much of the way memory has to come to its size. */
export const WARM_UP = 0.2;

/** @typedef {{ module: number, used: number, process: number, heap: number, buffers: number }} Memory in bytes: the module's, and what is in use of it; the rest of the process that is resident, and what JavaScript's heap and its ArrayBuffers use of that */
/**
 * @typedef {object} Report
 * @property {number} seed @property {number} calls @property {number} hostile @property {number} refused of the hostile ones
 * @property {number} encoders @property {number} arrays how many were made, of both
 * @property {number} seconds @property {string} digest
 * @property {{ calls: number, formulas: number, digest: string }} table
 * @property {Memory | undefined} before @property {Memory} after
 * @property {{ encoders: number, arrays: number }} highest @property {{ encoders: number, arrays: number }} unheld
 * @property {boolean} stopped
 * @property {number} wrong @property {string[]} problems the first of them
 */

/**
 * The digest that each call must have, made in an instance that has done nothing else, and held against its formula.
 * @param {any} posenc
 */
export function tableOf(posenc) {
  /** @type {string[]} */
  const problems = [];
  let formulas = 0;
  const digests = CALLS.map((call) => {
    const encoder = make(RECIPES[call.recipe], posenc);
    const x = call.length < 0 ? undefined : INPUT.slice(0, call.length);
    const made = perform(call, posenc, encoder, x);
    const digest = digestOf(made);
    const want = formula(call);
    if (want !== undefined) {
      formulas++;
      const fault = unlike(made, want);
      if (fault !== undefined) problems.push(`${call.name}: by its formula: ${fault}`);
    }
    encoder?.dispose();
    disposeAll(call, made);
    return digest;
  });
  return { digests: Uint32Array.from(digests), formulas, problems };
}

/** @param {import("./calls.js").Call} call @param {any} made */
function disposeAll({ method }, made) {
  if (method !== "fromConfig") return;
  for (const family of [made.absolute, made.rotary, made.bias])
    for (const each of family === null ? [] : family.options ? [family] : Object.values(family)) each.dispose();
}

/** When nothing lives but the held arrays: both collectors, and then memory at its least of a few looks. @param {any} posenc @param {import("./watch.js").instances[0]} watched @returns {Promise<Memory>} */
async function measure(posenc, watched) {
  const least = { module: watched.memory.buffer.byteLength, used: Infinity, process: Infinity, heap: Infinity, buffers: Infinity };
  for (let i = 0; i < 8; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20)); // finalizers run
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    least.process = Math.min(least.process, rss - watched.memory.buffer.byteLength);
    least.heap = Math.min(least.heap, heapUsed);
    least.buffers = Math.min(least.buffers, arrayBuffers);
  }
  for (let i = 0; i < 3; i++) least.used = Math.min(least.used, used(posenc, watched));
  return least;
}

/**
 * @param {object} how
 * @param {any} how.posenc @param {any} how.other another instance
 * @param {import("./watch.js").instances[0]} how.watched that of posenc
 * @param {number} how.seed
 * @param {number} [how.calls] @param {number} [how.seconds] when to end: whichever is there
 * @param {(progress: { fraction: number, calls: number, seconds: number, module: number }) => void} [how.onProgress]
 * @param {{ stop: boolean }} [how.signal]
 * @returns {Promise<Report>}
 */
export async function soak({
  posenc,
  other,
  watched,
  seed,
  calls: most = Infinity,
  seconds: longest = Infinity,
  onProgress = () => {},
  signal = { stop: false },
}) {
  const { digests, formulas, problems } = tableOf(other);
  const born = instances.length;
  const room = posenc.alloc(ROOM);
  room.data.fill(1);
  room.dispose();
  const random = generator(seed);
  const { throwOne, throwAll, letGo } = thrower(posenc, other);
  /** @type {any[]} */
  const encoders = RECIPES.map(() => undefined);
  const held = Array.from({ length: HELD }, () => guarded(posenc.alloc(500 + random(5000))));
  const count = { calls: 0, hostile: 0, refused: 0, encoders: 0, arrays: HELD };
  let [first, second] = [0x811c9dc5, 0x9e3779b1];
  const fold = (/** @type {number} */ word) => {
    first = Math.imul(first ^ word, 0x01000193);
    second = Math.imul(second ^ word ^ (second >>> 15), 0x85ebca6b);
  };
  /** Lets go of all encoders, and so of the rows that they keep: what is then in use must always be the same. */
  const rest = () => {
    letGo();
    encoders.forEach((encoder, i) => {
      encoder?.dispose();
      encoders[i] = undefined;
    });
  };
  let wrong = problems.length;
  const problem = (/** @type {string} */ text) => {
    if (wrong++ < 20) problems.push(`call ${count.calls}: ${text}`);
  };

  const hostile = () => {
    const thrown = throwOne(random);
    count.hostile++;
    if (thrown.outcome !== "") count.refused++;
    for (const text of thrown.wrong) problem(`${thrown.where}: ${text}`);
    fold(digestOf(Uint8Array.from({ length: 4 * thrown.outcome.length }, (_, i) => (i % 4 ? 0 : thrown.outcome.charCodeAt(i / 4)))));
  };
  const ordinary = () => {
    const r = random(RECIPES.length);
    const { first: from, count: variants } = METHODS[r][random(METHODS[r].length)];
    const variant = variants === 1 ? 0 : random(LARGE) === 0 ? VARIANTS - 1 : random(VARIANTS - 1);
    const call = CALLS[from + variant];
    if (encoders[r] === undefined && RECIPES[r].scheme !== "") {
      encoders[r] = make(RECIPES[r], posenc);
      count.encoders++;
    }
    const place = call.length < 0 ? 0 : random(4);
    let digest;
    try {
      digest = call.length < 0 ? digestMade(call) : inPlace(call, place, encoders[r]);
    } catch (error) {
      problem(`${call.name}: ${error}`);
      return;
    }
    if (digest !== digests[call.id]) problem(`${call.name}, in place ${place}: another result than the first time`);
    fold(call.id);
    fold(digest);
    if (random(DISPOSE) === 0) {
      encoders[r]?.dispose();
      encoders[r] = undefined;
    }
    if (random(EXCHANGE) === 0) {
      const i = random(HELD);
      held[i].dispose();
      held[i] = guarded(posenc.alloc(500 + random(5000)));
      count.arrays++;
    }
  };
  /** @param {import("./calls.js").Call} call */
  const digestMade = (call) => {
    const made = perform(call, posenc, encoders[call.recipe], undefined);
    const digest = digestOf(made);
    disposeAll(call, made);
    return digest;
  };
  /** In a Float32Array, a part of one, an array of alloc() or a part of one that is held. @param {import("./calls.js").Call} call @param {number} place @param {any} encoder */
  const inPlace = (call, place, encoder) => {
    const { length } = call;
    const input = INPUT.subarray(0, length);
    if (place === 0) return same(call, encoder, input.slice());
    if (place === 2) {
      const memory = posenc.alloc(length);
      count.arrays++;
      memory.data.set(input);
      const got = perform(call, posenc, encoder, memory);
      if (got !== memory) problem(`${call.name}: it returned another array`);
      const digest = digestOf(memory.data);
      memory.dispose();
      return digest;
    }
    const memory = held[random(HELD)];
    const whole = place === 3 && memory.length >= length + 8 ? memory.data : new Float32Array(length + 8).fill(GUARD);
    const from = 4 + random(whole.length - length - 7);
    whole.set(input, from);
    const at = whole.byteOffset + 4 * from;
    const digest = same(call, encoder, new Float32Array(whole.buffer, at, length));
    const now = whole.length === 0 ? memory.data : whole; // the memory has grown
    for (const i of [from - 1, from - 4, from + length, from + length + 3])
      if (now[i] !== GUARD) problem(`${call.name}: it wrote beside its array`);
    now.fill(GUARD, from, from + length);
    return digest;
  };
  /** @param {import("./calls.js").Call} call @param {any} encoder @param {Float32Array} x */
  const same = (call, encoder, x) => {
    const { byteOffset, length } = x;
    if (perform(call, posenc, encoder, x) !== x) problem(`${call.name}: it returned another array`);
    return digestOf(x.length === length ? x : new Float32Array(watched.memory.buffer, byteOffset, length));
  };

  for (const { where, wrong } of throwAll()) for (const text of wrong) problem(`${where}: ${text}`); // so that the largest of them come before memory is looked at
  const began = performance.now();
  let paused = 0; // for measuring
  const seconds = () => (performance.now() - began - paused) / 1000;
  const fraction = () => Math.min(1, Math.max(count.calls / most, seconds() / longest));
  /** @type {Memory | undefined} */
  let before;
  for (let now = 0; now < 1 && !signal.stop; now = fraction()) {
    if (before === undefined && now >= WARM_UP) {
      const start = performance.now();
      rest();
      before = await measure(posenc, watched);
      paused += performance.now() - start;
    }
    const turn = performance.now();
    for (let i = 0; i < 500 && count.calls < most && performance.now() - turn < 100; i++) {
      count.calls++;
      if (random(HOSTILE) === 0) hostile();
      else ordinary();
    }
    onProgress({ fraction: now, calls: count.calls, seconds: seconds(), module: watched.memory.buffer.byteLength });
    await new Promise((resolve) => setImmediate(resolve)); // Ctrl-C and finalizers have their turn
  }
  const took = seconds();
  rest();
  const after = await measure(posenc, watched);
  for (const each of held) {
    if (each.data.some((/** @type {number} */ v) => v !== GUARD)) problem("an array that is held was written to");
    each.dispose();
  }
  const highest = { encoders: watched.encoders, arrays: watched.arrays };
  const left = unheld(posenc, watched);
  if (instances.length !== born) problem(`${instances.length - born} instances died`);
  if (left.encoders > 0) problem(`${left.encoders} encoders live that nobody has`);
  if (left.arrays > 0) problem(`${left.arrays} arrays live that nobody has`);
  for (const text of grown(before, after)) problem(text);
  const hex = (/** @type {number} */ v) => (v >>> 0).toString(16).padStart(8, "0");
  return {
    seed,
    ...count,
    seconds: took,
    digest: hex(first) + hex(second),
    table: { calls: CALLS.length, formulas, digest: hex(digestOf(digests)) },
    before,
    after,
    highest,
    unheld: left,
    stopped: signal.stop,
    wrong,
    problems,
  };
}

/**
 * How much more than before each may be, in bytes: what one measure differs from the next by. Of the process as a whole it is one block
 * that the C library keeps when it is freed: glibc does so with up to 32 MiB, in one step after millions of calls, when all
 * else stays as it is.
 */
const MORE = { module: 16 << 20, used: 4 << 20, heap: 4 << 20, buffers: 1 << 20, process: 32 << 20 };

/** @param {Memory | undefined} before @param {Memory} after */
function grown(before, after) {
  if (before === undefined) return [];
  return /** @type {(keyof Memory)[]} */ (["module", "used", "heap", "buffers", "process"])
    .filter((key) => after[key] > before[key] + MORE[key])
    .map((key) => `memory, ${key}: it went from ${before[key]} to ${after[key]} bytes`);
}

/** @param {any} memory */
function guarded(memory) {
  memory.data.fill(GUARD);
  return memory;
}
