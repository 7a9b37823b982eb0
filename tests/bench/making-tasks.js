// Tasks in which rows are made, by an encoder that exists already: into an array that exists, or into a new one. (To make a
// table from nothing is in tasks.js.)

import { naiveTable, TABLE_TOLERANCE } from "./tasks.js";

/** @typedef {import("./tasks.js").Task} Task */

/** Where an array is filled: a short and a long input, what no cache holds, and rows of 4096 bytes. */
export const FILL_SHAPES = /** @type {const} */ ([
  [1, 128, 384],
  [1, 512, 768],
  [1, 8192, 768],
  [1, 512, 1024],
]);

/** Where a new one is made. */
export const NEW_TABLE_SHAPES = /** @type {const} */ ([
  [1, 128, 384],
  [1, 512, 768],
]);

/** A grid of patches, [H, W, dim]. */
export const GRID_SHAPE = /** @type {const} */ ([64, 64, 384]);

/**
 * The first position of a step. Each is far from the one before, so that who has its rows in memory has to make them all the
 * same. An angle of float64 is exact to 1e-10 here, and Math.sin and Math.cos of it are.
 * @param {number} step
 */
export const positionOf = (step) => (step * 100_003) % 1_000_000;

/**
 * @param {"fill" | "newTable"} kind
 * @param {readonly [number, number, number]} shape
 * @returns {Task}
 */
export function fillTask(kind, shape) {
  const [, seq, dim] = shape;
  const steps = seq > 1000 ? [0, 9] : [0, 1, 9, 10]; // 9: nearly a million; 10: from the start again
  const expected = steps.map((step) => ({ step, want: naiveTable(seq, dim, positionOf(step)) }));
  const x = new Float32Array(kind === "fill" ? seq * dim : 0);
  return { kind, shape, x, table: new Float32Array(0), expected, tolerance: TABLE_TOLERANCE };
}

/**
 * The two-dimensional encoding as most projects have it: the first half of the channels for the row of a cell, the second for
 * its column.
 * @param {readonly [number, number, number]} shape
 * @returns {Task}
 */
export function gridTask(shape) {
  const [height, width, dim] = shape;
  const half = dim / 2;
  const [rows, columns] = [height, width].map((length) => naiveTable(length, half));
  const want = new Float32Array(height * width * dim);
  for (let h = 0, at = 0; h < height; h++) {
    for (let w = 0; w < width; w++, at += dim) {
      for (let i = 0; i < half; i++) {
        want[at + i] = rows[h * half + i];
        want[at + half + i] = columns[w * half + i];
      }
    }
  }
  return {
    kind: "grid",
    shape,
    x: new Float32Array(want.length),
    table: new Float32Array(0),
    expected: [{ step: 0, want }],
    tolerance: TABLE_TOLERANCE,
  };
}
