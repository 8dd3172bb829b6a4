/** Questions that are answered before something is done. */
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

/**
 * Asks for a line of text, and resolves to it; to null where it is left unanswered.
 *
 * @param {{title: string, label: string, value: string, longest: number, yes: string, required?: boolean}} question
 */
export function entered({ title, label, value, longest, yes, required = false }) {
  const dialog = document.getElementById("confirm");
  const { promise, resolve } = Promise.withResolvers();
  const answer = (text) => {
    dialog.close();
    resolve(text);
  };
  const input = h("input", { id: "entered", type: "text", value, maxlength: longest, required, autocomplete: "off", spellcheck: "false" });
  const send = (event) => {
    event.preventDefault();
    answer(input.value);
  };
  dialog.oncancel = () => resolve(null);
  fill(dialog, h("form", { class: "modal", onsubmit: send },
    h("header", {}, h("h2", { id: "confirm-title" }, title)),
    h("div", { class: "body" }, h("div", { class: "field" }, h("label", { for: "entered" }, label), input)),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: () => answer(null) }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, yes))));
  dialog.showModal();
  input.select();
  return promise;
}
