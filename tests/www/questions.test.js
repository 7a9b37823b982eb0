// The three questions as a person uses them, in three engines. What the page says is computed here once more, from the formulas and by
// plain loops in float64; only the seeded random numbers are the page's own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normals, seedOf } from "../../www/lib/random.js";
import { base, engines, openPage, servePage } from "./site.js";

/** @type {import("../browsers/serve.js").Server} */
let server;
before(async () => void (server = await servePage()));
after(() => server?.close());

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** The numbers of a text as the page writes them. @param {string} text */
const numbersOf = (text) =>
  [
    ...text
      .replace(/−/g, "-")
      .replace(/·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, power) => `e${[...power].map((c) => (c === "⁻" ? "-" : superscripts.indexOf(c))).join("")}`)
      .matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g),
  ].map(([n]) => Number(n));

/** @param {number} got @param {number} want @param {number} digits that are written @param {string} what */
function written(got, want, digits, what) {
  const unit = want === 0 ? 0 : 10 ** (Math.floor(Math.log10(Math.abs(want))) - digits + 1);
  assert.ok(Math.abs(got - want) <= 0.51 * unit, `${what}: the page says ${got}, computed here ${want}`);
}

const dot = (/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b) =>
  Array.from(a).reduce((sum, v, k) => sum + v * b[k], 0);
const cosine = (/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const mean = (/** @type {number[]} */ list) => list.reduce((sum, v) => sum + v, 0) / list.length;
const max = (/** @type {number[]} */ list) => list.reduce((most, v) => Math.max(most, v), -Infinity);
const rowsOf = (/** @type {ArrayLike<number>} */ list, /** @type {number} */ dim) =>
  Array.from({ length: list.length / dim }, (_, i) => Array.from(list).slice(i * dim, (i + 1) * dim));
/** The paper's row. @param {number} p @param {number} dim */
const row = (p, dim) =>
  Array.from({ length: dim }, (_, j) => Math.fround(Math[j % 2 ? "cos" : "sin"](p / 10000 ** ((2 * (j >> 1)) / dim))));

/** What a column of the table of question 1 is to say. @param {number[][]} words @param {number[][]} table */
function meaning(words, table) {
  const sums = words.map((x, i) => x.map((v, j) => v + table[i][j])),
    n = words.length;
  const pairs = words.flatMap((x, i) => words.slice(0, i).map((y) => Math.abs(cosine(x, y))));
  const own = sums.filter((sum, i) => words.every((y, j) => j === i || cosine(sum, y) < cosine(sum, words[i]))).length;
  const apart = words.flatMap((x) => table.map((p) => Math.abs(cosine(x, p))));
  return [
    mean(pairs),
    NaN,
    mean(words.map((x, i) => Math.sqrt(dot(table[i], table[i]) / dot(x, x)))),
    mean(apart),
    mean(sums.map((sum, i) => cosine(sum, words[i]))),
    (100 * own) / n,
  ];
}

/** The table of question 1, once it is about a width and a scale. */
function measured(/** @type {number} */ dim, /** @type {number} */ scale, real = false) {
  const host = /** @type {HTMLElement} */ (document.querySelector('[data-part="meaning"]')),
    about = JSON.parse(host.dataset.measured ?? "{}");
  if (about.dim !== dim || about.scale !== scale || about.real !== real || host.dataset.busy) return null;
  return [...host.querySelectorAll("tbody tr")].map((line) => [...line.querySelectorAll("td")].map((cell) => cell.textContent));
}

/** Checks the reader's own column, and the random directions of all three. @param {string[][]} table @param {number[][]} words @param {number} dim @param {number[][]} rows */
function checkMeaning(table, words, dim, rows) {
  meaning(words, rows).forEach((want, line) => line !== 1 && written(numbersOf(table[line][2])[0], want, 3, `width ${dim}: line ${line}`));
  [384, 768, dim].forEach((d, column) => {
    const got = numbersOf(table[1][column])[0],
      about = Math.sqrt(2 / (Math.PI * d));
    assert.ok(Math.abs(got / about - 1) < 0.3 / d + 0.006, `width ${d}: ${got}, √(2/(πd)) is ${about}`); // E|cos| is (1 + 1/(4d) + ...) of it
  });
}

const pairs = Array.from({ length: 8 }, (_, i) => 10000 ** (-i / 8));
/** @param {number} k @returns {number[][]} */
const shiftMatrix = (k) =>
  Array.from({ length: 16 }, (_, i) =>
    Array.from({ length: 16 }, (_, j) =>
      i >> 1 !== j >> 1 ? 0 : i === j ? Math.cos(k * pairs[i >> 1]) : i < j ? Math.sin(k * pairs[i >> 1]) : -Math.sin(k * pairs[i >> 1]),
    ),
  );

/** How far the best matrix is off, for the sines of 512 rows: what is left of the shifted columns outside the span of the columns. @param {number} k */
function bestMiss(k) {
  const table = Array.from({ length: 512 }, (_, p) => row(p, 16).filter((_, j) => j % 2 === 0));
  const columns = (/** @type {number[][]} */ rows) => pairs.map((_, j) => rows.map((row) => row[j]));
  /** @type {number[][]} */
  const span = [];
  const outside = (/** @type {number[]} */ column) =>
    [0, 1].reduce((left) => span.reduce((left, q) => left.map((v, i) => v - dot(q, left) * q[i]), left), column);
  for (const column of columns(table.slice(0, 512 - k))) {
    const left = outside(column),
      length = Math.sqrt(dot(left, left));
    span.push(left.map((v) => v / length));
  }
  return max(columns(table.slice(k)).flatMap((column) => outside(column).map(Math.abs)));
}

/** What the page of question 2 says. */
function shown() {
  const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="sine"]'));
  const value = (/** @type {string} */ name) => part.querySelector(`[data-number="${name}"]`)?.textContent ?? "";
  return {
    answer: part.querySelector(".answer")?.textContent ?? "",
    residual: value("residual"),
    orthogonality: value("orthogonality"),
    product: value("product"),
    one: value("one"),
    all: value("all"),
    waves: value("waves"),
    hands: [...part.querySelectorAll("details tbody tr")].map((line) =>
      [...line.querySelectorAll("td")].map((cell) => cell.textContent ?? ""),
    ),
  };
}

const width = 32;
/** Attention by the formula. @param {string[]} words @param {"none" | "additive" | "rotary" | "bias"} place @returns {{ weights: number[][], output: number[][] }} */
function attend(words, place) {
  const [query, key, value] = ["query", "key", "value"].map((name) => rowsOf(normals(width * width, seedOf(name), width ** -0.5), width));
  const x = words.map((word, i) =>
    Array.from(normals(width, seedOf(word))).map((v, j) => (place === "additive" ? v + row(i, width)[j] : v)),
  );
  const times = (/** @type {number[]} */ v, /** @type {number[][]} */ m) =>
    m[0].map((_, c) => v.reduce((sum, a, r) => sum + a * m[r][c], 0));
  const turn = (/** @type {number[]} */ v, /** @type {number} */ p) =>
    place !== "rotary"
      ? v
      : v.map((_, j) => {
          const i = j % (width / 2),
            angle = p / 10000 ** ((2 * i) / width),
            [a, b] = [v[i], v[i + width / 2]];
          return j < width / 2 ? a * Math.cos(angle) - b * Math.sin(angle) : a * Math.sin(angle) + b * Math.cos(angle);
        });
  const [q, k, v] = [x.map((h, i) => turn(times(h, query), i)), x.map((h, i) => turn(times(h, key), i)), x.map((h) => times(h, value))];
  const weights = q.map((a, i) => {
    const powers = k.map((b, j) => Math.exp(dot(a, b) / Math.sqrt(width) - (place === "bias" ? Math.abs(i - j) / 2 : 0))); // the first of 8 heads has slope 2^-1
    return powers.map((e) => e / powers.reduce((sum, e) => sum + e, 0));
  });
  return { weights, output: weights.map((w) => times(w, v)) };
}

/** What the page of question 3 says. */
function sentence() {
  const part = /** @type {HTMLElement} */ (document.querySelector('[data-part="order"]'));
  const text = (/** @type {string} */ selector) => [...part.querySelectorAll(selector)].map((e) => e.textContent ?? "");
  return {
    words: text(".words .word"),
    focus: document.activeElement?.textContent,
    verdicts: text(".verdict"),
    answer: text(".answer")[0],
    message: text(".message:not([hidden])")[0],
    live: document.getElementById("live")?.textContent ?? "",
    weights: [...part.querySelectorAll("table.weights")].map((table) =>
      [...table.querySelectorAll("tbody tr")].map((line) => [...line.querySelectorAll("td")].map((cell) => Number(cell.textContent))),
    ),
    marked: [...part.querySelectorAll("table.weights")].map((table) => table.querySelectorAll(".changed").length),
    numbers: [...part.querySelectorAll("table.measures tbody tr")].map((line) =>
      [...line.querySelectorAll("td")].map((cell) => cell.textContent ?? ""),
    ),
  };
}

/** Checks all that question 3 says about an order. @param {ReturnType<typeof sentence>} seen @param {string[]} first @param {string[]} words @param {number[]} permutation @param {"additive" | "rotary" | "bias"} place */
function checkOrder(seen, first, words, permutation, place) {
  assert.deepEqual(seen.words, words);
  const moved = permutation.some((id, k) => id !== k);
  [/** @type {const} */ ("none"), place].forEach((place, k) => {
    const was = attend(first, place),
      is = attend(words, place),
      n = words.length;
    is.weights.forEach((line, i) =>
      line.forEach((w, j) =>
        assert.ok(
          Math.abs(seen.weights[k][i][j] - w) <= 0.0051,
          `${place}: ${words[i]} to ${words[j]}: ${seen.weights[k][i][j]}, by the formula ${w}`,
        ),
      ),
    );
    const changed = is.weights.flatMap((line, i) =>
      line.filter((w, j) => Math.abs(w - was.weights[permutation[i]][permutation[j]]) > 1e-6),
    ).length;
    assert.equal(changed > 0, moved && k === 1, "what the page is to show");
    assert.equal(seen.marked[k], changed);
    assert.equal(numbersOf(seen.numbers[0][k])[0], changed);
    assert.equal(numbersOf(seen.verdicts[k])[0], changed || n * n);
    const error = max(is.output.flatMap((line, i) => line.map((v, j) => Math.abs(v - was.output[permutation[i]][j])))),
      got = numbersOf(seen.numbers[1][k])[0];
    if (k === 0 || !moved) assert.ok(got < 1e-12 && error < 1e-12, `without positions ${got}, computed here ${error}`);
    else written(got, error, 2, `${place}: permutation error`); // float32 inside
    const middle = (/** @type {number[][]} */ rows) => rows[0].map((_, j) => mean(rows.map((row) => row[j])));
    assert.equal(seen.numbers[2][k], cosine(middle(was.output), middle(is.output)).toFixed(3));
    if (moved) assert.equal(seen.numbers[2][k] === "1.000", k === 0);
  });
}

for (const { name, title, skip } of engines) {
  test(title, { skip, timeout: 300_000 }, async (t) => {
    const site = await openPage(name, server),
      { page } = site;
    t.after(() => site.browser.close());
    /** @param {string} selector */
    const focus = (selector) =>
      page.evaluate((/** @type {string} */ selector) => {
        const element = /** @type {HTMLElement} */ (document.querySelector(selector));
        element.scrollIntoView({ block: "center", behavior: "instant" }); // a focus that scrolls does it smoothly, and keys do not wait
        element.focus({ preventScroll: true });
      }, selector);
    /** Loads the page at a part, once those of the page before have come to rest. @param {string} part */
    async function visit(part) {
      if (await page.evaluate(() => location.protocol !== "about:"))
        await site.wait(() => !document.querySelector("[data-part][aria-busy], [data-busy]"));
      await site.visit("", part);
    }
    /** Words glide to their places; where no frame is drawn they would for ever. */
    const settle = () => page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
    /** Types over what a field has. @param {string} selector @param {string} text */
    async function enter(selector, text) {
      await page.click(selector);
      await page.press("Control+a");
      await page.type(text);
    }
    const [dim, scale] = [1, 2].map((n) => `#meaning .field:nth-child(${n})`);

    await t.test("question 1: the numbers are those of plain loops, at the first look and after the sliders have moved", async () => {
      await visit("meaning");
      checkMeaning(
        await site.wait(measured, 64, 1),
        rowsOf(normals(200 * 64, 64), 64),
        64,
        Array.from({ length: 200 }, (_, p) => row(p, 64)),
      );
      await focus(`${dim} input[type=range]`);
      await page.press("Home");
      await focus(`${scale} input[type=range]`);
      for (let k = 0; k < 10; k++) await page.press("ArrowRight");
      const table = await site.wait(measured, 16, 2);
      checkMeaning(
        table,
        rowsOf(normals(200 * 16, 16), 16),
        16,
        Array.from({ length: 200 }, (_, p) => row(p, 16).map((v) => Math.fround(2 * v))),
      );
      const kept = table[5].map((/** @type {string} */ cell) => numbersOf(cell)[0]);
      assert.ok(kept[2] < 60 && kept[1] === 100, `a reader can break it at 16 and not at 768: ${kept}`);
      assert.match(
        await page.evaluate(() => document.querySelector("#meaning .answer")?.textContent),
        /At width 16 .* still its own in [\d.]+ % of cases; at width 768 in 100 %/,
      );
      await site.clean();
    });

    await t.test("question 1: nothing is added at scale 0; a slider answers to the pointer; a wrong width is said", async () => {
      await enter(`${scale} input[type=text]`, "0");
      await page.click(`${dim} input[type=range]`);
      const chosen = await site.wait(() =>
        Number(/** @type {HTMLInputElement} */ (document.querySelector("#meaning input[type=text]")).value),
      );
      assert.ok(chosen > 400 && chosen < 640 && chosen % 16 === 0, `the middle is ${chosen}`);
      const table = await site.wait(measured, chosen, 0);
      assert.deepEqual(
        table.slice(2, 7).map((/** @type {string[]} */ line) => line[2]),
        ["0", "no position", "1", "100 %", "100 %"],
      );
      assert.ok(Math.abs(numbersOf(table[0][2])[0] / Math.sqrt(2 / (Math.PI * chosen)) - 1) < 0.03);
      await enter(`${dim} input[type=text]`, "12");
      assert.equal(
        await site.wait(() => document.querySelector("#meaning .message:not([hidden])")?.textContent),
        "A whole number from 16 to 1024.",
      );
      assert.ok(await page.evaluate(measured, chosen, 0), "and the last answer stays");
      await site.clean();
    });

    await t.test("question 1: the words of a real model, when the page has them", async () => {
      await visit("meaning");
      await page.click("#meaning [value=real]");
      assert.match(
        await site.wait(() => document.querySelector("#meaning .message:not([hidden])")?.textContent),
        /^They come with the model/,
      );
      // What the part of the model is to hand over: here 300 rows that are no model's, all of them alike but for a little.
      const shared = normals(24, 5),
        rows = rowsOf(normals(300 * 24, 6), 24).map((row) => row.map((v, j) => Math.fround(0.5 * v + shared[j])));
      server.answers.set(`${base}parts/transformer.js`, {
        type: "text/javascript",
        body: `export async function start(host, site) { site.realEmbeddings = Promise.resolve({ data: new Float32Array(${JSON.stringify(rows.flat())}), rows: 300, dim: 24 }); }`,
      });
      try {
        await visit("meaning");
        await page.evaluate(() => document.getElementById("transformer")?.scrollIntoView({ behavior: "instant" }));
        await site.wait(() => /** @type {HTMLElement} */ (document.querySelector("[data-part=transformer]")).dataset.state);
        await page.click("#meaning [value=real]");
        const table = await site.wait(measured, 24, 1, true),
          unrelated = numbersOf(table[0][2])[0];
        const all = mean(rows.flatMap((x, i) => rows.slice(0, i).map((y) => Math.abs(cosine(x, y)))));
        assert.ok(Math.abs(unrelated - all) < 0.02, `200 of 300 rows: ${unrelated}, all of them ${all}`);
        assert.match(await page.evaluate(() => document.querySelector("#meaning .source")?.textContent), /Universal Sentence Encoder/);
        await site.clean();
      } finally {
        server.answers.delete(`${base}parts/transformer.js`);
      }
    });

    await t.test("question 2: one matrix shifts every row, to float32's rounding", async () => {
      await visit("sine");
      for (const k of [3, 5]) {
        if (k === 5) {
          await focus("#sine .field:nth-child(2) input[type=range]");
          await page.press("ArrowRight");
          await page.press("ArrowRight");
        }
        const { answer, residual, orthogonality, product } = await page.evaluate(shown),
          matrix = shiftMatrix(k);
        const miss = max(
          Array.from({ length: 512 - k }, (_, p) => max(matrix.map((line, i) => Math.abs(row(p + k, 16)[i] - dot(line, row(p, 16)))))),
        );
        written(numbersOf(residual)[0], miss, 2, `residual for ${k}`);
        assert.ok(miss > 0 && miss < 2 ** -23, "float32's rounding, twice");
        assert.ok(numbersOf(orthogonality)[0] < 1e-15);
        const want = Array.from({ length: 64 }, (_, i) => Math.cos(k / 10000 ** (i / 64))).reduce((sum, v) => sum + v, 0);
        for (const got of numbersOf(product)) written(got, want, 4, "PE(p)·PE(p + k)");
        assert.match(answer, new RegExp(`each of ${512 - k} rows to the one ${k} positions on`));
      }
      await site.clean();
    });

    await t.test("question 2: hands are where sine and cosine are, and run until they are told to pause", async () => {
      await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("#sine details summary")).click());
      await enter("#sine .field:nth-child(3) input[type=text]", "100");
      const check = async (/** @type {number} */ p) => {
        const { hands } = await site.wait(shown);
        assert.equal(hands.length, 8);
        hands.forEach((/** @type {string[]} */ line, /** @type {number} */ i) =>
          [Math.sin(p * pairs[i]), Math.cos(p * pairs[i]), Math.sin((p + 5) * pairs[i]), Math.cos((p + 5) * pairs[i])].forEach((want, c) =>
            assert.ok(
              Math.abs(numbersOf(line[3 + c])[0] - want) < 6e-5,
              `position ${p}, pair ${i + 1}: ${line[3 + c]}, by the formula ${want}`,
            ),
          ),
        );
        const [turn, length] = [numbersOf(hands[0][2])[0], numbersOf(hands[0][0])[0]];
        assert.ok(Math.abs(turn - (5 * 180) / Math.PI) < 0.1 && Math.abs(length - 2 * Math.PI) < 1e-5);
      };
      await check(100);
      await page.click("#sine .play");
      await site.wait(
        () => Number(/** @type {HTMLInputElement} */ (document.querySelector("#sine .field:nth-child(3) input[type=text]")).value) >= 102,
      );
      await page.click("#sine .play");
      assert.equal(await page.evaluate(() => document.querySelector("#sine .play")?.textContent), "Play");
      const p = await page.evaluate(() =>
        Number(/** @type {HTMLInputElement} */ (document.querySelector("#sine .field:nth-child(3) input[type=text]")).value),
      );
      assert.ok(Number.isInteger(p));
      await check(p);
      await new Promise((done) => setTimeout(done, 600));
      await check(p);
    });

    await t.test("question 2: arrow keys walk over M(k)", async () => {
      await page.drag([[3, 3]]); // where the pointer would not lie on the picture and move its cursor too
      await focus("#sine .frame");
      await page.press("Control+Home");
      await page.press("ArrowRight");
      await site.wait(() => document.getElementById("live")?.textContent?.startsWith("Pair 1: sin(5·1) = −0.95892"));
      await page.press("ArrowRight");
      await site.wait(() => document.getElementById("live")?.textContent === "From pair 2 to pair 1: 0. Pairs leave each other alone.");
    });

    await t.test("question 2: no matrix shifts the sines alone", async () => {
      await page.click("#sine [value=sine]");
      await site.wait(() => document.querySelector("#sine .answer")?.textContent?.includes("No matrix"));
      const { answer, residual, product } = await page.evaluate(shown);
      const miss = bestMiss(5);
      assert.ok(miss > 0.5);
      written(numbersOf(residual)[0], miss, 3, "the best matrix");
      written(numbersOf(answer)[0], miss, 2, "the best matrix, in words");
      const products = Array.from({ length: 124 }, (_, p) =>
        dot(
          row(p, 128).filter((_, j) => j % 2 === 0),
          row(p + 5, 128).filter((_, j) => j % 2 === 0),
        ),
      );
      const [least, most] = numbersOf(product);
      assert.ok(
        Math.abs(most - max(products)) < 6e-3 && Math.abs(least + max(products.map((v) => -v))) < 6e-4,
        `${product}; computed here ${-max(products.map((v) => -v))} and ${max(products)}`,
      );
      await site.clean();
    });

    await t.test("question 2: one pair comes back, and eight do not in 12 000", async () => {
      const { one, all, waves } = await page.evaluate(shown);
      let p = 1;
      while (Math.abs(Math.sin(p)) > 1e-4 || Math.abs(Math.cos(p) - 1) > 1e-4) p++;
      assert.equal(one, `row ${p}`);
      assert.match(all, /^none of 1000/);
      assert.ok(Math.abs(numbersOf(waves)[0] - 2 * Math.PI) < 1e-3 && waves.includes("19\u2009869"), waves); // 2π·10000^(7/8)
      await page.click("#sine dd button");
      await site.wait(() => document.querySelector('#sine [data-number="all"] span')?.textContent !== "looking …");
      assert.match((await page.evaluate(shown)).all, /^none of 12\u2009000/);
      await site.clean();
    });

    const first = ["the", "dog", "bites", "the", "man"];
    await t.test("question 3: weights move with their words without positions, and change with them, in all three places", async () => {
      await visit("order");
      assert.equal((await page.evaluate(sentence)).live, "", "a part that starts says nothing by itself");
      for (const place of /** @type {const} */ (["additive", "rotary", "bias"])) {
        await page.click(`#order [value=${place}]`);
        checkOrder(await page.evaluate(sentence), first, ["the", "man", "bites", "the", "dog"], [0, 4, 2, 3, 1], place);
      }
      await site.clean();
    });

    await t.test("question 3: words are moved by keys, by the pointer and by buttons", async () => {
      await page.click("#order [value=additive]");
      await focus("#order li:last-child .word");
      await page.press("ArrowLeft");
      await page.press("ArrowLeft");
      const seen = await page.evaluate(sentence);
      checkOrder(seen, first, ["the", "man", "dog", "bites", "the"], [0, 4, 1, 2, 3], "additive");
      assert.equal(seen.focus, "dog", "what is moved keeps the focus");
      await site.wait(() =>
        document
          .getElementById("live")
          ?.textContent?.startsWith("dog is now word 3 of 5. Without positions “the dog bites the man” and “the man dog bites the”"),
      );
      await page.press("Home");
      checkOrder(await page.evaluate(sentence), first, ["dog", "the", "man", "bites", "the"], [1, 0, 4, 2, 3], "additive");

      await settle();
      const places = await page.evaluate(() => {
        document.querySelector("#order .words")?.scrollIntoView({ block: "center", behavior: "instant" });
        return [...document.querySelectorAll("#order .words .word")].map((word) => {
          const { left, top, width, height } = word.getBoundingClientRect();
          return [left + width / 2, top + height / 2];
        });
      });
      await page.drag([places[0], places[1], [places[2][0] + 20, places[2][1]], [places[4][0] + 30, places[4][1]]]);
      checkOrder(await page.evaluate(sentence), first, ["the", "man", "bites", "the", "dog"], [0, 4, 2, 3, 1], "additive");
      assert.equal(await page.evaluate(() => document.querySelectorAll("#order .dragged").length), 0);

      await settle();
      await page.click("#order li:nth-child(2) .step:last-child");
      checkOrder(await page.evaluate(sentence), first, ["the", "bites", "man", "the", "dog"], [0, 2, 4, 3, 1], "additive");
      await page.click("#order .buttons button:first-child");
      const back = await page.evaluate(sentence);
      checkOrder(back, first, first, [0, 1, 2, 3, 4], "additive");
      assert.match(back.answer, /^This is the first order/);
      await page.click("#order .buttons button:last-child");
      assert.match((await page.evaluate(sentence)).answer, /^Without positions/, "shuffled is never as it was");
      await site.clean();
    });

    await t.test("question 3: a sentence of one's own", async () => {
      const input = "#order .field:first-child input";
      await enter(input, "one");
      assert.equal((await page.evaluate(sentence)).message, "2 to 8 words, please; these are 1.");
      await enter(input, "a b c d e f g h i");
      assert.equal((await page.evaluate(sentence)).message, "2 to 8 words, please; these are 9.");
      await enter(input, "<b>you</b> love  me");
      const own = ["<b>you</b>", "love", "me"];
      checkOrder(await page.evaluate(sentence), own, own, [0, 1, 2], "additive");
      await focus("#order li:first-child .word");
      await page.press("End");
      checkOrder(await page.evaluate(sentence), own, ["love", "me", "<b>you</b>"], [1, 2, 0], "additive");
      await site.clean();
    });

    await t.test("nothing is moved by what comes late, and nothing is wider than the window", async () => {
      for (const size of [
        { width: 375, height: 700 },
        { width: 1280, height: 800 },
      ]) {
        await site.shoot(`questions-${name}-${size.width}`, size);
        for (const part of ["meaning", "sine", "order"]) {
          await visit(part);
          const { over, grown } = await page.evaluate(async (/** @type {string} */ part) => {
            const host = /** @type {HTMLElement} */ (document.querySelector(`[data-part="${part}"]`)),
              full = host.scrollHeight;
            const kept = Number.parseFloat(getComputedStyle(host).minHeight);
            return { over: document.documentElement.scrollWidth - innerWidth, grown: full - kept };
          }, part);
          assert.ok(over <= 0, `${part} is ${over} pixels wider than ${size.width}`);
          assert.ok(grown <= 160, `${part} has grown by ${grown} pixels over what was kept for it at ${size.width}`);
        }
      }
      await site.shoot(`questions-${name}`, { width: 1280, height: 800 });
    });

    await t.test("axe-core finds nothing, in light and in dark", async () => {
      for (const part of ["meaning", "sine", "order"]) {
        await visit(part);
        await page.evaluate((/** @type {string} */ part) => {
          for (const details of document.querySelectorAll(`#${part} details`)) details.setAttribute("open", "");
          if (part === "sine") /** @type {HTMLElement} */ (document.querySelector("#sine [value=sine]")).click();
        }, part);
        await site.accessible();
      }
      await site.clean();
    });
  });
}
