// What is drawn of an encoder, five ways: rows of positions, rows of points, turns, tokens, scores. Each says which controls it adds,
// what it computes, and the same in code.

import { value as say, whole } from "../../lib/format.js";
import { choice, number, range } from "./options.js";

/** The most rows that the page draws. */
export const maxRows = 512;

/**
 * A matrix to draw. `cell` is what an explanation needs to know; `shown` is what became of options that were left open.
 *
 * @typedef {object} Matrix
 * @property {Float32Array | Int32Array} values
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} [buckets] whole numbers, not a signed value
 * @property {(row: number) => string} rowName
 * @property {(column: number) => string} columnName
 * @property {string} down
 * @property {string} across
 * @property {(row: number, column: number) => Record<string, any>} cell
 * @property {Record<string, any>} [shown]
 * @property {boolean} [alongRows] whether a line of the plot is a row of the matrix
 */

/**
 * The lines of code that make the same: `make` after the encoder, and `at` the index of a cell in `of`.
 *
 * @typedef {{ make: string[], of: string, at: string }} Code
 */

/**
 * @typedef {object} View
 * @property {import("./options.js").Option[]} controls
 * @property {(encoder: any, v: any, context: any) => Matrix} compute
 * @property {(v: any, context: any) => Code} js
 * @property {(v: any, context: any) => Code & { imports?: string[] }} go
 */

const offset = range("offset", "First position", { min: 0, max: 4096, start: 0, hint: "up to 2^53: type it" });
const length = (/** @type {number | undefined} */ start) => range("length", "Positions", { min: 1, max: maxRows, cap: true, start });
const channels = [
  range("from", "First channel", { min: 0, max: 1023, start: 0, more: true }),
  range("channels", "Channels shown", { min: 1, max: 1024, cap: true, more: true }),
];

/** Whether an offset is to be written out. @param {number} n @param {string} before @param {string} after */
const given = (n, before, after) => (n ? `${before}${n}${after}` : "");

/** The columns from `from` on, so many. @param {Float32Array} all @param {number} width @param {any} v */
function crop(all, width, { from, channels = Math.max(width - from, 1) }) {
  if (!Number.isInteger(from) || from < 0 || from >= width)
    throw new RangeError(`from: want a channel from 0 to ${width - 1}, got ${from}`);
  if (!Number.isInteger(channels) || channels < 1) throw new RangeError(`channels: want a positive integer, got ${channels}`);
  const columns = Math.min(channels, width - from),
    rows = all.length / width;
  if (columns === width) return { values: all, columns };
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) values.set(all.subarray(r * width + from, r * width + from + columns), r * columns);
  return { values, columns };
}

/** How many rows to draw where they end. @param {any} v @param {any} context */
const until = ({ length, offset }, { scheme, all }) =>
  length ?? (scheme.rowsOf ? Math.max(1, Math.min(maxRows, scheme.rowsOf(all) - offset)) : 64);

/** @type {View} */
export const rows = {
  controls: [offset, length(undefined), ...channels],
  compute(encoder, v, context) {
    const length = until(v, context),
      all = encoder.table(length, { offset: v.offset }),
      width = all.length / length;
    const { values, columns } = crop(all, width, v);
    return {
      values,
      columns,
      rows: length,
      down: "position",
      across: "channel",
      shown: { length, channels: columns },
      rowName: (r) => whole(v.offset + r),
      columnName: (c) => String(v.from + c),
      cell: (r, c) => ({ p: v.offset + r, column: v.from + c }),
    };
  },
  js: (v, { length, o, row, column }) => ({
    make: [`const table = encoder.table(${length}${given(v.offset, ", { offset: ", " }")}); // [positions, channels]`],
    of: "table",
    at: `${row} * ${o.dim} + ${v.from + column}`,
  }),
  go: (v, { length, o, row, column }) => ({
    make: [`table, err := encoder.Table(${length}, additive.At{${given(v.offset, "Offset: ", "")}}) // [positions, channels]`],
    of: "table",
    at: `${row}*${o.dim}+${v.from + column}`,
  }),
};

/** @param {{ start?: number, step: number, length: number, perPoint?: boolean }} usual @returns {View} */
export const points = ({ start = 0, step, length: count, perPoint = false }) => ({
  controls: [
    number("start", "First t", { start }),
    number("step", "Step", { start: step }),
    { ...length(count), label: "Points" },
    ...channels,
  ],
  compute(encoder, v, { o }) {
    const inputs = perPoint ? o.inputs : 1,
      at = (/** @type {number} */ r) => v.start + r * v.step;
    const list = Float64Array.from({ length: v.length * inputs }, (_, k) => at(Math.floor(k / inputs)));
    const all = encoder.encode(list),
      { values, columns } = crop(all, all.length / v.length, v);
    return {
      values,
      columns,
      rows: v.length,
      down: "t",
      across: "channel",
      shown: { channels: columns },
      rowName: (r) => say(at(r)),
      columnName: (c) => String(v.from + c),
      cell: (r, c) => ({ p: at(r), column: v.from + c }),
    };
  },
  js(v, { o, width, row, column }) {
    const inputs = perPoint ? o.inputs : 1;
    return {
      make: [
        `const points = Float64Array.from({ length: ${v.length}${inputs > 1 ? ` * ${inputs}` : ""} }, (_, k) => ${v.start} + ${inputs > 1 ? `Math.floor(k / ${inputs})` : "k"} * ${v.step});`,
        `const table = encoder.encode(points); // [${perPoint ? "points" : "times"}, channels]`,
      ],
      of: "table",
      at: `${row} * ${width} + ${v.from + column}`,
    };
  },
  go(v, { o, width, row, column }) {
    const inputs = perPoint ? o.inputs : 1;
    const make = [
      `points := make([]float64, ${v.length * inputs})`,
      "for k := range points {",
      `\tpoints[k] = ${v.start} + float64(float64(${inputs > 1 ? `k/${inputs}` : "k"})*${v.step})`,
      "}",
    ];
    if (perPoint)
      make.push(
        `table := make([]float32, ${v.length * width}) // [points, channels]`,
        "if err := encoder.Encode(table, points); err != nil {",
        "\tpanic(err)",
        "}",
      );
    else make.push(`table, err := encoder.Table(${v.length}, additive.At{Positions: points}) // [times, channels]`);
    return { make, of: "table", at: `${row}*${width}+${v.from + column}` };
  },
});

const show = choice(
  "show",
  "Show",
  [
    ["both", "cosines and sines"],
    ["cos", "cosines"],
    ["sin", "sines"],
  ],
  { start: "both" },
);

/** The cosines, the sines, or both side by side. @param {any} cosSin @param {any} v @param {number} length */
function drawn({ cos, sin }, v, length) {
  const n = cos.length / length;
  if (v.show === "cos") return { all: cos, n, width: n };
  if (v.show === "sin") return { all: sin, n, width: n };
  const all = new Float32Array(2 * cos.length);
  for (let r = 0; r < length; r++) {
    all.set(cos.subarray(r * n, (r + 1) * n), 2 * r * n);
    all.set(sin.subarray(r * n, (r + 1) * n), (2 * r + 1) * n);
  }
  return { all, n, width: 2 * n };
}

/** Which of the two a column is, and of which pair. @param {any} v @param {number} n @param {number} column */
function half(v, n, column) {
  const k = v.from + column,
    sine = v.show === "sin" || (v.show === "both" && k >= n);
  return { what: sine ? "sin" : "cos", i: v.show === "both" ? k % n : k };
}

/** What all that turns has in common. @param {import("./options.js").Option[]} controls @param {(encoder: any, length: number, v: any, context: any) => { cos: Float32Array, sin: Float32Array }} make @param {(v: any, context: any) => number} count */
const turning = (controls, make, count) => ({
  controls: [...controls, ...channels],
  /** @returns {Matrix} */
  compute(/** @type {any} */ encoder, /** @type {any} */ v, /** @type {any} */ context) {
    const length = count(v, context),
      { all, n, width } = drawn(make(encoder, length, v, context), v, length),
      { values, columns } = crop(all, width, v);
    const at = (/** @type {number} */ c) => half(v, n, c);
    return {
      values,
      columns,
      rows: length,
      down: "position",
      across: "pair",
      shown: { length, channels: columns },
      rowName: (r) => whole((v.offset ?? 0) + r),
      columnName: (c) => `${at(c).what} ${at(c).i}`,
      cell: (r, c) => ({ p: (v.offset ?? 0) + r, ...at(c), length: (v.offset ?? 0) + length }),
    };
  },
  /** @param {any} v @param {any} context @param {string[]} make @param {string} times @returns {Code} */
  code(v, { row, column, pairs }, make, times) {
    const { what, i } = half(v, pairs, column);
    return { make, of: what, at: `${row}${times}${pairs}${times === "*" ? "+" : " + "}${i}` };
  },
});

/** @param {any} v */
const jsAt = (v) => [given(v.offset, "offset: ", ""), given(v.sequenceLength, "sequenceLength: ", "")].filter(Boolean).join(", ");
/** @param {any} v */
const goAt = (v) => [given(v.offset, "Offset: ", ""), given(v.sequenceLength, "SequenceLength: ", "")].filter(Boolean).join(", ");
const jsCosSin = (/** @type {string} */ length, /** @type {string} */ at) =>
  `const { cos, sin } = encoder.cosSin(${length}${at && `, { ${at} }`}); // each [positions, pairs]`;
const goCosSin = (/** @type {string} */ length, /** @type {string} */ at) => [
  "cos, sin, err := encoder.CosSin(" + length + ", rotary.At{" + at + "}) // each [positions, pairs]",
];
const plain = turning(
  [offset, length(undefined), { ...show, choices: [.../** @type {any} */ (show.choices), ["turned", "a vector of ones, turned"]] }],
  (encoder, length, v) => encoder.cosSin(length, { offset: v.offset, sequenceLength: v.sequenceLength }),
  until,
);

/** @type {View} */
export const turns = {
  controls: [
    ...plain.controls,
    number("sequenceLength", "Length of the whole", {
      when: (o) => ["dynamic", "longrope"].includes(o["scaling.type"]),
      hint: "empty: up to the last position",
    }),
  ],
  compute(encoder, v, context) {
    if (v.show !== "turned") return plain.compute(encoder, v, context);
    const { headDim, rotaryDim, pairing, xpos } = context.o,
      length = until(v, context),
      n = rotaryDim / 2;
    const all = encoder.rotate(new Float32Array(length * headDim).fill(1), { offset: v.offset, sequenceLength: v.sequenceLength });
    const { values, columns } = crop(all, headDim, v);
    return {
      values,
      columns,
      rows: length,
      down: "position",
      across: "channel",
      shown: { length, channels: columns },
      rowName: (r) => whole(v.offset + r),
      columnName: (c) => String(v.from + c),
      cell(r, c) {
        const k = v.from + c,
          i = k >= rotaryDim ? null : pairing === "half" ? k % n : k >> 1;
        return {
          what: "turned",
          p: v.offset + r,
          i,
          second: pairing === "half" ? k >= n : k % 2 === 1,
          partner: pairing === "half" ? [i, Number(i) + n] : [2 * Number(i), 2 * Number(i) + 1],
          xpos,
        };
      },
    };
  },
  js(v, context) {
    if (v.show !== "turned") return plain.code(v, context, [jsCosSin(context.length, jsAt(v))], " * ");
    const { o, length, row, column } = context;
    return {
      make: [
        `const x = new Float32Array(${length} * ${o.headDim}).fill(1); // [positions, channels], as queries or keys of one head`,
        `encoder.rotate(x${jsAt(v) && `, { ${jsAt(v)} }`});`,
      ],
      of: "x",
      at: `${row} * ${o.headDim} + ${v.from + column}`,
    };
  },
  go(v, context) {
    if (v.show !== "turned") return plain.code(v, context, goCosSin(context.length, goAt(v)), "*");
    const { o, length, row, column } = context;
    return {
      make: [
        `x := make([]float32, ${length * o.headDim}) // [positions, channels], as queries or keys of one head`,
        "for k := range x {",
        "\tx[k] = 1",
        "}",
        `if err := encoder.Rotate(x, rotary.At{${goAt(v)}}); err != nil {`,
        "\tpanic(err)",
        "}",
      ],
      of: "x",
      at: `${row}*${o.headDim}+${v.from + column}`,
    };
  },
};

const celled = turning([offset, length(undefined), show], (encoder, length, v) => encoder.cosSin(length, { offset: v.offset }), until);

/** @type {View} */
export const cells = {
  ...celled,
  js: (v, context) => celled.code(v, context, [jsCosSin(context.length, jsAt(v))], " * "),
  go: (v, context) => celled.code(v, context, goCosSin(context.length, goAt(v)), "*"),
};

const token = (/** @type {string} */ name, /** @type {string} */ label, /** @type {number} */ start) =>
  range(name, label, { min: 0, max: 64, start });
const parts = (/** @type {any} */ v) =>
  [v.before && { text: v.before }, { t: v.t, h: v.h, w: v.w }, v.after && { text: v.after }].filter(Boolean);
const mixed = turning(
  [
    token("before", "Text before", 8),
    token("t", "Frames", 1),
    token("h", "Image height", 4),
    token("w", "Image width", 6),
    token("after", "Text after", 8),
    show,
  ],
  (encoder, length, _v, { positions }) => encoder.cosSin(length, { positions }),
  (_v, { positions }) => positions.length / 3,
);

/** @type {View} */
export const tokens = {
  controls: mixed.controls,
  compute(encoder, v, { posenc, ...context }) {
    const count = v.before + v.after + v.t * v.h * v.w;
    if (!(count <= maxRows)) throw new RangeError(`h: this page draws at most ${maxRows} tokens, got ${count}`);
    const { positions } = posenc.mropePositions(parts(v)),
      length = positions.length / 3;
    const matrix = mixed.compute(encoder, v, { ...context, positions });
    return {
      ...matrix,
      down: "token",
      cell: (r, c) => ({ ...matrix.cell(r, c), axes: [positions[r], positions[length + r], positions[2 * length + r]] }),
    };
  },
  js: (v, context) =>
    mixed.code(
      v,
      context,
      [
        `const { positions } = posenc.mropePositions(${JSON.stringify(parts(v))
          .replace(/"/g, "")
          .replace(/([:,{])/g, "$1 ")
          .replace(/}/g, " }")});`,
        jsCosSin(context.length, "positions"),
      ],
      " * ",
    ),
  go: (v, context) =>
    mixed.code(
      v,
      context,
      [
        `positions, _, err := rotary.MRopePositions([]rotary.MRopePart{${parts(v)
          .map(
            (part) =>
              `{${Object.entries(part)
                .map(([k, n]) => `${k[0].toUpperCase() + k.slice(1)}: ${n}`)
                .join(", ")}}`,
          )
          .join(", ")}})`,
        "if err != nil {",
        "\tpanic(err)",
        "}",
        ...goCosSin(context.length, "Positions: positions"),
      ],
      "*",
    ),
};

/** @param {...("bias" | "buckets")} kinds @returns {View} */
export const scores = (...kinds) => ({
  controls: [
    ...(kinds.length > 1
      ? [
          choice(
            "show",
            "Show",
            [
              ["buckets", "buckets"],
              ["bias", "bias, with random weights"],
            ],
            { start: "buckets" },
          ),
        ]
      : []),
    range("queryLength", "Queries", { min: 1, max: maxRows, cap: true }),
    range("keyLength", "Keys", { min: 1, max: maxRows, cap: true }),
    range("offset", "First query", { min: 0, max: 512, start: 0, hint: "its position; keys begin at 0" }),
    ...(kinds.includes("bias")
      ? [range("head", "Head", { min: 0, max: 63, start: 0, when: (/** @type {any} */ o) => kinds.length === 1 || o.show === "bias" })]
      : []),
  ],
  compute(encoder, v, { o }) {
    const cells = o.window ? o.window[0] * o.window[1] : 64; // of Swin's window, all of them
    const q = v.queryLength ?? cells,
      k = v.keyLength ?? cells,
      show = v.show ?? kinds[0];
    for (const n of [q, k]) if (n > maxRows) throw new RangeError(`window: this page draws at most ${maxRows} queries and keys, got ${n}`);
    let values;
    if (show === "buckets") values = encoder.buckets(q, k, { offset: v.offset });
    else {
      if (!Number.isInteger(v.head) || v.head < 0 || v.head >= o.heads)
        throw new RangeError(`head: want one from 0 to ${o.heads - 1}, got ${v.head}`);
      values = encoder.matrix(q, k, { offset: v.offset }).subarray(v.head * q * k, (v.head + 1) * q * k);
    }
    return {
      values,
      rows: q,
      columns: k,
      buckets: show === "buckets",
      down: "query",
      across: "key",
      alongRows: true,
      shown: { queryLength: q, keyLength: k },
      rowName: (r) => whole(v.offset + r),
      columnName: (c) => String(c),
      cell: (r, c) => ({ i: v.offset + r, j: c, head: v.head, show }),
    };
  },
  js: (v, { rows, columns, row, column, buckets }) =>
    buckets
      ? {
          make: [`const buckets = encoder.buckets(${rows}, ${columns}${given(v.offset, ", { offset: ", " }")}); // [queries, keys]`],
          of: "buckets",
          at: `${row} * ${columns} + ${column}`,
        }
      : {
          make: [`const matrix = encoder.matrix(${rows}, ${columns}${given(v.offset, ", { offset: ", " }")}); // [heads, queries, keys]`],
          of: "matrix",
          at: `(${v.head} * ${rows} + ${row}) * ${columns} + ${column}`,
        },
  go: (v, { rows, columns, row, column, buckets }) =>
    buckets
      ? {
          make: [`buckets, err := encoder.Buckets(${rows}, ${columns}, ${v.offset}) // [queries, keys]`],
          of: "buckets",
          at: `${row}*${columns}+${column}`,
        }
      : {
          make: [`matrix, err := encoder.Matrix(${rows}, ${columns}, ${v.offset}) // [heads, queries, keys]`],
          of: "matrix",
          at: `(${v.head}*${rows}+${row})*${columns}+${column}`,
        },
});
