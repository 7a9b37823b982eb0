// The lane of the practical limit: bare SIMD kernels (kernels.js), on arrays in their own memory, and with JavaScript that
// copies tiles of a Float32Array there and back. They have their tables, as plain loops have; but rows that are to be
// made are made each time.

import { kernelBytes } from "./kernels.js";
import { Lane } from "./lane.js";
import { positionOf } from "./making-tasks.js";
import { Room, Waves, wavesSize } from "./room.js";
import { madeParts, parts, staged } from "./staged.js";
import { DECODE_LENGTH, naiveTable, TABLE_TOLERANCE } from "./tasks.js";

/** @typedef {import("./lane.js").Contender} Contender */
/** @typedef {import("./lane.js").Work} Work */
/** @typedef {import("./tasks.js").Task} Task */

/** All their names begin with it. */
export const LIMIT = "bare SIMD kernel";
export const STAGED = `${LIMIT}, staged `;
export const NEW = `${LIMIT}, new array`;

/** How large the tiles are that go in and out, in KiB. */
const TILES = [8, 16, 32];

/** Rows that are made go out in tiles of so many. */
const TILE_ROWS = [16, 64];

/**
 * @param {Task} task
 * @returns {number} the channels of the rows that are made, 0 where none are
 */
const madeChannels = ({ kind, shape }) => (kind === "grid" ? shape[2] / 2 : shape.length === 3 ? shape[2] : 0);

/** How many contenders have an array in the memory. */
const ARRAYS = 7;

/**
 * A task's arrays in a memory. All contenders read the same table, but each has an x of its own: who came after another would find
 * in a cache what others have to fetch.
 * @param {Task} task
 * @param {WebAssembly.Module} module
 */
function hold(task, module) {
  const { kind, shape, x: input, table, sin } = task;
  const made = madeChannels(task);
  const width = shape[shape.length - 1];
  const rows = kind === "table" || kind === "newTable" ? shape[1] + 15 : 15; // a last block may be whole only here
  const tile = Math.max(TILES[2] * 256, TILE_ROWS[1] * made, width);
  const twice = kind === "rotateInterleaved" ? 2 : 1;
  const grid = kind === "grid" ? (shape[0] + shape[1] + 32) * made : 0;
  const room = new Room(
    module,
    ARRAYS * (input.length + rows * made + 64) + twice * (table.length + (sin?.length ?? 0)) + tile + 2 * wavesSize(made) + grid + 1024,
  );
  const zipped = (/** @type {Float32Array} */ of, /** @type {number} */ sign) =>
    Float32Array.from({ length: 2 * of.length }, (_, i) => (i % 2 === 0 ? sign : 1) * of[i >> 1]);
  const tables =
    kind === "rotateInterleaved" ? [zipped(table, 1), zipped(/** @type {Float32Array} */ (sin), -1)] : [table, sin ?? new Float32Array(0)];
  const [cos, sines] = kind === "table" || kind === "cosSin" ? [0, 0] : tables.map((values) => room.hold(values));
  return {
    room,
    kernels: room.kernels,
    table: cos,
    sin: sines,
    tile: room.take(tile),
    takeX: () => room.take(input.length + rows * made),
    waves: made % 4 === 0 && made > 0 ? new Waves(room, made, false) : undefined,
    lines: made % 16 === 0 && made > 0 ? new Waves(room, made, true) : undefined,
    rows: kind === "grid" ? [shape[0], shape[1]].map((length) => room.hold(naiveTable(length, made))) : [],
  };
}

/** @typedef {ReturnType<typeof hold>} Held */
/** @typedef {(step: number) => void} Run */

/**
 * What is done with a whole array in memory, by each contender's name after LIMIT.
 * @param {Task} task
 * @param {Held} held
 * @param {number} x
 * @returns {Record<string, Run>}
 */
function direct({ kind, shape, table: { length } }, { kernels, table, sin, waves, lines, rows }, x) {
  const bytes = 4 * length;
  const [batch, n, seq, width] = shape;
  switch (kind) {
    case "add": {
      const { add, add4 } = kernels;
      return {
        "":
          batch === 1
            ? () => add(x, table, bytes)
            : () => {
                for (let b = 0; b < batch; b++) add(x + b * bytes, table, bytes);
              },
        ...(batch % 4 === 0
          ? {
              ", 4 together": () => {
                for (let b = 0; b < batch; b += 4) add4(x + b * bytes, table, bytes);
              },
            }
          : {}),
        ...madeRows(batch === 1 ? n : 0, x, waves, lines),
      };
    }
    case "decode": {
      const { add } = kernels;
      const row = 4 * seq;
      return { "": (step) => add(x, table + (step % DECODE_LENGTH) * row, row) };
    }
    case "rotate":
    case "rotateInterleaved": {
      const zip = kind === "rotateInterleaved";
      const heads = batch * n;
      const row = zip ? 4 * width : 2 * width; // of cosines
      const head = 4 * seq * width;
      const { rotate1, rotate2, rotate4, rotateZip1, rotateZip2, rotateZip4, rotateAll, rotateZipAll } = kernels;
      /** @type {Record<string, Run>} */
      const runs = {};
      if (zip && width % 4 !== 0) return runs;
      [zip ? rotateZip1 : rotate1, zip ? rotateZip2 : rotate2, zip ? rotateZip4 : rotate4].forEach((kernel, i) => {
        if (heads % (1 << i) !== 0) return;
        const name = i === 0 ? "" : `, ${1 << i} heads`;
        runs[name] =
          seq === 1
            ? (step) => kernel(x, table + (step % DECODE_LENGTH) * row, sin + (step % DECODE_LENGTH) * row, row, 1, heads, head)
            : () => kernel(x, table, sin, row, seq, heads, head);
        // Head by head, which reads the cosines and sines again for each.
        if (seq > 1 && i > 0)
          runs[`, ${1 << i} by head`] = () => {
            for (let h = 0; h < heads; h += 1 << i) kernel(x + h * head, table, sin, row, seq, 1 << i, head);
          };
      });
      const all = zip ? rotateZipAll : rotateAll;
      if (row % 64 === 0)
        runs[", all heads"] = (step) => {
          const from = seq === 1 ? (step % DECODE_LENGTH) * row : 0;
          all(x, table + from, sin + from, row, seq, heads, head);
        };
      if (row % 64 === 0 && seq > 1)
        runs[", by head"] = () => {
          for (let h = 0; h < heads; h++) all(x + h * head, table, sin, row, seq, 1, 0);
        };
      return runs;
    }
    case "bias": {
      const { bias } = kernels;
      return batch !== 1
        ? {}
        : {
            "": () => {
              for (let h = 0; h < n; h++) bias(x + 4 * h * seq * width, table + 4 * h * (seq + width - 1), seq, 4 * width);
            },
          };
    }
    case "fill":
      return Object.fromEntries(
        Object.entries({ "": waves, ", lines": lines }).flatMap(([name, by]) =>
          by === undefined
            ? []
            : [
                [
                  name,
                  (/** @type {number} */ step) => {
                    by.start(positionOf(step));
                    by.run(x, n);
                  },
                ],
              ],
        ),
      );
    case "grid": {
      const { grid } = kernels;
      return { "": () => grid(x, rows[0], rows[1], batch, n, 2 * seq) };
    }
    default:
      return {};
  }
}

/**
 * Adding rows that are made on the way, instead of reading them.
 * @param {number} seq 0: not here
 * @param {number} x
 * @param {Waves | undefined} waves @param {Waves | undefined} lines
 * @returns {Record<string, Run>}
 */
function madeRows(seq, x, waves, lines) {
  if (seq < 128) return {};
  return Object.fromEntries(
    Object.entries({ ", rows made": waves, ", lines made": lines }).flatMap(([name, by]) =>
      by === undefined
        ? []
        : [
            [
              name,
              () => {
                by.start(0);
                by.run(x, seq, "add");
              },
            ],
          ],
    ),
  );
}

/**
 * A new array each time: of the rows that are in the memory, or of those that come from there in tiles.
 * @param {Task} task
 * @param {Held} held
 * @returns {Record<string, () => Work>}
 */
function newArrays({ kind, shape: [, seq, dim] }, { room, takeX, tile, waves }) {
  if (waves === undefined) return {};
  const begin = (/** @type {number} */ step) => {
    if (kind === "table") waves.make();
    waves.start(kind === "table" ? 0 : positionOf(step));
  };
  const work = (/** @type {(step: number) => Float32Array} */ make) => () => {
    /** @type {Float32Array} */
    let made = new Float32Array(0);
    return { reset() {}, run: (/** @type {number} */ step) => void (made = make(step)), result: () => made };
  };
  const tiled = (/** @type {number} */ most) => [
    `, ${most} rows`,
    work((step) => {
      const made = new Float32Array(seq * dim);
      begin(step);
      for (let row = 0; row < seq; row += most) {
        const count = Math.min(most, seq - row);
        waves.run(tile, count);
        made.set(room.view(tile, count * dim), row * dim);
      }
      return made;
    }),
  ];
  return {
    "": () => {
      const x = takeX();
      return work((step) => {
        begin(step);
        waves.run(x, seq);
        return room.view(x, seq * dim).slice();
      })();
    },
    ...Object.fromEntries(TILE_ROWS.map(tiled)),
  };
}

/**
 * @param {WebAssembly.Module} module of kernelBytes()
 * @returns {Contender[]}
 */
export function limitContenders(module) {
  /** @type {{ task: Task, held: Held } | undefined} */
  let last; // that of the task before is let go
  const heldOf = (/** @type {Task} */ task) => {
    if (last?.task !== task) last = { task, held: hold(task, module) };
    return last.held;
  };
  /** @type {Contender[]} */
  const contenders = [];
  const names = [
    "",
    ", 4 together",
    ", rows made",
    ", lines made",
    ", lines",
    ", 2 heads",
    ", 4 heads",
    ", 2 by head",
    ", 4 by head",
    ", by head",
    ", all heads",
  ];
  for (const name of names) {
    contenders.push({
      name: LIMIT + name,
      begin(task) {
        if (task.kind === "cosSin") return undefined;
        const held = heldOf(task);
        if (direct(task, held, 0)[name] === undefined) return undefined;
        const x = held.takeX();
        const view = held.room.view(x, task.x.length);
        const run = direct(task, held, x)[name];
        // Rows that are made are rounded from other float64 than the table that is expected.
        return {
          reset: () => view.set(task.x),
          run,
          result: () => view,
          ...(name.endsWith(" made") ? { tolerance: 2 * TABLE_TOLERANCE } : {}),
        };
      },
    });
  }
  const stage = (
    /** @type {string} */ size,
    /** @type {(task: Task, of: import("./staged.js").Parts) => number} */ units,
    partsOf = parts,
  ) =>
    contenders.push({
      name: STAGED + size,
      begin(task) {
        if (task.kind === "cosSin") return undefined;
        const held = heldOf(task);
        const of = partsOf(task, held);
        const most = of === undefined ? 0 : units(task, of);
        if (of === undefined || most === 0) return undefined;
        const x = task.x.slice();
        return {
          reset: () => x.set(task.x),
          run: staged(x, held, of, most),
          result: () => x,
          ...(partsOf === madeParts ? { tolerance: 2 * TABLE_TOLERANCE } : {}),
        };
      },
    });
  // Of what fits into the smallest tile, that one is enough.
  TILES.forEach((kib, i) =>
    stage(`${kib} KiB`, ({ kind, x }, { unit }) =>
      kind === "fill" || (i > 0 && 4 * x.length <= TILES[i - 1] * 1024) ? 0 : Math.max(1, Math.floor((256 * kib) / unit)),
    ),
  );
  for (const rows of TILE_ROWS) {
    stage(`${rows} rows`, ({ kind }) => (kind === "fill" ? rows : 0));
    stage(`${rows} rows made`, () => rows, madeParts);
  }
  for (const name of ["", ...TILE_ROWS.map((rows) => `, ${rows} rows`)]) {
    contenders.push({
      name: NEW + name,
      begin: (task) => (task.kind === "table" || task.kind === "newTable" ? newArrays(task, heldOf(task))[name]?.() : undefined),
    });
  }
  return contenders;
}

/**
 * @param {Uint8Array<ArrayBuffer>} [bytes] of kernelBytes(), for whoever has no wabt
 */
export const createLane = async (bytes) => new Lane(limitContenders(await WebAssembly.compile(bytes ?? (await kernelBytes()))));
