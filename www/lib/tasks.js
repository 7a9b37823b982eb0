// Work in a module worker: a page runs a task by its name, hears how far it has come, and can stop it. Errors come back as errors.

/** @typedef {{ signal: AbortSignal, progress: (...facts: any[]) => void }} Doing */

/**
 * The page's end. The worker is started by the first task, and again after `end`.
 *
 * @param {URL} url of the worker
 */
export function tasks(url) {
  /** @type {Worker | null} */
  let worker = null;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void, onProgress: (...facts: any[]) => void }>} */
  const running = new Map();
  let last = 0;

  /** Ends the worker and with it whatever it was doing, fetching or keeping. @param {Error} [reason] */
  function end(reason = new DOMException("Cancelled.", "AbortError")) {
    worker?.terminate();
    worker = null;
    for (const { reject } of running.values()) reject(reason);
    running.clear();
  }

  function start() {
    worker = new Worker(url, { type: "module" });
    worker.addEventListener("message", ({ data: { id, progress, result, error } }) => {
      const task = running.get(id);
      if (!task) return; // it was cancelled
      if (progress) return task.onProgress(...progress);
      running.delete(id);
      if (error) task.reject(Object.assign(new Error(error.message), error));
      else task.resolve(result);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      end(new Error(event.message || "The worker's script did not load."));
    });
    return worker;
  }

  return {
    /** @param {string} task @param {any} [given] @param {{ signal?: AbortSignal, onProgress?: (...facts: any[]) => void }} [options] @returns {Promise<any>} */
    run(task, given, { signal, onProgress = () => {} } = {}) {
      const id = ++last;
      return new Promise((resolve, reject) => {
        running.set(id, { resolve, reject, onProgress });
        signal?.addEventListener("abort", () => {
          if (!running.delete(id)) return;
          worker?.postMessage({ cancel: id });
          reject(signal.reason);
        });
        (worker ?? start()).postMessage({ id, task, given });
      });
    },
    end,
  };
}

/**
 * The worker's end. A task gives its result, or `transfer(result, buffers)`.
 *
 * @param {Record<string, (given: any, doing: Doing) => any>} known
 */
export function answer(known) {
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  addEventListener("message", async ({ data: { id, task, given, cancel } }) => {
    if (cancel) return running.get(cancel)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const result = await known[task](given, { signal: controller.signal, progress: (...progress) => postMessage({ id, progress }) });
      if (result instanceof Transfer) postMessage({ id, result: result.value }, { transfer: result.buffers });
      else postMessage({ id, result });
    } catch (error) {
      const { name, message = String(error), code } = Object(error);
      postMessage({ id, error: { name, message, code } });
    }
    running.delete(id);
  });
}

class Transfer {
  /** @param {any} value @param {Transferable[]} buffers */
  constructor(value, buffers) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** A result whose buffers move instead of being copied. @param {any} value @param {Transferable[]} buffers */
export const transfer = (value, buffers) => new Transfer(value, buffers);

/** Lets messages in, such as the one that cancels, and stops here if it came. @param {AbortSignal} signal */
export async function breathe(signal) {
  await new Promise((done) => setTimeout(done));
  signal.throwIfAborted();
}

/** @param {unknown} error */
export const isCancelled = (error) => error instanceof DOMException && error.name === "AbortError";
