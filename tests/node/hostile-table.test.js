// The table of hostile calls against the package: nothing public is left out of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../dist/npm/index.js";
import { calls } from "./hostile-calls.js";

const posenc = /** @type {any} */ (await load());

/** The methods and getters of an object's class, and of those that it extends. @param {any} object */
function membersOf(object) {
  const names = new Set();
  for (let prototype = Object.getPrototypeOf(object); prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    for (const key of Reflect.ownKeys(prototype)) if (key !== "constructor") names.add(key);
  }
  return names;
}

test("every method and getter of every class is the subject of a call in the table", () => {
  const table = calls(posenc);
  const subjects = new Set(table.map(({ name }) => name.split(" ")[0]));
  const left = [];
  for (const name of membersOf(posenc)) {
    if (name === "pool") continue; // pool.test.js
    if (name === "analysis")
      for (const measure of membersOf(posenc.analysis))
        if (!subjects.has(`analysis.${String(measure)}`)) left.push(`analysis.${String(measure)}`);
    if (name === "analysis") continue;
    if (!subjects.has(name)) left.push(`posenc.${String(name)}`);
  }
  // The schemes are those of posenc's methods that give what can be disposed of; each is asked once for every class that it has.
  const classes = new Map();
  for (const { name, args, run, encoder } of table) {
    if (encoder !== undefined || name.includes(".")) continue;
    const made = run(args());
    if (typeof made?.dispose === "function") classes.set(name, made);
  }
  for (const [scheme, made] of classes) {
    for (const name of membersOf(made)) {
      if (name === Symbol.dispose)
        assert.equal(typeof made[name], "function"); // dispose() by another name; life.test.js
      else if (!subjects.has(`${scheme}.${String(name)}`)) left.push(`${scheme}.${String(name)}`);
    }
    made.dispose();
  }
  assert.ok(classes.size >= 17, `${classes.size} classes`);
  assert.deepEqual(left, []);
});
