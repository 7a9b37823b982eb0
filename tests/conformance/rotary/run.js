// Rotary encodings, also against the formulas (truth.json). README.md says what a case is.

import { bits, equal, everywhere, ok, transposed, within } from "../check.js";

const COMMON = ["id", "kind", "options", "tolerance", "published", "note"];

/** @param {any} posenc @param {string} where @param {any} encoder @param {any} each the case, with an array that `encoder` turns to what is expected */
function turns(posenc, where, encoder, each) {
  const { batch, heads, order, offset, positions, input, expected, tolerance } = each;
  const { headDim } = encoder.options;
  const x = Float32Array.from(input);
  const seq = x.length / batch / heads / headDim;
  const at = { batch, heads, order, offset, positions };
  const got = everywhere(posenc, x, (a) => encoder.rotate(a, at), where);
  within(got, expected, tolerance, where);
  // The other order, of the same vectors.
  const [there, back, other] =
    order === "bshd"
      ? [transposed(x, batch, seq, heads), (/** @type {Float32Array} */ y) => transposed(y, batch, heads, seq), "bhsd"]
      : [transposed(x, batch, heads, seq), (/** @type {Float32Array} */ y) => transposed(y, batch, seq, heads), "bshd"];
  bits(back(everywhere(posenc, there, (a) => encoder.rotate(a, { ...at, order: other }), `${where}, ${other}`)), got, `${where}, ${other}`);
  // Vector by vector.
  const single = x.slice();
  for (let v = 0; v < x.length / headDim; v++) {
    const b = Math.floor(v / seq / heads);
    const s = order === "bshd" ? Math.floor(v / heads) % seq : v % seq;
    const p = positions === undefined ? (offset ?? 0) + s : positions.length === seq ? positions[s] : positions[b * seq + s];
    const whole = positions === undefined ? (offset ?? 0) + seq : Math.max(1, Math.floor(Math.max(...positions)) + 1);
    encoder.rotate(single.subarray(v * headDim, (v + 1) * headDim), {
      positions: [p],
      ...(encoder.shift ? { sequenceLength: whole } : {}),
    });
  }
  bits(single, got, `${where}, vector by vector`);
}

/** @type {import("../run.js").Folder} */
export const rotary = {
  kindOf: (each) => each.kind,
  kinds: {
    inverseFrequencies: {
      fields: [...COMMON, "expected", "attentionFactor", "sequenceLength"],
      run(posenc, where, { options, expected, attentionFactor, sequenceLength, tolerance }) {
        const encoder = posenc.rotary(options);
        const n = expected.length;
        equal(n, encoder.options.rotaryDim / 2);
        if (attentionFactor !== undefined)
          within([encoder.attentionFactor], [attentionFactor], { atol: 0, rtol: 1e-12 }, `${where}: attention factor`);
        const { inverseFrequencies } = encoder;
        ok(inverseFrequencies instanceof Float64Array);
        if (sequenceLength === undefined || !["dynamic", "longrope"].includes(options.scaling?.type)) {
          within(inverseFrequencies, expected, tolerance, where);
        }
        // What turns is the same frequencies, where a length is known too: position 1, before the float32 that it is rounded to.
        const { cos, sin } = encoder.cosSin(1, { positions: [1], sequenceLength });
        const factor = encoder.attentionFactor;
        within(
          cos,
          expected.map((/** @type {number} */ w) => factor * Math.cos(w)),
          { atol: 2e-7 * factor + tolerance.atol, rtol: tolerance.rtol },
          `${where}: cos`,
        );
        within(
          sin,
          expected.map((/** @type {number} */ w) => factor * Math.sin(w)),
          { atol: tolerance.atol, rtol: tolerance.rtol + 2e-7 },
          `${where}: sin`,
        );
      },
    },
    attentionFactor: {
      fields: [...COMMON, "expected"],
      run: (posenc, where, { options, expected, tolerance }) =>
        within([posenc.rotary(options).attentionFactor], [expected], tolerance, where),
    },
    cosSin: {
      fields: [...COMMON, "positions", "cos", "sin", "pairs", "sequenceLength"],
      run(posenc, where, { options, positions, cos, sin, pairs, sequenceLength, tolerance }) {
        const encoder = posenc.rotary(options);
        const n = encoder.options.rotaryDim / 2;
        /** @type {number[]} */
        const columns = pairs ?? Array.from({ length: n }, (_, i) => i);
        const picked = (/** @type {Float32Array} */ rows) =>
          positions.flatMap((/** @type {unknown} */ _, /** @type {number} */ r) => columns.map((i) => rows[r * n + i]));
        const compare = (/** @type {{ cos: Float32Array, sin: Float32Array }} */ got, /** @type {string} */ how) => {
          for (const [name, rows, wants] of /** @type {const} */ ([
            ["cos", got.cos, cos],
            ["sin", got.sin, sin],
          ])) {
            equal(rows.length, positions.length * n);
            within(picked(rows), wants.flat(), tolerance, `${where}: ${name}, ${how}`);
            if (where.startsWith("truth.json")) bits(picked(rows), wants.flat().map(Math.fround), `${where}: ${name}, ${how}`);
          }
        };
        for (const length of new Set([sequenceLength, undefined]))
          compare(encoder.cosSin(positions.length, { positions, sequenceLength: length }), `length ${length}`);
        const whole = sequenceLength ?? Math.max(1, Math.floor(Math.max(...positions)) + 1);
        const each = positions.map((/** @type {number} */ p) =>
          encoder.cosSin(1, { ...(Number.isInteger(p) ? { offset: p } : { positions: [p] }), sequenceLength: whole }),
        );
        const joined = (/** @type {"cos" | "sin"} */ key) => Float32Array.from(each.flatMap((/** @type {any} */ row) => [...row[key]]));
        compare({ cos: joined("cos"), sin: joined("sin") }, "row by row");
        // Turning (1, 0) and (0, 1) gives them too: everything that rotate does to them is exact.
        const { headDim, pairing } = encoder.options;
        const [first, second] =
          pairing === "half"
            ? [(/** @type {number} */ i) => i, (/** @type {number} */ i) => i + n]
            : [(/** @type {number} */ i) => 2 * i, (/** @type {number} */ i) => 2 * i + 1];
        const x = new Float32Array(positions.length * headDim);
        for (let r = 0; r < positions.length; r++) for (let i = 0; i < n; i++) x[r * headDim + first(i)] = 1;
        const turned = everywhere(posenc, x, (a) => encoder.rotate(a, { positions, sequenceLength }), where);
        const columnsOf = (/** @type {(i: number) => number} */ channel) =>
          Float32Array.from({ length: positions.length * n }, (_, k) => turned[Math.floor(k / n) * headDim + channel(k % n)]);
        compare({ cos: columnsOf(first), sin: columnsOf(second) }, "by rotate");
      },
    },
    cosSinSum: {
      fields: [...COMMON, "length", "expected"],
      run(posenc, where, { options, length, expected, tolerance }) {
        const { cos, sin } = posenc.rotary(options).cosSin(length);
        within([[...cos, ...sin].reduce((sum, v) => sum + v, 0)], [expected], tolerance, where);
      },
    },
    rotate: {
      fields: [...COMMON, "batch", "heads", "order", "offset", "positions", "input", "expected"],
      run(posenc, where, each) {
        const encoder = posenc.rotary(each.options);
        turns(posenc, where, encoder, each);
        turns(posenc, `${where}, again by the rows that it has kept`, encoder, each);
      },
    },
    rotateWithCache: {
      fields: [...COMMON, "batch", "heads", "order", "positions", "cos", "sin", "input", "expected"],
      run(posenc, where, { options, cos, sin, ...each }) {
        equal(cos.shape, sin.shape);
        equal(cos.shape.at(-1), options.rotaryDim / 2);
        for (const given of [
          { cos: cos.data, sin: sin.data },
          { cos: Float32Array.from(cos.data), sin: Float64Array.from(sin.data) },
        ]) {
          const encoder = posenc.rotary({ ...options, ...given });
          const rows = cos.data.length / (options.rotaryDim / 2);
          turns(posenc, where, encoder, { ...each, positions: each.positions ?? Array.from({ length: rows }, (_, i) => i) }); // [batch, seq, pairs]: each row its own
        }
      },
    },
    mropePositions: {
      fields: [...COMMON, "blocks", "start", "expected"],
      run(posenc, where, { blocks, start, expected, options }) {
        equal(options, undefined);
        const parts = blocks.map((/** @type {any} */ { text, grid, ...rest }) => {
          equal(rest, {});
          return grid === undefined ? { text } : { t: grid[0], h: grid[1], w: grid[2] };
        });
        const { positions, next } = posenc.mropePositions(parts);
        equal(
          [...positions].map((p) => p + start),
          [...expected.t, ...expected.h, ...expected.w],
          where,
        );
        equal(next, Math.max(-1, ...positions) + 1, where);
      },
    },
    mropeAxes: {
      fields: [...COMMON, "expected"],
      run(posenc, where, { options, expected }) {
        const encoder = posenc.mrope(options);
        const n = encoder.options.rotaryDim / 2;
        const axes = encoder.options.sections.length;
        let got = "";
        const all = Array.from({ length: axes }, (_, axis) => {
          // which pairs turn when this axis alone moves
          const positions = Array.from({ length: axes }, (_, a) => (a === axis ? 1 : 0));
          const { sin } = encoder.cosSin(1, { positions });
          const x = new Float32Array(encoder.options.headDim).fill(1);
          const turned = everywhere(posenc, x, (a) => encoder.rotate(a, { positions }), where);
          const second = (/** @type {number} */ i) => (encoder.options.pairing === "half" ? i : 2 * i);
          for (let i = 0; i < n; i++) equal(turned[second(i)] !== 1, sin[i] !== 0, `${where}: rotate and cosSin of pair ${i}`);
          return sin;
        });
        for (let i = 0; i < n; i++) got += all.map((sin, axis) => (sin[i] !== 0 ? "tyx"[axis] : "")).join("");
        equal(got, expected, where);
      },
    },
  },
};
