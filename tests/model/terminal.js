// What differs between a person's terminal and a file: colour and a bar that moves. Text that goes
// to a file or another program has neither, and not one control character.

/** @typedef {{ isTTY?: boolean, columns?: number, write(text: string): unknown }} Stream */
/** @typedef {Record<string, string | undefined>} Environment */

/**
 * @param {Stream} stream
 * @param {Environment} env
 */
const isTerminal = (stream, env) => Boolean(stream.isTTY) && env.TERM !== "dumb";

/**
 * Functions that colour a text for this stream, or leave it alone: https://no-color.org
 * @param {Stream} stream
 * @param {Environment} [env]
 */
export function colours(stream, env = process.env) {
  const on = isTerminal(stream, env) && !env.NO_COLOR;
  const sgr = (/** @type {number} */ start, /** @type {number} */ end) => (/** @type {string} */ text) =>
    on ? `\x1b[${start}m${text}\x1b[${end}m` : text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), good: sgr(32, 39), bad: sgr(31, 39) };
}

/**
 * Shows how far a job has come: a bar on a terminal, otherwise one line per stage.
 *
 * The bar is redrawn with a carriage return alone and hides nothing, so that Ctrl-C, which ends the
 * process without asking us, leaves a terminal in order.
 * @param {Stream} stream
 * @param {Environment} [env]
 */
export function progress(stream, env = process.env) {
  const moving = isTerminal(stream, env);
  const unicode = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
  const { dim, good } = colours(stream, env);
  const [full, empty] = unicode ? ["━", "─"] : ["#", "."];
  let stage = "";
  let shown = "";
  let width = 0;

  const draw = (/** @type {number} */ fraction) => {
    const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
    // Narrow terminals get a shorter bar: a line that wraps could not be drawn over.
    const room = Math.min(stream.columns || 80, 80) - stage.length - percent.length - 4;
    const size = Math.max(0, Math.min(30, room));
    const filled = Math.round(size * fraction);
    const line = `${stage} ${full.repeat(filled)}${empty.repeat(size - filled)} ${percent}`;
    if (line === shown) return;
    shown = line;
    const rest = " ".repeat(Math.max(0, width - line.length));
    width = line.length;
    stream.write(`\r${stage} ${good(full.repeat(filled))}${dim(empty.repeat(size - filled))} ${percent}${rest}`);
  };

  return {
    /**
     * @param {string} name of the stage
     * @param {number} fraction of it that is done
     */
    update(name, fraction) {
      if (!moving && name !== stage) stream.write(`${name} ...\n`);
      stage = name;
      if (moving) draw(Math.min(1, Math.max(0, fraction)));
    },
    /** Takes the bar away. */
    done() {
      if (width > 0) stream.write(`\r${" ".repeat(width)}\r`);
      width = 0;
      shown = "";
    },
  };
}
