// A bare kernel behind a staging buffer: JavaScript copies a tile of a Float32Array into the kernel's memory, the kernel works on
// it, and JavaScript copies it out.

import { positionOf } from "./making-tasks.js";
import { DECODE_LENGTH } from "./tasks.js";

/** @typedef {import("./tasks.js").Task} Task */
/** @typedef {import("./lane-limit.js").Held} Held */
/** @typedef {import("./lane-limit.js").Run} Run */
/** @typedef {{ unit: number, group: number, groups: number, fresh?: boolean, run: (at: number, g: number, first: number, count: number, step: number) => void }} Parts x is `groups` of `group` units of so many float32; run does `count` of them, in an array at an address; fresh: does not read x */

/**
 * What is done with a part of x, which JavaScript has put into a tile.
 * @param {Task} task
 * @param {Held} held
 * @returns {Parts | undefined}
 */
export function parts({ kind, shape, x: { length: all }, table: { length } }, { kernels, table, sin, waves, lines = waves, rows }) {
  const [batch, n, seq, width] = shape;
  const { add, bias, grid, rotate1, rotateZip1 } = kernels;
  switch (kind) {
    case "add":
      return { unit: 1, group: length, groups: batch, run: (at, _, first, count) => add(at, table + 4 * first, 4 * count) };
    case "decode":
      return {
        unit: 1,
        group: all,
        groups: 1,
        run: (at, _, first, count, step) => add(at, table + 4 * ((step % DECODE_LENGTH) * seq + first), 4 * count),
      };
    case "rotate":
    case "rotateInterleaved": {
      const kernel = kind === "rotate" ? rotate1 : rotateZip1;
      const row = kind === "rotate" ? 2 * width : 4 * width;
      if (kind === "rotateInterleaved" && width % 4 !== 0) return undefined;
      return seq === 1
        ? {
            unit: width,
            group: batch * n,
            groups: 1,
            run: (at, _, _first, count, step) => {
              const by = (step % DECODE_LENGTH) * row;
              kernel(at, table + by, sin + by, row, 1, count, 4 * width);
            },
          }
        : {
            unit: width,
            group: seq,
            groups: batch * n,
            run: (at, _, first, count) => kernel(at, table + first * row, sin + first * row, row, count, 1, 0),
          };
    }
    case "bias":
      return batch !== 1
        ? undefined
        : {
            unit: width,
            group: seq,
            groups: n,
            run: (at, h, first, count) => bias(at, table + 4 * (h * (seq + width - 1) + seq - first - count), count, 4 * width),
          };
    case "fill":
      return (
        lines && {
          unit: seq,
          group: n,
          groups: 1,
          fresh: true,
          run: (at, _, first, count, step) => {
            if (first === 0) lines.start(positionOf(step));
            lines.run(at, count);
          },
        }
      );
    case "grid":
      return {
        unit: seq,
        group: n,
        groups: batch,
        fresh: true,
        run: (at, h, first, count) => grid(at, rows[0] + 2 * h * seq, rows[1] + 2 * first * seq, 1, count, 2 * seq),
      };
    default:
      return undefined;
  }
}

/**
 * The same where rows that are added are made on the way.
 * @param {Task} task
 * @param {Held} held
 * @returns {Parts | undefined}
 */
export function madeParts({ kind, shape: [batch, seq, dim] }, { lines }) {
  if (kind !== "add" || batch !== 1 || seq < 128 || lines === undefined) return undefined;
  return {
    unit: dim,
    group: seq,
    groups: 1,
    run: (at, _, first, count) => {
      if (first === 0) lines.start(0);
      lines.run(at, count, "add");
    },
  };
}

/**
 * JavaScript copies a tile in, the kernel works on it, JavaScript copies it out.
 * @param {Float32Array} x
 * @param {Held} held
 * @param {Parts} of
 * @param {number} most units in a tile
 * @returns {Run}
 */
export function staged(x, { room, tile }, { unit, group, groups, fresh = false, run }, most) {
  const whole = room.view(tile, Math.min(most, group) * unit);
  if (groups === 1 && group <= most)
    return fresh
      ? (step) => {
          run(tile, 0, 0, group, step);
          x.set(whole);
        }
      : (step) => {
          whole.set(x);
          run(tile, 0, 0, group, step);
          x.set(whole);
        };
  const rest = room.view(tile, (group % most) * unit);
  return (step) => {
    for (let g = 0, at = 0; g < groups; g++) {
      for (let first = 0; first < group; first += most) {
        const count = Math.min(most, group - first);
        const here = count === most ? whole : rest;
        const there = x.subarray(at, (at += count * unit));
        if (!fresh) here.set(there);
        run(tile, g, first, count, step);
        there.set(here);
      }
    }
  };
}
