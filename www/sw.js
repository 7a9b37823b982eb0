// Keeps the page for when there is no network. The build writes down here which files belong to it, and a version that is a hash over
// them. Who has the network gets the page from there, always: nothing is stale, and no old module meets a new one. What is in vendor/ is
// kept when somebody has loaded it, and then comes from here, but for the model, which parts/transformer/worker.js keeps when it has it all.

const VERSION = "dev";
/** @type {string[]} relative to the page; "" is the page itself */
const FILES = [];

const scope = /** @type {any} */ (globalThis);
/** Other pages may be on the same origin, and have caches too. */
const prefix = `posenc ${scope.registration.scope} `;
const cacheName = prefix + VERSION;
/** @param {string} path */
const here = (path) => new URL(path, scope.registration.scope).href;

// No skipWaiting: pages that are open keep the version that they were loaded with.
scope.addEventListener("install", (/** @type {any} */ event) =>
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      await cache.addAll(FILES.map((path) => new Request(here(path), { cache: "no-cache" }))); // the browser has most of them: it asks whether they have changed
    })(),
  ),
);

scope.addEventListener("activate", (/** @type {any} */ event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
      await scope.clients.claim();
    })(),
  ),
);

scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.registration.scope) || request.headers.has("range")) return;
  if (request.url.startsWith(here("vendor/model/"))) return; // a copy would be read to its end, also when the page cancels
  event.respondWith(request.url.startsWith(here("vendor/")) ? keptFirst(request) : networkFirst(request));
});

/** @param {Request} request */
async function networkFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(cacheName);
    // What a part shows is in the query; the files have none.
    const kept = await cache.match(request.mode === "navigate" ? here("") : request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

/** @param {Request} request */
async function keptFirst(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  // A failure to keep it, as on a full disk, is none to load it. A load that is cancelled is not kept.
  if (response.status === 200) cache.put(request, response.clone()).catch(() => {});
  return response;
}
