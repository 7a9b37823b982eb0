// The real Transformer in the page: loaded on demand, cancelled, broken and tried again, and its numbers against those of tests/model.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { cosine, exactTimescales, roundingOfSignal } from "../model/compare.js";
import { LIMITS, SENTENCES } from "../model/measure.js";
import { load as loadModel } from "../model/universal-sentence-encoder.js";
import { between } from "./between.js";
import { engines, openPage, servePage } from "./site.js";

const others = ["rain falls on the old town", "on the town falls old rain"];
const part = '[data-part="transformer"]';

/** @type {import("../browsers/serve.js").Server} */
let server;
/** What the model makes of other sentences in Node, how far its signal may be from the exact one, and a row. @type {{ own: number, without: number, allowed: number, the: Float32Array }} */
let known;

before(async () => {
  server = await servePage();
  const model = await loadModel();
  const { x } = await model.embeddings(others),
    { positions } = await model.embeddings(SENTENCES.slice(0, 2));
  const [own, without] = [await model.sentenceVectors(others), await model.sentenceVectors(others, x)];
  const allowed = Math.max(...roundingOfSignal(positions, await model.inverseTimescales(), exactTimescales(128)));
  known = { own: cosine(own[0], own[1]), without: cosine(without[0], without[1]), allowed, the: (await model.embeddings(["the"])).x };
  model.dispose();
});
after(() => server.close());

/** What a reader sees of it. */
const read = () => {
  const host = /** @type {HTMLElement} */ (document.querySelector('[data-part="transformer"]'));
  const text = (/** @type {string} */ selector) => [...host.querySelectorAll(selector)].map((element) => element.textContent ?? "");
  const job = /** @type {HTMLElement} */ (host.querySelector(".job"));
  return {
    state: job.dataset.state,
    button: text(".job .button")[0],
    words: text(".job .words")[0],
    error: text(".job .error")[0],
    done: Number(job.querySelector("progress")?.value),
    cosines: text(".cosine").map(Number),
    angles: text(".angle"),
    verdict: text(".verdict")[0],
    facts: text(".numbers dd"),
    pieces: [...host.querySelectorAll(".pieces ol")].map((list) => [...list.querySelectorAll(".piece")].map((piece) => piece.textContent)),
    top: Math.round(/** @type {Element} */ (host.querySelector(".dials")).getBoundingClientRect().top - host.getBoundingClientRect().top),
    focus: document.activeElement?.textContent,
  };
};
const settled = () =>
  /^(done|failed|cancelled)$/.test(
    String(/** @type {HTMLElement} */ (document.querySelector('[data-part="transformer"] .job')).dataset.state),
  );
/** A number as the page writes it: 3·10⁻⁷. @param {string} text */
const written = (text) =>
  Number(
    text
      .replace("−", "-")
      .replace("·10", "e")
      .replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]),
  );

for (const { name, title, skip } of engines) {
  test(`A real Transformer in ${title}`, { skip, timeout: 240_000 }, async (t) => {
    const net = await between(server);
    const { browser, page, visit, wait, clean, shoot, accessible } = await openPage(name, { ...server, origin: net.origin });
    const ofTheModel = () => net.asked.filter((path) => path.includes("/vendor/"));
    const start = `${part} .job .button`,
      cancel = `${part} .job .quiet`;
    /** Until it is neither idle nor at work. */
    const end = async () => (await wait(settled), page.evaluate(read));
    /** The end of what this starts. @param {() => Promise<any>} action */
    async function run(action) {
      await page.evaluate((part) => document.querySelector(`${part} .job`)?.setAttribute("data-state", "to start"), part);
      await action();
      return end();
    }
    /** Over what is in a field, as by hand. @param {number} k @param {string} text */
    async function write(k, text) {
      await page.evaluate((part, k) => /** @type {HTMLInputElement} */ (document.querySelectorAll(`${part} input`)[k]).select(), part, k);
      await page.evaluate((part, k) => /** @type {HTMLInputElement} */ (document.querySelectorAll(`${part} input`)[k]).focus(), part, k);
      await page.type(text);
    }

    try {
      await visit("", "transformer");
      const idle = await page.evaluate(read);
      await t.test("nothing of it is loaded before it is asked for", async () => {
        assert.equal(idle.state, "idle");
        assert.match(idle.words, /28 MB/);
        assert.deepEqual(ofTheModel(), []);
        await accessible();
      });

      /** @param {string} file @param {"drop" | "missing"} rule @param {string} words */
      async function fails(file, rule, words) {
        net.rules.clear();
        net.rules.set(file, rule);
        const { state, error, button, top } = await run(() => page.click(start));
        assert.deepEqual(
          { state, error, button, top },
          { state: "failed", error: `The model did not load: ${words}`, button: "Try again", top: idle.top },
        );
        net.rules.clear();
      }

      await t.test("what cannot be loaded says so", async () => {
        await fails(
          "universal-sentence-encoder.js",
          "drop",
          "the program that runs it could not be fetched. Is there a connection to the server?",
        );
        await fails("model.json", "missing", "the server has no model.json, it answered 404.");
        await accessible();
        await shoot(`transformer-error-${name}`);
      });

      await t.test("cancelled half way: the fetch is broken off, and no other follows", async () => {
        net.rules.set("group1-shard3of7", "hold");
        await page.click(start);
        await wait(() => /** @type {HTMLProgressElement} */ (document.querySelector('[data-part="transformer"] progress')).value > 0.35); // two files of seven, and half of the third
        const running = await page.evaluate(read);
        assert.equal(running.state, "running");
        assert.match(running.words, /^1\d\.\d of 28\.4 MB/);
        assert.ok(running.done < 0.4, `${running.done}`);
        await shoot(`transformer-loading-${name}`);
        await page.click(cancel);
        const cancelled = await end();
        assert.equal(cancelled.state, "cancelled");
        assert.match(cancelled.words, /^Cancelled\./);
        if (name === "firefox")
          await setTimeout(300); // under a service worker it reads a file that nobody wants any more to its end
        else {
          for (let k = 0; k < 250 && !net.left.length; k++) await setTimeout(20);
          assert.deepEqual(
            net.left.map((path) => path.replace(/.*\//, "")),
            ["group1-shard3of7"],
          );
        }
        net.release();
        await setTimeout(300);
        assert.ok(!net.asked.some((path) => path.endsWith("group1-shard4of7")));
        assert.equal(cancelled.top, idle.top, "nothing has moved");
        net.rules.clear();
      });

      await t.test("broken off by the network half way, and tried again", async () => {
        await fails("group1-shard5of7", "drop", "group1-shard5of7 could not be fetched. Is there a connection to the server?");
        assert.equal((await run(() => page.click(start))).state, "done");
      });

      await visit("", "transformer");
      await t.test("the dog and the man: one sentence without positions, two with them", async () => {
        await page.click(start);
        const {
          state,
          error,
          button,
          cosines: [without, by, own],
          angles,
          facts,
          pieces,
          top,
          verdict,
        } = await end();
        assert.equal(state, "done", error);
        const { wordOrder } = LIMITS;
        assert.ok(Math.abs(without - 1) < 0.00005, `${without}`);
        for (const v of [by, own]) assert.ok(Math.abs(v - wordOrder.with) <= wordOrder.tolerance, `${v}`);
        const degrees = (Math.acos(wordOrder.with) * 180) / Math.PI;
        assert.equal(angles[0], "cosine, 0° apart");
        for (const text of angles.slice(1)) assert.ok(Math.abs(parseFloat(text.slice("cosine, ".length)) - degrees) < 0.15, text);
        // Here sines are computed in float32, which adds half a unit of 1. What is left is the model's rounding, and not 0.
        assert.ok(written(facts[0]) <= known.allowed + 2 ** -24 && written(facts[0]) >= 2 ** -24, `${facts[0]}, at most ${known.allowed}`);
        assert.ok(written(facts[1].replace("1 − ", "")) < 1e-6, facts[1]);
        assert.deepEqual(pieces, [
          ["the", "dog", "bite", "-s", "the", "man"],
          ["the", "man", "bite", "-s", "the", "dog"],
        ]);
        assert.match(verdict, /^The same words in another order\./);
        assert.deepEqual([button, top], ["Compare", idle.top]);
        await accessible();
        for (const width of [375, 1280, 2560]) await shoot(`transformer-${name}-${width}`, { width, height: 1200 });
        await shoot(`transformer-${name}`);
      });

      await t.test("other sentences, by keys, are as the model has them in Node", async () => {
        for (const [k, sentence] of others.entries()) await write(k, sentence);
        const {
          cosines: [without, by, own],
          pieces,
        } = await run(() => page.press("Enter"));
        assert.ok(Math.abs(own - known.own) <= 5e-4, `${own} and ${known.own}`);
        assert.ok(Math.abs(by - known.own) <= 5e-4, `${by} and ${known.own}`);
        assert.ok(Math.abs(without - known.without) <= 5e-4, `${without} and ${known.without}`);
        assert.equal(pieces[0][0], "rain");
      });

      await t.test("another convention is not what the model was trained on", async () => {
        const {
          cosines: [, , own],
          facts,
        } = await run(() =>
          page.evaluate((part) => {
            const select = /** @type {HTMLSelectElement} */ (document.querySelector(`${part} select`));
            select.value = "vaswani";
            select.dispatchEvent(new Event("change", { bubbles: true }));
          }, part),
        );
        assert.ok(Number(facts[1]) < 0.95, facts[1]);
        assert.ok(written(facts[0]) > 0.5, facts[0]); // sines where cosines should be
        assert.ok(Math.abs(own - known.own) <= 5e-4);
      });

      await t.test("long work can be cancelled, and the model is still there", async () => {
        const before = ofTheModel().length;
        const { state, focus } = await run(() =>
          page.evaluate((part) => {
            for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(`${part} input`)))
              input.value = "many words and ".repeat(60);
            /** @type {HTMLButtonElement} */ (document.querySelector(`${part} .job .button`)).click();
            /** @type {HTMLButtonElement} */ (document.querySelector(`${part} .job .quiet`)).focus();
            requestAnimationFrame(() => /** @type {HTMLButtonElement} */ (document.activeElement).click());
          }, part),
        );
        assert.deepEqual([state, focus], ["cancelled", "Compare"]);
        for (const [k, sentence] of others.entries()) await write(k, sentence);
        assert.equal((await run(() => page.press("Enter"))).state, "done");
        assert.equal(ofTheModel().length, before);
      });

      await t.test("no words, no comparison", async () => {
        await write(1, " ");
        await page.press("Enter");
        const message = await wait(
          (part) => [...document.querySelectorAll(`${part} .message:not([hidden])`)].map(({ textContent }) => textContent).join(),
          part,
        );
        assert.equal(message, "Type a few words here.");
      });

      await t.test("the embeddings of its tokens are there for others", async () => {
        const { rows, dim, the } = await page.evaluate(async (/** @type {string} */ url) => {
          const host = document.createElement("div"),
            site = /** @type {any} */ ({ announce() {} });
          await (await import(url)).start(host, site);
          /** @type {HTMLButtonElement} */ (host.querySelector(".job .button")).click();
          while (!site.realEmbeddings) await new Promise((done) => setTimeout(done, 20));
          const { data, rows, dim } = await site.realEmbeddings;
          return { rows, dim, the: [...data.subarray(9 * dim, 10 * dim)] };
        }, `${net.origin}/some/where/parts/transformer.js`);
        assert.deepEqual([rows, dim], [8002, 256]);
        assert.ok(Math.abs(cosine(the, known.the) - 1) < 1e-9); // "the" is token 9; the graph multiplies the rows by a constant
      });

      await t.test("no console error, no request that leaves the site", async () => {
        await clean();
        assert.ok(ofTheModel().length >= 12);
      });

      await t.test("once loaded it is kept, and not asked for again", async () => {
        await visit("", "transformer");
        net.rules.set("/vendor/model/", "drop");
        const { state, error, cosines } = await run(() => page.click(start));
        assert.equal(state, "done", error);
        assert.ok(Math.abs(cosines[1] - LIMITS.wordOrder.with) <= LIMITS.wordOrder.tolerance);
      });
    } finally {
      await browser.close();
      await net.close();
    }
  });
}
