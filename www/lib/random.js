// Random numbers that are the same at every visit, so that what is said about them can be checked.

/** A number from 0 to 2^32 - 1 for a text, by FNV-1a. @param {string} text */
export function seedOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Evenly from 0 to 1, both without: Tommy Ettinger's Mulberry32. @param {number} seed @returns {() => number} */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Normal numbers of mean 0, by Box and Muller. @param {number} count @param {number} seed @param {number} [deviation] */
export function normals(count, seed, deviation = 1) {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => deviation * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()));
}
