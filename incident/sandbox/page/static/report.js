/** A document as Google Docs lays it out, as far as a report needs it, in which a person can write. */
import { h } from "./dom.js";
import { caret } from "./editing.js";
import { anchor } from "./links.js";

const TAGS = {
  TITLE: "h1", SUBTITLE: "h2", HEADING_1: "h2", HEADING_2: "h3", HEADING_3: "h4", HEADING_4: "h5", HEADING_5: "h6", HEADING_6: "h6",
};

/** Whether paragraphs can be typed into; else links can be followed. */
let editing = false;

/**
 * The sheet of paper, with what can be done with it. `{{placeholders}}` still in it are marked, as a reader should
 * notice them.
 *
 * @param {object} paper as `/api/documents/ID` answers.
 * @param {(action: string, body: object) => Promise<void>} tell does something and says what went wrong.
 */
export function report(paper, tell) {
  const does = (action, body) => tell(action, { file: paper.id, ...body });
  const offered = new Set();
  const whole = h("div", { class: "report" },
    tools(paper, does, () => {
      editing = !editing;
      const again = report(paper, tell);
      whole.replaceWith(again);
      again.querySelector("[data-place=edit]").focus();
    }),
    paper.trashed && h("p", { class: "hint", role: "status" }, "This document is in the trash."),
    h("article", { class: editing ? "paper editing" : "paper", "data-document": paper.id, "aria-label": paper.title },
      paper.paragraphs.map((each, number) => [paragraph(paper, each, number, does), suggestions(paper, each, offered, does)])));
  return whole;
}

function tools({ title, trashed }, does, toggle) {
  const name = h("input", { type: "text", value: title, "aria-label": "Name of the document", required: true, autocomplete: "off" });
  const rename = (event) => {
    event.preventDefault();
    name.blur();
    void does("rename_file", { name: name.value });
  };
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Document" },
    h("button", { type: "button", class: "button", "data-place": "edit", "aria-pressed": String(editing), onclick: toggle }, "✏️ Edit text"),
    h("details", { class: "rename" }, h("summary", { class: "button", "data-place": "rename" }, "Rename"),
      h("form", { onsubmit: rename }, name, h("button", { type: "submit", class: "button primary" }, "Save"))),
    h("button", { type: "button", class: "button", "data-place": "trash", onclick: () => void does(trashed ? "restore_file" : "trash_file", {}) },
      trashed ? "Restore" : "Move to trash"));
}

function paragraph({ revision }, { style, bullet, runs, start, key }, number, does) {
  const text = runs.map((one) => one.text).join("");
  const shape = bullet === null ? style.toLowerCase() : `bullet indent-${bullet}`;
  const typing = editing && {
    contenteditable: "plaintext-only", role: "textbox", "aria-multiline": "true", "aria-label": `Paragraph ${number + 1}`,
    "data-place": `paragraph-${key}`, "data-saved": text, spellcheck: "false",
    onblur: () => void save(element.textContent),
    onkeydown: (event) => {
      if (event.key === "Escape") leave();
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // a new paragraph, where the caret is
      const at = caret(element);
      const typed = element.textContent;
      void save(`${typed.slice(0, at)}\n${typed.slice(at)}`);
    },
  };
  const element = h(bullet === null ? TAGS[style] ?? "p" : "p", { class: shape, ...typing }, runs.length > 0 ? runs.map(run) : h("br"));

  async function save(typed) {
    if (typed === element.dataset.saved) return;
    element.dataset.saved = element.textContent;
    await does("edit_paragraph", { revision, start, old: text, new: typed });
  }

  function leave() {
    element.textContent = text;
    element.blur();
  }

  return element;
}

function run({ text, bold, italic, link, strikethrough, inserted, deleted }) {
  let node = text.split(/(\{\{[^{}]*\}\})/).map((piece, index) => (index % 2 ? h("mark", { title: "not filled in" }, piece) : piece));
  const attributes = link ? anchor(link) : null;
  if (attributes) node = h("a", attributes, node);
  if (italic) node = h("em", {}, node);
  if (strikethrough) node = h("s", {}, node);
  if (inserted) node = h("ins", { title: "Suggested" }, node);
  if (deleted) node = h("del", { title: "Suggested to be deleted" }, node);
  return bold ? h("strong", {}, node) : h("span", {}, node);
}

/** What is suggested in a paragraph, and in none before it, each with what a person can answer. */
function suggestions(paper, { runs, ending }, offered, does) {
  const named = new Set([...runs.flatMap(({ inserted, deleted }) => [inserted, deleted]), ending]);
  const here = paper.suggestions.filter(({ id }) => named.has(id) && !offered.has(id));
  return here.map((one) => {
    offered.add(one.id);
    const words = wordsOf(one);
    const answer = (accept, label) => h("button", {
      type: "button", class: "button", "aria-label": `${label}: ${words}`, onclick: () => void does("settle_suggestion", { suggestion: one.id, accept }),
    }, label);
    return h("div", { class: "suggestion", role: "group", "aria-label": "Suggestion" },
      h("span", {}, words), answer(true, "Accept"), answer(false, "Reject"));
  });
}

function wordsOf({ inserted, deleted, by_person: byPerson }) {
  const who = byPerson ? "Somebody suggests" : "The bot suggests";
  const short = (text) => `“${text.trim().slice(0, 60)}${text.trim().length > 60 ? "…" : ""}”`;
  const what = [inserted && `adding ${short(inserted)}`, deleted && `deleting ${short(deleted)}`].filter(Boolean);
  return `${who} ${what.join(" and ")}`;
}
