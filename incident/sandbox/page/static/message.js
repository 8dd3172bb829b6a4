/** One message as Slack shows it. */
import { attachments, files } from "./attachments.js";
import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { menu } from "./menu.js";
import { mrkdwn, unstyled } from "./mrkdwn.js";
import { avatar, clock, moment } from "./people.js";
import { picker, reactions } from "./reactions.js";

const SYSTEM = new Set([
  "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive", "channel_unarchive",
  "group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "group_unarchive", "pinned_item", "unpinned_item",
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
 * @param {import("./blocks.js").Setting & {bots: Set<string>, menu: (message: object) => object[], react?: (name: string, on: boolean) => void}} setting
 *     `menu`: what can be done with a message; `react` is missing where nobody can.
 * @param {{continued?: boolean, pinned?: boolean, broadcast?: boolean, replies?: Element[]}} [place] `continued`: the same
 *     person spoke just before, so the name is not repeated; `broadcast`: a reply that is shown in the channel as well.
 */
export function messageElement(message, setting, { continued = false, pinned = false, broadcast = false, replies = [] } = {}) {
  const name = message.username || setting.names.person(message.user);
  const bot = !message.user || setting.bots.has(message.user); // what comes from an integration is nobody's
  const time = h("time", { datetime: moment(message.ts).toISOString(), title: moment(message.ts).toLocaleString() }, clock(message.ts));
  if (isSystem(message)) {
    return h("article", { class: "message system", "data-ts": message.ts }, avatar(name, message.user, bot),
      h("p", {}, h("b", {}, name), " ", unstyled(said(message), setting.names), message.inviter && `, added by ${setting.names.person(message.inviter)}`, " ", time));
  }
  return h("article", { "data-ts": message.ts, class: ["message", continued && "continued", pinned && "pinned", message.ephemeral_to && "ephemeral"].filter(Boolean).join(" ") },
    h("div", { class: "gutter" }, continued ? time : avatar(name, message.user, bot)),
    h("div", { class: "said" },
      pinned && h("p", { class: "note" }, "📌 Pinned to this channel"),
      message.ephemeral_to && h("p", { class: "note" }, "👁 Only visible to you"),
      broadcast && h("p", { class: "note" }, "↪ Replied to a thread"),
      h("header", { class: continued ? "unseen" : "" }, h("b", {}, name), bot && h("span", { class: "app" }, "APP"), !continued && time),
      content(message, setting),
      files(message),
      attachments(message, setting),
      reactions(message, setting),
      replies.length > 0 && h("details", { class: "replies", open: !folded.has(message.ts), ontoggle: (event) => fold(event, message.ts) },
        h("summary", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`), replies)),
    more(message, name, setting));
}

function more(message, name, setting) {
  const items = setting.menu(message);
  const reacts = setting.react && !message.ephemeral_to && message.subtype !== "tombstone";
  return (items.length > 0 || reacts) && h("div", { class: "more-of-it" },
    reacts && picker(message, name, setting), items.length > 0 && menu(`What to do with this message of ${name}`, items));
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
