// The real Transformer.

import { el } from "../lib/dom.js";

/** @param {HTMLElement} host @param {import("../main.js").Site} site */
export async function start(host, site) {
  host.append(el("p", { class: "coming" }, "Coming."));
}
