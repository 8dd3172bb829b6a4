/** A document as Google Docs lays it out, as far as a report needs it. */
import { h } from "./dom.js";
import { anchor } from "./links.js";

const TAGS = {
  TITLE: "h1", SUBTITLE: "h2", HEADING_1: "h2", HEADING_2: "h3", HEADING_3: "h4", HEADING_4: "h5", HEADING_5: "h6", HEADING_6: "h6",
};

/** The sheet of paper. `{{placeholders}}` still in it are marked, as a reader should notice them. */
export function report({ id, paragraphs }) {
  return h("article", { class: "paper", "data-document": id }, paragraphs.map(paragraph));
}

function paragraph({ style, bullet, runs }) {
  const drawn = runs.length > 0 ? runs.map(run) : h("br");
  if (bullet !== null) return h("p", { class: `bullet indent-${bullet}` }, drawn);
  return h(TAGS[style] ?? "p", { class: style.toLowerCase() }, drawn);
}

function run({ text, bold, italic, link }) {
  let node = text.split(/(\{\{[^{}]*\}\})/).map((piece, index) => (index % 2 ? h("mark", { title: "not filled in" }, piece) : piece));
  const attributes = link ? anchor(link) : null;
  if (attributes) node = h("a", attributes, node);
  if (italic) node = h("em", {}, node);
  return bold ? h("strong", {}, node) : h("span", {}, node);
}
