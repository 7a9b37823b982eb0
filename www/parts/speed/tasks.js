// What is measured, and in whose words.

/** @typedef {{ kind: "add" | "decode" | "rotate" | "fill", shape: readonly number[], title: string, what: string, bound: string }} Task */

const cache =
  "The array and the table fit into a cache near the processor, so it is the arithmetic that takes the time. WebAssembly adds four numbers at once; JavaScript, whose numbers have 64 bits, converts each of them twice or three times and adds them one by one.";

/** @type {readonly Task[]} */
export const TASKS = [
  { kind: "add", shape: [1, 128, 384], title: "Add to a short text", what: "128 words of 384 channels, 192 KB", bound: cache },
  {
    kind: "add",
    shape: [1, 512, 768],
    title: "Add to a long one",
    what: "512 words of 768 channels, 1.5 MB, and a table as large",
    bound:
      "Array and table are 3 MB, more than the nearest caches of most processors hold. So the way of the numbers begins to set the pace, and that is the same for all.",
  },
  {
    kind: "add",
    shape: [8, 512, 384],
    title: "Add to a batch",
    what: "8 texts of 512 words of 384 channels, 6 MB",
    bound:
      "Larger than most caches. The way from memory and back is what bounds it: the nearer a bar is to that of Float32Array.set, the less there is left to gain.",
  },
  {
    kind: "decode",
    shape: [1, 1, 768],
    title: "Add to one word, as a decoder does",
    what: "a row of 768 numbers, at another position each time",
    bound:
      "So little that the call itself counts. An array of JavaScript has to be copied to posenc's memory and back, which alloc() saves.",
  },
  {
    kind: "rotate",
    shape: [1, 12, 512, 64],
    title: "Turn the queries of a layer (RoPE)",
    what: "12 heads, 512 words, 64 channels each, 1.5 MB",
    bound: "Four products and two sums for each pair: more arithmetic for each number that is fetched than adding has.",
  },
  {
    kind: "fill",
    shape: [1, 512, 768],
    title: "Make the rows themselves",
    what: "512 rows of 768 sines and cosines, elsewhere each time",
    bound:
      "Nobody calls a sine for each number: rows are turned from a few that are exact. JavaScript's loops do it in 64 bits too, but only posenc goes on to the float32 that is nearest to the truth, at any position, and that takes some of its lead.",
  },
];
