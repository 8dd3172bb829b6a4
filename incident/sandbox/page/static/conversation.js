/** The middle of the page: a channel's header, bookmarks, pins and messages. */
import { atEnd, fill, h, keyed } from "./dom.js";
import { withPictures } from "./emoji.js";
import { anchor } from "./links.js";
import { isSystem, messageElement } from "./message.js";
import { unstyled } from "./mrkdwn.js";
import { moment } from "./people.js";

const TOGETHER = 5 * 60; // seconds within which a person's messages stand under one name
const MARKS = { public: "#", private: "🔒 ", direct: "" };

/** What `person` can read in a channel, oldest first. */
export function messagesFor(state, channel, person) {
  return state.messages.filter(
    (message) => message.channel === channel && (!message.ephemeral_to || message.ephemeral_to === person));
}

/**
 * @param {object} state
 * @param {{person: string, channel: string}} here
 * @param {import("./blocks.js").Setting & {bots: Set<string>}} setting whose `act` also takes the message's timestamp
 *     as its first argument.
 */
export function drawConversation(state, here, setting) {
  const channel = state.channels.find(({ id }) => id === here.channel);
  document.title = `${channel.name} · ${state.workspace}`;
  document.getElementById("channel-name").textContent = MARKS[channel.kind] + channel.name;
  fill(document.getElementById("topic"), unstyled(channel.topic, setting.names));
  fill(document.getElementById("bookmarks"), channel.bookmarks.map(bookmark));
  drawPins(state, channel, setting);
  drawMessages(messagesFor(state, channel.id, here.person), channel, here, setting);
}

function bookmark({ title, link, emoji }) {
  const attributes = anchor(link);
  const label = [withPictures(emoji || ":link:"), " ", title];
  return attributes === null ? h("span", {}, label) : h("a", attributes, label);
}

function drawPins(state, channel, setting) {
  const pinned = state.messages.filter(({ channel: id, ts }) => id === channel.id && channel.pins.includes(ts));
  document.getElementById("pins").hidden = pinned.length === 0;
  document.getElementById("pin-count").textContent = String(pinned.length);
  keyed(document.getElementById("pinned"), pinned.map((message) => ({
    key: message.ts, stamp: JSON.stringify([message, Boolean(setting.react)]), render: () => messageElement(message, actingOn(message, setting)),
  })));
}

function drawMessages(messages, channel, here, setting) {
  const log = document.getElementById("messages");
  const place = `${here.person} ${channel.id}`;
  const moved = log.dataset.place !== place;
  const follow = moved || atEnd(log);
  // Somebody who has just come to a channel is not read all of it.
  log.setAttribute("aria-live", moved ? "off" : "polite");
  log.setAttribute("aria-label", `Messages in ${channel.name}`);
  if (moved) fill(log);
  log.dataset.place = place;
  keyed(log, items(messages, channel, setting));
  if (follow) log.scrollTop = log.scrollHeight;
}

/** Leads to a message, in a folded thread, too; returns whether it is there. */
export function showMessage(ts) {
  const element = document.querySelector(`#messages [data-ts="${CSS.escape(ts)}"]`);
  if (element === null) return false;
  const thread = element.closest("details");
  if (thread) thread.open = true;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center" });
  element.classList.add("sought");
  return true;
}

/** The messages with a line before each new day; replies stand under what they reply to. */
function items(messages, channel, setting) {
  const replies = Map.groupBy(messages.filter(isReply), ({ thread_ts: parent }) => parent);
  const list = [];
  let before = null;
  for (const message of messages.filter((candidate) => candidate.broadcast || !isReply(candidate))) {
    const day = moment(message.ts).toDateString();
    if (before === null || moment(before.ts).toDateString() !== day) {
      list.push({ key: `day ${day}`, stamp: "", render: () => h("div", { class: "day", role: "separator" }, h("span", {}, called(moment(message.ts)))) });
    }
    list.push(item(message, before, replies.get(message.ts) ?? [], channel, setting));
    before = message;
  }
  return list;
}

function isReply({ ts, thread_ts: parent }) {
  return Boolean(parent) && parent !== ts;
}

function item(message, before, replies, channel, setting) {
  const continued = before !== null && before.user === message.user && before.username === message.username &&
    before.ephemeral_to === message.ephemeral_to && !isSystem(message) && !isSystem(before) && replies.length === 0 && !message.broadcast &&
    Number.parseFloat(message.ts) - Number.parseFloat(before.ts) < TOGETHER;
  const pinned = channel.pins.includes(message.ts);
  return {
    key: message.ts + (message.ephemeral_to ?? ""),
    stamp: JSON.stringify([message, continued, pinned, replies, Boolean(setting.react)]),
    render: () => messageElement(message, actingOn(message, setting), {
      continued, pinned, broadcast: message.broadcast, replies: replies.map((reply) => messageElement(reply, actingOn(reply, setting))),
    }),
  };
}

function actingOn(message, setting) {
  const { act, react } = setting;
  return { ...setting, act: (...choice) => act(message.ts, ...choice), react: react && ((...choice) => react(message.ts, ...choice)) };
}

function called(date) {
  if (date.toDateString() === new Date().toDateString()) return "Today";
  return date.toLocaleDateString(undefined, { weekday: "long", month: "long", day: "numeric" });
}
