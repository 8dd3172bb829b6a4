/** A spreadsheet's tabs as tables. */
import { h } from "./dom.js";
import { anchor } from "./links.js";

/** Every tab, with its name, its columns' letters and its rows' numbers. */
export function sheets(book) {
  return book.sheets.map((sheet) =>
    h("section", { class: "sheet", "data-sheet": sheet.title },
      h("h3", {}, sheet.title),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": sheet.title }, table(sheet.rows))));
}

function table(rows) {
  const width = Math.max(1, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) => index);
  const ends = rows.length + 1;
  return h("table", {},
    h("thead", {}, h("tr", {}, h("th"), columns.map((column) => h("th", { scope: "col" }, letters(column))))),
    h("tbody", {}, Array.from({ length: ends }, (_, index) => index).map((number) =>
      h("tr", {}, h("th", { scope: "row" }, String(number + 1)), columns.map((column) => h("td", {}, cell(rows[number]?.[column])))))));
}

/** `0` is A, `25` is Z, `26` is AA. */
function letters(column) {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

/** A formula shows its outcome and, beneath, itself; a text that only looks like one is a text. */
function cell(content) {
  if (content === undefined) return null;
  const link = content.link ? anchor(content.link) : null;
  const shown = link ? h("a", link, content.text) : content.text;
  if (!content.formula) return shown;
  return [shown, h("code", { class: "formula", title: content.formula }, h("span", { "aria-hidden": "true" }, "ƒx "), content.formula)];
}
