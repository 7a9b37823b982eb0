// The text of a module with all plain loops that a program writes, for pages in which no program may: compile.js.
//
//     node tests/bench/loops-module.js > FILE

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { plainLoops } from "./plain-loops.js";
import { biasLoops, rotateLoops } from "./rotate-loops.js";

export function loopsModule() {
  const loops = [...plainLoops(), ...rotateLoops(false), ...rotateLoops(true), ...biasLoops()];
  return `export default [\n${loops.map(({ loop }) => loop.toString()).join(",\n")},\n];\n`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) process.stdout.write(loopsModule());
