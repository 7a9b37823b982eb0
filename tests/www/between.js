// What stands between the page and its server: it knows what was asked for, and can break single answers as networks do.

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * `hold` sends half and then nothing more, `drop` breaks the connection before a byte, `missing` is a 404.
 *
 * @typedef {{ origin: string, rules: Map<string, "hold" | "drop" | "missing">, asked: string[], left: string[], release(): void, close(): Promise<void> }} Between
 *   rules by a part of a path; left: what the browser did not wait for
 */

/** @param {import("../browsers/serve.js").Server} behind @returns {Promise<Between>} */
export async function between(behind) {
  /** @type {Between["rules"]} */
  const rules = new Map();
  /** @type {string[]} */
  const asked = [],
    left = [];
  /** @type {import("node:http").ServerResponse[]} */
  const held = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    asked.push(path);
    const rule = [...rules].find(([part]) => path.includes(part))?.[1];
    if (rule === "drop") return void request.socket.destroy();
    const { status, headers, body } = await take(rule === "missing" ? `${path}.missing` : path);
    response.writeHead(status, headers);
    response.on("close", () => response.writableFinished || left.push(path));
    if (rule !== "hold") return void response.end(body);
    response.write(body.subarray(0, body.length >> 1));
    held.push(response);
  });

  /** @param {string} path */
  async function take(path) {
    const answer = await fetch(behind.origin + path);
    const { connection, "keep-alive": _, ...headers } = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) };
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    rules,
    asked,
    left,
    /** Breaks off what is held. */
    release: () => held.splice(0).forEach((response) => response.destroy()),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
