// A static server for tests and for `./build.sh serve`. It listens on 127.0.0.1 only, caches
// nothing (a page under test must see the file that was just built), and can be told to answer
// single paths with something else: what a library does when its wasm is a 404 or an HTML page
// can only be seen against a server that does just that.
//
//     node tests/browsers/serve.js DIR [--port N] [--headers FILE]     the file is JSON, a header's name to its value

import { once } from "node:events";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const types = new Map(
  Object.entries({
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
  }),
);

/**
 * What to send for a path instead of a file.
 *
 * @typedef {object} Answer
 * @property {number} [status] 200
 * @property {string | null} [type] the MIME type; null sends none; by the path's extension if absent
 * @property {string | Uint8Array} [body] empty if absent
 * @property {Record<string, string>} [headers] beside the server's own
 * @property {Record<string, Uint8Array>} [codings] the body, compressed, by Content-Encoding: the first that is accepted
 * @property {boolean} [cut] promises the whole body, sends half, and drops the connection
 */

/**
 * A running server. `answers` may be changed while it runs.
 *
 * @typedef {{ origin: string, answers: Map<string, Answer | (() => Answer)>, close(): Promise<void> }} Server
 */

/**
 * Serves folders on 127.0.0.1.
 *
 * @param {object} options
 * @param {Record<string, string>} options.folders URL prefix, "/" at both ends, to a folder; the longest prefix wins
 * @param {Record<string, string>} [options.headers] sent with every answer (COOP, COEP, CSP)
 * @param {Record<string, Answer | (() => Answer)>} [options.answers] by path; a function is called at each request
 * @param {number} [options.port] 0, the default, takes a free one
 * @returns {Promise<Server>}
 */
export async function serve({ folders, headers = {}, answers = {}, port = 0 }) {
  const overrides = new Map(Object.entries(answers));
  const roots = await Promise.all(
    Object.entries(folders)
      .sort(([a], [b]) => b.length - a.length)
      .map(async ([prefix, folder]) => ({ prefix, root: await realpath(folder) })),
  );

  /** @param {string} path @returns {Promise<Answer>} */
  async function answer(path) {
    const override = overrides.get(path);
    if (override) return typeof override === "function" ? override() : override;
    const mount = roots.find(({ prefix }) => path.startsWith(prefix));
    if (!mount) return notFound(path);
    try {
      const file = await realpath(join(mount.root, path.slice(mount.prefix.length)));
      // On the real path, after "..", "%2e%2e" and symbolic links have had their say.
      if (file !== mount.root && !file.startsWith(mount.root + sep)) return notFound(path);
      if ((await stat(file)).isDirectory()) {
        if (path.endsWith("/")) return { type: types.get(".html"), body: await readFile(join(file, "index.html")) };
        // Relative, since "//host/" as a Location would lead away from here.
        return { status: 301, headers: { Location: `${encodeURIComponent(basename(path))}/` } };
      }
      return { type: types.get(extname(file)) ?? "application/octet-stream", body: await readFile(file) };
    } catch {
      return notFound(path); // not there, not readable, or a name with a NUL in it
    }
  }

  const server = createServer(async (request, response) => {
    let path;
    try {
      path = decodeURIComponent((request.url ?? "/").split(/[?#]/, 1)[0]);
    } catch {
      path = "";
    }
    /** @type {Answer} */
    let reply;
    if (request.method !== "GET" && request.method !== "HEAD") reply = { status: 405, body: "GET and HEAD only\n" };
    else if (!path.startsWith("/")) reply = { status: 400, body: "not a path\n" };
    else reply = await answer(path);

    const accepted = String(request.headers["accept-encoding"] ?? "")
      .split(",")
      .map((coding) => coding.split(";", 1)[0].trim());
    const [coding, coded] = Object.entries(reply.codings ?? {}).find(([coding]) => accepted.includes(coding)) ?? [];
    const body = Buffer.from(coded ?? reply.body ?? "");
    const type = reply.type === undefined ? (types.get(extname(path)) ?? "text/plain; charset=utf-8") : reply.type;
    response.writeHead(reply.status ?? 200, {
      "Cache-Control": "no-store",
      "Content-Length": body.length,
      ...(type === null ? {} : { "Content-Type": type }),
      ...(coding === undefined ? {} : { "Content-Encoding": coding, Vary: "Accept-Encoding" }),
      ...headers,
      ...reply.headers,
    });
    if (request.method === "HEAD") response.end();
    else if (reply.cut) response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    else response.end(body);
  });

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${address.port}`,
    answers: overrides,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections(); // a browser keeps its connections open, and close() would wait for them
      await closed;
    },
  };
}

/** @param {string} path @returns {Answer} */
function notFound(path) {
  return { status: 404, type: "text/plain; charset=utf-8", body: `404: no ${path} here\n` };
}

async function main() {
  const usage = "usage: node tests/browsers/serve.js DIR [--port N] [--headers FILE]";
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { port: { type: "string" }, headers: { type: "string" } },
    });
    const port = Number(values.port ?? 0);
    if (positionals.length !== 1) throw new Error(usage);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port: want 0 to 65535, got ${values.port}`);
    const headers = values.headers === undefined ? {} : JSON.parse(await readFile(values.headers, "utf8"));
    const server = await serve({ folders: { "/": positionals[0] }, headers, port });
    console.log(`${positionals[0]} is at ${server.origin}/ (Ctrl-C stops)`);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EADDRINUSE") console.error("that port is taken: try another, or leave --port out");
    else if (code === "ENOENT") console.error(`no such folder: ${message.split("'")[1]}`);
    else console.error(message);
    process.exitCode = 1;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
