// posenc and transformers.js: a model's config, as it loads it, says which encoding the model has.

import { AutoConfig, env } from "@huggingface/transformers";
import { load } from "posenc";

env.allowRemoteModels = false; // here it is in a folder beside this file
env.localModelPath = "models";
const config = await AutoConfig.from_pretrained("some-llama");

const posenc = await load();
const { modelType, rotary } = posenc.fromConfig(config);
console.log(modelType, rotary.options.headDim, rotary.options.base, rotary.options.scaling.type); // -> llama 64 500000 llama3

// past_key_values are turned already, [batch, heads, seq, headDim]. Where their first token is forgotten, the others move by one.
const keys = rotary.rotate(new Float32Array(8 * 64).fill(1), { heads: 8, order: "bhsd", offset: 1 }); // of a token at 1
rotary.shift(keys, -1, { heads: 8, order: "bhsd" });
console.log(keys.every((v) => Math.abs(v - 1) < 1e-6)); // -> true
