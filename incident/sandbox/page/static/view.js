/** A report, a spreadsheet or a call on a page of its own, kept as it is now. */
import { follow, get } from "./api.js";
import { call } from "./call.js";
import { fill, h } from "./dom.js";
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
  content.dataset.stamp = stamp;
  fill(content, draw(shown));
}

await follow(() => void show(), (connected) => {
  document.getElementById("connection").textContent = connected ? "" : "The sandbox does not answer.";
});
