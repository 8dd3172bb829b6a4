/** A folder of Drive: what is in it, each with its link. */
import { h } from "./dom.js";

/** The list of files. */
export function folder({ files }) {
  if (files.length === 0) return h("p", { class: "empty" }, "This folder is empty.");
  return h("ul", { class: "files" }, files.map(({ id, title, place }) =>
    h("li", {}, place === null ? title : h("a", { href: `/${place}/${id}` }, title))));
}
