// How numbers and formulas are written on the page.

import { el } from "./dom.js";

/** A value of a cell: enough digits to tell float32 numbers of this size apart by eye, a real minus. @param {number} v @param {number} [digits] */
export function value(v, digits = 6) {
  if (!Number.isFinite(v)) return String(v).replace("Infinity", "∞");
  if (v === 0) return "0";
  const size = Math.abs(v);
  const text = size >= 1e-4 && size < 1e7 ? String(Number(v.toPrecision(digits))) : power(v, Math.max(digits - 2, 2));
  return text.replace(/^-/, "−");
}

/** Digits in groups of three, as 9 007 199 254 740 992. @param {number} n */
export function whole(n) {
  const digits = String(Math.abs(n));
  if (!Number.isInteger(n) || digits.includes("e")) return value(n);
  return (n < 0 ? "−" : "") + (digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, "\u2009") : digits);
}

/** 1.23·10⁻⁵ @param {number} v @param {number} digits */
function power(v, digits) {
  const [mantissa, exponent] = v.toExponential(digits - 1).split("e");
  return `${Number(mantissa)}·10${[...String(Number(exponent))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("")}`;
}

/** A formula in plain text as nodes: w_3 and 10^(−6/64) with a small 3 below and −6/64 above, single letters in italics. @param {string} text @returns {(Node | string)[]} */
export function formula(text) {
  return text
    .split(/(_\w+|\^\([^)]*\)|\^[\w.|−]+|(?<![\p{L}\p{N}])\p{L}(?![\p{L}\p{N}]))/u)
    .filter(Boolean)
    .map((part) => {
      if (part[0] === "_" && part.length > 1) return el("sub", {}, part.slice(1));
      if (part[0] === "^") return el("sup", {}, part.slice(1).replace(/^\((.*)\)$/, "$1"));
      return part.length === 1 && /\p{L}/u.test(part) ? el("var", {}, part) : part;
    });
}
