// Keeps the page for when there is no network. What is there is asked for first, always, so nobody reads yesterday's page, nor half of
// it; without an answer the kept copy is given. build.sh writes down what the page is made of; what is loaded beyond that (a model) is kept
// as it comes.

const files = []; // by build.sh
const version = "dev"; // a hash of them

const name = `posenc-page-${version}`;

addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(name)).addAll(files);
  await skipWaiting();
})()));

addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const old of await caches.keys()) if (old.startsWith("posenc-page-") && old !== name) await caches.delete(old);
  await clients.claim();
})()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith((async () => {
    const cache = await caches.open(name);
    try {
      const response = await fetch(request);
      if (response.status === 200) event.waitUntil(cache.put(request.url.replace(/[?#].*/, ""), response.clone()).catch(() => {})); // no room: then not
      return response;
    } catch (error) {
      const kept = await cache.match(request, { ignoreSearch: true });
      if (kept) return kept;
      throw error;
    }
  })());
});
