// The look at an array that a user gives, after all options have been read: nothing of the user's runs between this and the work.

import { blockOf, isAllocation } from "./alloc.js";
import { typeError, typeErrorMessage } from "./errors.js";
import { bufferOf, byteOffsetOf, isArrayBuffer, isUsable, lengthOf, tagOf } from "./intrinsics.js";
import { STAGING } from "./runtime.js";

/**
 * Where an array is that can be worked on: in the module, or else in JavaScript, and then it has to be staged.
 * @param {string} name what the call calls it
 * @param {any} x
 * @param {boolean} shared
 * @param {import("./runtime.js").Runtime} runtime
 * @returns {{ array: number, from: number, length: number }} Go's number for the array, or STAGING; the first element; how many
 */
export function locate(name, x, shared, runtime) {
  if (isAllocation(x)) {
    const { array, length } = blockOf(name, x, runtime);
    return { array, from: 0, length };
  }
  if (tagOf(x) !== "Float32Array") throw typeError(name, "a Float32Array or an array of alloc()", x);
  const length = lengthOf(x);
  if (length === 0 && !isUsable(x)) throw typeErrorMessage(`${name}: its buffer is detached, or too short for it by now`);
  const buffer = bufferOf(x);
  if (!shared && !isArrayBuffer(buffer)) {
    throw typeErrorMessage(
      `${name}: want an array that no other thread sees, got one on shared memory; pass allowShared: true to work on it all the same`,
    );
  }
  if (buffer !== runtime.buffer) return { array: STAGING, from: 0, length };
  const address = byteOffsetOf(x);
  const block = runtime.find(address, length);
  if (block === undefined)
    throw typeErrorMessage(`${name}: want an array of yours or of alloc(), got a view on other parts of the module's memory`);
  return { array: block.array, from: (address - block.address) / 4, length };
}
