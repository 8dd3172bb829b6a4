/** A question that is answered before something is done. */
import { fill, h } from "./dom.js";

/**
 * Asks, and resolves to whether the answer was yes.
 *
 * @param {{title: string, text: (Node|string)[], yes: string, no: string, danger?: boolean}} question
 */
export function confirmed({ title, text, yes, no, danger = false }) {
  const dialog = document.getElementById("confirm");
  const { promise, resolve } = Promise.withResolvers();
  const answer = (chosen) => () => {
    dialog.close();
    resolve(chosen);
  };
  dialog.oncancel = () => resolve(false);
  fill(dialog, h("form", { class: "modal", onsubmit: (event) => event.preventDefault() },
    h("header", {}, h("h2", { id: "confirm-title" }, title)),
    h("div", { class: "body" }, text),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: answer(false) }, no),
      h("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, onclick: answer(true) }, yes))));
  dialog.showModal();
  return promise;
}
