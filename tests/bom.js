// Writes the bill of materials of the package, in CycloneDX 1.6: what is in it that somebody else made, and the SHA-256 of each file.
// Nothing in it depends on when and where it was made: node tests/bom.js DIR GO_VERSION

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , dir, go] = process.argv;
if (!/^go\d/.test(go)) throw new Error(`usage: node tests/bom.js DIR GO_VERSION, got ${go}`);
const { name, version, license, description } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
const hashes = (/** @type {string} */ file) => [
  {
    alg: "SHA-256",
    content: createHash("sha256")
      .update(readFileSync(join(dir, file)))
      .digest("hex"),
  },
];
const files = readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile() && each.name !== "bom.json")
  .map((each) => join(each.parentPath ?? each.path, each.name).slice(join(dir, "/").length))
  .sort();

/** @param {string} what of Go @param {string} where */
const partOfGo = (what, where) => ({
  type: "library",
  "bom-ref": `go-${what}`,
  name: what,
  version: go.slice(2),
  description: where,
  licenses: [{ license: { id: "BSD-3-Clause" } }],
  purl: `pkg:golang/std@${go.slice(2)}${what === "std" ? "" : `#${what}`}`,
  externalReferences: [{ type: "website", url: "https://go.dev" }],
});
const ref = `pkg:npm/${name}@${version}`;
const parts = [
  partOfGo("std", "runtime and standard library, compiled into posenc.wasm"),
  partOfGo("lib/wasm/wasm_exec.js", "in posenc.js and worker.js"),
];

writeFileSync(
  join(dir, "bom.json"),
  `${JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: {
        component: { type: "library", "bom-ref": ref, name, version, description, licenses: [{ license: { id: license } }], purl: ref },
      },
      components: [...parts, ...files.map((file) => ({ type: "file", "bom-ref": `file-${file}`, name: file, hashes: hashes(file) }))],
      dependencies: [{ ref, dependsOn: parts.map((part) => part["bom-ref"]) }, ...parts.map((part) => ({ ref: part["bom-ref"] }))],
    },
    undefined,
    2,
  )}\n`,
);
