/** What stands beneath a message's words: files, forwarded messages, previews of links. */
import { h } from "./dom.js";
import { anchor } from "./links.js";
import { mrkdwn, unstyled } from "./mrkdwn.js";

/** Files are their names: the sandbox keeps no contents. */
export function files({ files: list }) {
  return list.length > 0 && h("ul", { class: "files-shared", "aria-label": "Files" },
    list.map(({ name }) => h("li", {}, h("span", { "aria-hidden": "true" }, "📎 "), name)));
}

/** Forwarded messages and what else is attached. */
export function attachments({ attachments: list }, { names }) {
  return list.map((attached) => h("blockquote", { class: "attached" },
    attached.author_name && h("p", {}, h("b", {}, attached.author_name)),
    attached.title && h("p", {}, h("b", {}, unstyled(attached.title, names))),
    attached.text && h("div", { class: "text" }, mrkdwn(attached.text, names)),
    files({ files: attached.files ?? [] }),
    (attached.footer || attached.from_url) && h("p", { class: "note" }, source(attached))));
}

function source({ footer, from_url: url }) {
  const link = url ? anchor(url) : null;
  const words = footer || "Source";
  return link === null ? words : h("a", link, words);
}
