// The picture beside the title: what the page is about, drawn by the module itself. A line is the sine of one frequency, over positions.

import { scale, steps } from "./lib/colour.js";

/** @param {any} posenc @param {boolean} dark */
export function hero(posenc, dark) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(".hero")),
    { width, height } = canvas;
  const pe = posenc.sinusoidal({ dim: 2 * height, layout: "concat", base: 1000 }),
    table = pe.table(width);
  pe.dispose();
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")),
    image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer),
    { pixels: colours } = scale("diverging", dark);
  for (let p = 0; p < width; p++)
    for (let i = 0; i < height; i++) pixels[i * width + p] = colours[Math.round(((table[p * 2 * height + i] + 1) / 2) * (steps - 1))];
  context.putImageData(image, 0, 0);
}
