// Loops that a program writes become functions here, each with code and type feedback of its own. Where a page's policy forbids
// `new Function`, they have been written into a module before (loops-module.js), which the page imports and gives to provide().

/** @type {Map<string, Function[]>} by their text, which two may share: one for a table of float32, one of float64 */
const provided = new Map();

/** @param {readonly Function[]} functions as imported: each knows its own text */
export function provide(functions) {
  for (const f of functions) provided.set(f.toString(), [...(provided.get(f.toString()) ?? []), f]);
}

/**
 * @param {string} text of a function that needs nothing from around it
 * @returns {any}
 */
export const compile = (text) => provided.get(text)?.pop() ?? new Function(`return ${text}`)();
