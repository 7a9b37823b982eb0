// A JavaScript stack that is used up, in several shapes of recursion: posenc is called on the way back, from the deepest frame up, until there
// is room again. It asks nothing of Node, so browsers run it too.

/** Ways to fill the stack; each calls `then` in every frame, the deepest first. @type {Record<string, (then: () => void) => void>} */
const shapes = {
  plain: (then) => {
    (function dive() {
      try {
        dive();
      } catch {}
      then();
    })();
  },
  arguments: (then) => {
    (function dive(/** @type {any[]} */ ...a) {
      try {
        dive(...a, 1, 2, 3, 4, 5, 6, 7);
      } catch {}
      then();
    })(1, 2, 3);
  },
  locals: (then) => {
    (function dive(/** @type {number} */ n) {
      const a = [n, n],
        o = { n };
      try {
        dive(n + 1);
      } catch {}
      then();
      return a.length + o.n;
    })(0);
  },
  getter: (then) => {
    const o = {
      get a() {
        try {
          this.a;
        } catch {}
        then();
        return 0;
      },
    };
    o.a;
  },
  proxy: (then) => {
    const p = /** @type {any} */ (
      new Proxy(
        {},
        {
          get() {
            try {
              p.a;
            } catch {}
            then();
          },
        },
      )
    );
    p.a;
  },
  sort: (then) => {
    (function dive() {
      [1, 2].sort(() => {
        try {
          dive();
        } catch {}
        then();
        return 0;
      });
    })();
  },
  replace: (then) => {
    (function dive() {
      "x".replace("x", () => {
        try {
          dive();
        } catch {}
        then();
        return "";
      });
    })();
  },
  json: (then) => {
    const o = {
      toJSON() {
        try {
          JSON.stringify(o);
        } catch {}
        then();
      },
    };
    JSON.stringify(o);
  },
  constructor: (then) => {
    class A {
      constructor() {
        try {
          new A();
        } catch {}
        then();
      }
    }
    new A();
  },
  reflect: (then) => {
    const dive = () => {
      try {
        Reflect.apply(dive, null, []);
      } catch {}
      then();
    };
    dive();
  },
};

/** What an engine throws by itself where the stack is full; Firefox has a class for it. */
const Full = /** @type {any} */ (globalThis).InternalError ?? RangeError;

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const equal = (a, b) => {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
};

/**
 * Makes calls of posenc in every shape.
 * @param {any} posenc
 * @param {number} [step] a call in each, or in every so many of the frames
 * @returns {{ right: number, full: number, ours: number, wrong: string[], messages: string[] }} how many calls came through, failed by the engine's own error or
 *   by posenc's; what went wrong; posenc's messages
 */
export function exhaust(posenc, step = 1) {
  const dim = 8,
    rows = 9000,
    size = rows * dim; // in several pieces
  const pe = posenc.sinusoidal({ dim });
  const x = new Float32Array(size);
  const before = Float32Array.from({ length: size }, (_, i) => i % 97);
  const wanted = pe.add(before.slice()),
    table = pe.table(rows),
    one = pe.table(1);
  const positions = Float64Array.from({ length: rows }, (_, i) => i);
  /** @type {Record<string, [() => Float32Array, Float32Array]>} */
  const calls = {
    add: [() => pe.add(x), wanted],
    positions: [() => pe.add(x, { positions }), wanted],
    fill: [() => pe.fill(x), table],
    table: [() => pe.table(rows), table],
    create: [() => posenc.sinusoidal({ dim }).table(1), one],
    alloc: [
      () => {
        const memory = posenc.alloc(size);
        const made = pe.fill(memory).data.slice();
        memory.dispose();
        return made;
      },
      table,
    ],
    refused: [
      () => {
        try {
          pe.add(x, { batch: 7 });
        } catch (error) {
          if (/** @type {any} */ (error).code === undefined) throw error;
        }
        return x;
      },
      before,
    ],
  };
  const out = { right: 0, full: 0, ours: 0, wrong: /** @type {string[]} */ ([]), messages: /** @type {string[]} */ ([]) };
  for (const [shape, recurse] of Object.entries(shapes)) {
    for (const [name, [call, want]] of Object.entries(calls)) {
      const problem = (/** @type {string} */ text) => out.wrong.push(`${shape}, ${name}: ${text}`);
      let fine = 0,
        frame = 0;
      x.set(before);
      recurse(() => {
        if (fine > 2 || frame > 2000 || frame++ % step !== 0) return;
        let got, error;
        try {
          got = call();
        } catch (thrown) {
          error = /** @type {any} */ (thrown);
        }
        try {
          if (error === undefined ? !equal(/** @type {any} */ (got), want) : !equal(x, before))
            problem(error ? `changed the array (${error})` : "wrong numbers");
          else if (error === undefined) {
            out.right++;
            fine++;
            x.set(before);
          } else if (error.code === "ERR_POSENC_INTERNAL") {
            out.ours++;
            if (!out.messages.includes(error.message)) out.messages.push(error.message);
          } else if (error instanceof Full || error instanceof RangeError) out.full++;
          else problem(`${error}`);
        } catch {} // no room to look
      });
      x.set(before);
      try {
        if (!equal(call(), want)) problem("wrong afterwards");
      } catch (error) {
        problem(`afterwards: ${error}`);
      }
    }
  }
  pe.dispose();
  return out;
}
