// The model at work, away from the page: it is loaded, and answers what two sentences have in common under different positions.

import { answer, breathe, transfer } from "../../lib/tasks.js";

const vendor = new URL("../../vendor/", import.meta.url);
const embeddings = "module/Embeddings_en"; // the weight, [8002, 256]

/** @type {any} */
let model, posenc;
/** @type {string[]} */
let pieces = [];

answer({
  /** Everything comes from the site's own origin: the page ends this worker to stop it. */
  async load(_, { progress }) {
    const [{ load, bytes, env, setWasmPaths }, { load: loadPosenc }] = await reached(
      "the program that runs it",
      Promise.all([import("../../vendor/universal-sentence-encoder.js"), import("../../posenc/index.js")]),
    );
    posenc = await loadPosenc();
    env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // its threads are made of scripts that the page's policy forbids
    setWasmPaths(vendor.href);
    const kept = await globalThis.caches?.open(`posenc-model-${bytes}`).catch(() => null); // for the next visit, where that is allowed
    /** @type {Map<string, ArrayBuffer>} */
    const fetched = new Map();
    let done = 0;
    /** @type {ArrayBuffer[]} */
    const shards = [];
    /** @type {any} */
    let weights;
    model = await load({
      /** @param {string} name @param {(more: number) => void} onBytes */
      async read(name, onBytes = () => {}) {
        const url = new URL(`model/${name}`, vendor).href;
        const count = (/** @type {number} */ more) => {
          onBytes(more);
          progress((done += more), bytes);
        };
        const copy = await kept?.match(url),
          body = copy ? await copy.arrayBuffer() : await download(name, url, count);
        if (copy) count(body.byteLength);
        else fetched.set(url, body);
        if (name === "vocab.json")
          pieces = JSON.parse(new TextDecoder().decode(body)).map((/** @type {[string, number]} */ [piece]) => piece);
        else if (name === "model.json") [{ weights }] = JSON.parse(new TextDecoder().decode(body)).weightsManifest;
        else shards.push(body);
        return body;
      },
    });
    for (const [url, body] of fetched) await kept?.put(url, new Response(body)).catch(() => {}); // no room: then not
    const data = embeddingsIn(weights, shards);
    return transfer({ data, rows: data.length / 256, dim: 256 }, [data.buffer]);
  },

  /** @param {{ sentences: string[], options: any }} given @param {import("../../lib/tasks.js").Doing} doing */
  async compare({ sentences, options }, { signal, progress }) {
    const started = performance.now();
    const encoder = posenc.sinusoidal({ dim: 256, ...options });
    try {
      const { x, positions } = await model.embeddings(sentences);
      const encoded = encoder.add(x.slice(), { positions }),
        ours = encoder.fill(new Float32Array(x.length), { positions });
      const theirs = await model.signal(sentences);
      const results = [];
      for (const [k, input] of [x, encoded, undefined].entries()) {
        progress(k / 3);
        await breathe(signal);
        results.push(await model.sentenceVectors(sentences, input));
      }
      const [without, by, own] = results;
      return {
        without: cosine(without[0], without[1]),
        by: cosine(by[0], by[1]),
        own: cosine(own[0], own[1]),
        difference: largest(ours, theirs),
        agreement: Math.min(cosine(by[0], own[0]), cosine(by[1], own[1])),
        pieces: model.tokens(sentences).map((/** @type {number[]} */ ids) => ids.map((id) => pieces[id])),
        milliseconds: performance.now() - started,
      };
    } finally {
      encoder.dispose();
    }
  },
});

/** @param {string} name @param {string} url @param {(more: number) => void} onBytes */
async function download(name, url, onBytes) {
  const response = await reached(name, fetch(url));
  if (!response.ok || !response.body) throw new Error(`The model did not load: the server has no ${name}, it answered ${response.status}.`);
  const parts = [];
  const reader = response.body.getReader();
  for (let piece = await reached(name, reader.read()); !piece.done; piece = await reached(name, reader.read())) {
    parts.push(piece.value);
    onBytes(piece.value.length);
  }
  return new Blob(parts).arrayBuffer();
}

/** What the network says in each engine in other words, in ours. @template T @param {string} what @param {Promise<T>} promise @returns {Promise<T>} */
async function reached(what, promise) {
  try {
    return await promise;
  } catch (cause) {
    throw new Error(`The model did not load: ${what} could not be fetched. Is there a connection to the server?`, { cause });
  }
}

/** The rows of the tokens, out of the files that the weights are cut into. @param {any[]} weights @param {ArrayBuffer[]} shards */
function embeddingsIn(weights, shards) {
  let start = 0;
  for (const { name, shape } of weights) {
    const size = 4 * shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    if (name !== embeddings) {
      start += size;
      continue;
    }
    const bytes = new Uint8Array(size);
    let at = -start;
    for (const shard of shards) {
      if (at < size && at + shard.byteLength > 0)
        bytes.set(new Uint8Array(shard).subarray(Math.max(0, -at), Math.max(0, Math.min(shard.byteLength, size - at))), Math.max(0, at));
      at += shard.byteLength;
    }
    return new Float32Array(bytes.buffer);
  }
  throw new Error(`The model has no ${embeddings}.`);
}

/** @param {Float32Array} a @param {Float32Array} b */
function cosine(a, b) {
  let ab = 0,
    aa = 0,
    bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** @param {Float32Array} a @param {Float32Array} b */
const largest = (a, b) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
