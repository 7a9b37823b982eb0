// What a part shows is in the query of the URL, so that it can be sent to somebody, and back and forward work. (The fragment is for the
// sections.) The playground has names as dim and offset; other parts
// put their own in front, as sine.shift. What a part does not know it leaves alone.

/**
 * @typedef {object} UrlState
 * @property {() => Map<string, string>} read
 * @property {(set: Record<string, string | null>, step?: boolean) => void} write null takes a name out; `step` is one to go back to
 * @property {(listener: () => void) => void} onChange somebody went back or forward
 */

/** @returns {UrlState} */
export function urlState() {
  /** @type {Record<string, string | null>} */
  let waiting = {};
  let push = false,
    timer = 0;

  function flush() {
    clearTimeout(timer);
    timer = 0;
    const url = new URL(location.href);
    for (const [name, text] of Object.entries(waiting)) {
      if (text === null) url.searchParams.delete(name);
      else url.searchParams.set(name, text);
    }
    const step = push;
    [waiting, push] = [{}, false];
    if (url.href === location.href) return;
    try {
      history[step ? "pushState" : "replaceState"](null, "", url);
    } catch {
      /* WebKit allows a hundred in half a minute: the next one will do */
    }
  }

  // What waits was meant for the entry that somebody has just left.
  addEventListener("popstate", () => {
    clearTimeout(timer);
    [waiting, push, timer] = [{}, false, 0];
  });

  addEventListener("pagehide", () => timer && flush());
  return {
    read: () => {
      if (timer) flush();
      return new Map(new URL(location.href).searchParams);
    },
    write(set, step = false) {
      Object.assign(waiting, set);
      if (step) {
        push = true;
        flush();
      } else if (!timer) timer = setTimeout(flush, 250); // a slider that is dragged is one change
    },
    onChange: (listener) => addEventListener("popstate", () => listener()),
  };
}
