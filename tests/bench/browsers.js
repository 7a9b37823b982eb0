// Speed in browsers: node tests/bench/browsers.js, after the package has been built. Ends with 1 when a contender's result is wrong or
// a browser fails, and with 0 whatever the speed. Ctrl-C ends the browsers too: children.js sees to it.

import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { find, open, titles } from "../browsers/launch.js";
import { colours, progress } from "../model/terminal.js";
import { benchSite } from "./bench-site.js";
import { browserGoals } from "./browser-goals.js";
import { browserReport } from "./browser-report.js";
import { benchPage, firstResult } from "./browser-run.js";
import { SHAPES } from "./page-bench.js";
import { machine } from "./report.js";

/** @typedef {import("../browsers/launch.js").Name} Name */

const NAMES = /** @type {Name[]} */ (Object.keys(titles));
const KINDS = [...Object.keys(SHAPES), "first"];

const USAGE = `usage: node tests/bench/browsers.js [--browser NAME,...] [--json FILE] [--quick] [--only KIND,...]
  --browser     some of ${NAMES.join(", ")}
  --json FILE   writes all that was measured
  --quick       fewer and shorter repetitions
  --only        some of ${KINDS.join(", ")}`;

const EFFORT = {
  full: { repetitions: 11, repetition: 20, warmUp: 200 },
  quick: { repetitions: 7, repetition: 5, warmUp: 50 },
};

/** How many cold tabs. */
const TABS = { full: 7, quick: 3 };

/**
 * @param {Name} name
 * @param {string} origin
 * @param {{ effort: "full" | "quick", only: readonly string[] }} options
 * @param {(stage: string, fraction: number) => void} onProgress
 */
async function inBrowser(name, origin, { effort, only }, onProgress) {
  const shapes = Object.fromEntries(Object.entries(SHAPES).map(([kind, shapes]) => [kind, only.includes(kind) ? shapes : []]));
  const browser = await open(name);
  let benched;
  try {
    benched = await benchPage(browser.page, origin, { effort: EFFORT[effort], shapes }, (fraction) =>
      onProgress(`Timing in ${titles[name]}`, fraction),
    );
  } finally {
    await browser.close();
  }
  const first = only.includes("first")
    ? await firstResult(name, origin, TABS[effort], (fraction) => onProgress(`First results in ${titles[name]}`, fraction))
    : undefined;
  return {
    name,
    title: titles[name],
    browser: browser.version,
    ...benched,
    first,
    goals: browserGoals(name, { measured: benched.measured, first }),
  };
}

/** @param {{ names: readonly Name[], json?: string, effort: "full" | "quick", only: readonly string[] }} options */
async function run({ names, json, effort, only }) {
  if (json !== undefined) await access(dirname(json), constants.W_OK); // said now rather than in a few minutes
  const there = names.filter((name) => find(name) !== null);
  const missing = names.filter((name) => !there.includes(name));
  const bar = progress(process.stderr);
  const results = [];
  const failures = [];
  const site = await benchSite({ quality: only.includes("first") ? 11 : 5 });
  try {
    for (const name of there) {
      try {
        const of = await inBrowser(name, site.origin, { effort, only }, bar.update.bind(bar));
        bar.done();
        results.push(of);
        console.log(browserReport(of, colours(process.stdout)));
      } catch (error) {
        // the others may do better
        bar.done();
        failures.push({ name, message: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    bar.done();
    await site.close();
  }
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ machine: machine(), missing, failures, browsers: results }, null, 1)}\n`);
  for (const { name, message } of failures) console.error(`bench: ${titles[name]}: ${message}`);
  if (missing.length > 0) console.error(`not installed, so not measured: ${missing.map((name) => titles[name]).join(", ")}`);
  if (failures.length > 0 || there.length === 0) process.exitCode = 1;
}

/** @param {string | undefined} given @param {readonly string[]} known @param {string} option */
function listed(given, known, option) {
  const list = given?.split(",") ?? known;
  const unknown = list.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--${option}: there is no ${unknown}; there are ${known.join(", ")}`);
  return list;
}

let options;
try {
  const { values } = parseArgs({
    options: {
      browser: { type: "string" },
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  options = {
    names: /** @type {Name[]} */ (listed(values.browser, NAMES, "browser")),
    json: values.json,
    effort: /** @type {"full" | "quick"} */ (values.quick ? "quick" : "full"),
    only: listed(values.only, KINDS, "only"),
  };
} catch (error) {
  console.error(`${/** @type {Error} */ (error).message}\n${USAGE}`);
  process.exit(2);
}
try {
  await run(options);
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
