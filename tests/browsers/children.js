// What a browser leaves behind, and that none of it stays: a folder for its profile, and the
// processes it is made of. A browser is a tree of processes that outlives a test which timed out,
// was interrupted or killed, so cleaning up cannot be left to the test.
//
// One small shell per browser holds the other end of a pipe and waits. When the pipe closes (we
// ended it, or this process died, of whatever, SIGKILL included) it ends the process groups that
// it was told of and removes the folder. Closing a browser and crashing run the same lines.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// TERM first: Xvfb removes its lock and socket on TERM only. Two seconds, then KILL. The folder
// is tried again for a while, because a dying process may still write into it.
const reaper = `
groups=
while read -r group; do groups="$groups $group"; done
for group in $groups; do kill -s TERM -- "-$group"; done
for group in $groups; do
  n=0
  while [ $n -lt 20 ] && kill -s 0 "$group"; do sleep 0.1; n=$((n + 1)); done
  kill -s KILL -- "-$group"
done
n=0
until rm -rf -- "$1" || [ $n -ge 20 ]; do sleep 0.1; n=$((n + 1)); done
`;

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */
/** @typedef {{ env?: Record<string, string>, pipes?: number }} StartOptions pipes: how many, from fd 3 on */

/**
 * A place for one browser: `folder` is its own, `env` keeps its caches and settings in there,
 * and everything that was started or adopted is gone after clear(), or when this process ends.
 *
 * @typedef {object} Nest
 * @property {string} folder
 * @property {Record<string, string | undefined>} env
 * @property {(command: string, args: string[], options?: StartOptions) => ChildProcess} start as a process group of its own
 * @property {(pid: number | undefined) => void} adopt the leader of a process group that somebody else started
 * @property {() => Promise<void>} clear
 */

/**
 * Makes a place for one browser.
 *
 * @param {string} name a part of the folder's name
 * @returns {Nest}
 */
export function nest(name) {
  const folder = mkdtempSync(join(tmpdir(), `posenc-${name}-`));
  const env = { ...process.env };
  // Not on macOS, where the folder's name leaves no room for the sockets that Chromium puts there.
  if (process.platform === "linux") env.TMPDIR = folder;
  for (const kind of ["CACHE", "CONFIG", "DATA", "STATE"]) {
    Object.assign(env, { [`XDG_${kind}_HOME`]: join(folder, kind.toLowerCase()) });
    mkdirSync(join(folder, kind.toLowerCase()));
  }

  // Detached, so that Ctrl-C in a terminal, which goes to the whole group, leaves it alive to do its work.
  const keeper = spawn("sh", ["-c", reaper, "sh", folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  keeper.stdin.on("error", () => {}); // it ended first: nothing left to say to it
  const gone = once(keeper, "exit");
  // Alone it must not keep Node alive, or Node would wait for it and it for Node.
  keeper.unref();
  /** @type {import("node:net").Socket} */ (/** @type {unknown} */ (keeper.stdin)).unref();

  /** @param {number | undefined} pid */
  function adopt(pid) {
    if (pid !== undefined && pid > 1) keeper.stdin.write(`${pid}\n`);
  }

  return {
    folder,
    env,
    adopt,
    start(command, args, { env: extra = {}, pipes = 0 } = {}) {
      const child = spawn(command, args, {
        detached: true,
        env: { ...env, ...extra },
        // Never our own stdout or stderr: a test runner waits until the last holder of them is gone.
        stdio: ["ignore", "ignore", "ignore", ...Array(pipes).fill("pipe")],
      });
      adopt(child.pid);
      child.on("error", () => {}); // whoever waits for the child's first sign of life reports it
      child.unref();
      return child;
    },
    async clear() {
      keeper.ref();
      keeper.stdin.end();
      await gone;
    },
  };
}
