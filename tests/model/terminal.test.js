// What a person sees and what a file gets.

import assert from "node:assert/strict";
import { test } from "node:test";

import { colours, progress } from "./terminal.js";

/**
 * A stream that remembers.
 * @param {boolean} isTTY
 * @param {number} [columns]
 */
function stream(isTTY, columns) {
  return {
    isTTY,
    columns,
    text: "",
    /** @param {string} text */
    write(text) {
      this.text += text;
    },
  };
}

/**
 * @param {ReturnType<typeof stream>} to
 * @param {import("./terminal.js").Environment} env
 */
function load(to, env) {
  const bar = progress(to, env);
  for (let i = 0; i <= 100; i++) bar.update("Loading", i / 100);
  for (let i = 0; i <= 4; i++) bar.update("Running", i / 4);
  bar.done();
  return to.text;
}

test("a file gets one plain line per stage", () => {
  assert.equal(load(stream(false), { TERM: "xterm", LANG: "C.UTF-8" }), "Loading ...\nRunning ...\n");
  assert.equal(load(stream(true), { TERM: "dumb" }), "Loading ...\nRunning ...\n");
  assert.equal(colours(stream(false), { TERM: "xterm" }).good("ok"), "ok");
});

test("NO_COLOR leaves the bar and takes the colour", () => {
  const text = load(stream(true, 80), { TERM: "xterm", NO_COLOR: "1" });
  assert.match(text, /\r/);
  assert.doesNotMatch(text, /\x1b/);
  assert.match(load(stream(true, 80), { TERM: "xterm", NO_COLOR: "" }), /\x1b\[32m/); // empty means unset
});

test("the bar stays within its line, and takes itself away", () => {
  for (const columns of [20, 40, 80, 200]) {
    const frames = load(stream(true, columns), { TERM: "xterm", NO_COLOR: "1", LANG: "C.UTF-8" }).split("\r");
    for (const frame of frames) assert.ok(frame.length < columns, `${columns} columns: ${frame.length} used`);
    assert.equal(frames.at(-1), "");
    assert.equal(frames.at(-2)?.trim(), "");
    assert.match(frames.at(-3) ?? "", /^Running ━* +100% *$/);
  }
});
