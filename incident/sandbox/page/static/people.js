/** People and the names of things, looked up in a state of the sandbox. */
import { h } from "./dom.js";

/** What mentions of people, groups and channels are called: `{person(id), handle(id), channel(id)}`. */
export function namesIn(state) {
  const people = new Map([...state.people, ...state.groups].map(({ id, name }) => [id, name]));
  const handles = new Map([...state.people.map(({ id, handle }) => [id, handle]), ...state.groups.map(({ id, name }) => [id, name])]);
  const channels = new Map(state.channels.map(({ id, name }) => [id, name]));
  return { person: (id) => people.get(id) ?? id, handle: (id) => handles.get(id) ?? id, channel: (id) => channels.get(id) };
}

/** A language in its own words: `fr-CA` is `français`. */
export function language(locale) {
  const [code] = locale.split("-");
  return new Intl.DisplayNames([code], { type: "language" }).of(code);
}

/** Initials on one of eight colours, the same ones for the same person always; a picture for a bot. */
export function avatar(name, id, bot = false) {
  const initials = name.split(/[\s._-]+/).filter(Boolean).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const tint = [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 8;
  return h("span", { class: bot ? "avatar bot" : `avatar tint-${tint}`, "aria-hidden": "true" }, bot ? (id ? "🚨" : "🔔") : initials);
}

/** A Slack timestamp, `1700000000.000100`, as a date. */
export function moment(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** `14:05`, as the reader's locale has it. */
export function clock(ts) {
  return moment(ts).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
