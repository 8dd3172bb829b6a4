/** The channels on the left, and who you are. */
import { fill, h, keyed } from "./dom.js";
import { language } from "./people.js";

const MARKS = { public: "#", private: "🔒", direct: "●" };

/**
 * @param {object} state
 * @param {{person: string, channel: string}} here
 * @param {object[]} players who one can be.
 * @param {(channel: object) => boolean} unread
 */
export function drawSidebar(state, here, players, unread) {
  document.getElementById("workspace").textContent = state.workspace;
  drawPeople(players, here.person);
  const mine = visibleTo(state, here.person);
  const joined = mine.filter(({ kind, members }) => kind !== "direct" && members.includes(here.person));
  const others = mine.filter(({ kind, members }) => kind !== "direct" && !members.includes(here.person));
  const direct = mine.filter(({ kind }) => kind === "direct");
  const sections = [
    ["Channels", joined],
    ["Channels you are not in", others],
    ["Direct messages", direct.length > 0 ? direct : [unopened(state)]],
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
  const { guest, stranger } = state.people.find(({ id }) => id === person) ?? {};
  return state.channels
    .filter(({ kind, members }) => members.includes(person) || (kind === "public" && !guest && !stranger))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** The conversation with the bot that nobody has begun yet. */
function unopened({ people }) {
  return { id: null, name: people.find(({ bot }) => bot).name, kind: "direct", archived: false };
}

function drawPeople(people, person) {
  const select = document.getElementById("person");
  const stamp = JSON.stringify([people, person]);
  if (select.dataset.stamp === stamp) return;
  select.dataset.stamp = stamp;
  fill(select, people.map((one) => [one.id, called(one)]).map(([id, label]) => h("option", { value: id, selected: id === person }, label)));
}

/** A person with the language that they have Slack in. */
function called({ name, locale, guest, stranger }) {
  const sort = stranger ? " · another workspace" : guest ? " · guest" : "";
  return `${name} · ${language(locale)}${sort}`;
}

function row({ id, name, kind, archived }, current, unread) {
  const render = () => h("li", {},
    h("a", { ...(id === null ? { href: "#", "data-open-direct": true } : { href: `#${id}` }), class: unread ? "unread" : "", "aria-current": id === current ? "page" : null },
      h("span", { class: "mark", "aria-hidden": "true" }, MARKS[kind]),
      h("span", { class: "name", title: name }, name),
      archived && h("span", { class: "archived" }, "archived"),
      unread && h("span", { class: "dot" }, h("span", { class: "unseen" }, "unread"))));
  return { key: id ?? "unopened", stamp: JSON.stringify([name, archived, unread, id === current]), render };
}
