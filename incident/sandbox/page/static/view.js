/** A report, a spreadsheet or a call on a page of its own, kept as it is now. */
import { follow, get, post } from "./api.js";
import { call } from "./call.js";
import { fill, h } from "./dom.js";
import { busy, keepingPlace } from "./editing.js";
import { folder } from "./folder.js";
import { report } from "./report.js";
import { sheets } from "./sheet.js";

const KINDS = {
  document: { path: (id) => `documents/${id}`, draw: report, title: ({ title }) => title },
  spreadsheet: { path: (id) => `spreadsheets/${id}`, draw: sheets, title: ({ title }) => title },
  folder: { path: (id) => `folders/${id}`, draw: folder, title: ({ title }) => title },
  meet: { path: (code) => `calls/${code}`, draw: call, title: ({ code }) => `Call ${code}` },
};

const [, kind, id] = location.pathname.split("/");
const { path, draw, title } = KINDS[kind];
const content = document.getElementById("content");
let held = false;
document.body.classList.add(kind);

async function show() {
  let shown;
  try {
    shown = await get(path(id));
  } catch (error) {
    fill(content, h("p", { class: "empty" }, error.message));
    return;
  }
  document.title = title(shown);
  document.getElementById("title").textContent = title(shown);
  const stamp = JSON.stringify(shown);
  if (content.dataset.stamp === stamp) return;
  held = busy(content);
  if (held) return;
  content.dataset.stamp = stamp;
  keepingPlace(content, () => fill(content, draw(shown, tell)));
}

/** Does something, and says what went wrong. */
async function tell(action, body) {
  try {
    await post(action, body);
    say("");
  } catch (error) {
    say(error.message);
  }
}

function say(words) {
  document.getElementById("connection").textContent = words;
}

// What was not drawn over a person who was typing is drawn when they are done.
content.addEventListener("focusout", () => setTimeout(() => held && show()));

await follow(() => void show(), (connected) => {
  say(connected ? "" : "The sandbox does not answer.");
});
