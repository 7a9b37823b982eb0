// Prints the digest of dist/npm in Node, after ./build.sh; with --trace that after each call, to find where two differ.

import { readFile } from "node:fs/promises";

import { load } from "../../dist/npm/index.js";
import { trace } from "./digest.js";

const workload = JSON.parse(await readFile(new URL("workload.json", import.meta.url), "utf8"));
const all = trace(await load(), workload);
for (const { name, digest } of process.argv.includes("--trace") ? all : all.slice(-1)) console.log(`${digest} ${name}`);
