// A call that runs out of JavaScript stack in the middle leaves an array half done, or a Go program half started. So what
// has several steps first makes sure that there is stack for all of them, by using more of it than they do.

import { internalError } from "./errors.js";

/** Frames of half a KB. Starting Go takes the most, some 30 KB before the engine has optimised it; MANY is four times that. */
export const MANY = 256;
/** For a call into Go that runs: some four times what it takes, and a third of a microsecond. */
export const FEW = 32;

let left = 0;

/**
 * Throws when the stack is nearly full, with nothing done yet.
 * @param {number} frames FEW or MANY
 */
export function stackLeft(frames) {
  left = frames;
  try {
    dig(0);
  } catch (cause) {
    throw internalError("the JavaScript stack is nearly full, so posenc did not begin", cause);
  }
}

/**
 * A frame that has 64 arguments on the stack, which nobody looks at. They are written out: a list of them, applied, takes ten
 * times as long in Firefox.
 * @type {(...weight: number[]) => void}
 */
function dig(
  _a0,
  _a1,
  _a2,
  _a3,
  _a4,
  _a5,
  _a6,
  _a7,
  _b0,
  _b1,
  _b2,
  _b3,
  _b4,
  _b5,
  _b6,
  _b7,
  _c0,
  _c1,
  _c2,
  _c3,
  _c4,
  _c5,
  _c6,
  _c7,
  _d0,
  _d1,
  _d2,
  _d3,
  _d4,
  _d5,
  _d6,
  _d7,
  _e0,
  _e1,
  _e2,
  _e3,
  _e4,
  _e5,
  _e6,
  _e7,
  _f0,
  _f1,
  _f2,
  _f3,
  _f4,
  _f5,
  _f6,
  _f7,
  _g0,
  _g1,
  _g2,
  _g3,
  _g4,
  _g5,
  _g6,
  _g7,
  _h0,
  _h1,
  _h2,
  _h3,
  _h4,
  _h5,
  _h6,
  _h7,
) {
  if (left-- <= 0) return;
  dig(
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
}
