// What comes from another realm: an iframe, one that has been removed, and posenc itself in one.

import { difference, failure, refused, sample, start, works } from "./facts.js";

/** An iframe and its globals. @returns {{ frame: HTMLIFrameElement, their: any }} */
function realm() {
  const frame = document.body.appendChild(document.createElement("iframe"));
  return { frame, their: frame.contentWindow };
}

/** A call for each kind of thing that the realm makes. @param {any} posenc @param {any} their */
async function use(posenc, their) {
  const pe = posenc.sinusoidal({ dim: 4 });
  const rope = posenc.rotary({ headDim: 4 });
  const array = new their.Float32Array(16);
  array.set(sample(16));
  const list = their.Array.of(2, 0, 1, 3);
  const options = their.Object.assign(new their.Object(), { batch: 2, offset: 3 });
  const mine = new their.Error("mine");
  const throwing = their.Object.defineProperty(new their.Object(), "batch", {
    enumerable: true,
    get() {
      throw mine;
    },
  });
  let thrown;
  try {
    pe.add(sample(16), throwing);
  } catch (error) {
    thrown = error;
  }
  const wanted = pe.add(sample(16), { batch: 2, offset: 3 });
  const sorted = pe.add(sample(16), { positions: [2, 0, 1, 3] });
  return {
    misread: [
      difference(pe.add(array, options), wanted),
      difference(pe.add(sample(16), new their.Proxy(options, new their.Object())), wanted),
      difference(pe.add(sample(16), { positions: list }), sorted),
      difference(pe.add(sample(16), { positions: their.Float64Array.from(list) }), sorted),
      difference(pe.add(sample(16), { positions: new their.Proxy(list, {}) }), sorted),
      difference(rope.unrotate(rope.rotate(new their.Float32Array(8))), new Float32Array(8)),
      difference(posenc.sinusoidal(their.Object.assign(new their.Object(), { dim: 4 })).table(3), pe.table(3)),
    ],
    thrown: thrown === mine,
    refused: await Promise.all(
      [
        () => pe.add(new their.Proxy(sample(16), {})),
        () => pe.add(new their.Float64Array(16)),
        () => pe.add(their.Object.create(their.Float32Array.prototype)),
        () => pe.add(new their.ArrayBuffer(16)),
        () => pe.add(sample(16), their.Function),
        () => pe.add(sample(16), new their.Array()),
        () => pe.add(sample(16), { batch: new their.Number(2) }),
        () => pe.add(sample(16), their),
        () => posenc.sinusoidal({ dim: new their.Date(4) }),
      ].map(failure),
    ),
    then: works(posenc),
  };
}
const used = { misread: Array(7).fill(-1), thrown: true, refused: Array(9).fill(refused), then: "works" };

/** @type {import("./scenarios.js").Scenario[]} */
export const realms = [
  {
    name: "what an iframe makes: arrays, options, lists, Proxies, errors",
    run: async (url) => use(await start(url), realm().their),
    want: used,
  },
  {
    name: "what an iframe made that has been removed, and its realm with it",
    async run(url) {
      const posenc = await start(url);
      const { frame, their } = realm();
      const pe = posenc.sinusoidal({ dim: 4 });
      const x = new their.Float32Array(8);
      x.set(sample(8));
      const at = their.Object.assign(new their.Object(), { positions: their.Array.of(3, 1) });
      frame.remove();
      const misread = difference(pe.add(x, at), pe.add(sample(8), { positions: [3, 1] }));
      const { attack } = await import("../node/hostile-calls.js");
      const detach = (/** @type {any} */ buffer) => structuredClone(buffer, { transfer: [buffer] });
      const { pairs, wrong } = attack(posenc, { realm: their, detach, engine: true, only: "sinusoidal.add" });
      return { misread, many: pairs > 100, wrong: wrong.slice(0, 10), ...(await use(posenc, their)) };
    },
    want: { misread: -1, many: true, wrong: [], ...used, ...{ misread: used.misread } },
  },
  {
    name: "posenc in an iframe, used from the page, and after the iframe has been removed",
    async run(url) {
      const { frame, their } = realm();
      const script = frame.contentDocument?.createElement("script");
      if (!script) return "no document";
      const loaded = new Promise((done, fail) => Object.assign(their, { done, fail }));
      script.type = "module";
      script.textContent = `import(${JSON.stringify(new URL(url, location.href).href)}).then(({ load }) => load()).then(done, fail);`;
      frame.contentDocument?.body.append(script);
      const posenc = await /** @type {Promise<any>} */ (loaded);
      const own = await start(url);
      const pe = own.sinusoidal({ dim: 8 });
      const theirs = posenc.sinusoidal({ dim: 8 });
      const memory = posenc.alloc(16);
      memory.data.set(sample(16));
      const wanted = pe.add(sample(16));
      const kind = async (/** @type {() => any} */ action) => {
        try {
          action();
        } catch (error) {
          const { code } = /** @type {any} */ (error);
          return [error instanceof their.Error, error instanceof Error, code];
        }
      };
      const before = {
        misread: [
          difference(theirs.add(sample(16)), wanted),
          difference(theirs.add(memory).data, wanted),
          difference(pe.add(their.Float32Array.from(sample(16))), wanted),
        ],
        errors: [await kind(() => theirs.add([])), await kind(() => theirs.add(sample(16), { batch: 0 }))],
        mixed: [
          await failure(() => pe.add(memory)),
          await failure(() => theirs.add(own.alloc(16))),
          await failure(() => pe.add.call(theirs, sample(16))),
        ],
      };
      frame.remove();
      const after = /** @type {any} */ ({});
      const x = sample(16);
      after.outcome = await failure(() => theirs.add(x));
      after.changed = after.outcome === "no error" ? difference(x, wanted) : difference(x, sample(16));
      after.made = await failure(() => {
        for (let i = 0; i < 50; i++) {
          const made = posenc.sinusoidal({ dim: 512 });
          made.table(300);
          made.dispose();
        }
      }); // Go's collector works, which sets timers
      return { ...before, after, then: works(own) };
    },
    want: {
      misread: [-1, -1, -1],
      errors: [
        [true, false, "ERR_POSENC_TYPE"],
        [true, false, "ERR_POSENC_RANGE"],
      ],
      mixed: [refused, refused, refused],
      after: { outcome: "no error", changed: -1, made: "no error" },
      then: "works",
    },
  },
];
