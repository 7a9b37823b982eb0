// A reader's own file in the page: chosen or dropped, encoded, looked at, cancelled, saved. What comes out is held against the formulas in
// float64, and the files are written here by NumPy's description of its format.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { between } from "./between.js";
import { engines, openPage, servePage } from "./site.js";

const part = '[data-part="data"]';

/** Numbers that float16 has too: multiples of 1/64 below 2. @param {number} length */
const numbers = (length) => Array.from({ length }, (_, k) => (((Math.imul(k + 1, 0x9e3779b1) >>> 0) % 256) - 128) / 64);

/** @param {string} header Python's @param {Uint8Array} body @param {number} [version] */
function npy(header, body, version = 1) {
  const text = Buffer.from(`${header}\n`, "latin1"),
    start = Buffer.alloc(version === 1 ? 10 : 12);
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) start.writeUInt16LE(text.length, 8);
  else start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text, body]);
}

/** @param {string} descr @param {string} shape @param {string} [order] */
const header = (descr, shape, order = "False") => `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

/** @param {"f2" | "f4" | "f8"} type @param {number[]} list */
function bytes(type, list) {
  const buffer = Buffer.alloc(list.length * Number(type[1]));
  list.forEach((v, k) => {
    if (type === "f4") buffer.writeFloatLE(v, k * 4);
    else if (type === "f8") buffer.writeDoubleLE(v, k * 8);
    else {
      // by its definition: sign, exponent of 2 and ten bits of what is left
      const e = v ? Math.floor(Math.log2(Math.abs(v))) : -15;
      buffer.writeUInt16LE((v < 0 ? 0x8000 : 0) | (v ? ((e + 15) << 10) | ((Math.abs(v) / 2 ** e - 1) * 1024) : 0), k * 2);
    }
  });
  return buffer;
}

/** Reads what the page has written. @param {Buffer} file */
function parse(file) {
  const length = file.readUInt16LE(8),
    text = file.toString("latin1", 10, 10 + length);
  assert.deepEqual([...file.subarray(0, 8)], [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  assert.equal((10 + length) % 64, 0);
  assert.ok(text.endsWith("\n"));
  return {
    text: text.trim(),
    values: Array.from({ length: (file.length - 10 - length) / 4 }, (_, k) => file.readFloatLE(10 + length + 4 * k)),
  };
}

/** sin or cos of p·base^(-2i/dim), in turns. @param {number} p @param {number} c @param {number} dim */
const vaswani = (p, c, dim) => Math[c % 2 ? "cos" : "sin"](p / 10000 ** ((c - (c % 2)) / dim));
/** Sines, then cosines, of p·base^(-i/(dim/2 - 1)). @param {number} p @param {number} c @param {number} dim @param {number} base */
const tensor2tensor = (p, c, dim, base) => Math[c < dim / 2 ? "sin" : "cos"](p / base ** ((c % (dim / 2)) / (dim / 2 - 1)));
/** MAE's get_2d_sincos_pos_embed: the first half is of the column, the other of the row. @param {number} p @param {number} c @param {number} dim @param {number} columns */
const mae = (p, c, dim, columns) => {
  const half = dim / 2,
    at = c < half ? p % columns : Math.floor(p / columns),
    i = c % half;
  return Math[i < half / 2 ? "sin" : "cos"](at / 10000 ** ((i % (half / 2)) / (half / 2)));
};

/** Files, what is chosen for them, and what must come out. */
const jobs = [
  {
    what: "float32, chosen by the button: sinusoidal, from position 7 on",
    name: "a.npy",
    how: "choose",
    shape: [2, 40, 16],
    header: header("<f4", "(2, 40, 16)"),
    type: /** @type {const} */ ("f4"),
    set: { "First position": "7" },
    text: "(2, 40, 16), float32",
    want: (/** @type {number[]} */ x) => x.map((v, k) => v + vaswani(7 + (Math.floor(k / 16) % 40), k % 16, 16)),
  },
  {
    what: "float64 of version 2, dropped: tensor2tensor taken away, with a base",
    name: "b.npy",
    how: "drop",
    shape: [30, 12],
    header: header("<f8", "(30, 12)"),
    type: /** @type {const} */ ("f8"),
    version: 2,
    set: { Convention: "tensor2tensor", Base: "500", Direction: "off" },
    text: "(30, 12), float64, read as float32",
    want: (/** @type {number[]} */ x) => x.map((v, k) => v - tensor2tensor(Math.floor(k / 12), k % 12, 12, 500)),
  },
  {
    what: "float16 of four axes: queries turned by RoPE, halves",
    name: "q.npy",
    how: "drop",
    shape: [1, 2, 25, 8],
    header: header("<f2", "(1, 2, 25, 8)"),
    type: /** @type {const} */ ("f2"),
    set: { Scheme: "rotary" },
    text: "(1, 2, 25, 8), float16, read as float32",
    want: (/** @type {number[]} */ x) =>
      x.map((v, k) => {
        const p = Math.floor(k / 8) % 25,
          c = k % 8,
          w = p / 10000 ** ((c % 4) / 4),
          other = x[k + (c < 4 ? 4 : -4)];
        return v * Math.cos(w) + (c < 4 ? -other : other) * Math.sin(w);
      }),
  },
  {
    what: "raw float32, its shape typed: the cells of an image, MAE",
    name: "c.bin",
    how: "choose",
    shape: [2, 6, 8],
    header: "",
    type: /** @type {const} */ ("f4"),
    set: { Batch: "2", Sequence: "6", Width: "8", Scheme: "grid", "Rows of cells": "2", "Columns of cells": "3" },
    text: "96 numbers, float32",
    want: (/** @type {number[]} */ x) => x.map((v, k) => v + mae(Math.floor(k / 8) % 6, k % 8, 8, 3)),
  },
];

/** Files that cannot be taken, and what is said. @type {[name: string, file: Buffer, words: RegExp][]} */
const refused = [
  ["empty.npy", Buffer.alloc(0), /is empty/],
  ["none.npy", npy(header("<f4", "(0, 4)"), Buffer.alloc(0)), /no numbers.*\(0, 4\)/],
  ["ids.npy", npy(header("<i8", "(3,)"), Buffer.alloc(24)), /holds integers.*astype/],
  ["big.npy", npy(header(">f4", "(2, 2)"), Buffer.alloc(16)), /big-endian/],
  ["columns.npy", npy(header("<f4", "(2, 2)", "True"), Buffer.alloc(16)), /Fortran order.*ascontiguousarray/],
  ["records.npy", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", Buffer.alloc(4)), /holds records/],
  ["cut.npy", npy(header("<f4", "(2, 2)"), Buffer.alloc(15)), /cut off.*needs \d+ bytes/],
  ["head.npy", npy(header("<f4", "(2, 2)"), Buffer.alloc(0)).subarray(0, 40), /cut off: it ends within its header/],
  ["odd.npy", npy("{'shape': (2, 2)}", Buffer.alloc(16)), /header that is not NumPy's/],
  ["huge.npy", npy(header("<f4", "(100000, 1000)"), Buffer.alloc(16)), /too large.*100000000 numbers/],
  ["words.npy", Buffer.from("these are words!"), /called \.npy, and does not begin as one/],
  ["model.npz", Buffer.from("PK\x03\x04 and so on"), /ZIP archive/],
  ["three.bin", Buffer.alloc(7), /7 bytes are no multiple of 4/],
];

/** What a reader sees. */
const read = () => {
  const host = /** @type {HTMLElement} */ (document.querySelector('[data-part="data"]'));
  const text = (/** @type {string} */ selector) => host.querySelector(selector)?.textContent ?? "";
  const box = /** @type {HTMLElement} */ (host.querySelector(".drop .error"));
  return {
    file: text(".drop .said p"),
    wrong: box.hidden ? null : box.textContent,
    state: /** @type {HTMLElement} */ (host.querySelector(".job")).dataset.state,
    words: text(".job .words"),
    error: text(".job .error"),
    done: Number(host.querySelector("progress")?.value),
    messages: [...host.querySelectorAll(".message:not([hidden])")].map(({ textContent }) => textContent),
    download: !(
      /** @type {HTMLButtonElement} */ ([...host.querySelectorAll("button")].find(({ textContent }) => textContent?.startsWith("Download")))
        .disabled
    ),
    grids: [...host.querySelectorAll(".frame")].map((frame) => frame.getAttribute("aria-label")),
    readout: text(".readout"),
    top: Math.round(/** @type {Element} */ (host.querySelector(".grids")).getBoundingClientRect().top - host.getBoundingClientRect().top),
  };
};

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server.close());

for (const { name, title, skip } of engines) {
  test(`Your data in ${title}`, { skip, timeout: 240_000 }, async (t) => {
    const net = await between(server);
    const { browser, page, visit, wait, clean, shoot, accessible } = await openPage(name, { ...server, origin: net.origin });
    const start = `${part} .job .button`,
      cancel = `${part} .job .quiet`;

    /** As the browser does when a file is chosen or dropped. @param {string} file name @param {Buffer} body @param {string} how */
    async function give(file, body, how) {
      await page.evaluate(
        (part, name, base64, how) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
          const box = /** @type {HTMLElement} */ (document.querySelector(`${part} .drop`)),
            input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
          if (how === "choose") {
            input.files = data.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
          } else
            for (const type of ["dragenter", "dragover", "drop"])
              box.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
        },
        part,
        file,
        body.toString("base64"),
        how,
      );
      await wait(
        (name) =>
          [...document.querySelectorAll('[data-part="data"] .said p:not([hidden])')].some(
            ({ textContent }) => textContent?.startsWith(name) && !textContent.startsWith("Reading"),
          ),
        file,
      );
    }

    /** Sets controls by their labels. @param {Record<string, string>} values */
    const set = (values) =>
      page.evaluate(
        (part, values) => {
          const host = /** @type {HTMLElement} */ (document.querySelector(part));
          for (const [label, value] of Object.entries(values)) {
            const field = [...host.querySelectorAll(".what .field")].find(
              (field) => field.querySelector("label, legend")?.textContent === label,
            );
            const control = /** @type {any} */ (field?.querySelector(label === "Direction" ? `input[value=${value}]` : "input, select"));
            if (label === "Direction") control.click();
            else {
              control.value = value;
              control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
            }
          }
        },
        part,
        values,
      );

    async function encode() {
      await page.evaluate((part) => document.querySelector(`${part} .job`)?.setAttribute("data-state", "to start"), part);
      await page.click(start);
      await wait(() =>
        /^(done|failed|cancelled)$/.test(
          String(/** @type {HTMLElement} */ (document.querySelector('[data-part="data"] .job')).dataset.state),
        ),
      );
      return page.evaluate(read);
    }

    /** What is saved when the button is clicked: the file's name and bytes. @returns {Promise<{ name: string, file: Buffer }>} */
    async function save() {
      const { name, base64 } = await page.evaluate(async (part) => {
        const [make, click] = [URL.createObjectURL, HTMLAnchorElement.prototype.click];
        /** @type {any} */
        let blob,
          name = "";
        URL.createObjectURL = (object) => ((blob = object), make.call(URL, object));
        HTMLAnchorElement.prototype.click = function () {
          name = this.download;
        };
        /** @type {HTMLButtonElement} */ (
          [...document.querySelectorAll(`${part} button`)].find(({ textContent }) => textContent?.startsWith("Download"))
        ).click();
        [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [make, click];
        return { name, base64: btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join("")) };
      }, part);
      return { name, file: Buffer.from(base64, "base64") };
    }

    try {
      await visit("", "data");
      const empty = await page.evaluate(read);
      await t.test("before there is a file", async () => {
        assert.equal(empty.file, "No file yet.");
        assert.match(empty.grids[0] ?? "", /nothing yet/);
        const { state, error, download, top } = await encode();
        assert.deepEqual(
          { state, error, download, top },
          { state: "failed", error: "Choose a file first, or take the sample.", download: false, top: empty.top },
        );
        await accessible();
      });

      for (const { what, name: file, how, shape, header, type, version, set: chosen, text, want } of jobs) {
        await t.test(what, async () => {
          const x = numbers(shape.reduce((a, b) => a * b, 1)),
            body = bytes(type, x);
          await set({ Scheme: "sinusoidal", Convention: "vaswani", Base: "", "First position": "0", Direction: "on" });
          await give(file, header ? npy(header, body, version) : body, how);
          assert.ok((await page.evaluate(read)).file.startsWith(`${file}: ${text}, `));
          await set({ ...(chosen.Scheme ? { Scheme: chosen.Scheme } : {}), ...chosen });
          const { state, error, download } = await encode();
          assert.deepEqual([state, download], ["done", true], error);
          const saved = await save(),
            { text: written, values } = parse(saved.file),
            wanted = want(x);
          assert.equal(saved.name, file.replace(/\.\w+$/, "-encoded.npy"));
          assert.equal(written, `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`);
          assert.equal(values.length, wanted.length);
          // Sums below 4 round by 2^-23 at most, sines by 2^-25; a rotation rounds its two products too.
          const furthest = Math.max(...values.map((v, k) => Math.abs(v - wanted[k])));
          assert.ok(furthest <= 2 ** -23 + 2 ** -22, `${furthest}`);
        });
      }

      await t.test("files that cannot be taken are refused in words, and nothing is left of them", async () => {
        for (const [file, body, words] of refused) {
          await give(file, body, "choose");
          const { wrong, download, top } = await page.evaluate(read);
          assert.match(wrong ?? "", words);
          assert.ok(wrong?.startsWith(`${file} was not taken.`));
          assert.deepEqual([download, top], [false, empty.top]);
        }
        await accessible();
        await shoot(`data-error-${name}`);
      });

      await t.test("a shape or an option that does not fit is said beside it", async () => {
        await give("d.npy", npy(header("<f4", "(6, 4)"), bytes("f4", numbers(24))), "drop");
        await set({ Scheme: "sinusoidal", Batch: "3" });
        let seen = await encode();
        assert.deepEqual(
          [seen.state, seen.error, seen.messages],
          ["failed", "The file has 24 numbers, and 3 × 6 × 4 is 72.", ["3 × 6 × 4 is 72."]],
        );
        await set({ Batch: "1", Base: "-1" });
        seen = await encode();
        assert.match(seen.error, /^base: want .*got -1/); // posenc's own
        await set({ Base: "", Scheme: "rotary", Heads: "3" });
        assert.deepEqual((await encode()).messages, ["4 channels are not 3 heads."]);
        await set({ Scheme: "grid", "Rows of cells": "5" });
        assert.match((await encode()).error, /^The sequence has 6 positions/);
      });

      await t.test("the sample: its pictures, by keys", async () => {
        await set({ Scheme: "sinusoidal", Convention: "vaswani" });
        await page.click(`${part} .drop .quiet`);
        await wait(() => document.querySelector('[data-part="data"] .said p')?.textContent?.startsWith("sample.npy: (2, 96, 64)"));
        const { state, grids } = await encode();
        assert.equal(state, "done");
        assert.deepEqual(
          grids,
          ["Before", "After", "The difference"].map((what) => `${what}: positions 0 to 63 by 64 channels`),
        );
        await page.evaluate(
          (part) => /** @type {HTMLElement} */ (document.querySelectorAll(`${part} .controls:not(.what) input[type=range]`)[1]).focus(),
          part,
        );
        await page.press("End");
        await wait(
          () =>
            document.querySelector('[data-part="data"] .frame')?.getAttribute("aria-label") === "Before: positions 32 to 95 by 64 channels",
        );
        await page.evaluate((part) => /** @type {HTMLElement} */ (document.querySelectorAll(`${part} .frame`)[2]).focus(), part);
        for (const key of ["Control+Home", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.press(key);
        const { readout } = await page.evaluate(read);
        const [, position, channel, x, y, change] = (
          /^Position (\d+), channel (\d+): (\S+) before, (\S+) after, a difference of (\S+)\.$/.exec(readout.replaceAll("−", "-")) ?? []
        ).map(Number);
        assert.deepEqual([position, channel], [33, 3]);
        assert.ok(Math.abs(change - vaswani(33, 3, 64)) < 2e-6, readout);
        assert.ok(Math.abs(y - x - change) < 2e-6, readout);
        const { values } = parse((await save()).file);
        assert.ok(Math.abs(values[33 * 64 + 3] - y) < 1e-6);
        await accessible();
        for (const width of [375, 1280, 2560]) await shoot(`data-${name}-${width}`, { width, height: 1600 });
        await shoot(`data-${name}`);
      });

      await t.test("keys reach everything, in order", async () => {
        await page.evaluate((part) => /** @type {HTMLElement} */ (document.querySelector(`${part} input`)).focus(), part);
        const reached = [];
        for (let k = 0; k < 40 && reached.at(-1) !== "Download as .npy"; k++) {
          await page.press("Tab");
          reached.push(
            await page.evaluate(() => {
              const at = /** @type {any} */ (document.activeElement);
              return (
                at.getAttribute("aria-label") ??
                (at.type === "radio" ? at.parentElement.textContent : at.labels?.[0]?.textContent) ??
                at.textContent
              );
            }),
          );
        }
        const table = "The numbers around the cursor, as a table";
        const wanted = [
          "Try it with a sample",
          "Batch",
          "Sequence",
          "Width",
          "Scheme",
          "Add",
          "Convention",
          "Base",
          "First position",
          "Encode",
          "Sequence, slider",
          "Sequence",
          "From position, slider",
          "From position",
          ...["Before", "After", "The difference"].flatMap((what) => [`${what}: positions 32 to 95 by 64 channels`, table]),
          "Download as .npy",
        ];
        assert.deepEqual(reached, wanted);
      });

      await t.test("long work is cancelled half way, and leaves nothing behind; the next goes through", async () => {
        await page.evaluate((part) => {
          const piece = new Float32Array(2 ** 20).fill(0.5),
            data = new DataTransfer();
          data.items.add(new File(Array(32).fill(piece), "long.f32"));
          document
            .querySelector(`${part} .drop`)
            ?.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
        }, part);
        await wait(() => document.querySelector('[data-part="data"] .said p')?.textContent?.startsWith("long.f32: 33"));
        await set({ Batch: "1", Sequence: String(2 ** 16), Width: "512" });
        const half = await page.evaluate(
          async (part, start, cancel) => {
            /** @type {HTMLButtonElement} */ (document.querySelector(start)).click();
            const bar = /** @type {HTMLProgressElement} */ (document.querySelector(`${part} progress`)),
              words = document.querySelector(`${part} .words`);
            while (bar.value < 0.2) await new Promise((done) => setTimeout(done));
            const seen = { done: bar.value, words: words?.textContent };
            /** @type {HTMLButtonElement} */ (document.querySelector(cancel)).click();
            return seen;
          },
          part,
          start,
          cancel,
        );
        assert.ok(half.done < 1, `${half.done}`);
        assert.match(half.words ?? "", /of 33\u2009554\u2009432 numbers/);
        await wait(() => /** @type {HTMLElement} */ (document.querySelector('[data-part="data"] .job')).dataset.state === "cancelled");
        await setTimeout(500);
        const { state, words, download, grids } = await page.evaluate(read);
        assert.deepEqual([state, words, download], ["cancelled", "Cancelled. Nothing of it was kept.", false]);
        assert.match(grids[1] ?? "", /nothing yet/);
        // In pieces of a million numbers: parts of one sequence, then several sequences at once. The last number of all is at its own position.
        for (const [batch, seq] of [
          [1, 2 ** 16],
          [64, 2 ** 10],
        ]) {
          await set({ Batch: String(batch), Sequence: String(seq) });
          const whole = await encode();
          assert.equal(whole.state, "done", whole.error);
          assert.match(whole.words, /^33\u2009554\u2009432 numbers in/);
          for (const k of [0, 1]) {
            await page.evaluate(
              (part, k) =>
                /** @type {HTMLElement} */ (document.querySelectorAll(`${part} .controls:not(.what) input[type=range]`)[k]).focus(),
              part,
              k,
            );
            await page.press("End");
          }
          await page.evaluate((part) => /** @type {HTMLElement} */ (document.querySelectorAll(`${part} .frame`)[1]).focus(), part);
          await page.press("Control+End");
          const { readout } = await page.evaluate(read);
          const [, position, channel, value] = (
            /^Position (\d+), channel (\d+): 0.5 before, (\S+) after/.exec(readout.replaceAll("−", "-")) ?? []
          ).map(Number);
          assert.deepEqual([position, channel], [seq - 1, 511], readout);
          assert.ok(Math.abs(value - 0.5 - vaswani(seq - 1, 511, 512)) <= 5.1e-6, readout); // six digits are written
        }
      });

      await t.test("nothing was sent, no console error, no request that leaves the site", async () => {
        await clean();
        assert.deepEqual(
          net.asked.filter((path) => !/^\/some\/where\/[\w./-]*$/.test(path)),
          [],
        );
      });
    } finally {
      await browser.close();
      await net.close();
    }
  });
}
