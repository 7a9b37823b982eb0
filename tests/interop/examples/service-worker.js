// posenc in a service worker of type "module": it answers requests for rows, which no server has to keep.
// navigator.serviceWorker.register("service-worker.js", { type: "module" })

import { load } from "/npm/index.js"; // with a bundler: "posenc"

const loading = load();

addEventListener("install", (event) => event.waitUntil(loading)); // a worker that cannot load posenc is not installed
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.pathname === "/rows") event.respondWith(rows(url.searchParams));
});

/** @param {URLSearchParams} query */
async function rows(query) {
  let pe;
  try {
    const posenc = await loading;
    pe = posenc.sinusoidal({ dim: Number(query.get("dim")) });
    return new Response(pe.table(Number(query.get("length")), { offset: Number(query.get("offset") ?? 0) }));
  } catch ({ code, message }) {
    return new Response(`${code}: ${message}`, { status: 400 });
  } finally {
    pe?.dispose();
  }
}
