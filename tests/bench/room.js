// What the bare kernels work in: a memory, arrays in it, and in those the state that rows are made from.

import { BLOCK, instantiate, TURNS } from "./kernels.js";

/** A memory with the kernels, and arrays that lie in it one after the other. */
export class Room {
  /** @param {WebAssembly.Module} module @param {number} floats of 4 bytes, of all arrays together */
  constructor(module, floats) {
    const { kernels, memory } = instantiate(module, 4 * floats + 65536);
    this.kernels = kernels;
    this.buffer = memory.buffer;
    this.end = 64;
  }

  /**
   * @param {number} floats
   * @returns {number} its address: of a cache line, and not the same within a page as that of the one before
   */
  take(floats) {
    const at = this.end;
    if (at + 4 * floats > this.buffer.byteLength) throw new RangeError(`no room for ${floats} float32 more`);
    this.end += ((4 * floats + 63) & -64) + 64;
    return at;
  }

  /** @param {number} at @param {number} length */
  view(at, length) {
    return new Float32Array(this.buffer, at, length);
  }

  /** @param {Float32Array} values */
  hold(values) {
    const at = this.take(values.length);
    this.view(at, values.length).set(values);
    return at;
  }
}

/** How many float32 a Waves of so many channels needs. @param {number} dim */
export const wavesSize = (dim) => dim * (1 + 2 + 9 * 2) + 256;

/** Sines and cosines of positions, made by the kernels. `dim` is a multiple of 4, and with lines of 16. */
export class Waves {
  /**
   * @param {Room} room
   * @param {number} dim
   * @param {boolean} lines
   */
  constructor(room, dim, lines) {
    this.room = room;
    this.dim = dim;
    this.frequencies = room.take(dim);
    this.state = room.take(2 * dim);
    this.steps = room.take(9 * 2 * dim);
    this.lines = lines;
    const { kernels } = room;
    this.block = { fill: lines ? kernels.fillLines : kernels.fill, add: lines ? kernels.addMadeLines : kernels.addMade };
    this.make();
  }

  /** Frequencies and turns. */
  make() {
    const {
      room: { buffer, kernels },
      dim,
      lines,
      frequencies,
      steps,
    } = this;
    const { angles } = kernels;
    const pairs = dim / 2;
    const w = new Float64Array(buffer, frequencies, pairs);
    // A power for one in eight: the error of seven products is far below that of the angles.
    const ratio = Math.pow(10000, -2 / dim);
    for (let i = 0; i < pairs; i++) w[i] = i % 8 === 0 ? (Math.pow(10000, (-2 * i) / dim) * 2) / Math.PI : w[i - 1] * ratio;
    const group = lines ? 4 : 1; // of two angles
    TURNS.forEach((k, t) => {
      if (!lines) return angles(steps + 32 * t, 32 * TURNS.length, frequencies, pairs, k);
      for (let i = 0; i < pairs; i += 2 * group)
        angles(steps + 16 * TURNS.length * i + 32 * group * t, 32, frequencies + 8 * i, 2 * group, k);
    });
  }

  /** Goes to a position. @param {number} position */
  start(position) {
    this.room.kernels.angles(this.state, 32, this.frequencies, this.dim / 2, position + BLOCK / 2);
  }

  /**
   * Makes the next rows, in whole blocks: the last one's array has to have room for it.
   * @param {number} x @param {number} rows
   * @param {"fill" | "add"} [op]
   */
  run(x, rows, op = "fill") {
    const { dim, state, steps, block } = this;
    const kernel = block[op];
    for (let row = 0; row < rows; row += BLOCK) kernel(x + 4 * dim * row, 4 * dim, state, steps, dim / 2);
  }
}
