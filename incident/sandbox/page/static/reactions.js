/** Reactions beneath a message, and the picker that gives one. */
import { h } from "./dom.js";
import { picture } from "./emoji.js";
import { menu } from "./menu.js";

/** What the picker offers; any other reaction can be given where somebody has given it before. */
const OFFERED = ["memo", "eyes", "white_check_mark", "+1"];

/**
 * Whose reactions a message has, by emoji in the order they were first given. They arrive as `emoji:person`, one for
 * each person; an emoji may have a skin tone, `memo::skin-tone-3`.
 */
function given({ reactions }) {
  return Map.groupBy(reactions.map((reaction) => {
    const end = reaction.lastIndexOf(":");
    return { name: reaction.slice(0, end), person: reaction.slice(end + 1) };
  }), ({ name }) => name);
}

/**
 * @param {object} message
 * @param {{names: object, person: string, react?: (name: string, on: boolean) => void}} setting `react` is missing where
 *     nobody can react.
 */
export function reactions(message, { names, person, react }) {
  const all = given(message);
  if (all.size === 0) return null;
  return h("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, [...all].map(([name, list]) => {
    const mine = list.some((reaction) => reaction.person === person);
    const people = list.map((reaction) => names.person(reaction.person)).join(", ");
    const label = `${called(name)}, ${list.length}: ${people}`;
    return h("button", {
      type: "button", class: "reaction", "aria-pressed": String(mine), "aria-label": label, title: `${people} reacted with :${name}:`,
      "data-action": `reaction ${message.ts} ${name}`, disabled: !react, onclick: () => react(name, !mine),
    }, shown(name), h("span", {}, String(list.length)));
  }));
}

/** The picker: what one has given already is taken off by choosing it again. */
export function picker(message, author, { person, react }) {
  const mine = new Set([...given(message)].filter(([, list]) => list.some((reaction) => reaction.person === person)).map(([name]) => name));
  const items = OFFERED.map((name) => ({
    label: `${shown(name)} ${called(name)}`, checked: mine.has(name), does: () => react(name, !mine.has(name)),
  }));
  return menu(`React to this message of ${author}`, items, { face: "☺", action: `react ${message.ts}` });
}

/** Skin tones are not drawn. */
function shown(name) {
  return picture(name.split("::")[0]) ?? `:${name}:`;
}

function called(name) {
  return name.replaceAll("_", " ").replace("::", ", ");
}
