/** The right side: what the bot does behind the scenes, and the switches that break it. */
import { get } from "./api.js";
import { call } from "./call.js";
import { atEnd, fill, h, keyed } from "./dom.js";
import { busy, keepingPlace } from "./editing.js";
import { report } from "./report.js";
import { sheets } from "./sheet.js";
import { switches } from "./switches.js";

const TABS = [
  { id: "report", title: "Report", draw: drawReport },
  { id: "spreadsheet", title: "Sheet", draw: drawSpreadsheet },
  { id: "call", title: "Call", draw: drawCall },
  { id: "audit", title: "Audit log", draw: drawAudit },
  { id: "calls", title: "Requests", draw: drawCalls },
  { id: "switches", title: "Switches", draw: drawSwitches },
];

/** The panel. `draw` it with every new state. */
export class Backstage {
  /** @param {{tell: (action: string, body: object) => Promise<void>, failed: (error: Error) => void}} does */
  constructor({ tell, failed }) {
    this.tell = tell;
    this.failed = failed;
    this.tab = TABS[0];
    this.chosen = {};
    this.held = false;
    this.panel = document.getElementById("panel");
    // What was not drawn over a person who was typing is drawn when they are done.
    this.panel.addEventListener("focusout", () => setTimeout(() => this.held && this.draw(this.state)));
    this.buttons = TABS.map((tab) => h("button", {
      type: "button", role: "tab", id: `tab-${tab.id}`, "aria-controls": "panel",
      onclick: () => this.show(tab), onkeydown: (event) => this.move(event),
    }, tab.title));
    fill(document.getElementById("tabs"), this.buttons);
    this.mark();
  }

  show(tab) {
    if (tab === this.tab) return;
    this.tab = tab;
    this.mark();
    delete this.panel.dataset.stamp;
    fill(this.panel);
    this.draw(this.state);
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = (TABS.indexOf(this.tab) + step + TABS.length) % TABS.length;
    this.show(TABS[next]);
    this.buttons[next].focus();
  }

  mark() {
    this.panel.setAttribute("aria-labelledby", `tab-${this.tab.id}`);
    this.panel.className = this.tab.id;
    this.buttons.forEach((button, index) => {
      const current = TABS[index] === this.tab;
      button.setAttribute("aria-selected", String(current));
      button.tabIndex = current ? 0 : -1;
    });
  }

  draw(state) {
    this.state = state;
    const troubled = Object.values(state.services).some((mode) => mode !== "working") || state.pubsub.paused;
    this.buttons.at(-1).classList.toggle("troubled", troubled);
    Promise.resolve(this.tab.draw(this, state)).catch(this.failed);
  }

  /** Shows this one of several things of a kind, instead of the newest. */
  choose(kind, id) {
    this.chosen[kind] = id;
    this.draw(this.state);
  }

  current(kind, things) {
    return things.find(({ id }) => id === this.chosen[kind]) ?? things[0];
  }
}

/** Draws what was fetched, unless it is what stands there, a person is typing, or another tab has been opened meanwhile. */
function place(backstage, tab, stamp, draw) {
  if (backstage.tab.id !== tab || backstage.panel.dataset.stamp === stamp) return;
  backstage.held = busy(backstage.panel);
  if (backstage.held) return;
  backstage.panel.dataset.stamp = stamp;
  keepingPlace(backstage.panel, () => fill(backstage.panel, draw()));
}

function chooser(backstage, kind, things, current, path) {
  const select = h("select", { "aria-label": `Which ${kind}`, onchange: () => backstage.choose(kind, select.value) },
    things.map(({ id, title, trashed }) => h("option", { value: id, selected: id === current.id }, trashed ? `${title} (in the trash)` : title)));
  return h("div", { class: "chooser" }, select, h("a", { href: `/${path}/${encodeURIComponent(current.id)}`, target: "_blank" }, "Open"));
}

function empty(...words) {
  return h("p", { class: "empty" }, words);
}

async function drawReport(backstage, { documents }) {
  const current = backstage.current("report", documents);
  if (current === undefined) return place(backstage, "report", "none", () => empty("There is no document."));
  const paper = await get(`documents/${encodeURIComponent(current.id)}`);
  const tell = (action, body) => {
    if (action === "trash_file") backstage.chosen.report = current.id; // so that it can be restored from here
    return backstage.tell(action, body);
  };
  return place(backstage, "report", JSON.stringify([documents, paper]), () => [
    chooser(backstage, "report", documents, current, "document"),
    current.template && empty("No report yet: this is the template that every report is copied from."),
    report(paper, tell),
  ]);
}

async function drawSpreadsheet(backstage, { spreadsheets }) {
  const current = backstage.current("spreadsheet", spreadsheets);
  if (current === undefined) return place(backstage, "spreadsheet", "none", () => empty("There is no spreadsheet."));
  const book = await get(`spreadsheets/${encodeURIComponent(current.id)}`);
  return place(backstage, "spreadsheet", JSON.stringify([spreadsheets, book]), () => [
    chooser(backstage, "spreadsheet", spreadsheets, current, "spreadsheet"),
    sheets(book, backstage.tell),
  ]);
}

function drawCall(backstage, { spaces }) {
  place(backstage, "call", JSON.stringify(spaces), () =>
    (spaces.length ? spaces.map(call) : empty("No call yet. Every incident gets one.")));
}

function drawAudit(backstage, { audit }) {
  if (audit.length === 0) return place(backstage, "audit", "none", () => empty("Nothing has happened yet."));
  delete backstage.panel.dataset.stamp;
  return listing(backstage.panel, audit.map(({ offset, line }) => ({ key: String(offset), stamp: "", render: () => entry(line) })));
}

/** One line of the audit log: what a reader wants first, and the whole of it beneath. */
function entry(line) {
  const { event, message, severity = "DEFAULT", step, outcome, attempt, duration_ms: milliseconds } = line;
  const facts = [outcome, attempt > 1 && `attempt ${attempt}`, milliseconds !== undefined && `${Math.round(milliseconds)} ms`];
  return h("details", { class: `line ${severity.toLowerCase()}` },
    h("summary", {}, h("b", {}, event), step && h("code", {}, step),
      h("span", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      message && h("span", { class: "words" }, message)),
    h("pre", {}, JSON.stringify(line, null, 2)));
}

function drawCalls(backstage, { calls }) {
  if (calls.length === 0) return place(backstage, "calls", "none", () => empty("The bot has not called anybody yet."));
  delete backstage.panel.dataset.stamp;
  return listing(backstage.panel, calls.map(({ number, service, method }) => ({
    key: String(number), stamp: "",
    render: () => h("div", { class: "remote" }, h("span", { class: "number" }, String(number)), h("span", { class: `service ${service}` }, service), h("code", {}, method)),
  })));
}

/** A list that grows at its end, and is followed while its end is in sight. */
function listing(panel, items) {
  if (!panel.firstElementChild?.classList.contains("listing")) fill(panel, h("div", { class: "listing" }));
  const follows = atEnd(panel);
  keyed(panel.firstElementChild, items);
  if (follows) panel.scrollTop = panel.scrollHeight;
}

function drawSwitches(backstage, { services, modes, processes, pubsub }) {
  const does = (action, body) => backstage.tell(action, body);
  place(backstage, "switches", JSON.stringify([services, processes, pubsub]), () => switches({ services, modes, processes, pubsub }, does));
}
