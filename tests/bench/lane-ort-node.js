// The lane of onnxruntime-node: native code, for reference, with one thread and with two.

import ort from "onnxruntime-node";

import { Lane } from "./lane.js";
import { ortContenders } from "./ort-contenders.js";
import { ORT_NODE_1, ORT_NODE_2 } from "./peers.js";

export const createLane = () =>
  new Lane(
    [ORT_NODE_1, ORT_NODE_2].flatMap((name, i) =>
      ortContenders({ ort, name, options: { executionProviders: ["cpu"], intraOpNumThreads: i + 1 }, intoOutput: true }),
    ),
  );
