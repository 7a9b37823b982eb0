// A call that runs out of JavaScript stack in the middle leaves an array half done, or an instance half started. So what
// has several steps first makes sure that there is stack for all of them: by using more of it than they do.

import { internalError } from "./errors.js";

/** Far more frames than the way into Go and back takes: measured, it is done with a tenth of them. */
const FRAMES = 400;

/** Throws when the stack is nearly full, with nothing done yet. */
export function stackLeft() {
  try {
    dig(FRAMES, 0, 0, 0, 0);
  } catch (cause) {
    throw internalError("the JavaScript stack is nearly full, so posenc did not begin", cause);
  }
}

/**
 * @param {number} frames @param {number} a @param {number} b @param {number} c @param {number} d
 * @returns {number}
 */
function dig(frames, a, b, c, d) {
  return frames === 0 ? a + b + c + d : dig(frames - 1, b, c, d, frames) + 1;
}
