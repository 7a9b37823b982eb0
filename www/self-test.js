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

  check("Vaswani et al. 2017 by its formula, width 8, positions 0 to 15", 6e-8,
    Array.from({ length: 128 }, (_, k) => Math[k & 1 ? "cos" : "sin"]((k >> 3) / 10000 ** (((k & 7) >> 1) / 4))),
    () => once(posenc.sinusoidal({ dim: 8 }), (pe) => pe.table(16)));
  check("keras-hub, SinePositionEncoding", 1.01e-5, [0.14112, -0.98999, 0.13879, 0.99032, 0.00646, 0.99997],
    () => once(posenc.sinusoidal({ dim: 6, convention: "keras" }), (pe) => pe.table(1, { offset: 3 })));
  check("AllenNLP, add_positional_features, an odd width", 1.5e-7, [0.909297407, 0.0199986659, 0.00019999998, -0.416146815, 0.999800026, 1, 0],
    () => once(posenc.sinusoidal({ dim: 7, convention: "tensor2tensor" }), (pe) => pe.table(1, { offset: 2 })));
  check("TensorFlow models, XLNet's positional embedding", 1.01e-6, [0.84147096, 0.00999983, 0.54030228, 0.99994999],
    () => once(posenc.sinusoidal({ dim: 4, layout: "concat" }), (pe) => pe.table(1, { offset: 1 })));
  check("added and taken away again", 2e-7, [1, 2, 3, 4],
    () => once(posenc.sinusoidal({ dim: 4 }), (pe) => pe.subtract(pe.add(new Float32Array([1, 2, 3, 4]), { offset: 9 }), { offset: 9 })));
  check("far out: sin and cos of 2^53, by mpmath with 300 bits", 6e-8, [-0.848925964814655, -0.5285117844130884],
    () => once(posenc.sinusoidal({ dim: 2 }), (pe) => pe.table(1, { offset: 2 ** 53 })));
  check("the shift by 1 turns a pair by 1 radian", 1e-15, [Math.cos(1), Math.sin(1), -Math.sin(1), Math.cos(1)],
    () => once(posenc.sinusoidal({ dim: 2 }), (pe) => pe.shiftMatrix(1)));
  check("RoPE by its formula: (1, 0) turned by 3 radians, halves", 6e-8, [Math.cos(3), 0, Math.sin(3), 0],
    () => once(posenc.rotary({ headDim: 4 }), (rope) => rope.rotate(new Float32Array([1, 0, 0, 0]), { offset: 3 })));
  check("YaRN's attention factor, 0.1 ln 4 + 1", 1e-12, [0.1 * Math.log(4) + 1],
    () => once(posenc.rotary({ headDim: 128, scaling: { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 32768 } }), (rope) => [rope.attentionFactor]));
  check("ALiBi's slopes for 12 heads, its authors' code", 1e-15,
    [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.7071067811865476, 0.35355339059327384, 0.17677669529663692, 0.08838834764831849],
    () => once(posenc.alibi({ heads: 12 }), (alibi) => alibi.slopes));
  check("T5's buckets, praxis", 0, [7, 6, 0, 7, 2, 1, 3, 5],
    () => once(posenc.t5({ numBuckets: 8, maxDistance: 8 }), (t5) => [5, 2, 0, 12, -3, -1, -15, 1].map((r) => t5.buckets(1, Math.max(r, 0) + 1, { offset: Math.max(-r, 0) })[Math.max(r, 0)])));
  check("DeBERTa's buckets, axlearn", 0, [6, 5, 4, 3, 2, 1, 1, 1, 1, 1],
    () => once(posenc.deberta({ positionBuckets: 4, maxRelativePositions: 10 }), (deberta) => deberta.buckets(1, 10, { offset: 2 })));
  check("Shaw's clipped distances, CTranslate2", 0, [0, 0, 1, 2],
    () => once(posenc.shaw({ maxRelativePosition: 2 }), (shaw) => shaw.buckets(1, 4, { offset: 3 })));
  return checks;
}
