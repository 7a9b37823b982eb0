// The quick self test that every load runs: a few milliseconds, and enough to notice a wrong build, a wrong file or a broken engine.
// Numbers are from a formula or from what another project publishes, never from posenc.

/** @typedef {{ name: string, want: ArrayLike<number>, got: ArrayLike<number>, within: number, passed: boolean }} Check */

/** @param {any} posenc @returns {Check[]} */
export function selfTest(posenc) {
  /** @type {Check[]} */
  const checks = [];
  /** @param {string} name @param {number} within @param {ArrayLike<number>} want @param {() => ArrayLike<number>} make */
  function check(name, within, want, make) {
    /** @type {ArrayLike<number>} */
    let got = [];
    try {
      got = make();
    } catch (error) {
      name += `: ${error}`;
    }
    const passed = got.length === want.length && Array.from(want).every((v, k) => Math.abs(got[k] - v) <= within);
    checks.push({ name, want, got, within, passed });
  }
  /** One encoder for one look. @param {any} encoder @param {(encoder: any) => ArrayLike<number>} look */
  const once = (encoder, look) => {
    try {
      return Array.from(look(encoder));
    } finally {
      encoder.dispose();
    }
  };

  check(
    "Vaswani et al. 2017 by its formula, width 8, positions 0 to 15",
    6e-8,
    Array.from({ length: 128 }, (_, k) => Math[k & 1 ? "cos" : "sin"]((k >> 3) / 10000 ** (((k & 7) >> 1) / 4))),
    () => once(posenc.sinusoidal({ dim: 8 }), (pe) => pe.table(16)),
  );
  check("keras-hub, SinePositionEncoding", 1.01e-5, [0.14112, -0.98999, 0.13879, 0.99032, 0.00646, 0.99997], () =>
    once(posenc.sinusoidal({ dim: 6, convention: "keras" }), (pe) => pe.table(1, { offset: 3 })),
  );
  check(
    "AllenNLP, add_positional_features, an odd width",
    1.5e-7,
    [0.909297407, 0.0199986659, 0.00019999998, -0.416146815, 0.999800026, 1, 0],
    () => once(posenc.sinusoidal({ dim: 7, convention: "tensor2tensor" }), (pe) => pe.table(1, { offset: 2 })),
  );
  check("TensorFlow models, XLNet's positional embedding", 1.01e-6, [0.84147096, 0.00999983, 0.54030228, 0.99994999], () =>
    once(posenc.sinusoidal({ dim: 4, layout: "concat" }), (pe) => pe.table(1, { offset: 1 })),
  );
  check("added and taken away again", 2e-7, [1, 2, 3, 4], () =>
    once(posenc.sinusoidal({ dim: 4 }), (pe) => pe.subtract(pe.add(new Float32Array([1, 2, 3, 4]), { offset: 9 }), { offset: 9 })),
  );
  check("far out: sin and cos of 2^53, by mpmath with 300 bits", 6e-8, [-0.848925964814655, -0.5285117844130884], () =>
    once(posenc.sinusoidal({ dim: 2 }), (pe) => pe.table(1, { offset: 2 ** 53 })),
  );
  check("the shift by 1 turns a pair by 1 radian", 1e-15, [Math.cos(1), Math.sin(1), -Math.sin(1), Math.cos(1)], () =>
    once(posenc.sinusoidal({ dim: 2 }), (pe) => pe.shiftMatrix(1)),
  );
  check("RoPE by its formula: (1, 0) turned by 3 radians, halves", 6e-8, [Math.cos(3), 0, Math.sin(3), 0], () =>
    once(posenc.rotary({ headDim: 4 }), (rope) => rope.rotate(new Float32Array([1, 0, 0, 0]), { offset: 3 })),
  );
  check("YaRN's attention factor, 0.1 ln 4 + 1", 1e-12, [0.1 * Math.log(4) + 1], () =>
    once(posenc.rotary({ headDim: 128, scaling: { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 32768 } }), (rope) => [
      rope.attentionFactor,
    ]),
  );
  check(
    "ALiBi's slopes for 12 heads, its authors' code",
    1e-15,
    [
      0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.7071067811865476, 0.35355339059327384, 0.17677669529663692,
      0.08838834764831849,
    ],
    () => once(posenc.alibi({ heads: 12 }), (alibi) => alibi.slopes),
  );
  check("T5's buckets, praxis", 0, [7, 6, 0, 7, 2, 1, 3, 5], () =>
    once(posenc.t5({ numBuckets: 8, maxDistance: 8 }), (t5) =>
      [5, 2, 0, 12, -3, -1, -15, 1].map((r) => t5.buckets(1, Math.max(r, 0) + 1, { offset: Math.max(-r, 0) })[Math.max(r, 0)]),
    ),
  );
  check("DeBERTa's buckets, axlearn", 0, [6, 5, 4, 3, 2, 1, 1, 1, 1, 1], () =>
    once(posenc.deberta({ positionBuckets: 4, maxRelativePositions: 10 }), (deberta) => deberta.buckets(1, 10, { offset: 2 })),
  );
  check("Shaw's clipped distances, CTranslate2", 0, [0, 0, 1, 2], () =>
    once(posenc.shaw({ maxRelativePosition: 2 }), (shaw) => shaw.buckets(1, 4, { offset: 3 })),
  );

  // The ways that work takes: memory of posenc's own, what needs several turns through it, and neighbours.
  const row = (/** @type {number} */ p, /** @type {number} */ dim) =>
    Array.from({ length: dim }, (_, k) => Math[k & 1 ? "cos" : "sin"](p / 10000 ** ((k >> 1) / (dim / 2))));
  check(
    "added on alloc(), two sequences from position 7",
    2e-7,
    [...row(7, 4), ...row(8, 4), ...row(7, 4), ...row(8, 4)].map((v) => v + 1),
    () =>
      once(posenc.sinusoidal({ dim: 4 }), (pe) => {
        const memory = posenc.alloc(16);
        memory.data.fill(1);
        const sum = pe.add(memory, { batch: 2, offset: 7 }).data.slice();
        memory.dispose();
        return sum;
      }),
  );
  check(
    "filled: 5000 rows, of which the ends and the middle, and nothing beside them",
    6e-8,
    [42, ...row(0, 16), ...row(2500, 16), ...row(4999, 16), 42],
    () =>
      once(posenc.sinusoidal({ dim: 16 }), (pe) => {
        const around = new Float32Array(80_002).fill(42);
        pe.fill(around.subarray(1, 80_001));
        return [around[0], ...[0, 2500, 4999].flatMap((r) => [...around.subarray(1 + 16 * r, 17 + 16 * r)]), around[80_001]];
      }),
  );
  // Wide enough for every lane of the vectors that the module computes with, and what is left over at their ends.
  const rows = (/** @type {number} */ seq, /** @type {number} */ dim, /** @type {number} */ offset) =>
    Array.from({ length: seq }, (_, r) => row(offset + r, dim)).flat();
  for (const [seq, dim, batch] of [
    [5, 100, 5],
    [3, 64, 4],
    [19, 100, 1],
  ]) {
    const one = rows(seq, dim, 1000);
    const all = Array.from({ length: batch }, () => one).flat();
    const at = { batch, offset: 1000 };
    const ones = () => new Float32Array(all.length).fill(1);
    check(
      `added, [${batch}, ${seq}, ${dim}]`,
      2e-7,
      all.map((v) => 1 + v),
      () => once(posenc.sinusoidal({ dim }), (pe) => pe.add(ones(), at)),
    );
    check(
      `subtracted, [${batch}, ${seq}, ${dim}]`,
      2e-7,
      all.map((v) => 1 - v),
      () => once(posenc.sinusoidal({ dim }), (pe) => pe.subtract(ones(), at)),
    );
    check(`filled, [${batch}, ${seq}, ${dim}]`, 6e-8, all, () => once(posenc.sinusoidal({ dim }), (pe) => pe.fill(ones(), at)));
  }
  for (const [pairing, heads, headDim] of /** @type {[string, number, number][]} */ ([
    ["half", 5, 72],
    ["interleaved", 5, 72],
    ["half", 8, 128],
    ["interleaved", 8, 128],
  ])) {
    const seq = 3,
      n = headDim / 2;
    const x = Float32Array.from({ length: seq * heads * headDim }, (_, i) => ((i * 37) % 64) / 64 - 0.5);
    const want = Array.from(x);
    for (let v = 0; v < seq * heads; v++) {
      for (let i = 0; i < n; i++) {
        const [a, b] = pairing === "half" ? [v * headDim + i, v * headDim + n + i] : [v * headDim + 2 * i, v * headDim + 2 * i + 1];
        const angle = (50 + Math.floor(v / heads)) * 10000 ** (-i / n);
        want[a] = x[a] * Math.cos(angle) - x[b] * Math.sin(angle);
        want[b] = x[b] * Math.cos(angle) + x[a] * Math.sin(angle);
      }
    }
    const at = { heads, offset: 50 };
    check(`RoPE, ${pairing}, ${heads} heads of ${headDim}`, 2e-7, want, () =>
      once(posenc.rotary({ headDim, pairing }), (rope) => rope.rotate(x.slice(), at)),
    );
    check(`RoPE and back, ${pairing}, ${heads} heads of ${headDim}`, 4e-7, Array.from(x), () =>
      once(posenc.rotary({ headDim, pairing }), (rope) => rope.unrotate(rope.rotate(x.slice(), at), at)),
    );
  }
  check(
    "ALiBi on scores, [8, 5, 75]",
    2e-6,
    Array.from({ length: 3000 }, (_, i) => 1 + 2 ** -(Math.floor(i / 375) + 1) * ((i % 75) - 70 - (Math.floor(i / 75) % 5))),
    () =>
      once(posenc.alibi({ heads: 8 }), (alibi) => alibi.add(new Float32Array(3000).fill(1), { queryLength: 5, keyLength: 75, offset: 70 })),
  );
  check(
    "a grid of 2 by 2: half of the channels for the row, half for the column",
    6e-8,
    [0, 1, 0, 1, 0, 1, Math.sin(1), Math.cos(1), Math.sin(1), Math.cos(1), 0, 1, Math.sin(1), Math.cos(1), Math.sin(1), Math.cos(1)],
    () => once(posenc.grid({ dim: 4, shape: [2, 2] }), (grid) => grid.table()),
  );
  check("diffusers, a time step of GLIDE and LDM", 5.01e-5, [0.3019, 0.228, 0.1716], () =>
    once(posenc.timestep({ dim: 64, flipSinToCos: true, downscaleFreqShift: 0 }), (steps) => steps.encode([23]).subarray(47, 50)),
  );
  check("learned rows are those that were given", 0, [5, 6, 3, 4, 1, 2], () =>
    once(posenc.learned({ dim: 2, weights: [1, 2, 3, 4, 5, 6] }), (table) => table.table(3, { positions: [2, 1, 0] })),
  );
  check(
    "RoPE of neighbours, 2 heads and 2 positions, (0, 1) turned",
    6e-8,
    [0, 1, 0, 1, -Math.sin(1), Math.cos(1), -Math.sin(1), Math.cos(1)],
    () =>
      once(posenc.rotary({ headDim: 2, pairing: "interleaved" }), (rope) =>
        rope.rotate(new Float32Array([0, 1, 0, 1, 0, 1, 0, 1]), { heads: 2 }),
      ),
  );
  check("turned and turned back", 1e-6, [1, 2, 3, 4, 5, 6, 7, 8], () =>
    once(posenc.rotary({ headDim: 8 }), (rope) =>
      rope.unrotate(rope.rotate(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]), { offset: 1000 }), { offset: 1000 }),
    ),
  );
  check(
    "M-RoPE: each third of the pairs by a position of its own",
    6e-8,
    [Math.cos(3), Math.cos(5 * 10000 ** (-1 / 3)), Math.cos(7 * 10000 ** (-2 / 3))],
    () => once(posenc.mrope({ headDim: 6, sections: [1, 1, 1] }), (rope) => rope.cosSin(1, { positions: [3, 5, 7] }).cos),
  );
  check("ALiBi on scores: 2 heads, the third query and 3 keys", 1e-7, [-0.125, -0.0625, 0, -0.0078125, -0.00390625, 0], () =>
    once(posenc.alibi({ heads: 2 }), (alibi) => alibi.add(new Float32Array(6), { queryLength: 1, keyLength: 3, offset: 2 })),
  );
  check("KERPLE by its formula", 1e-7, [-Math.log(3), -Math.log(2), 0], () =>
    once(posenc.kerple({ heads: 1, p: [1], a: [1] }), (kerple) => kerple.matrix(1, 3, { offset: 2 })),
  );
  check("Hugging Face: positions from a mask, RoBERTa", 0, [2, 3, 4, 1], () =>
    posenc.positionsFromMask([1, 1, 1, 0], { batch: 1, start: 0, padding: 1 }),
  );
  check("Hugging Face: a config.json of Llama, rope_theta 100, gives frequencies 1 and 1/10", 1e-15, [1, 0.1], () =>
    once(
      posenc.fromConfig({
        model_type: "llama",
        hidden_size: 8,
        num_attention_heads: 2,
        num_hidden_layers: 1,
        max_position_embeddings: 16,
        rope_theta: 100,
      }).rotary,
      (rope) => rope.inverseFrequencies,
    ),
  );
  check("what is wrong is refused, and leaves the array as it was", 0, [1, 2, 3], () =>
    once(posenc.sinusoidal({ dim: 2 }), (pe) => {
      const x = new Float32Array([1, 2, 3]);
      try {
        pe.add(x);
      } catch (error) {
        if (/** @type {any} */ (error).code === "ERR_POSENC_RANGE") return x;
      }
      return [];
    }),
  );
  return checks;
}
