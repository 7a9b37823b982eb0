// The playground as a person uses it, in three engines: its numbers against the formulas, its code against its numbers.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engines, openPage, servePage } from "./site.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const go = { cwd: root, env: { ...process.env, GOTOOLCHAIN: "auto" } };
const schemes = [
  "sinusoidal",
  "grid",
  "timestep",
  "fourier",
  "time2vec",
  "learned",
  "rotary",
  "mrope",
  "axialRotary",
  "alibi",
  "t5",
  "deberta",
  "shaw",
  "swin",
  "kerple",
  "fire",
];

/** What else is to be drawn and to have code that runs: an option, or more, that makes a difference to either. */
const settings = [
  ...schemes.map((scheme) => `scheme=${scheme}`),
  ...["tensor2tensor", "whisper", "ldm", "marian", "mlx"].map(
    (name) => `scheme=sinusoidal&dim=33&convention=${name}&offset=1000&cell=5,20`,
  ),
  "scheme=sinusoidal&dim=16&offset=9007199254740000&layout=concat-cos-sin&frequencyShift=0.5&base=500&minTimescale=2&scale=0.5&inputScale=sqrt-dim&from=4&channels=6&cell=2,3",
  "scheme=sinusoidal&precision=float32&offset=100000",
  ...["timm", "diffusers", "tensor2tensor", "multidim", "detr"].map(
    (name) => `scheme=grid&dim=32&shape=3,5&prefixTokens=1&convention=${name}`,
  ),
  "scheme=grid&dim=48&shape=2,3,4&convention=diffusers&cell=20,40",
  "scheme=timestep&convention=stable-diffusion",
  "scheme=timestep&convention=grad-tts&dim=9",
  "scheme=fourier&inputs=3&includeInput=1&includePi=1&cell=9,20",
  "scheme=fourier&type=gaussian&inputs=2&sigma=3&seed=7",
  "scheme=fourier&type=timm&inputs=2&inPixels=0",
  "scheme=learned&rows=40&dim=24&resize.to=64&resize.alignCorners=1&rowOffset=2&length=20",
  ...["linear", "ntk", "dynamic", "yarn", "longrope", "llama3", "proportional", "freq-factors", "riflex"].map(
    (type) => `scheme=rotary&headDim=32&offset=2040&scaling.type=${type}`,
  ),
  "scheme=rotary&scaling.type=yarn&scaling.truncate=0&scaling.attentionFactor=1.5&cell=9,50",
  "scheme=rotary&headDim=32&rotaryDim=16&pairing=interleaved&show=turned&xpos=key&cell=9,3",
  "scheme=rotary&show=sin",
  "scheme=rotary&scaling.type=longrope&sequenceLength=4096&headDim=16",
  "scheme=mrope&interleaved=1&t=2",
  "scheme=mrope&scaling.type=yarn&before=0&show=cos",
  ...["flux", "torchtune", "eva02", "qwen2-vl", "pixtral", "dinov3"].map(
    (name) => `scheme=axialRotary&prefixTokens=1&convention=${name}${name === "flux" ? "&shape=1,4,6" : "&shape=4,6"}`,
  ),
  "scheme=alibi&heads=12&slopes=mpt&head=9&symmetric=1&offset=5",
  "scheme=t5&show=bias&head=2&bidirectional=0",
  "scheme=deberta&positionBuckets=0",
  "scheme=swin&window=4,6&show=bias&head=3&cell=7,9",
  "scheme=kerple&type=power&head=1",
  "scheme=fire&head=2&hidden=5",
];

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

/** What a person reads in the part. */
function look() {
  const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]'));
  const text = (/** @type {string} */ selector) =>
    [...part.querySelectorAll(selector)].filter((e) => !(/** @type {HTMLElement} */ (e).hidden)).map((e) => e.textContent);
  return {
    state: part.dataset.state,
    heading: text("h3")[0],
    working: text(".working dd"),
    code: text("pre")[0],
    wrong: text(".message"),
    notes: text(".note"),
    legend: text(".scale .ends span"),
    live: document.getElementById("live")?.textContent,
  };
}

/** Types over what a field has, as input events come. @param {string} label @param {string} value */
async function enter(label, value) {
  const field = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".playground .field"))].find(
    (field) => field.querySelector("label")?.textContent === label && !field.hidden,
  );
  const input = /** @type {HTMLInputElement} */ (field?.querySelector("select, input[type=checkbox], input[type=text]"));
  if (input.type === "checkbox") input.click();
  else {
    input.value = value;
    input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** The number that a result ends with, or begins with where words follow. @param {string} text */
function numberOf(text) {
  const plain = text
    .replace(/−/g, "-")
    .replace(
      /·10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g,
      (_, sign, digits) => `e${sign ? "-" : ""}${[...digits].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(d)).join("")}`,
    );
  return Number(/(-?[\d.]+(?:e-?\d+)?)$/.exec(plain)?.[1] ?? /^(-?[\d.]+)/.exec(plain)?.[1]);
}

/** @param {string} what @param {string | number} printed @param {string} shown */
function same(what, printed, shown) {
  const [got, want] = [Math.fround(Number(printed)), Math.fround(numberOf(shown))]; // nine digits are enough for any float32
  assert.equal(got, want, `${what}: the code prints ${printed}, the page shows ${shown}`);
}

for (const { name, title, skip } of engines) {
  test(title, { skip, timeout: 300_000 }, async (t) => {
    const site = await openPage(name, server),
      { page } = site;
    t.after(() => site.browser.close());

    await t.test("the self test passes under the page's own headers", async () => {
      await site.visit("", "playground");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.selftest), "passed");
      await site.clean();
    });

    await t.test("every scheme is drawn and explained", async () => {
      for (const scheme of schemes) {
        await page.evaluate(enter, "Scheme", scheme);
        const { working, heading, wrong, notes, live } = await page.evaluate(look);
        assert.match(heading, /\d+ × \d+/, scheme);
        assert.ok(working.length >= 2 && Number.isFinite(numberOf(working.at(-1))), `${scheme}: ${working}`);
        assert.deepEqual([wrong, notes], [[], []], scheme);
        assert.doesNotMatch(`${working}${live}`, /NaN|undefined|null/, scheme);
        assert.match(await page.evaluate(() => location.search), new RegExp(`scheme=${scheme}(&|$)`));
      }
      await site.clean();
    });

    await t.test("numbers and colours are those of the formula", async () => {
      await site.visit("?scheme=sinusoidal&dim=16&offset=1000&length=12&base=500&cell=0,0", "playground");
      const { cells, colours, ramp } = await page.evaluate(() => {
        const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]'));
        /** @type {HTMLElement} */ (part.querySelector("details summary")).click();
        const pixels = (/** @type {HTMLCanvasElement} */ canvas) =>
          Array.from(
            /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height).data,
          );
        return new Promise((done) =>
          setTimeout(
            () =>
              done({
                cells: [...part.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)),
                colours: pixels(/** @type {any} */ (part.querySelector(".frame canvas"))),
                ramp: pixels(/** @type {any} */ (part.querySelector(".ramp"))),
              }),
            200,
          ),
        );
      });
      const value = (/** @type {number} */ row, /** @type {number} */ j) =>
        Math[j % 2 ? "cos" : "sin"]((1000 + row) / 500 ** ((j >> 1) / 8));
      assert.equal(cells.length, 12);
      cells.forEach((/** @type {string[]} */ [position, ...list], /** @type {number} */ row) => {
        assert.equal(position, String(1000 + row));
        assert.equal(list.length, 8);
        list.forEach((text, j) =>
          assert.ok(Math.abs(numberOf(text) - value(row, j)) < 1e-6, `row ${row}, column ${j}: ${text}, by the formula ${value(row, j)}`),
        );
      });
      // The legend is what a reader compares with: a cell has the colour that the legend has at its value.
      for (let row = 0; row < 12; row++)
        for (let j = 0; j < 16; j++) {
          const at = Math.round(((value(row, j) + 1) / 2) * 255) * 4,
            cell = (row * 16 + j) * 4;
          for (let c = 0; c < 4; c++)
            assert.ok(
              Math.abs(colours[cell + c] - ramp[at + c]) <= 6,
              `row ${row}, column ${j}: ${colours.slice(cell, cell + 4)}, the legend has ${ramp.slice(at, at + 4)}`,
            );
        }
    });

    await t.test("arrow keys walk over the picture, and the live region reads it", async () => {
      await site.visit("?scheme=sinusoidal&dim=16&length=12&cell=0,0", "playground");
      await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector(".playground select")).focus());
      await page.press("Tab"); // the picture is what comes after the scheme
      assert.equal(await page.evaluate(() => document.activeElement?.className), "frame");
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"]) await page.press(key);
      const heard = await site.wait(
        () =>
          /position 2, channel 2/.test(document.getElementById("live")?.textContent ?? "") && document.getElementById("live")?.textContent,
      );
      assert.ok(heard.startsWith(`position 2, channel 2: ${Math.sin(2 / 10000 ** (1 / 8)).toFixed(6)}. formula: sin(p · w_i); `), heard);
      assert.deepEqual((await page.evaluate(look)).working[0], "position 2, channel 2");
      await page.press("Control+End");
      assert.deepEqual((await page.evaluate(look)).working[0], "position 11, channel 15");
      await page.press("Home");
      await page.press("PageUp");
      assert.deepEqual((await page.evaluate(look)).working[0], "position 1, channel 0");
      const lines = () => page.evaluate(() => [...document.querySelectorAll(".playground .legend .key")].map((key) => key.textContent));
      assert.ok((await lines()).includes("channel 0"));
      await page.press("Enter");
      assert.ok(!(await lines()).includes("channel 0"));
      await site.wait(() => location.search.includes("cell=1%2C0") && location.search.includes("lines="));
      await page.drag([
        await page.evaluate(() => {
          const canvas = /** @type {HTMLElement} */ (document.querySelector(".frame canvas"));
          canvas.scrollIntoView({ block: "center", behavior: "instant" });
          const { left, top, width, height } = canvas.getBoundingClientRect();
          return [left + (width * 3.5) / 16, top + (height * 6.5) / 12];
        }),
      ]);
      assert.deepEqual((await page.evaluate(look)).working[0], "position 6, channel 3", "the pointer points");
    });

    await t.test("what posenc refuses is said beside the control, and the picture stays", async () => {
      await site.visit("?scheme=sinusoidal&dim=16", "playground");
      const input = ".side .field:nth-of-type(3) input[type=text]";
      assert.equal(
        await page.evaluate(
          (/** @type {string} */ input) => document.querySelector(input)?.closest(".field")?.querySelector("label")?.textContent,
          input,
        ),
        "Channels d",
      );
      await page.click(input);
      await page.press("Control+a");
      await page.type("0.5"); // and neither is a 0 on the way
      const wrong = await site.wait(
        () =>
          /0\.5/.test(document.querySelector(".message:not([hidden])")?.textContent ?? "") &&
          document.querySelector(".message:not([hidden])")?.textContent,
      );
      assert.equal(wrong, "dim: want a positive integer, got 0.5");
      const after = await page.evaluate(look);
      assert.match(after.heading, /64 × 16,/);
      assert.match(after.notes.join(), /The picture is still that of the last setting that worked/);
      assert.equal(
        await page.evaluate((/** @type {string} */ input) => document.querySelector(input)?.getAttribute("aria-invalid"), input),
        "true",
      );
      await page.press("Control+a");
      await page.type("8");
      await site.wait(() => !document.querySelector(".message:not([hidden])"));
      assert.match((await page.evaluate(look)).heading, /64 × 8,/);
      for (const [label, value, message] of [
        ["Positions", "600", /^length: this page draws at most 512, got 600/],
        ["First position", "2^53", /^offset: want an integer that keeps all 64 positions within ±2\^53/],
      ]) {
        await page.evaluate(enter, label, value);
        assert.match((await page.evaluate(look)).wrong[0], /** @type {RegExp} */ (message));
        await page.evaluate(enter, label, "");
      }
      await page.evaluate(enter, "First position", "2^53-63");
      assert.equal((await page.evaluate(look)).wrong.length, 0);
      assert.match((await page.evaluate(look)).working[0], /^position 9\u2009007\u2009199\u2009254\u2009740\u2009932, /);
      await site.clean();
    });

    await t.test("the address has the state: back, forward, a copy, rubbish", async () => {
      await site.visit("?scheme=alibi&heads=4&head=2", "playground");
      assert.match((await page.evaluate(look)).working.join(), /m of head 2 = 0\.015625/); // 2^(-8·3/4)
      await page.evaluate(enter, "Scheme", "shaw");
      await page.evaluate(enter, "Largest distance k", "3");
      await site.wait(() => location.search.includes("maxRelativePosition=3"));
      await page.evaluate(() => history.back());
      await site.wait(() => document.querySelector(".playground h3")?.textContent?.startsWith("ALiBi"));
      assert.match((await page.evaluate(look)).working.join(), /m of head 2 = 0\.015625/);
      await page.evaluate(() => history.forward());
      await site.wait(() => document.querySelector(".playground h3")?.textContent?.startsWith("Shaw"));
      assert.match((await page.evaluate(look)).working.join(), /clip\(j − i, −3, 3\) \+ 3/);
      for (const [query, note] of [
        ["?scheme=%00<b>&dim=12", /there is no scheme/],
        ["?dim=abc&layout=sideways&other=1&cell=x,1e99&lines=-1,%ff", /dim=abc was left out; layout=sideways was left out/],
        ["?dim=-5", /dim: want a positive integer, got -5/],
        ["?scheme=learned&rows=1e999", /rows=1e999/],
        ["?scheme=toString", /no scheme/],
      ]) {
        await site.visit(/** @type {string} */ (query), "playground");
        const { state, notes, heading } = await page.evaluate(look);
        assert.equal(state, "ready");
        assert.match(notes.join(), /** @type {RegExp} */ (note));
        assert.match(heading, /× /);
      }
      await site.visit("?other=1#sine", "playground");
      assert.deepEqual((await page.evaluate(look)).notes, []);
      await site.clean();
    });

    await t.test("axe-core finds nothing, in light and in dark, at rest and with an error", async () => {
      for (const query of ["", "?scheme=rotary&scaling.type=yarn", "?scheme=t5"]) {
        await site.visit(query, "playground");
        if (query === "") await page.evaluate(() => document.querySelectorAll("details").forEach((details) => void (details.open = true)));
        if (query.includes("t5")) await page.evaluate(enter, "Buckets", "-1");
        await site.accessible();
      }
    });

    await t.test("a redraw of 512 positions and 768 channels", async () => {
      await site.visit("?scheme=sinusoidal&dim=768&length=512", "playground");
      const times = await page.evaluate(async () => {
        const field = [...document.querySelectorAll(".playground .field")].find(
          (field) => field.querySelector("label")?.textContent === "First position",
        );
        const slider = /** @type {HTMLInputElement} */ (field?.querySelector("input[type=range]"));
        /** @type {number[]} */
        const times = [];
        for (let k = 1; k <= 40; k++)
          await new Promise((done) => {
            let began = 0; // between two callbacks of one frame there is the redraw and nothing else
            requestAnimationFrame(() => void (began = performance.now()));
            slider.value = String(k * 100);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            requestAnimationFrame(() => done(times.push(performance.now() - began)));
          });
        return times.sort((a, b) => a - b);
      });
      assert.match((await page.evaluate(look)).working[0], /^position 4003,/);
      t.diagnostic(`${title}: a redraw of 512 x 768 takes ${times[20].toFixed(1)} ms (median), ${times[39].toFixed(1)} ms at most`);
    });

    if (name !== "chromium") return; // what is left is the same text in any engine
    await t.test("the code prints the number on the page: JavaScript in Node, Go compiled", { timeout: 240_000 }, async () => {
      const folder = mkdtempSync(`${root}dist/go-`); // inside the module, so that its packages are found
      try {
        const programs = [];
        await site.visit("", "playground");
        for (const [k, setting] of settings.entries()) {
          const { notes, code, working, go } = await page.evaluate(async (/** @type {string} */ setting) => {
            history.replaceState(null, "", `?${setting}`); // as going back to it does, which is faster than to load the page anew
            dispatchEvent(new PopStateEvent("popstate"));
            const pick = (/** @type {string} */ language) => {
              /** @type {HTMLElement} */ (document.querySelector(`.program input[value=${language}]`)).click();
              return document.querySelector(".program pre")?.textContent;
            };
            const go = pick("go");
            pick("js");
            const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="playground"]'));
            const text = (/** @type {string} */ selector) =>
              [...part.querySelectorAll(selector)].filter((e) => !(/** @type {HTMLElement} */ (e).hidden)).map((e) => e.textContent);
            return { go, notes: text(".note"), code: text("pre")[0], working: text(".working dd") };
          }, setting);
          assert.deepEqual(notes, [], setting);
          const file = `${folder}/p${k}/main.mjs`,
            shown = working.at(-1);
          mkdirSync(`${folder}/p${k}`);
          writeFileSync(
            file,
            code
              .replace('"posenc"', JSON.stringify(new URL("../../dist/npm/index.js", import.meta.url).href))
              .replace("console.log(", "export default ("),
          );
          const { default: printed } = await import(file).catch((error) => assert.fail(`${setting}\n${code}\n${error}`));
          same(setting, printed, shown);
          writeFileSync(`${folder}/p${k}/main.go`, go);
          programs.push({ setting, shown, path: `./${folder.slice(root.length)}/p${k}` });
        }
        await run("go", ["vet", `./${folder.slice(root.length)}/...`], go).catch((error) => assert.fail(error.stderr));
        const { stdout: unformatted } = await run("gofmt", ["-l", folder]);
        assert.equal(unformatted, "", "gofmt would change it");
        for (const { setting, shown, path } of programs)
          if (/^scheme=(sinusoidal|rotary|alibi)$|yarn|fourier.*gaussian|learned&|mrope&inter|resize|fire&/.test(setting))
            same(`Go, ${setting}`, (await run("go", ["run", path], go)).stdout, shown);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
