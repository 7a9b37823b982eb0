// The conformance cases in this browser: the same files and the same runner as in Node's tests; the build puts tests/conformance/ into
// ../conformance/.

import { el } from "../lib/dom.js";
import { value, whole } from "../lib/format.js";

/** So long at most until the page may draw and answer, in milliseconds. */
const SLICE = 12;

/** @typedef {{ project: string, place: string, url: string | null, passed: number, failed: number }} Row a file */
/** @typedef {{ files: { path: string, cases: number }[] }} Index */

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  /** @type {Index} */
  const index = await (await answered("conformance/index.json")).json();
  const total = index.files.reduce((sum, { cases }) => sum + cases, 0);

  let cancelled = false;
  const run = el("button", { type: "button", class: "button", onclick: begin }, `Run ${whole(total)} cases`);
  const cancel = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => void (cancelled = true) }, "Cancel");
  const bar = el("progress", { max: total, value: 0, hidden: true, "aria-label": "Progress of the test" });
  const said = el(
    "p",
    { class: "hint" },
    `${whole(total)} cases in ${index.files.length} files. Nothing is skipped: what no test knows is a failure.`,
  );
  const counts = Object.fromEntries(
    ["passed", "failed", "left"].map((name) => [name, el("dd", { "data-count": name }, name === "left" ? whole(total) : "0")]),
  );
  const failures = el("div", { class: "failures", hidden: true });
  const projects = el("div", { class: "scroll projects", tabindex: 0, role: "region", "aria-label": "Cases by project" });
  host.append(
    el(
      "div",
      { class: "conformance" },
      el("div", { class: "run" }, run, cancel, el("div", { class: "how" }, bar, said)),
      el(
        "dl",
        { class: "numbers" },
        ...[
          ["passed", "Passed"],
          ["failed", "Failed"],
          ["left", "Not run yet"],
        ].map(([name, text]) => el("div", {}, el("dt", {}, text), counts[name])),
      ),
      failures,
      projects,
      quick(site),
    ),
  );
  list([]);

  async function begin() {
    cancelled = false;
    run.disabled = true;
    bar.hidden = cancel.hidden = false;
    failures.hidden = true;
    failures.replaceChildren();
    cancel.focus();
    host.dataset.run = "running";
    try {
      await all();
    } catch (error) {
      end("failed", `The test could not run: ${error instanceof Error ? error.message : error}`);
    }
  }

  async function all() {
    /** @type {Row[]} */
    const done = [];
    const began = performance.now();
    let passed = 0,
      failed = 0,
      until = performance.now() + SLICE;
    const count = () => {
      bar.value = passed + failed;
      counts.passed.textContent = whole(passed);
      counts.failed.textContent = whole(failed);
      counts.failed.classList.toggle("bad", failed > 0);
      counts.left.textContent = whole(total - passed - failed);
    };
    count();
    list(done);
    const { casesOf } = await import("../conformance/run.js");
    for (const { path, cases: expected } of index.files) {
      if (cancelled) break;
      said.textContent = path;
      const { cases, ...whose } = casesOf(path, await (await answered(`conformance/${path}`)).json());
      if (cases.length !== expected)
        throw new Error(`${path} has ${cases.length} cases, and ${expected} were counted when the page was built`);
      const row = { ...whose, passed: 0, failed: 0 };
      done.push(row);
      for (const { id, run } of cases) {
        if (performance.now() > until) {
          count();
          await new Promise((resolve) => {
            setTimeout(resolve);
          });
          until = performance.now() + SLICE;
        }
        if (cancelled) break;
        try {
          run(site.posenc);
          row.passed += 1;
          passed += 1;
        } catch (error) {
          row.failed += 1;
          failed += 1;
          fail(path, id, error);
        }
      }
      count();
      list(done);
    }
    if (cancelled) end("cancelled", `Cancelled after ${whole(passed + failed)} of ${whole(total)} cases.`);
    else
      end(
        failed ? "failed" : "passed",
        `${failed ? `${whole(failed)} of ${whole(total)} cases failed` : `All ${whole(total)} cases passed`}, in ${value((performance.now() - began) / 1000, 2)} s, by posenc ${site.posenc.version} in this browser.`,
      );
  }

  /** @param {"passed" | "failed" | "cancelled"} state @param {string} text */
  function end(state, text) {
    const had = document.activeElement === cancel;
    bar.hidden = cancel.hidden = true;
    run.disabled = false;
    run.textContent = "Run again";
    if (had) run.focus({ preventScroll: true });
    said.textContent = text;
    said.className = state === "passed" ? "hint good" : state === "failed" ? "message" : "hint";
    host.dataset.run = state;
    site.announce(text);
  }

  /** What was wanted, and what came. @param {string} path @param {string} id @param {any} error */
  function fail(path, id, error) {
    if (failures.hidden) {
      failures.append(el("h3", {}, "What failed"));
      failures.hidden = false;
    }
    failures.append(
      el(
        "div",
        { class: "note error" },
        el("p", {}, el("b", {}, id), ` in ${path}`),
        error.name === "Disagreement"
          ? el(
              "dl",
              { class: "wanted" },
              el("dt", {}, "wanted"),
              el("dd", {}, error.want),
              el("dt", {}, "came"),
              el("dd", {}, error.got),
              el("dt", {}, "where"),
              el("dd", {}, error.where.replace(`${path} ${id}`, "").replace(/^[:,] /, "")),
            )
          : el("p", {}, `${error.name}: ${error.message}`),
      ),
    );
  }

  /** By project: each has its files. @param {Row[]} done */
  function list(done) {
    if (done.length === 0) {
      projects.replaceChildren(el("p", { class: "coming" }, "The projects whose numbers these are stand here when the cases have run."));
      return;
    }
    /** @type {Map<string, typeof done>} */
    const by = new Map();
    for (const row of done) by.set(row.project, [...(by.get(row.project) ?? []), row]);
    const sum = (/** @type {typeof done} */ rows, /** @type {"passed" | "failed"} */ what) =>
      rows.reduce((total, row) => total + row[what], 0);
    projects.replaceChildren(
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...["Project", "Passed", "Failed", "Numbers from"].map((text) => el("th", { scope: "col" }, text)))),
        el(
          "tbody",
          {},
          ...[...by]
            .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
            .map(([project, rows]) =>
              el(
                "tr",
                { class: sum(rows, "failed") ? "bad" : "" },
                el("th", { scope: "row" }, project),
                el("td", {}, whole(sum(rows, "passed"))),
                el("td", {}, whole(sum(rows, "failed"))),
                el("td", { class: "from" }, ...places(rows)),
              ),
            ),
        ),
      ),
    );
  }
}

/** The self test of this load. @param {import("../main.js").Site} site */
const quick = ({ selfTest }) =>
  el(
    "details",
    { class: "quick" },
    el("summary", {}, `The quick self test of this load: ${selfTest.filter(({ passed }) => passed).length} of ${selfTest.length} passed`),
    el(
      "ul",
      {},
      ...selfTest.map(({ name, passed }) =>
        el("li", { class: passed ? "good" : "bad" }, name, el("span", { class: "away" }, passed ? ", passed" : ", failed")),
      ),
    ),
  );

/** The files of a project, each once. @param {Row[]} rows */
const places = (rows) =>
  [...new Map(rows.map(({ place, url }) => [place, url]))].flatMap(([place, url], i) => {
    const name = place.slice(place.lastIndexOf("/") + 1);
    return [i ? ", " : "", url ? el("a", { href: url, rel: "noreferrer" }, name) : name];
  });

/** @param {string} path */
async function answered(path) {
  const response = await fetch(new URL(`../${path}`, import.meta.url));
  if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
  return response;
}
