// Every hostile value in every argument of every call; hostile-calls.js has the lists.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { load } from "../../dist/npm/index.js";
import { PACKAGE } from "./child.js";
import { askedFor, attack } from "./hostile-calls.js";

const posenc = await load();
const other = await load({ wasm: new URL("posenc.wasm", PACKAGE) });
const detach = (/** @type {ArrayBuffer} */ buffer) => structuredClone(buffer, { transfer: [buffer] });
const realm = vm.runInNewContext("globalThis");

test("every call, every argument, every hostile value: a defined result or one coded error, and the next call works", (t) => {
  const { pairs, worked, failed, slowest, wrong } = attack(posenc, { other, realm, detach });
  t.diagnostic(`${pairs} pairs: ${worked} worked, ${failed} were refused; the slowest took ${slowest.ms.toFixed(0)} ms (${slowest.where})`);
  assert.equal(askedFor(), 0, "valueOf, toString, a subclass's own length and the like were called");
  assert.deepEqual(wrong.slice(0, 40), [], `${wrong.length} went wrong`);
  assert.ok(pairs >= 28_000, `${pairs} pairs`);
});
