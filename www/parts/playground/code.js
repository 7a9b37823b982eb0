// The code to copy: a whole program for the setting on the page, which prints the number under the cursor. JavaScript has the options
// as they were set; Go, which has no conventions by name in its options, has what posenc made of them.

import { goRandom, jsRandom, Random } from "./random.js";

/** @param {any} value @returns {string} */
function js(value) {
  if (value instanceof Random) return `random(${value.count}, ${value.seed})`;
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  if (typeof value === "object")
    return `{ ${Object.entries(value)
      .map(([name, v]) => `${name}: ${js(v)}`)
      .join(", ")} }`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** @param {any} context what playground.js knows of the picture and its cursor @returns {string} */
export function jsCode(context) {
  const { method, options, view, v } = context;
  const { make, of, at } = view.js(v, context),
    made = js(options);
  return [
    'import { load } from "posenc";',
    "",
    ...(made.includes("random(") ? [jsRandom] : []),
    "const posenc = await load();",
    `const encoder = posenc.${method}(${made});`,
    ...make,
    `console.log(${of}[${at}]);`,
    "",
  ].join("\n");
}

/** Names that are not just written with a capital, and what stands for what is the other way round in Go. @type {Record<string, string>} */
const goNames = { xpos: "XPos", xposScaleBase: "XPosScaleBase", xposCenter: "XPosCenter" };
/** What Go has without being told. */
const usual = {
  base: 10000,
  minTimescale: 1,
  scale: 1,
  inputScale: 1,
  precision: "exact",
  oddDim: "sin",
  interpolationScale: 1,
  temporalInterpolationScale: 1,
  normalizeScale: 2 * Math.PI,
  maxRes: 224,
  temperature: 10000,
  sigma: 1,
  xposScaleBase: 512,
  maxBias: 8,
  inPixels: true,
  bidirectional: true,
  truncate: true,
  maxPeriod: 10000,
};
/** @type {Record<string, string>} */
const lists = { shape: "[]int", axisDims: "[]int", axesDims: "[]int", sections: "[]int", window: "[2]int" };

/** @param {string} name @param {any} value @param {any} all @returns {string} a field of a Go struct, or nothing */
function field(name, value, all) {
  const axial = all.axesDims !== undefined; // whose defaults are those of its convention
  if (value === undefined || value === null || (name === "convention" && !axial)) return "";
  if (name === "bidirectional" || name === "truncate") return value ? "" : `${name === "truncate" ? "NoTruncate" : "Unidirectional"}: true`;
  if (name === "scaling") return value.type === "default" ? "" : `Scaling: rotary.Scaling{${fields(value)}}`;
  if (name === "downscaleFreqShift") return value === 1 ? "" : `DownscaleFreqShift: new(float64(${value}))`;
  if (name === "inPixels") return value ? "" : "InPixels: new(false)";
  if (name === "inputScale" && value === "sqrt-dim") value = Math.sqrt(all.dim);
  if (name === "rotaryDim" && value === all.headDim) return "";
  if (!axial && usual[/** @type {keyof typeof usual} */ (name)] === value) return "";
  if (
    value === 0 ||
    value === false ||
    value === "" ||
    (name === "layout" && value === "interleaved" && !all.type) ||
    (name === "pairing" && value === "half" && !axial)
  )
    return "";
  const key = goNames[name] ?? name[0].toUpperCase() + name.slice(1);
  if (value instanceof Random) return `${key}: random(${value.count}, ${value.seed})`;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `${key}: ${lists[name] ?? "[]float64"}{${Array.from(/** @type {any} */ (value)).join(", ")}}`;
  return `${key}: ${typeof value === "string" ? JSON.stringify(value) : value}`;
}

/** @param {any} all */
const fields = (all) =>
  Object.entries(all)
    .map(([name, value]) => field(name, value, all))
    .filter(Boolean)
    .join(", ");

/** @param {any} context @returns {string} */
export function goCode(context) {
  const { scheme, options, o, view, v, method } = context;
  const [folder, make, type] = scheme.go;
  /** @type {any} */
  const all = { ...o };
  for (const [name, value] of Object.entries(options)) if (value instanceof Random) all[name] = value;
  if (options.scaling?.attentionFactor) all.scaling = { ...all.scaling, attentionFactor: options.scaling.attentionFactor };
  if (method === "fourier") delete all.b; // it comes from the seed
  const before = [];
  if (options.resize) {
    // done by hand in Go
    const { from, to, alignCorners } = options.resize;
    before.push(
      `weights, err := additive.Resize1D(${field("weights", all.weights, all).slice("Weights: ".length)}, ${from}, ${all.dim}, ${to}, additive.ResizeOptions{${alignCorners ? "AlignCorners: true" : ""}})`,
      "if err != nil {",
      "\tpanic(err)",
      "}",
    );
  }
  const names =
    method === "mrope"
      ? mropeFields(all)
      : method === "learned"
        ? `Dim: ${all.dim}, ${options.resize ? "Weights: weights" : field("weights", all.weights, all)}${all.rowOffset ? `, RowOffset: ${all.rowOffset}` : ""}`
        : fields(all);
  const body = [...before, `encoder, err := ${folder}.${make}(${folder}.${type}{${names}})`, "if err != nil {", "\tpanic(err)", "}"];
  const { make: lines, of, at } = view.go(v, context);
  body.push(...lines);
  const known = (/** @type {string} */ line) => / err := /.test(line) && !line.startsWith("if");
  if (known(lines[lines.length - 1])) body.push("if err != nil {", "\tpanic(err)", "}");
  // cos and sin come together, and Go does not let one of them lie about.
  const both = lines.some((line) => line.startsWith("cos, sin,"));
  if (both)
    body.splice(
      0,
      body.length,
      ...body.map((line) => (line.startsWith("cos, sin,") ? line.replace("cos, sin,", of === "cos" ? "cos, _," : "_, sin,") : line)),
    );
  const random = body.some((line) => line.includes("random("));
  return [
    "package main",
    "",
    "import (",
    '\t"fmt"',
    "",
    `\t"posenc/encoding/${folder}"`,
    ")",
    "",
    ...(random ? [goRandom] : []),
    "func main() {",
    ...body.map((line) => `\t${line}`),
    `\tfmt.Println(${of}[${at}])`,
    "}",
    "",
  ].join("\n");
}

/** Options are embedded there. @param {any} all */
function mropeFields({ sections, interleaved, ...rest }) {
  return `Options: rotary.Options{${fields(rest)}}, ${fields({ sections, interleaved })}`;
}
