// What the page has beside www/ and the package, put in by the build: the conformance cases with their runner and an index, the
// benchmark's modules, and last the files and the version in sw.js, which is a hash over all the rest.
//
//     node tests/www/build.js DIR

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { loopsModule } from "../bench/loops-module.js";

const [, , site] = process.argv;
if (!site) throw new Error("usage: node tests/www/build.js DIR");
const tests = fileURLToPath(new URL("../", import.meta.url));

/** All files below a folder, with / between the parts of a path, in an order that is the same everywhere. @param {string} folder */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) =>
      relative(folder, join(each.parentPath ?? each.path, each.name))
        .split(sep)
        .join("/"),
    )
    .sort();

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

const conformance = join(tests, "conformance");
const files = filesOf(conformance).filter((path) => /\.js(on)?$/.test(path));
for (const path of files) copy(join(conformance, path), join(site, "conformance", path));
writeFileSync(
  join(site, "conformance/index.json"),
  JSON.stringify({
    files: files
      .filter((path) => path.endsWith(".json"))
      .map((path) => {
        const { cases = [], errors = [] } = JSON.parse(readFileSync(join(conformance, path), "utf8"));
        return { path, cases: cases.length + errors.length };
      }),
  }),
);

/** The benchmark's modules that those of the page need, and what they need. @param {string} name @param {Set<string>} seen */
function needed(name, seen) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, next] of readFileSync(join(tests, "bench", name), "utf8").matchAll(/^(?:import|\}) .*from "\.\/([\w-]+\.js)";$/gm))
    needed(next, seen);
  return seen;
}
const modules = new Set();
for (const name of ["page-bench.js", "lane-posenc.js", "lane-plain.js"]) needed(name, modules);
for (const name of modules) copy(join(tests, "bench", name), join(site, "speed", name));
writeFileSync(join(site, "speed/loops.js"), loopsModule());

// Neither what only hosts and editors read, nor what is large and loaded when it is asked for.
const all = filesOf(site);
const kept = ["", ...all.filter((path) => !/^vendor\/|^(index\.html|sw\.js|headers\.json)$|\/(LICENSE|NOTICE)$/.test(path))];
const hash = createHash("sha256");
for (const path of all) hash.update(`${path}\0`).update(readFileSync(join(site, path)));
const worker = join(site, "sw.js");
let text = readFileSync(worker, "utf8");
for (const [empty, filled] of [
  ['VERSION = "dev"', `VERSION = "${hash.digest("hex").slice(0, 16)}"`],
  ["FILES = []", `FILES = ${JSON.stringify(kept)}`],
]) {
  if (!text.includes(empty)) throw new Error(`www/sw.js has no ${empty}`);
  text = text.replace(empty, filled);
}
writeFileSync(worker, text);
