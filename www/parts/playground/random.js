// Stand-ins for weights that a model learned: numbers in [-1, 1) from a seed, the same in the code that the page shows.

/** So many of them, made when they are needed, and one call in the code to copy. */
export class Random {
  /** @param {number} count @param {number} seed */
  constructor(count, seed) {
    this.count = count;
    this.seed = seed;
  }

  make() {
    return Float32Array.from({ length: this.count }, (_, k) => {
      let h = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(this.seed, 0x27d4eb2f);
      h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
    });
  }
}

export const jsRandom = `// Stand-ins for weights that a model learned: numbers in [-1, 1) from a seed.
const random = (count, seed) => Float32Array.from({ length: count }, (_, k) => {
  let h = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(seed, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
});
`;

export const goRandom = `// random gives stand-ins for weights that a model learned: numbers in [-1, 1) from a seed.
func random(count int, seed uint32) []float32 {
	list := make([]float32, count)
	for k := range list {
		h := uint32(k+1)*0x9e3779b1 ^ seed*0x27d4eb2f
		h = (h ^ h>>15) * 0x85ebca6b
		h = (h ^ h>>13) * 0xc2b2ae35
		list[k] = float32(float64(h^h>>16)/(1<<31) - 1)
	}
	return list
}
`;
