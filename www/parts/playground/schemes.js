// Every scheme, by the name of its method in posenc. To add one is to add an entry: what it is called, its options, what is drawn of
// it (a view), and how a cell's number came about.

import { additive } from "./additive.js";
import { bias } from "./bias.js";
import { rotary } from "./rotary.js";

/**
 * @typedef {object} Scheme
 * @property {string} title
 * @property {string} says what it does, in a sentence or two
 * @property {string} source
 * @property {[folder: string, constructor: string, options: string]} go its names in Go
 * @property {import("./options.js").Option[]} options
 * @property {import("./views.js").View} view
 * @property {(o: any) => number} [rowsOf] how many positions there are, where they end
 * @property {(o: any) => any} [build] posenc's options of what the controls say, where they differ
 * @property {(cell: any) => [name: string, text: string][]} explain
 */

/** @type {Record<string, Scheme>} */
export const schemes = { ...additive, ...rotary, ...bias };

/** @type {Record<string, [string, string][]>} */
export const families = Object.fromEntries(
  Object.entries({
    "Added to embeddings": additive,
    "Turns queries and keys": rotary,
    "Added to scores, or looked up for them": bias,
  }).map(([name, group]) => [name, Object.entries(group).map(([method, { title }]) => [method, title])]),
);
