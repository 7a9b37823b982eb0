// Runs the cases of these folders against a posenc that is loaded: in Node's tests, and in the page, which counts them before the
// reader's eyes. Whatever a file has that nobody knows is a failure; nothing is skipped in silence.

import { additive } from "./additive/run.js";
import { bias } from "./bias/run.js";
import { equal, ok } from "./check.js";
import { hfconfig } from "./hfconfig/run.js";
import { lists } from "./lists/run.js";
import { rotary } from "./rotary/run.js";
import { sinusoidal } from "./sinusoidal.js";

/**
 * How a folder's cases are run.
 *
 * @typedef {object} Folder
 * @property {(each: any) => string} kindOf which of the kinds a case is
 * @property {Record<string, { fields: readonly string[], run: (posenc: any, where: string, each: any) => void }>} kinds the fields that each may have, and its test
 */

/** By the folder's name, "" for the one that this file is in. @type {Record<string, Folder>} */
export const folders = { "": sinusoidal, additive, rotary, bias, hfconfig, lists };

/** @typedef {{ id: string, kind: string, run: (posenc: any) => void }} Case run throws what was wrong */

/**
 * The cases of a file, and whose numbers they are.
 * @param {string} path "burn.json" or "rotary/burn.json"
 * @param {any} content
 * @returns {{ project: string, place: string, url: string | null, cases: Case[] }} place: the file there, for which url is the address
 */
export function casesOf(path, content) {
  const folder = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
  const { source, cases = [], errors = [], ...rest } = content;
  equal(rest, {}, `${path}: fields that no test reads`);
  ok(folder in folders, `${path}: there is a test for its folder`);
  const { kindOf, kinds } = folders[folder];
  const made = [...cases, ...errors].map((each, i) => {
    const id = each.id ?? `${i + 1}: ${each.checkpoint ?? each.call ?? each.error}`;
    const kind = kindOf(each);
    return {
      id,
      kind,
      run(/** @type {any} */ posenc) {
        const where = `${path} ${id}`;
        ok(Object.hasOwn(kinds, kind), `${where}: there is a test for ${kind}`);
        equal(
          Object.keys(each).filter((key) => !kinds[kind].fields.includes(key)),
          [],
          `${where}: fields that no test reads`,
        );
        kinds[kind].run(posenc, where, each);
      },
    };
  });
  ok(made.length > 0, `${path}: there are cases`);
  equal(new Set(made.map(({ id }) => id)).size, made.length, `${path}: ids`);
  return { ...projectOf(path, source), cases: made };
}

/** @param {string} path @param {{ repo: string, path: string, commit: string } | undefined} source */
function projectOf(path, source) {
  if (source === undefined) {
    const own = /** @type {Record<string, string>} */ ({
      hfconfig: "Hugging Face: config.json of published models",
      lists: "posenc: by hand, from the definitions",
    })[path.split("/")[0]];
    ok(own !== undefined, `${path}: says whose numbers they are`);
    return { project: own, place: path, url: null };
  }
  if (source.repo === "posenc") return { project: "posenc: the formulas in 300 bits, by mpmath", place: path, url: null };
  ok(/^[0-9a-f]{40}$/.test(source.commit) && source.path, `${path}: says where they are`);
  const [place] = source.path.split("::"); // then a test's name
  const one = /^[\w./-]+$/.test(place); // or several, in words
  return {
    project: source.repo,
    place,
    url: `https://github.com/${source.repo}/${one ? "blob" : "tree"}/${source.commit}${one ? `/${place}` : ""}`,
  };
}
