// The harness itself, without a browser: a server that leaks files or children that stay behind
// would do harm long before a test went red.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { nest } from "./children.js";
import { onPath, within } from "./launch.js";
import { serve } from "./serve.js";

/** A request whose path goes out as it is, which fetch would tidy up. @param {string} origin @param {string} path */
async function raw(origin, path) {
  const { hostname, port } = new URL(origin);
  const [response] = await once(get({ hostname, port, path, agent: false }), "response");
  let body = "";
  for await (const piece of response) body += piece;
  return { status: response.statusCode, headers: response.headers, body };
}

test("the server gives what is in its folders, with the right type, and nothing else", async (t) => {
  const home = nest("test");
  t.after(home.clear);
  const site = join(home.folder, "site");
  mkdirSync(join(site, "sub"), { recursive: true });
  writeFileSync(join(home.folder, "secret"), "secret");
  writeFileSync(join(site, "index.html"), "<p>home");
  writeFileSync(join(site, "sub", "index.html"), "<p>sub");
  writeFileSync(join(site, "a b.wasm"), "");
  writeFileSync(join(site, "m.js"), "0");
  symlinkSync(join(home.folder, "secret"), join(site, "link"));
  const server = await serve({
    folders: { "/": site, "/more/": join(site, "sub") },
    headers: { "X-Test": "1" },
    answers: { "/odd": { status: 418, type: "x/y", body: "odd", headers: { "X-Odd": "1" } }, "/untyped.js": { type: null } },
  });
  t.after(server.close);

  for (const [path, status, type, body] of /** @type {const} */ ([
    ["/", 200, "text/html; charset=utf-8", "<p>home"],
    ["/?query#hash", 200, "text/html; charset=utf-8", "<p>home"],
    ["/more/", 200, "text/html; charset=utf-8", "<p>sub"],
    ["/a%20b.wasm", 200, "application/wasm", ""],
    ["/m.js", 200, "text/javascript; charset=utf-8", "0"],
    ["/odd", 418, "x/y", "odd"],
    ["/untyped.js", 200, undefined, ""],
    ["/sub", 301, "text/plain; charset=utf-8", ""],
  ])) {
    const reply = await raw(server.origin, path);
    assert.deepEqual([reply.status, reply.headers["content-type"], reply.body], [status, type, body], path);
    assert.deepEqual([reply.headers["cache-control"], reply.headers["x-test"]], ["no-store", "1"], path);
  }
  assert.equal((await raw(server.origin, "//sub")).headers.location, "sub/", "never to another host");
  const outside = ["/../secret", "/%2e%2e/secret", "/sub/..%2f..%2fsecret", "/..%5csecret", "/link", "/more/../../secret"];
  for (const path of [...outside, "/m.js%00", "/m.js/", "/nope"]) {
    const { status, body } = await raw(server.origin, path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /^secret/, path);
  }
  assert.equal((await raw(server.origin, "/%")).status, 400);
  assert.equal((await fetch(server.origin, { method: "POST" })).status, 405);
  server.answers.set("/coded", {
    type: "text/plain",
    body: "plain",
    codings: { br: brotliCompressSync("small"), gzip: gzipSync("small too") },
  });
  for (const [accept, want] of [
    ["gzip, deflate, br;q=0.9", "small"],
    ["gzip", "small too"],
    ["identity", "plain"],
  ]) {
    const reply = await fetch(`${server.origin}/coded`, { headers: { "Accept-Encoding": accept } });
    assert.deepEqual([await reply.text(), reply.headers.get("content-type")], [want, "text/plain"], accept);
  }
  server.answers.set("/m.js", { body: "0123456789", cut: true });
  await assert.rejects(raw(server.origin, "/m.js"), { code: "ECONNRESET" });
});

test("nothing outlives the process that started it, even one that was killed", { timeout: 20_000 }, async () => {
  const script = `
    const { nest } = await import(${JSON.stringify(new URL("children.js", import.meta.url).href)});
    const home = nest("test");
    const child = home.start("sh", ["-c", "trap '' TERM; sleep 60 & wait; wait"]); // deaf to TERM, with a child of its own
    console.log(JSON.stringify([child.pid, home.folder]));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout, "data");
  const [pid, folder] = JSON.parse(String(line));
  assert.ok(alive(pid) && existsSync(folder));
  parent.kill("SIGKILL");
  for (let n = 0; n < 100 && (alive(pid) || existsSync(folder)); n++) await sleep(100);
  assert.deepEqual({ alive: alive(pid), folder: existsSync(folder) }, { alive: false, folder: false });
});

/** Whether a process group has a member. @param {number} group */
function alive(group) {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

test("a step that takes too long says which", async () => {
  const never = new Promise(() => {});
  await assert.rejects(within(0.01, "to load a page", never, "WebKit"), { message: "waited 0.01 s for WebKit to load a page" });
});

test("a command that is not installed is null", () => {
  assert.equal(onPath("no-such-browser"), null);
  assert.ok(onPath("sh"));
});
