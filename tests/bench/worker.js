// A lane in a worker of Node: both ends.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import { answering, calling } from "./remote.js";

/** @template T @typedef {import("./remote.js").Remote<T>} Remote */

if (!isMainThread && workerData?.lane !== undefined) {
  const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
  const lane = await (await import(workerData.lane)).createLane();
  port.on(
    "message",
    answering(lane, (message) => port.postMessage(message)),
  );
}

/**
 * Starts a module's `createLane()` in a worker.
 * @template {object} T what createLane gives
 * @param {URL} module
 * @returns {{ lane: Remote<T>, stop(): Promise<unknown> }}
 */
export function startLane(module) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { lane: module.href } });
  /** @type {ReturnType<typeof calling<T>>} */
  const { lane, receive, fail } = calling((message) => worker.postMessage(message));
  worker.on("message", receive);
  worker.on("error", fail);
  return { lane, stop: () => worker.terminate() };
}
