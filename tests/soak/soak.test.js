// A minute of the soak, that it is the same each time, and that it finds what it is for.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { instances } from "./watch.js"; // before the package
import { load } from "../../dist/npm/index.js";
import { PACKAGE } from "../node/child.js";
import { soak } from "./work.js";

const SOAK = fileURLToPath(new URL("soak.js", import.meta.url));
const wasm = new URL("posenc.wasm", PACKAGE);

/** A soak of an instance of its own, which has been spoilt. @param {number} seed @param {number} calls @param {(posenc: any) => void} [spoil] */
async function soaked(seed, calls, spoil = () => {}) {
  const real = await load({ wasm });
  const watched = instances[instances.length - 1];
  const posenc = /** @type {any} */ ({});
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(real))) {
    if (name !== "constructor" && name !== "version")
      posenc[name] =
        typeof (/** @type {any} */ (real)[name]) === "function"
          ? /** @type {any} */ (real)[name].bind(real)
          : /** @type {any} */ (real)[name];
  }
  spoil(posenc);
  return soak({ posenc, other: await load({ wasm }), watched, seed, calls });
}

test("a minute of calls of every kind: right results, memory as it was, nothing left alive", (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, "--seconds", "60"], { encoding: "utf8", timeout: 300_000 });
  t.diagnostic(
    stdout
      .split("\n")
      .filter((line) => !/^\d+ %/.test(line))
      .join("\n"),
  );
  assert.deepEqual([status, stderr], [0, ""], stdout);
  const [, calls, hostile] = /^([\d,]+) calls in .*: ([\d,]+) hostile/m.exec(stdout)?.map((text) => Number(text.replaceAll(",", ""))) ?? [];
  assert.ok(calls > 50_000 && hostile > calls / 200 && hostile < calls / 50, `${calls} calls, ${hostile} of them hostile`);
  assert.doesNotMatch(stdout, /[\r\x1b]/, "a file gets lines");
});

test("the same seed makes the same calls with the same results, another one others", async () => {
  const reports = [await soaked(5, 4000), await soaked(5, 4000), await soaked(6, 4000)];
  for (const { wrong, problems } of reports) assert.deepEqual([wrong, problems], [0, []]);
  const [a, b, c] = reports.map(({ digest }) => digest);
  assert.equal(a, b);
  assert.notEqual(a, c);
  assert.ok(reports[0].table.formulas > 1500, `${reports[0].table.formulas} calls have a formula`);
});

test("it finds one number that is off by a bit, once", async () => {
  let tables = 0;
  const { wrong, problems } = await soaked(5, 4000, (posenc) => {
    const { sinusoidal } = posenc;
    posenc.sinusoidal = (/** @type {any} */ options) => {
      const pe = sinusoidal(options);
      const { table } = pe;
      pe.table = (/** @type {any} */ length, /** @type {any} */ at) => {
        const rows = table.call(pe, length, at);
        if (++tables === 40) new Uint32Array(rows.buffer)[0] ^= 1;
        return rows;
      };
      return pe;
    };
  });
  assert.ok(tables > 40);
  assert.equal(wrong, 1);
  assert.match(problems[0], /sinusoidal\(.*\)\.table .*: another result than the first time$/);
});

test("it finds one encoder and one array that are never let go of", async () => {
  const lost = /** @type {any[]} */ ([]);
  const { problems, unheld } = await soaked(5, 4000, (posenc) => {
    const { kerple, alloc } = posenc;
    posenc.kerple = (/** @type {any} */ options) => {
      if (lost.length === 0) lost.push(kerple(options), alloc(100));
      return kerple(options);
    };
  });
  assert.deepEqual(unheld, { encoders: 1, arrays: 1 });
  assert.deepEqual(problems, ["call 4000: 1 encoders live that nobody has", "call 4000: 1 arrays live that nobody has"]);
});

test("it finds memory that is lost, 1 KiB for every tenth call", async () => {
  const lost = /** @type {any[]} */ ([]);
  let made = 0;
  const { problems } = await soaked(5, 60_000, (posenc) => {
    const { alloc } = posenc;
    posenc.alloc = (/** @type {number} */ length) => {
      if (++made > 2000) lost.push(alloc(256 + (made % 8)));
      return alloc(length);
    };
  });
  assert.ok(
    problems.some((text) => text.includes("memory, used: it went from ")),
    problems.join("\n"),
  );
});

test("Ctrl-C ends it with the summary", async () => {
  const child = spawn(process.execPath, [SOAK]);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => {
    if (text === "") child.kill("SIGINT"); // after the first line, which comes after 10 s
    text += part;
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(code, 130);
  assert.match(text, / calls in .*, seed 1, stopped: [^]*^digest [0-9a-f]{16};[^]*^all right$/m);
});
