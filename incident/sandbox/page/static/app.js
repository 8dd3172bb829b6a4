/** The workspace: what is shown follows from the sandbox's state, who you are, and the channel in the address. */
import { follow, post } from "./api.js";
import { Backstage } from "./backstage.js";
import { channelItems } from "./channel.js";
import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { drawConversation, messagesFor, showMessage } from "./conversation.js";
import { fill } from "./dom.js";
import { menu } from "./menu.js";
import { showModal } from "./modal.js";
import { namesIn } from "./people.js";
import { Seen } from "./seen.js";
import { drawSidebar, visibleTo } from "./sidebar.js";
import { typed } from "./speech.js";

let state = null;
let person = localStorage.getItem("person");
let sought = location.hash.split("/")[1]; // the message that a link has led to, until it is shown
const seen = new Seen();
const dialog = document.getElementById("modal");
const backstage = new Backstage({ tell, failed: complain });
const composer = new Composer({
  send: (text, thread) => post("type", { user: person, channel: here(), text, thread }),
  edit: (ts, text) => post("edit", { user: person, channel: here(), ts, text }),
  join: () => post("join", { user: person, channel: here() }),
  failed: complain,
});

/** The channel in the address, where there is such a one, else the first that the person is in. */
function here() {
  const visible = visibleTo(state, person);
  const wanted = visible.find(({ id }) => id === location.hash.slice(1).split("/")[0]);
  return (wanted ?? visible.find(({ name }) => name === "general") ?? visible[0]).id;
}

function draw() {
  if (state === null) return;
  const players = playersIn(state);
  if (!players.some(({ id }) => id === person)) person = players[0].id;
  const place = { person, channel: here() };
  const channel = channelAt(place);
  const setting = {
    names: namesIn(state),
    person,
    react: !channel.archived && channel.members.includes(person) ? (ts, name, on) => tell(on ? "react" : "unreact", { user: person, channel: here(), ts, name }) : null,
    people: state.people.filter(({ bot, gone, stranger }) => !bot && !gone && !stranger),
    bots: new Set(state.people.filter(({ bot }) => bot).map(({ id }) => id)),
    act: (ts, action, entry = null) => tell("press", { user: person, channel: here(), ts, action, entry }),
    menu: menuOf,
  };
  seen.read(place, messagesFor(state, place.channel, person));
  drawSidebar(state, place, players, ({ id }) => id !== place.channel && seen.unread(person, messagesFor(state, id, person)));
  drawConversation(state, place, setting);
  if (sought && showMessage(sought)) sought = undefined;
  composer.draw(state, place);
  drawChannelMenu(place);
  drawShortcuts();
  drawModal(state.views.find(({ user }) => user === person), setting);
  backstage.draw(state);
}

function drawModal(view, setting) {
  const acting = {
    ...setting,
    act: (action, entry = null, entries = {}) => tell("press_in_view", { user: person, view: view.id, action, entry, entries }),
  };
  showModal(dialog, view, acting, {
    submit: (id, entries) => tell("submit", { user: person, view: id, entries }),
    close: (id) => tell("close", { user: person, view: id }),
  });
}

/** Those one can be: people who are still there and, of another workspace, those in a channel here. */
function playersIn({ people, channels }) {
  const members = new Set(channels.flatMap((channel) => channel.members));
  return people.filter(({ id, bot, gone, stranger }) => !bot && !gone && (!stranger || members.has(id)));
}

/** What can be done with a message, for the menu beside it. */
function menuOf(message) {
  if (message.ephemeral_to || message.subtype === "tombstone") return [];
  const { ts } = message;
  const shortcuts = state.shortcuts.filter(({ type }) => type === "message").map(({ id, name }) => ({
    label: name, does: () => void tell("message_shortcut", { user: person, channel: here(), ts, shortcut: id }),
  }));
  const channel = channelAt({ channel: here() });
  if (channel.archived) return shortcuts;
  const { admin } = state.people.find(({ id }) => id === person);
  const own = message.user === person && !message.subtype;
  const parent = message.thread_ts ?? ts;
  return [
    { label: "Reply in thread", does: () => composer.reply(parent, message.username || namesIn(state).person(message.user)) },
    ...shortcuts,
    ...(channel.pins.includes(ts) ? [{ label: "Unpin from channel", does: () => void tell("unpin", { user: person, channel: here(), ts }) }] : []),
    ...(own ? [{ label: "Edit message", does: () => composer.change(ts, typed(message.text, namesIn(state))) }] : []),
    ...(own || admin ? [{ label: "Delete message …", look: "danger", does: () => void remove(ts) }] : []),
  ];
}

async function remove(ts) {
  const sure = await confirmed({
    title: "Delete this message?", text: ["It cannot be brought back."], yes: "Delete", no: "Keep it", danger: true,
  });
  if (sure) await tell("delete", { user: person, channel: here(), ts });
}

function channelAt({ channel: id }) {
  return state.channels.find((candidate) => candidate.id === id);
}

/** What can be done with the channel. */
function drawChannelMenu(place) {
  const channel = channelAt(place);
  const { guest, stranger } = state.people.find(({ id }) => id === person);
  const items = channelItems(channel, { person, limited: guest || stranger, names: namesIn(state), tell });
  const stamp = JSON.stringify([person, channel.id, channel.name, channel.topic, items.map(({ label }) => label)]);
  drawOnce("channel-menu", stamp, () => items.length > 0 && menu("This channel", items));
}

/** The app's shortcuts that belong to no message. */
function drawShortcuts() {
  const shortcuts = state.shortcuts.filter(({ type }) => type === "global");
  const items = shortcuts.map(({ id, name }) => ({ label: name, does: () => void tell("shortcut", { user: person, shortcut: id }) }));
  drawOnce("shortcuts", JSON.stringify(shortcuts), () => items.length > 0 && menu("Shortcuts", items, { face: "⚡" }));
}

/** Draws something anew when its stamp has changed, so that a menu stays open meanwhile. */
function drawOnce(id, stamp, render) {
  const place = document.getElementById(id);
  if (place.dataset.stamp === stamp) return;
  place.dataset.stamp = stamp;
  fill(place, render());
}

/** Does something, and says so when Slack has anything to say about it. */
async function tell(action, body) {
  try {
    const { notice } = await post(action, body);
    if (notice) complain(new Error(notice));
  } catch (error) {
    complain(error);
  }
}

/** Says, for a while, what went wrong. */
function complain(error) {
  const toast = document.getElementById("toast");
  toast.textContent = error.message;
  toast.hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => { toast.hidden = true; }, 8000);
}

/** Opens or folds a side, and says so to who cannot see it. */
function toggle(side, open) {
  document.body.classList.toggle(`no-${side}`, !open);
  document.body.classList.toggle(`with-${side}`, open);
  for (const control of document.querySelectorAll(`[aria-controls=${side}]`)) control.setAttribute("aria-expanded", String(open));
}

document.getElementById("person").addEventListener("change", (event) => {
  person = event.target.value;
  localStorage.setItem("person", person);
  composer.leaveThread();
  draw();
});
document.getElementById("channels").addEventListener("click", async (event) => {
  if (event.target.closest("[data-open-direct]") === null) return;
  try {
    location.hash = (await post("open", { user: person })).channel;
  } catch (error) {
    complain(error);
  }
});
document.getElementById("open-sidebar").addEventListener("click", () => toggle("sidebar", !document.body.classList.contains("with-sidebar")));
document.getElementById("toggle-backstage").addEventListener("click", (event) => toggle("backstage", event.currentTarget.getAttribute("aria-expanded") !== "true"));
window.addEventListener("hashchange", () => {
  toggle("sidebar", false);
  composer.leaveThread();
  sought = location.hash.split("/")[1];
  const isLed = Boolean(sought);
  draw();
  if (!isLed) composer.focus();
});
toggle("backstage", window.matchMedia("(min-width: 1100px)").matches);

await follow(
  (changed) => {
    state = changed;
    draw();
  },
  (connected) => {
    document.getElementById("connection").textContent = connected ? "" : "The sandbox does not answer.";
  },
);
