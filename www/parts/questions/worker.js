// Measures of the questions that take longer than a frame, away from the page, so that it keeps answering. A request has a number and
// its answer has the same.

import { load } from "../../posenc/index.js";
import { measure, overlap } from "../meaning/measure.js";
import { repetition } from "../sine/measure.js";

const loading = load();
const tasks = { measure, overlap, repetition };
/** A table of megabytes, which is sent once. @type {import("../meaning/measure.js").Embeddings | null} */
let real = null;

self.onmessage = async ({ data: { id, task, request } }) => {
  try {
    if (task === "real") real = request;
    const answer =
      task === "real"
        ? null
        : tasks[/** @type {keyof typeof tasks} */ (task)](await loading, { ...request, real: request.real ? real : null });
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
