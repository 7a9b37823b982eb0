// posenc and transformers.js: a model's config, as it loads it, says which encoding the model has.

import { AutoConfig, env } from "@huggingface/transformers";
import { load } from "posenc";

env.allowRemoteModels = false; // here it is in a folder beside this file
env.localModelPath = "models";
const config = await AutoConfig.from_pretrained("some-llama");

const posenc = await load();
const { modelType, rotary } = posenc.fromConfig(config);
console.log(modelType, rotary.options.headDim, rotary.options.base, rotary.options.scaling.type); // -> llama 64 500000 llama3

// The keys that a session of onnxruntime gets as past_key_values are turned by the same encoder.
const keys = rotary.rotate(new Float32Array(8 * 64).fill(1), { heads: 8 });
console.log(keys.length); // -> 512
