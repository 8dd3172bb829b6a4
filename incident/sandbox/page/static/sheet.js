/** A spreadsheet's tabs as tables, in which a person can write: https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
import { h } from "./dom.js";
import { anchor } from "./links.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The cell that a person stands on, by the spreadsheet and the tab: `[row, column]`. */
const standing = new Map();

/**
 * Every tab, with its name, its columns' letters and its rows' numbers.
 *
 * @param {object} book as `/api/spreadsheets/ID` answers.
 * @param {(action: string, body: object) => Promise<void>} tell does something and says what went wrong.
 */
export function sheets(book, tell) {
  return book.sheets.map((sheet) => new Tab(book.id, sheet, tell).element);
}

class Tab {
  constructor(file, { title, rows }, tell) {
    this.title = title;
    this.rows = rows;
    this.key = `${file} ${title}`;
    this.width = Math.max(1, ...rows.map((row) => row.length));
    this.does = (action, body) => tell(action, { file, sheet: title, ...body });
    this.cells = new Map();
    this.name = h("output", { class: "name" });
    this.table = this.draw();
    this.element = h("section", { class: "sheet", "data-sheet": title },
      h("h3", {}, title), this.tools(), h("div", { class: "scroll" }, this.table));
    this.stand(...this.at());
  }

  /** Where the person stands; in the first cell at first, and never outside of the table. */
  at() {
    const [row, column] = standing.get(this.key) ?? [0, 0];
    return [Math.min(row, this.rows.length), Math.min(column, this.width - 1)];
  }

  tools() {
    const button = (label, place, does) => h("button", { type: "button", class: "button", "data-place": `${this.title} ${place}`, onclick: does }, label);
    const row = () => this.at()[0];
    const sort = (descending) => () => void this.does("sort_sheet", { column: this.at()[1], descending });
    return h("div", { class: "tools", role: "toolbar", "aria-label": `What to do with ${this.title}` },
      h("span", { class: "name-box" }, "Cell ", this.name),
      button("Sort A → Z", "up", sort(false)), button("Sort Z → A", "down", sort(true)),
      button("Insert row above", "insert", () => void this.does("insert_row", { row: row() })),
      button("Delete row", "delete", () => void this.does("delete_row", { row: row() })));
  }

  draw() {
    const columns = Array.from({ length: this.width }, (_, index) => index);
    const ends = Array.from({ length: this.rows.length + 1 }, (_, index) => index);
    return h("table", { role: "grid", "aria-label": this.title, onkeydown: (event) => this.press(event) },
      h("thead", {}, h("tr", {}, h("th"), columns.map((column) => this.heading(column)))),
      h("tbody", {}, ends.map((row) =>
        h("tr", {}, h("th", { scope: "row" }, String(row + 1)), columns.map((column) => this.cell(row, column))))));
  }

  /** A column's letter; pressed, it sorts by it, and pressed again the other way round. */
  heading(column) {
    const sort = () => {
      const again = standing.get(`${this.key} sorted`) === column;
      standing.set(`${this.key} sorted`, again ? null : column);
      void this.does("sort_sheet", { column, descending: again });
    };
    return h("th", { scope: "col" },
      h("button", { type: "button", class: "plain", tabindex: -1, "aria-label": `Sort by column ${letters(column)}`, title: "Sort", onclick: sort }, letters(column)));
  }

  cell(row, column) {
    const content = this.rows[row]?.[column];
    const element = h("td", {
      role: "gridcell", tabindex: -1, "data-place": `${this.title} ${row} ${column}`,
      onfocus: () => this.stand(row, column), ondblclick: () => this.edit(row, column),
    }, shown(content));
    this.cells.set(`${row} ${column}`, element);
    return element;
  }

  stand(row, column) {
    const before = this.cells.get(this.at().join(" "));
    if (before) before.tabIndex = -1;
    standing.set(this.key, [row, column]);
    this.cells.get(`${row} ${column}`).tabIndex = 0;
    this.name.value = `${letters(column)}${row + 1}`;
  }

  press(event) {
    if (event.target.tagName === "INPUT") return;
    const [row, column] = this.at();
    const step = ARROWS[event.key];
    if (step) {
      event.preventDefault();
      this.cells.get(`${row + step[0]} ${column + step[1]}`)?.focus();
    } else if (event.target.tagName === "TD" && (event.key === "Enter" || event.key === "F2")) {
      event.preventDefault();
      this.edit(row, column);
    } else if (event.target.tagName === "TD" && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.edit(row, column, event.key);
    }
  }

  /** Puts an editor into a cell: Enter and leaving it save, Escape does not. */
  edit(row, column, typed = null) {
    const content = this.rows[row]?.[column];
    const element = this.cells.get(`${row} ${column}`);
    const old = content?.formula ?? content?.text ?? "";
    let over = false;
    const end = (save, stay) => {
      if (over) return;
      over = true;
      element.replaceChildren(...[shown(content)].flat().filter(Boolean));
      if (stay) element.focus();
      if (save && input.value !== old) void this.does("edit_cell", { row, column, value: input.value });
    };
    const input = h("input", {
      type: "text", value: typed ?? old, "aria-label": `Cell ${letters(column)}${row + 1}`, autocomplete: "off", spellcheck: "false",
      onblur: () => end(true, false),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.isComposing) end(true, true);
        if (event.key === "Escape") end(false, true);
        event.stopPropagation();
      },
    });
    element.replaceChildren(input);
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }
}

/** `0` is A, `25` is Z, `26` is AA. */
function letters(column) {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

/** A formula shows its outcome and, beneath, itself; a text that only looks like one is a text. */
function shown(content) {
  if (content === undefined) return null;
  const link = content.link ? anchor(content.link) : null;
  const words = link ? h("a", { ...link, tabindex: -1 }, content.text) : content.text;
  if (!content.formula) return words;
  return [words, h("code", { class: "formula", title: content.formula }, h("span", { "aria-hidden": "true" }, "ƒx "), content.formula)];
}
