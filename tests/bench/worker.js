// A lane in a worker: both ends. Calls go one way as { method, args } and come back as { value } or
// { error }, one at a time; what is timed is timed inside, so the messages cost nothing that counts.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (!isMainThread && workerData?.lane !== undefined) {
  const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
  const lane = await (await import(workerData.lane)).createLane();
  port.on("message", async ({ method, args }) => {
    try {
      port.postMessage({ value: await lane[method](...args) });
    } catch (error) {
      port.postMessage({ error });
    }
  });
}

/**
 * Starts a module's `createLane()` in a worker.
 * @template {object} T what createLane gives
 * @param {URL} module
 * @returns {{ lane: Remote<T>, stop(): Promise<unknown> }}
 */
export function startLane(module) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { lane: module.href } });
  /** @type {{ resolve: (value: any) => void, reject: (error: unknown) => void } | undefined} the call under way */
  let waiting;
  /** @type {unknown} */
  let death; // it may come between calls
  worker.on("message", ({ value, error }) => (error === undefined ? waiting?.resolve(value) : waiting?.reject(error)));
  worker.on("error", (error) => {
    death = error;
    waiting?.reject(error);
  });
  const call = (/** @type {string} */ method) => async (/** @type {any[]} */ ...args) => {
    if (death !== undefined) throw death;
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      worker.postMessage({ method, args });
    });
  };
  const lane = new Proxy({}, { get: (_, method) => (method === "then" ? undefined : call(String(method))) });
  return { lane: /** @type {Remote<T>} */ (lane), stop: () => worker.terminate() };
}

/**
 * An object as it is from another thread: each method gives a promise.
 * @template T
 * @typedef {{ [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never }} Remote
 */
