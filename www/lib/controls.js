// Labelled controls, all of one shape: `element` to put somewhere, `value` to read and set, `error(message)` to say beside it what was
// wrong. What is typed is checked by posenc, which knows better than `min` and `max`; those are for sliders only.

import { el, uniqueId } from "./dom.js";

/**
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {any} value
 * @property {(message: string | null) => void} error
 */

/** @typedef {{ label: string, hint?: string, value: any, onChange: (value: any) => void }} Base */

/** One of a few words. @param {Base & { choices: [value: string, text: string][] | Record<string, [string, string][]> }} options groups of choices, or choices @returns {Control} */
export function select({ label, hint, choices, value, onChange }) {
  const item = ([value, text]) => el("option", { value }, text);
  const input = el(
    "select",
    { onchange: () => onChange(input.value) },
    ...(Array.isArray(choices)
      ? choices.map(item)
      : Object.entries(choices).map(([name, list]) => el("optgroup", { label: name }, ...list.map(item)))),
  );
  input.value = value;
  return field({ label, hint, input });
}

/** A number with a slider beside it. @param {Base & { min: number, max: number, step?: number }} options @returns {Control} */
export function range({ label, hint, min, max, step = 1, value, onChange }) {
  const slider = el("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": `${label}, slider`,
    oninput: () => onChange(Number((input.value = slider.value))),
  });
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      slider.value = String(parseNumber(input.value));
      onChange(numberOf(input));
    },
  });
  const set = (/** @type {number | undefined} */ v) => {
    input.value = String(v ?? "");
    slider.value = String(v ?? min);
  };
  set(value);
  return field({ label, hint, input, inside: el("div", { class: "pair" }, slider, input), get: () => numberOf(input), set });
}

/** A number that is typed: also 2^53 and 1e6; undefined when it is empty. @param {Base} options @returns {Control} */
export function number({ label, hint, value, onChange }) {
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => onChange(numberOf(input)),
  });
  input.value = value ?? "";
  return field({ label, hint, input, get: () => numberOf(input), set: (v) => void (input.value = v ?? "") });
}

/** Numbers with commas or spaces between them. @param {Base} options @returns {Control} */
export function list({ label, hint, value, onChange }) {
  const read = () =>
    input.value.trim() === ""
      ? undefined
      : input.value
          .trim()
          .split(/[\s,;]+/)
          .map(parseNumber);
  const input = el("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => onChange(read()) });
  input.value = value?.join(", ") ?? "";
  return field({ label, hint, input, get: read, set: (v) => void (input.value = v?.join(", ") ?? "") });
}

/** A word of one's own. @param {Base} options @returns {Control} */
export function text({ label, hint, value, onChange }) {
  const input = el("input", { type: "text", autocomplete: "off", oninput: () => onChange(input.value) });
  input.value = value ?? "";
  return field({ label, hint, input });
}

/** Yes or no. @param {Base} options @returns {Control} */
export function check({ label, hint, value, onChange }) {
  const input = el("input", { type: "checkbox", onchange: () => onChange(input.checked) });
  input.checked = Boolean(value);
  const parts = notes(hint, input);
  const element = el("div", { class: "field" }, el("label", { class: "check" }, input, label), ...parts.elements);
  return control(
    element,
    input,
    parts,
    () => input.checked,
    (v) => void (input.checked = Boolean(v)),
  );
}

/** One of very few, all in sight. @param {Base & { choices: [value: string, text: string][] }} options @returns {Control} */
export function segmented({ label, hint, choices, value, onChange }) {
  const name = uniqueId("choice");
  const radios = choices.map(([value]) => el("input", { type: "radio", name, value, onchange: () => onChange(value) }));
  const set = (/** @type {string} */ v) => radios.forEach((radio) => void (radio.checked = radio.value === v));
  set(value);
  const parts = notes(hint, radios[0]);
  const element = el(
    "fieldset",
    { class: "field" },
    el("legend", {}, label),
    el("div", { class: "segmented" }, ...radios.map((radio, i) => el("label", {}, radio, choices[i][1]))),
    ...parts.elements,
  );
  return control(element, radios[0], parts, () => radios.find((radio) => radio.checked)?.value, set);
}

/** @param {HTMLInputElement} input */
const numberOf = (input) => (input.value.trim() === "" ? undefined : parseNumber(input.value));

/** Also "2^53" and "-2^53 + 1", which people write and no computer reads; NaN for what is no number. @param {string} text */
export function parseNumber(text) {
  const plain = text
    .trim()
    .replace(/−/g, "-")
    .replace(/[\s_\u2009]/g, "");
  const power = /^(-?)(\d+)\^(\d+)([+-]\d+)?$/.exec(plain);
  if (power) return (power[1] ? -1 : 1) * Number(power[2]) ** Number(power[3]) + Number(power[4] ?? 0);
  return plain === "" ? NaN : Number(plain);
}

/** @param {any} options @returns {Control} */
function field({ label, hint, input, inside = input, get = () => input.value, set = (/** @type {any} */ v) => void (input.value = v) }) {
  input.id = uniqueId("field");
  const parts = notes(hint, input);
  return control(el("div", { class: "field" }, el("label", { for: input.id }, label), inside, ...parts.elements), input, parts, get, set);
}

/** @param {string | undefined} hint @param {HTMLElement} input */
function notes(hint, input) {
  const id = uniqueId("note");
  const message = el("p", { class: "message", id: `${id}-message`, hidden: true });
  const words = hint ? el("p", { class: "hint", id }, hint) : null;
  if (words) input.setAttribute("aria-describedby", id);
  return { id, message, words, elements: words ? [words, message] : [message] };
}

/** @param {HTMLElement} element @param {HTMLElement} input @param {any} parts @param {() => any} get @param {(v: any) => void} set @returns {Control} */
function control(element, input, { id, message, words }, get, set) {
  return {
    element,
    get value() {
      return get();
    },
    set value(v) {
      set(v);
    },
    error(text) {
      message.hidden = text === null;
      message.textContent = text ?? "";
      element.classList.toggle("wrong", text !== null);
      if (text === null) input.removeAttribute("aria-invalid");
      else input.setAttribute("aria-invalid", "true");
      const described = [words && id, text !== null && message.id].filter(Boolean).join(" ");
      if (described) input.setAttribute("aria-describedby", described);
      else input.removeAttribute("aria-describedby");
    },
  };
}
