// load(): from nothing, a URL, a Response, bytes or a Module; the errors of each step, which say what to do; and what it
// leaves alone: globals, the process's exit, the import of the package where there is no WebAssembly.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { load } from "../../dist/npm/index.js";
import { child, PACKAGE } from "./child.js";
import { row, near } from "./reference.js";

const file = new URL("posenc.wasm", PACKAGE);
const bytes = new Uint8Array(readFileSync(file));
const html = new TextEncoder().encode("<!DOCTYPE html><title>Not found</title>");
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0); // a WebAssembly module without anything in it
/** A module that imports a function "f" from "m". */
const foreign = Uint8Array.of(...empty, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0);

const folder = mkdtempSync(join(tmpdir(), "posenc-load-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the server answers, by path. @type {Record<string, (response: import("node:http").ServerResponse) => void>} */
const answers = {
  "/posenc.wasm": (r) => r.writeHead(200, { "content-type": "application/wasm" }).end(bytes),
  "/octets": (r) => r.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes),
  "/no-type": (r) => r.writeHead(200).end(bytes),
  "/page-as-wasm": (r) => r.writeHead(200, { "content-type": "application/wasm" }).end(html),
  "/page": (r) => r.writeHead(200, { "content-type": "text/html" }).end(html),
  "/short": (r) => r.writeHead(200, { "content-type": "application/wasm" }).end(bytes.subarray(0, 70000)),
  "/cut": (r) => {
    r.writeHead(200, { "content-length": bytes.length });
    r.write(bytes.subarray(0, 70000), () => r.destroy());
  },
  "/403": (r) => r.writeHead(403).end("no"),
  "/500": (r) => r.writeHead(500).end("no"),
};
const server = createServer((request, response) => {
  const answer = answers[/** @type {string} */ (request.url)];
  if (answer) answer(response);
  else response.writeHead(404, { "content-type": "text/html" }).end(html);
});
let base = "";
before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  base = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

/** @param {import("../../dist/npm/index.js").WasmSource | PromiseLike<import("../../dist/npm/index.js").WasmSource>} wasm */
async function works(wasm) {
  const own = await load({ wasm });
  const pe = own.sinusoidal({ dim: 6 });
  near(pe.add(new Float32Array(12)), [...row({ dim: 6 }, 0), ...row({ dim: 6 }, 1)], 1e-6, "rows");
  pe.dispose();
  return own;
}

test("load() is idempotent, a hundred times at once, and compiles once", async () => {
  const first = await load();
  assert.equal(await load(), first);
  assert.equal(await load({}), first);
  assert.equal(await load({ wasm: undefined }), first);
  const { status, answer } = child(`
    let compiled = 0;
    for (const name of ["compile", "compileStreaming"]) {
      const real = WebAssembly[name];
      WebAssembly[name] = (...args) => { compiled++; return real.apply(WebAssembly, args); };
    }
    const { load } = await import(posenc);
    const all = await Promise.all(Array.from({ length: 100 }, () => load()));
    console.log(JSON.stringify({ instances: new Set(all).size, again: all.includes(await load()), compiled }));`);
  assert.deepEqual([status, answer], [0, { instances: 1, again: true, compiled: 1 }]);
});

const sources = {
  "a file URL": () => file,
  "a file URL as text": () => file.href,
  "text, relative to the package": () => "./posenc.wasm",
  "an http URL": () => new URL("/posenc.wasm", base),
  "an http URL as text, of a wrong MIME type": () => `${base}/octets`,
  "an http URL without a MIME type": () => `${base}/no-type`,
  "a Response": () => fetch(`${base}/posenc.wasm`).then((r) => r),
  "a Response of a wrong MIME type": () => new Response(bytes, { headers: { "content-type": "text/html" } }),
  "an ArrayBuffer": () => bytes.slice().buffer,
  "a Uint8Array": () => bytes,
  "a part of a larger array": () => {
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 4);
    return larger.subarray(4, 4 + bytes.length);
  },
  "a DataView": () => new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  "a Node Buffer": () => readFileSync(file),
  "a Module": () => new WebAssembly.Module(bytes),
};
for (const [name, source] of Object.entries(sources)) {
  test(`load({ wasm }) takes ${name}, and a promise of it, and gives an instance of its own`, async () => {
    const own = await works(await source());
    const other = await works(Promise.resolve(source()));
    assert.notEqual(own, await load());
    assert.notEqual(own, other);
    assert.throws(() => other.sinusoidal({ dim: 2 }).add(own.alloc(2)), {
      code: "ERR_POSENC_TYPE",
      message: /^x: want an array of the same load\(\), got /,
    });
  });
}

const ADVICE =
  /pass load\(\{ wasm \}\)|Fetch it again|take both from the same package|try again|pass a fresh one|not a URL|the buffer is detached|not posenc's/;
/** What fails, and what its message must say besides the advice. @type {Record<string, [() => any, RegExp]>} */
const failures = {
  "a file that is missing": [() => new URL("missing.wasm", PACKAGE), /missing\.wasm: could not be read/],
  "a folder": [() => PACKAGE, /could not be read/],
  "a server that is not there": [() => "http://127.0.0.1:9/posenc.wasm", /127\.0\.0\.1:9\/posenc\.wasm: could not be fetched/],
  "a scheme that nobody knows": [() => "nonsense:posenc.wasm", /nonsense:posenc\.wasm: could not be fetched/],
  "text that is no URL": [() => "http://", /"http:\/\/": not a URL/],
  "a 404": [() => `${base}/missing`, /\/missing: the server answered 404/],
  "a 403, as Vite gives it for a package that is linked": [
    () => fetch(`${base}/403`),
    /\/403: the server answered 403.*as a copy, not as a link/,
  ],
  "a 500": [() => fetch(`${base}/500`), /\/500: the server answered 500/],
  "an HTML page": [() => `${base}/page`, /\/page \(Content-Type "text\/html"\).*an HTML page/],
  "an HTML page that says it is wasm": [() => `${base}/page-as-wasm`, /an HTML page/],
  "a truncated wasm": [() => `${base}/short`, /\/short: posenc\.wasm is truncated/],
  "a download that breaks off": [() => `${base}/cut`, /\/cut: the connection broke|\/cut: could not be fetched/],
  "a Response that was read": [
    async () => {
      const r = new Response(bytes);
      await r.arrayBuffer();
      return r;
    },
    /has been read already/,
  ],
  "a Response that is an error": [() => Response.error(), /the server answered 0/],
  "no bytes": [() => new Uint8Array(0), /it is empty/],
  "three bytes": [() => bytes.subarray(0, 3), /it starts with "\\u0000as"/],
  "bytes of HTML": [() => html, /an HTML page/],
  "a Git LFS pointer": [() => new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"), /Git LFS pointer/],
  "truncated bytes": [() => bytes.subarray(0, bytes.length >> 1), /truncated, damaged or of another build/],
  "damaged bytes": [() => bytes.map((v, i) => (i === 8 ? 0x55 : v)), /truncated, damaged or of another build/],
  "bytes that are detached": [
    () => {
      const b = bytes.slice();
      structuredClone(b.buffer, { transfer: [b.buffer] });
      return b;
    },
    /the buffer is detached/,
  ],
  "an ArrayBuffer that is detached": [
    () => {
      const b = bytes.slice().buffer;
      structuredClone(b, { transfer: [b] });
      return b;
    },
    /detached|it is empty/,
  ],
  "a module with nothing in it": [() => empty, /not posenc's/],
  "a Module with nothing in it": [() => new WebAssembly.Module(empty), /not posenc's/],
  "a module that wants other imports": [() => foreign, /another build/],
};
for (const [name, [source, says]] of Object.entries(failures)) {
  test(`load({ wasm }) from ${name}: ERR_POSENC_LOAD, with what to do`, async () => {
    const wasm = await source();
    await assert.rejects(load({ wasm }), (/** @type {any} */ error) => {
      assert.equal(error.constructor, Error);
      assert.equal(error.code, "ERR_POSENC_LOAD");
      assert.match(error.message, says);
      assert.match(error.message, ADVICE);
      return true;
    });
    await works(bytes);
  });
}

test("what is no source at all is a TypeError; what the user's own promise or getter throws comes through unchanged", async () => {
  for (const wasm of [null, 5, true, Symbol("x"), 5n, {}, [], () => bytes, new Date()]) {
    await assert.rejects(load({ wasm: /** @type {any} */ (wasm) }), {
      name: "TypeError",
      code: "ERR_POSENC_TYPE",
      message: /^wasm: want a URL, a Response, bytes or a WebAssembly\.Module, got /,
    });
  }
  for (const options of [null, 5, "x", [], () => {}]) {
    await assert.rejects(load(/** @type {any} */ (options)), {
      name: "TypeError",
      code: "ERR_POSENC_TYPE",
      message: /^options: want an object, got /,
    });
  }
  await assert.rejects(load(/** @type {any} */ ({ wsam: 1 })), {
    code: "ERR_POSENC_TYPE",
    message: "wsam: unknown option; did you mean wasm?",
  });
  const mine = new Error("mine");
  await assert.rejects(load({ wasm: Promise.reject(mine) }), (error) => error === mine);
  await assert.rejects(
    load({
      get wasm() {
        throw mine;
      },
    }),
    (error) => error === mine,
  );
});

/** A copy of the package in a folder of its own. @param {string} name @param {(folder: string) => void} change */
function copy(name, change) {
  const to = join(folder, name);
  cpSync(fileURLToPath(PACKAGE), to, { recursive: true });
  change(to);
  return { to, import: () => import(pathToFileURL(join(to, "index.js")).href) };
}

test("a wasm of another version: both versions, and what to do", async () => {
  const { version } = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8"));
  const { import: get } = copy("version", (to) => {
    const code = readFileSync(join(to, "posenc.js"), "utf8");
    const changed = code.replace(`"${version}"`, '"9.8.7"');
    assert.notEqual(changed, code);
    writeFileSync(join(to, "posenc.js"), changed);
  });
  const { load: other } = await get();
  await assert.rejects(other(), {
    name: "Error",
    code: "ERR_POSENC_LOAD",
    message: `posenc.wasm: it is of version ${version} and the JavaScript of 9.8.7; take both from the same package`,
  });
});

test("load() that failed can be tried again; two copies of the package are independent", async () => {
  const { to, import: get } = copy("retry", (folder) => rmSync(join(folder, "posenc.wasm")));
  const { load: other } = await get();
  const [a, b] = await Promise.allSettled([other(), other()]);
  assert.equal(a.status === "rejected" && a.reason.code, "ERR_POSENC_LOAD");
  assert.equal(b.status === "rejected" && b.reason.code, "ERR_POSENC_LOAD");
  writeFileSync(join(to, "posenc.wasm"), html);
  await assert.rejects(other(), { code: "ERR_POSENC_LOAD", message: /an HTML page/ });
  copyFileSync(file, join(to, "posenc.wasm"));
  const own = await other();
  assert.equal(await other(), own);
  assert.notEqual(own, await load());
  near(own.sinusoidal({ dim: 2 }).table(1), [0, 1], 0, "its first row");
});

test("no global is defined or changed, and nothing is printed", () => {
  const { status, answer, stderr } = child(
    `
    const all = () => {
      const found = new Map();
      const note = (path, object) => { for (const key of Reflect.ownKeys(object)) found.set(path + "." + String(key), Reflect.getOwnPropertyDescriptor(object, key)); };
      note("globalThis", globalThis);
      for (const [path, { value }] of [...found]) {
        if (value === globalThis || Object(value) !== value) continue;
        note(path, value);
        if (typeof value === "function" && Object(value.prototype) === value.prototype) note(path + ".prototype", value.prototype);
      }
      return found;
    };
    for (const key of Reflect.ownKeys(globalThis)) globalThis[key]; // what Node makes when first asked for
    const before = all();
    const { load } = await import(posenc);
    const own = await load();
    own.sinusoidal({ dim: 4 }).add(own.alloc(8));
    try { own.alloc(-1); } catch {}
    const after = all();
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((path) => {
      const [a, b] = [before.get(path), after.get(path)];
      return !a || !b || Object.keys(a).some((field) => !Object.is(a[field], b[field]));
    });
    console.log(JSON.stringify({ looked: before.size > 1000, changed }));`,
    ["--no-warnings"],
  );
  assert.deepEqual([status, stderr, answer], [0, "", { looked: true, changed: [] }]);
});

test("importing never fails: without WebAssembly load() says so, without fetch and the like it works", () => {
  const without = child(`
    delete globalThis.WebAssembly;
    const { load } = await import(posenc);
    console.log(JSON.stringify(await load().catch((e) => [e.name, e.code, e.message])));`);
  assert.deepEqual(without.answer, [
    "Error",
    "ERR_POSENC_LOAD",
    "posenc.wasm: this JavaScript engine has no WebAssembly, or has it switched off",
  ]);
  const bare = child(`
    for (const name of ["fetch", "Response", "SharedArrayBuffer", "FinalizationRegistry", "WeakRef", "structuredClone", "location", "self", "window", "document", "process", "require"]) delete globalThis[name];
    const { load } = await import(posenc);
    const own = await load();
    const memory = own.alloc(2);
    console.log(JSON.stringify([...own.sinusoidal({ dim: 2 }).add(memory).data]));`);
  assert.deepEqual([bare.status, bare.answer, bare.stderr], [0, [0, 1], ""]);
});

test("a process that has used posenc exits by itself", () => {
  const { status, signal, answer } = child(`
    const { load } = await import(posenc);
    const own = await load();
    const pe = own.sinusoidal({ dim: 512 });
    for (let i = 0; i < 30; i++) pe.add(own.alloc(1 << 22));
    console.log(JSON.stringify("done"));`);
  assert.deepEqual([status, signal, answer], [0, null, "done"]);
});
