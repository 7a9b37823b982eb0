// A call that runs out of JavaScript stack in the middle leaves an array half done, or a Go program half started. So what
// has several steps first makes sure that there is stack for all of them, by using more of it than they do.

import { internalError } from "./errors.js";
import { reflectApply } from "./intrinsics.js";

/** Frames of 4 KB. Starting Go takes the most, some 30 KB before the engine has optimised it; MANY is four times that. */
export const MANY = 32;
/** For a call into Go that runs: some four times what it takes, and two thirds of a microsecond. */
export const FEW = 4;
/** @type {unknown[]} arguments nobody looks at, but which every frame has on the stack */
const WEIGHT = Array.from({ length: 512 }, () => 0);

let left = 0;

/**
 * Throws when the stack is nearly full, with nothing done yet.
 * @param {number} frames FEW or MANY
 */
export function stackLeft(frames) {
  left = frames;
  try {
    dig();
  } catch (cause) {
    throw internalError("the JavaScript stack is nearly full, so posenc did not begin", cause);
  }
}

function dig() {
  if (left-- > 0) reflectApply(dig, undefined, WEIGHT);
}
