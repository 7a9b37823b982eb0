// A lane in a worker of a page: both ends.

import { answering, calling } from "./remote.js";

/** By which the worker knows what it is. */
const NAME = "lane";

const scope = /** @type {any} */ (globalThis);
if (typeof scope.WorkerGlobalScope === "function" && scope.name === NAME) {
  /** @type {ReturnType<typeof answering>} */
  let answer;
  scope.onmessage = (/** @type {{ data: any }} */ { data }) => {
    if (data.module === undefined) return answer(data);
    const lane = import(data.module).then(({ createLane }) => createLane(...data.args));
    lane.catch(() => {}); // the first call tells
    answer = answering(lane, (message) => scope.postMessage(message));
  };
}

/**
 * Starts a module's `createLane(...args)` in a worker.
 * @template {object} T what createLane gives
 * @param {URL} module
 * @param {readonly unknown[]} args
 * @returns {{ lane: import("./remote.js").Remote<T>, stop(): void }}
 */
export function startLane(module, args) {
  const worker = new Worker(import.meta.url, { type: "module", name: NAME });
  /** @type {ReturnType<typeof calling<T>>} */
  const { lane, receive, fail } = calling((message) => worker.postMessage(message));
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = ({ message }) => fail(new Error(`the worker failed: ${message}`));
  worker.postMessage({ module: module.href, args });
  return { lane, stop: () => worker.terminate() };
}
