// The lane of onnxruntime-web: WebAssembly with SIMD, and as many threads as ?threads= says.

import * as ort from "onnxruntime-web";

import { Lane } from "./lane.js";
import { ortContenders } from "./ort-contenders.js";
import { ORT_WEB_1, ORT_WEB_2 } from "./peers.js";

export function createLane() {
  const threads = Number(new URL(import.meta.url).searchParams.get("threads"));
  ort.env.wasm.numThreads = threads;
  return new Lane(
    ortContenders({ ort, name: threads === 1 ? ORT_WEB_1 : ORT_WEB_2, options: { executionProviders: ["wasm"] }, intoOutput: false }),
  );
}
