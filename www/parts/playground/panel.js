// The controls of one scheme: made once, then shown, hidden and filled as options come and go.

import * as controls from "../../lib/controls.js";
import { el } from "../../lib/dom.js";
import { lookUp } from "./options.js";

/**
 * @param {import("./options.js").Option[]} options
 * @param {(option: import("./options.js").Option, value: any) => void} onChange undefined: it is no longer set
 */
export function panel(options, onChange) {
  const fields = options.map((option) => {
    const { kind, label, hint, min = 0, max = 100, step, choices = [] } = option;
    const base = { label, hint, value: undefined, onChange: (/** @type {any} */ value) => onChange(option, value) };
    const control =
      kind === "choice"
        ? controls.select({ ...base, choices })
        : kind === "check"
          ? controls.check(base)
          : kind === "list"
            ? controls.list(base)
            : kind === "range"
              ? controls.range({ ...base, min, max, step })
              : controls.number(base);
    return { option, control, shown: true };
  });
  const grid = (/** @type {boolean} */ more) =>
    el("div", { class: "controls" }, ...fields.filter(({ option }) => Boolean(option.more) === more).map(({ control }) => control.element));
  const rest = grid(true),
    folded = el("details", {}, el("summary", {}, "More options"), rest);
  return {
    element: el("div", {}, grid(false), folded),

    /** Shows what is in force, and what became of the rest. @param {Record<string, any>} all @param {any} resolved posenc's own, or null @param {any} shown */
    fill(all, resolved, shown) {
      for (const field of fields) {
        const { option, control } = field;
        field.shown = !option.when || Boolean(option.when(all));
        control.element.hidden = !field.shown;
        if (!field.shown || (control.element.contains(document.activeElement) && document.activeElement?.matches("input[type=text]")))
          continue; // not under somebody's fingers
        let value = all[option.name] ?? shown?.[option.name] ?? lookUp(resolved, option.name);
        if (option.choices) value = option.choices.some(([word]) => word === String(value)) ? value : "";
        control.value = ArrayBuffer.isView(value) ? Array.from(/** @type {any} */ (value)) : value;
      }
      folded.hidden = !fields.some(({ option, shown }) => option.more && shown);
    },

    /** Says it beside the control that the message names; false when there is none. @param {string | null} message */
    error(message) {
      const name = message && /^([\w.]+)(\[\d+\])*: /.exec(message)?.[1];
      let said = false;
      for (const { option, control, shown } of fields) {
        const mine = Boolean(name) && shown && !said && (option.name === name || option.name.endsWith(`.${name}`));
        control.error(mine ? message : null);
        if (mine && option.more) folded.open = true;
        said ||= mine;
      }
      return said;
    },
  };
}
