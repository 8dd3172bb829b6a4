/**
 * Slack's mrkdwn as nodes. https://docs.slack.dev/messaging/formatting-message-text
 *
 * Control sequences (`<…>`) are cut out first, since nothing inside one is markup; each stands in the text as one
 * private-use character until it is drawn, so that bold can reach across a link; drawing goes from left to right, so
 * the held nodes are a queue. Entities are decoded last, so an
 * escaped `&lt;` can never become a control sequence.
 */
import { h } from "./dom.js";
import { picture, withPictures } from "./emoji.js";
import { anchor } from "./links.js";

const HELD = "\ue000";

/** Decodes the three entities Slack knows, once. */
export function decoded(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** A `plain_text` object as a string: entities decoded, and shortcodes drawn unless `emoji` is false. */
export function plain(object) {
  const text = decoded(object?.text ?? "");
  return object?.emoji === false ? text : withPictures(text);
}

/**
 * Nodes for `text`.
 *
 * @param {string} text
 * @param {{person: (id: string) => string, channel: (id: string) => string|undefined}} names what the mentions of
 *     people and channels are called.
 */
export function mrkdwn(text, names) {
  const held = [];
  const hold = (node) => {
    held.push(node);
    return HELD;
  };
  // The private-use character itself, should somebody type it, is held too: it must not stand for another's link.
  const pieces = text.split(/(```[\s\S]*?```|`[^`\n]+`|<[^<>\n]+>|\ue000)/);
  const flat = pieces.map((piece, index) => {
    if (index % 2 === 0) return piece;
    if (piece === HELD) return hold(document.createTextNode(piece));
    if (piece.startsWith("```")) return hold(h("pre", { class: "code" }, literal(piece.slice(3, -3).replace(/^\n/, ""), names)));
    if (piece.startsWith("`")) return hold(h("code", {}, literal(piece.slice(1, -1), names)));
    return hold(control(piece.slice(1, -1), names));
  });
  return lines(flat.join(""), held);
}

/**
 * Nodes for a text without styles: a topic or purpose, in which mentions and links work and the rest is literal.
 * https://docs.slack.dev/reference/methods/conversations.setTopic
 */
export function unstyled(text, names) {
  return text.split(/(<[^<>\n]+>)/).map((piece, index) => (index % 2 ? control(piece.slice(1, -1), names) : withPictures(decoded(piece))));
}

/** Code: control sequences are followed even here, as Slack does; nothing else is. */
function literal(text, names) {
  return text.split(/(<[^<>\n]+>)/).map((piece, index) => (index % 2 ? control(piece.slice(1, -1), names) : decoded(piece)));
}

/** One `<…>`, without its brackets. */
function control(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decoded(inside.slice(bar + 1));
  if (target.startsWith("@")) return h("span", { class: "mention" }, `@${names.person(target.slice(1))}`);
  if (target.startsWith("#")) {
    const id = target.slice(1);
    return h("a", { class: "mention", href: `#${id}` }, `#${names.channel(id) ?? (label || id)}`);
  }
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || `@${names.person(target.slice(9))}`);
  if (target.startsWith("!")) return h("span", { class: "mention everyone" }, `@${target.slice(1).split("^")[0]}`);
  const url = decoded(target);
  const attributes = anchor(url);
  return attributes === null ? document.createTextNode(label || url) : h("a", attributes, withPictures(label || url));
}

/** `!date^1392734382^Posted {date_num} {time_secs}^https://example.com/` in the reader's own time zone. */
function date(target, fallback) {
  const [, seconds, format = "", ...link] = target.split("^");
  return timeElement(Number(seconds), decoded(format), { fallback, url: link.length ? decoded(link.join("^")) : "" });
}

/**
 * A moment in the reader's own time zone, in Slack's template for dates.
 *
 * @param {number} seconds since 1970.
 * @param {string} format such as `{date_short_pretty} at {time}`.
 * @param {{fallback?: string, url?: string}} [more] `fallback` is what is shown for what is no moment; `url` a link.
 */
export function timeElement(seconds, format, { fallback = "", url = "" } = {}) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return document.createTextNode(fallback);
  const day = (options) => moment.toLocaleDateString(undefined, options);
  const long = () => day({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const medium = () => day({ year: "numeric", month: "long", day: "numeric" });
  const short = () => day({ year: "numeric", month: "short", day: "numeric" });
  const pretty = (otherwise) => {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 86_400_000);
    return { [-1]: "tomorrow", 0: "today", 1: "yesterday" }[days] ?? otherwise();
  };
  const tokens = {
    date_num: () => moment.toLocaleDateString("sv-SE"), // the one locale that writes it so
    date_slash: () => day(),
    date_long: long, date_long_full: long, date_long_pretty: () => pretty(long),
    day_divider_pretty: () => pretty(long), date: medium, date_pretty: () => pretty(medium),
    date_short: short, date_short_pretty: () => pretty(short),
    time: () => moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }),
    time_secs: () => moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(moment),
  };
  const written = format.replace(/\{(\w+)\}/g, (token, name) => tokens[name]?.() ?? token);
  const attributes = url ? anchor(url) : null;
  const time = h("time", { datetime: moment.toISOString(), title: fallback }, written);
  return attributes === null ? time : h("a", attributes, time);
}

function ago(moment) {
  const seconds = Math.round((moment.getTime() - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

/** Quotes (`> …`), and everything else line by line. */
function lines(text, held) {
  const nodes = [];
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^(?:>|&gt;)\s?(.*)$/.exec(line);
    if (quoted) {
      if (quote === null) nodes.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...spans(quoted[1], held));
      continue;
    }
    const breaks = nodes.length > 0 && quote === null;
    quote = null;
    if (breaks) nodes.push(h("br"));
    nodes.push(...spans(line, held));
  }
  return nodes;
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
// Opened after a break or punctuation, closed before one, hugging what it marks: Slack's own rule.
const STYLED = /(^|[\s({["'“‘.,;:!?—–/-])([*_~])(?=\S)((?:(?!\2).)*?(?!\2)\S)\2(?=$|[\s)}\]"'”’.,;:!?—–/-])/u;

/** Bold, italic and struck text within one line. */
function spans(text, held) {
  const found = STYLED.exec(text);
  if (found === null) return words(text, held);
  const start = found.index + found[1].length;
  return [
    ...words(text.slice(0, start), held),
    h(STYLES[found[2]], {}, spans(found[3], held)),
    ...spans(text.slice(found.index + found[0].length), held),
  ];
}

/** Text without markup: what was held is put back, shortcodes are drawn, entities decoded. */
function words(text, held) {
  return text.split(/(\ue000|:[a-z0-9_+-]+:)/).filter(Boolean).map((piece) => {
    if (piece === HELD) return held.shift();
    const drawn = piece.length > 2 && piece.startsWith(":") ? picture(piece.slice(1, -1)) : undefined;
    if (drawn === undefined) return decoded(piece);
    return h("span", { role: "img", "aria-label": piece.slice(1, -1).replaceAll("_", " "), title: piece }, drawn);
  });
}
