/** One message as Slack shows it. */
import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { withPictures } from "./emoji.js";
import { menu } from "./menu.js";
import { mrkdwn, unstyled } from "./mrkdwn.js";
import { avatar, clock, moment } from "./people.js";

const SYSTEM = new Set([
  "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive", "channel_unarchive",
  "group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "pinned_item", "unpinned_item",
  "bot_add", "reminder_add",
]);

/** The threads that were folded, by the message they hang on. */
const folded = new Set();

function fold({ currentTarget, newState }, ts) {
  if (!currentTarget.isConnected) return; // drawn anew meanwhile
  if (newState === "closed") folded.add(ts);
  else folded.delete(ts);
}

/** Whether the message tells of something that happened rather than being said by somebody. */
export function isSystem(message) {
  return SYSTEM.has(message.subtype);
}

/**
 * @param {object} message
 * @param {import("./blocks.js").Setting & {bots: Set<string>, menu: (message: object) => object[]}} setting `menu`: what can
 *     be done with a message.
 * @param {{continued?: boolean, pinned?: boolean, broadcast?: boolean, replies?: Element[]}} [place] `continued`: the same
 *     person spoke just before, so the name is not repeated; `broadcast`: a reply that is shown in the channel as well.
 */
export function messageElement(message, setting, { continued = false, pinned = false, broadcast = false, replies = [] } = {}) {
  const name = setting.names.person(message.user);
  const bot = setting.bots.has(message.user);
  const time = h("time", { datetime: moment(message.ts).toISOString(), title: moment(message.ts).toLocaleString() }, clock(message.ts));
  if (isSystem(message)) {
    return h("article", { class: "message system" }, avatar(name, message.user, bot),
      h("p", {}, h("b", {}, name), " ", unstyled(said(message), setting.names), message.inviter && `, added by ${setting.names.person(message.inviter)}`, " ", time));
  }
  return h("article", { class: ["message", continued && "continued", pinned && "pinned", message.ephemeral_to && "ephemeral"].filter(Boolean).join(" ") },
    h("div", { class: "gutter" }, continued ? time : avatar(name, message.user, bot)),
    h("div", { class: "said" },
      pinned && h("p", { class: "note" }, "📌 Pinned to this channel"),
      message.ephemeral_to && h("p", { class: "note" }, "👁 Only visible to you"),
      broadcast && h("p", { class: "note" }, "↪ Replied to a thread"),
      h("header", { class: continued ? "unseen" : "" }, h("b", {}, name), bot && h("span", { class: "app" }, "APP"), !continued && time),
      content(message, setting),
      reactions(message),
      replies.length > 0 && h("details", { class: "replies", open: !folded.has(message.ts), ontoggle: (event) => fold(event, message.ts) },
        h("summary", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`), replies)),
    more(setting.menu(message), name));
}

function more(items, name) {
  return items.length > 0 && h("div", { class: "more-of-it" }, menu(`What to do with this message of ${name}`, items));
}

/** A system message's text without the person it begins with, as their name stands before it. */
function said(message) {
  return message.text.replace(/^<@[A-Z0-9]+(\|[^>]*)?>\s*/, "");
}

/** With blocks, the text is only what a notification says. */
function content(message, setting) {
  const edited = message.edited && h("span", { class: "edited" }, " (edited)");
  if (message.blocks.length > 0) return h("div", { class: "blocks" }, blocks(message.blocks, setting), edited);
  return h("div", { class: "text" }, mrkdwn(message.text, setting.names), edited);
}

/** Reactions arrive as `emoji:person`, one for each person. */
function reactions(message) {
  const given = Map.groupBy(message.reactions, (reaction) => reaction.slice(0, reaction.lastIndexOf(":")));
  if (given.size === 0) return null;
  return h("div", { class: "reactions" },
    [...given].map(([name, people]) => h("span", {}, `${withPictures(`:${name}:`)} ${people.length}`)));
}
