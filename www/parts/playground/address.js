// The state of the playground as words in the address, and back. What somebody else wrote there may be anything.

import { parseNumber } from "../../lib/controls.js";
import { schemes } from "./schemes.js";

/**
 * @typedef {object} State
 * @property {string} method
 * @property {Record<string, any>} set options that were set, by name
 * @property {{ row: number, column: number }} cursor
 * @property {number[] | undefined} lines
 */

/** Every option of a scheme and its view, in the order in which they depend on each other. @param {string} method */
export const optionsOf = (method) => [...schemes[method].view.controls, ...schemes[method].options];

/** Where the cursor begins: the cell of position 0 and channel 0 has little to tell. */
export const firstCell = { row: 3, column: 6 };

const names = new Set(Object.keys(schemes).flatMap((method) => optionsOf(method).map(({ name }) => name)));

/** @param {Map<string, string>} query @returns {State & { notes: string[] }} */
export function parse(query) {
  const notes = [];
  let method = query.get("scheme") ?? "sinusoidal";
  if (!Object.hasOwn(schemes, method)) {
    notes.push(`there is no scheme “${shorten(method)}”`);
    method = "sinusoidal";
  }
  /** @type {Record<string, any>} */
  const set = {};
  const options = optionsOf(method);
  for (const [name, text] of query) {
    if (!names.has(name)) continue; // another part's, or nobody's
    const option = options.find((option) => option.name === name);
    const value = option && read(option, text);
    if (value === undefined) notes.push(`${name}=${shorten(text)} was left out`);
    else set[name] = value;
  }
  const [row = firstCell.row, column = firstCell.column] = numbers(query.get("cell") ?? "").map((n) =>
    Number.isInteger(n) && n >= 0 ? n : undefined,
  );
  const lines = numbers(query.get("lines") ?? "")
    .filter((n) => Number.isInteger(n) && n >= 0)
    .slice(0, 6);
  return { method, set, cursor: { row, column }, lines: lines.length ? lines : undefined, notes };
}

/** @param {State} state @returns {Record<string, string | null>} */
export function write({ method, set, cursor, lines }) {
  /** @type {Record<string, string | null>} */
  const query = { scheme: method };
  for (const name of names) query[name] = name in set ? (set[name] === true ? "1" : set[name] === false ? "0" : String(set[name])) : null;
  query.cell = cursor.row !== firstCell.row || cursor.column !== firstCell.column ? `${cursor.row},${cursor.column}` : null;
  query.lines = lines ? lines.join(",") : null;
  return query;
}

/** @param {string} text */
const numbers = (text) => (text ? text.split(",").map(parseNumber) : []);
/** @param {string} text */
const shorten = (text) => (text.length > 24 ? `${text.slice(0, 24)}…` : text);

/** @param {import("./options.js").Option} option @param {string} text */
function read({ kind, choices }, text) {
  if (kind === "choice") return choices?.some(([value]) => value === text) ? text : undefined;
  if (kind === "check") return text === "1" ? true : text === "0" ? false : undefined;
  if (kind === "list") return numbers(text).length <= 512 && numbers(text).every(Number.isFinite) ? numbers(text) : undefined;
  const n = parseNumber(text);
  return Number.isFinite(n) ? n : undefined;
}
