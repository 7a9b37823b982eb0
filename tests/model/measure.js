// The main job, measured: posenc encodes the model's token embeddings, the model goes on with them,
// and what comes out is compared with what the model makes by itself. The demo prints these
// numbers and the test asserts them, against the same limits.

import { cosine, exactTimescales, largestDifference, roundingOfSignal } from "./compare.js";

/** What posenc must be told to make this model's signal. */
export const OPTIONS = Object.freeze({ dim: 256, convention: "tensor2tensor" });

/** The first two have the same words, so that only positions can tell them apart. */
export const SENTENCES = Object.freeze([
  "the dog bites the man",
  "the man bites the dog",
  "A Transformer is blind to order.",
  "Where is the library, and when does it open on Sundays?",
  "Positions are added to embeddings, turned into queries and keys, or biased into scores.",
]);

/** What the numbers must be. */
export const LIMITS = Object.freeze({
  smallestCosine: 0.999999, // of a sentence vector and the model's own
  vectors: 1e-5, // their largest difference; float32 noise is 1e-7, a wrong position 1e-2
  wordOrder: Object.freeze({ without: 1, with: 0.934, tolerance: 0.0005 }),
});

/** @typedef {{ data: Float32Array, dispose(): void }} Buffer a Float32Array in the module's memory */
/** @typedef {{ positions: ArrayLike<number> }} At */
/**
 * The part of posenc's encoder that is used here.
 * @typedef {object} Encoder
 * @property {(x: any, at: At) => any} add x is a Float32Array or a Buffer, and comes back
 * @property {(x: any, at: At) => any} fill
 * @property {() => void} dispose
 */
/**
 * The part of the loaded package that is used here.
 * @typedef {object} Posenc
 * @property {(options: any) => Encoder} sinusoidal
 * @property {(length: number) => Buffer} alloc
 */
/** @typedef {import("./universal-sentence-encoder.js").UniversalSentenceEncoder} Model */

/**
 * Encodes in place in the module's memory, and gives back a copy that lives in JavaScript.
 * @param {Posenc} posenc
 * @param {Encoder} encoder
 * @param {{ x: Float32Array, positions: ArrayLike<number> }} batch
 * @returns {Float32Array}
 */
export function encode(posenc, encoder, { x, positions }) {
  const buffer = posenc.alloc(x.length);
  try {
    buffer.data.set(x);
    encoder.add(buffer, { positions });
    return buffer.data.slice();
  } finally {
    buffer.dispose();
  }
}

/**
 * Runs the model by itself, on posenc's encoding, and without positions.
 * @param {Model} model
 * @param {Posenc} posenc
 * @param {(fraction: number) => void} [onProgress]
 */
export async function measure(model, posenc, onProgress = () => {}) {
  const encoder = posenc.sinusoidal(OPTIONS);
  try {
    const batch = await model.embeddings(SENTENCES);
    const theirs = await model.signal(SENTENCES);
    const ours = new Float32Array(batch.x.length);
    encoder.fill(ours, { positions: batch.positions });

    const rounded = await model.inverseTimescales();
    const allowed = roundingOfSignal(batch.positions, rounded, exactTimescales(rounded.length));
    const beyond = ours.findIndex((v, i) => !(Math.abs(v - theirs[i]) <= allowed[i]));

    onProgress(0);
    const own = await model.sentenceVectors(SENTENCES);
    onProgress(1 / 3);
    const fed = await model.sentenceVectors(SENTENCES, encode(posenc, encoder, batch));
    onProgress(2 / 3);
    const blind = await model.sentenceVectors(SENTENCES, batch.x);
    onProgress(1);

    return {
      batch,
      signal: {
        difference: largestDifference(ours, theirs),
        allowed: allowed.reduce((a, b) => Math.max(a, b)),
        within: beyond < 0,
      },
      vectors: {
        difference: Math.max(...own.map((v, i) => largestDifference(v, fed[i]))),
        smallestCosine: Math.min(...own.map((v, i) => cosine(v, fed[i]))),
      },
      wordOrder: {
        without: cosine(blind[0], blind[1]),
        with: cosine(fed[0], fed[1]),
        own: cosine(own[0], own[1]),
      },
    };
  } finally {
    encoder.dispose();
  }
}

/**
 * Which of the measured values are as they must be.
 * @param {Awaited<ReturnType<typeof measure>>} m
 */
export function verdict({ signal, vectors, wordOrder }) {
  const { without, with: aware, tolerance } = LIMITS.wordOrder;
  return {
    signal: signal.within,
    vectors: vectors.difference <= LIMITS.vectors,
    smallestCosine: vectors.smallestCosine >= LIMITS.smallestCosine,
    without: Math.abs(wordOrder.without - without) < 0.00005, // prints as 1.0000
    with: Math.abs(wordOrder.with - aware) <= tolerance && Math.abs(wordOrder.with - wordOrder.own) <= LIMITS.vectors,
  };
}

/**
 * How long `add` takes on the packed batch, in the module's memory.
 * @param {Posenc} posenc
 * @param {{ x: Float32Array, positions: ArrayLike<number> }} batch
 * @param {number} [runs]
 * @returns {{ seconds: number, elementsPerSecond: number, runs: number }} the median of the runs
 */
export function timeAdd(posenc, { x, positions }, runs = 51) {
  const encoder = posenc.sinusoidal(OPTIONS);
  const buffer = posenc.alloc(x.length);
  try {
    buffer.data.set(x);
    const at = { positions };
    const run = (/** @type {number} */ calls) => {
      const start = performance.now();
      for (let i = 0; i < calls; i++) encoder.add(buffer, at);
      return (performance.now() - start) / 1000 / calls;
    };
    run(200); // until the engine has compiled both sides of the call
    // About a millisecond a run, far above the clock's resolution.
    const calls = Math.min(1000, Math.max(1, Math.round(0.001 / run(50))));
    const times = Array.from({ length: runs }, () => run(calls)).sort((a, b) => a - b);
    const seconds = times[runs >> 1];
    return { seconds, elementsPerSecond: x.length / seconds, runs };
  } finally {
    buffer.dispose();
    encoder.dispose();
  }
}
