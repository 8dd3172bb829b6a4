/** The channels on the left, and who you are. */
import { fill, h, keyed } from "./dom.js";

const MARKS = { public: "#", private: "🔒", direct: "●" };

/**
 * @param {object} state
 * @param {{person: string, channel: string}} here
 * @param {(channel: object) => boolean} unread
 */
export function drawSidebar(state, here, unread) {
  document.getElementById("workspace").textContent = state.workspace;
  drawPeople(state, here.person);
  const mine = visibleTo(state, here.person);
  const joined = mine.filter(({ kind, members }) => kind !== "direct" && members.includes(here.person));
  const others = mine.filter(({ kind, members }) => kind !== "direct" && !members.includes(here.person));
  const sections = [
    ["Channels", joined],
    ["Channels you are not in", others],
    ["Direct messages", mine.filter(({ kind }) => kind === "direct")],
  ].filter(([, channels]) => channels.length > 0);
  keyed(document.getElementById("channels"), sections.map(([title, channels]) => ({
    key: title, stamp: "", render: () => h("section", {}, h("h2", {}, title), h("ul")),
  })));
  sections.forEach(([, channels], index) => {
    const list = document.getElementById("channels").children[index].querySelector("ul");
    keyed(list, channels.map((channel) => row(channel, here.channel, unread(channel))));
  });
}

/** The channels a person can look into, in the order of the sidebar. */
export function visibleTo(state, person) {
  return state.channels
    .filter(({ kind, members }) => kind === "public" || members.includes(person))
    .sort((one, other) => one.name.localeCompare(other.name));
}

function drawPeople(state, person) {
  const select = document.getElementById("person");
  const people = state.people.filter(({ bot }) => !bot);
  const stamp = JSON.stringify([people, person]);
  if (select.dataset.stamp === stamp) return;
  select.dataset.stamp = stamp;
  fill(select, people.map(({ id, name }) => h("option", { value: id, selected: id === person }, name)));
}

function row({ id, name, kind, archived }, current, unread) {
  const render = () => h("li", {},
    h("a", { href: `#${id}`, class: unread ? "unread" : "", "aria-current": id === current ? "page" : null },
      h("span", { class: "mark", "aria-hidden": "true" }, MARKS[kind]),
      h("span", { class: "name", title: name }, name),
      archived && h("span", { class: "archived" }, "archived"),
      unread && h("span", { class: "dot" }, h("span", { class: "unseen" }, "unread"))));
  return { key: id, stamp: JSON.stringify([name, archived, unread, id === current]), render };
}
