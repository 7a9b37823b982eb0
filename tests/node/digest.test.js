// The digest of the whole workload in Node; ../digest/README.md says what a wrong one means.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { load } from "../../dist/npm/index.js";
import { digest, trace } from "../digest/digest.js";
import { PACKAGE } from "./child.js";

const file = new URL("../digest/workload.json", import.meta.url);
const workload = JSON.parse(readFileSync(file, "utf8"));

test("the workload has the digest that it should", async () => {
  assert.equal(digest(await load(), workload), workload.digest);
});

test("in a worker too", async () => {
  const source = `
    import { readFileSync } from "node:fs";
    import { parentPort, workerData } from "node:worker_threads";
    const [{ load }, { digest }] = await Promise.all(workerData.modules.map((name) => import(name)));
    parentPort.postMessage(digest(await load(), JSON.parse(readFileSync(new URL(workerData.file), "utf8"))));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    workerData: { modules: [new URL("index.js", PACKAGE).href, new URL("../digest/digest.js", import.meta.url).href], file: file.href },
  });
  const made = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  assert.equal(made, workload.digest);
});

test("the hash is FNV-1a of 64 bits, and any NaN is one", () => {
  /** @param {Float32Array | Int32Array} list */
  const hash = (list) =>
    digest(
      { shaw: () => ({ buckets: () => list, dispose() {} }) },
      { digest: "", steps: [{ scheme: "shaw", calls: [{ do: "buckets" }] }] },
    );
  const foobar = Uint8Array.from("foob", (letter) => letter.charCodeAt(0));
  assert.equal(hash(new Int32Array(foobar.buffer)), fnv(foobar));
  const nans = new Float32Array(Uint32Array.of(0x7fc00000, 0xffc00001, 0x7f800001).buffer);
  assert.equal(hash(nans), fnv(new Uint8Array(Uint32Array.of(0x7fc00000, 0x7fc00000, 0x7fc00000).buffer)));
  assert.notEqual(hash(Float32Array.of(0)), hash(Float32Array.of(-0)));
});

/** The hash by its definition. @param {Uint8Array} bytes */
function fnv(bytes) {
  let h = 0xcbf29ce484222325n;
  for (const byte of bytes) h = ((h ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return h.toString(16).padStart(16, "0");
}

test("one bit anywhere is another digest", async () => {
  const posenc = await load();
  const step = {
    scheme: "sinusoidal",
    options: { dim: 8 },
    calls: [
      { do: "table", length: 3 },
      { do: "table", length: 3, at: { offset: 1 } },
    ],
  };
  const [first, second] = trace(posenc, { digest: "", steps: [step] });
  assert.notEqual(first.digest, second.digest);
  const off = {
    sinusoidal: () => ({
      dispose() {},
      table: () => {
        const table = posenc.sinusoidal({ dim: 8 }).table(3);
        new Uint32Array(table.buffer)[23] ^= 1;
        return table;
      },
    }),
  };
  assert.notEqual(trace(off, { digest: "", steps: [step] })[0].digest, first.digest);
});
