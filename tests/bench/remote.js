// Calls to an object in another thread, for workers of Node (worker.js) and of pages (page-worker.js). They go one way as
// { method, args } and come back as { value } or { error }, one at a time; what is timed is timed inside, so the messages
// cost nothing that counts.

/**
 * An object as it is from another thread: each method gives a promise.
 * @template T
 * @typedef {{ [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never }} Remote
 */

/**
 * The end that has the object.
 * @param {any} object or a promise of it, whose failure is then every call's
 * @param {(message: { value: unknown } | { error: unknown }) => void} post
 * @returns {(message: { method: string, args: unknown[] }) => Promise<void>}
 */
export const answering =
  (object, post) =>
  async ({ method, args }) => {
    try {
      post({ value: await (await object)[method](...args) });
    } catch (error) {
      post({ error });
    }
  };

/**
 * The end that calls: tell it what comes back.
 * @template {object} T
 * @param {(message: { method: string, args: unknown[] }) => void} post
 * @returns {{ lane: Remote<T>, receive(message: { value?: unknown, error?: unknown }): void, fail(error: unknown): void }}
 */
export function calling(post) {
  /** @type {{ resolve: (value: any) => void, reject: (error: unknown) => void } | undefined} the call under way */
  let waiting;
  /** @type {unknown} */
  let death; // it may come between calls
  const call =
    (/** @type {string} */ method) =>
    async (/** @type {any[]} */ ...args) => {
      if (death !== undefined) throw death;
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        post({ method, args });
      });
    };
  return {
    lane: /** @type {any} */ (new Proxy({}, { get: (_, method) => (method === "then" ? undefined : call(String(method))) })),
    receive: ({ value, error }) => (error === undefined ? waiting?.resolve(value) : waiting?.reject(error)),
    fail(error) {
      death = error;
      waiting?.reject(error);
    },
  };
}
