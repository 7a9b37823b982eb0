// Sees from outside what an instance of the package has inside: how large its memory is, and which numbers Go gives to encoders
// and arrays. A number that was given back is used again, so the highest says how many lived at once.

/** @type {Watched[]} */
export const instances = [];

class Watched {
  /** The highest number of an encoder that was let go of, and of an array that was given out. */
  encoders = 0;
  arrays = 0;

  /** @param {any} exports */
  constructor(exports) {
    this.memory = /** @type {WebAssembly.Memory} */ (exports.mem);
    this.exports = {
      ...exports,
      /** @param {number} handle */
      posenc_release: (handle) => {
        this.encoders = Math.max(this.encoders, handle);
        exports.posenc_release(handle);
      },
      /** @param {number} length */
      posenc_alloc: (length) => {
        const array = exports.posenc_alloc(length);
        this.arrays = Math.max(this.arrays, array);
        return array;
      },
    };
  }
}

// Every instance that is made from here on is watched; the package takes the class as it finds it when it is imported, so this has to be
// imported before it.
const Real = WebAssembly.Instance;
WebAssembly.Instance = class extends Real {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
  constructor(module, imports) {
    super(module, imports);
    const watched = new Watched(this.exports);
    Object.defineProperty(this, "exports", { value: watched.exports });
    instances.push(watched);
  }
};

/** 256 KiB: small enough for the holes in memory, and so large that Go needs no more memory to keep account of them. */
const BLOCK = 1 << 16;
/** Freed this often, it makes jsbridge/memory.go have Go collect its garbage (64 MiB). */
const COLLECT = 300;

/**
 * How many bytes of the module's memory are in use. The memory never shrinks, so its size says what the worst moment needed and not
 * what is lost; but how much of it can be given out before it has to grow does.
 * @param {any} posenc
 * @param {Watched} watched
 */
export function used(posenc, watched) {
  const { arrays } = watched;
  for (let i = 0; i < COLLECT; i++) posenc.alloc(BLOCK).dispose();
  const before = watched.memory.buffer.byteLength;
  const blocks = [];
  do blocks.push(posenc.alloc(BLOCK));
  while (watched.memory.buffer.byteLength === before);
  for (let i = blocks.length - 1; i >= 0; i--) blocks[i].dispose(); // so that the lowest number is again the next
  watched.arrays = arrays;
  return before - 4 * BLOCK * (blocks.length - 1);
}

/**
 * How many encoders and arrays live that nobody has: when all others have been let go of, as many new ones as there ever
 * were and one more get the numbers up to that, but for those that are still taken.
 * @param {any} posenc
 * @param {Watched} watched
 */
export function unheld(posenc, watched) {
  const encoders = watched.encoders + 1;
  const arrays = watched.arrays + 1;
  const made = [
    ...Array.from({ length: encoders }, () => posenc.shaw({ maxRelativePosition: 1 })),
    ...Array.from({ length: arrays }, () => posenc.alloc(1)),
  ];
  for (const each of made) each.dispose();
  return { encoders: watched.encoders - encoders, arrays: watched.arrays - arrays };
}
