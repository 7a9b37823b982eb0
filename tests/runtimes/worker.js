// The workload in a worker of its own.

import { load } from "posenc";

import { digest } from "./digest.js";
import workload from "./workload.json" with { type: "json" };

load()
  .then((posenc) => digest(posenc, workload))
  .then(postMessage, (error) => postMessage(String(error)));
