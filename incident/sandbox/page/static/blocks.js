/** Block Kit as elements. https://docs.slack.dev/reference/block-kit */
import { h } from "./dom.js";
import { picture } from "./emoji.js";
import { anchor } from "./links.js";
import { mrkdwn, plain } from "./mrkdwn.js";

/**
 * @typedef {object} Setting What a block needs to know beside itself.
 * @property {{person: (id: string) => string, channel: (id: string) => string|undefined}} names
 * @property {(actionId: string, entry?: string|string[]) => Promise<void>} act a button was pressed or a choice
 *     was made.
 * @property {{id: string, name: string}[]} people who can be chosen.
 */

/** A text object, of either kind. */
export function text(object, setting) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, setting.names) : [plain(object)];
}

const BLOCKS = {
  header: (block) => h("h3", { class: "block header" }, plain(block.text)),
  divider: () => h("hr", { class: "block" }),
  section: (block, setting) =>
    h("div", { class: "block section" },
      h("div", { class: "body" },
        block.text && h("div", { class: "text" }, text(block.text, setting)),
        block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, text(field, setting))))),
      block.accessory && h("div", { class: "accessory" }, element(block.accessory, setting))),
  context: (block, setting) =>
    h("div", { class: "block context" },
      block.elements.map((item) => (item.type === "image" ? image(item) : h("span", {}, text(item, setting))))),
  actions: (block, setting) =>
    h("div", { class: "block actions" }, block.elements.map((item) => element(item, setting))),
  image,
  rich_text: (block, setting) => h("div", { class: "block rich" }, block.elements.map((item) => rich(item, setting))),
};

/** The blocks of a message. A kind that is not known is named, so that it is never overlooked. */
export function blocks(list, setting) {
  return list.map((block) => (BLOCKS[block.type] ?? unknown)(block, setting));
}

function unknown(thing) {
  return h("div", { class: "block unknown" }, `[${thing.type}: the sandbox does not draw this]`);
}

/** Nothing is loaded from elsewhere: a picture is its words. */
function image({ alt_text: words }) {
  return h("span", { class: "block picture", role: "img", "aria-label": words }, `🖼 ${words}`);
}

const CHOICES = {
  overflow: ({ options }) => options,
  static_select: optionsOf,
  radio_buttons: ({ options }) => options,
  users_select: (_, people) => peopleAsOptions(people),
};

/** An interactive element of a message. */
function element(item, setting) {
  if (item.type === "button") return button(item, setting);
  if (item.type === "image") return image(item);
  if (item.type === "datepicker") return datepicker(item, setting);
  if (item.type in CHOICES) return choice(item, CHOICES[item.type](item, setting.people), setting);
  return unknown(item);
}

/** The options of a menu, also where they stand in groups. */
export function optionsOf({ options, option_groups: groups = [] }) {
  return options ?? groups.flatMap((group) => group.options);
}

/** Everybody, as options of a menu. */
export function peopleAsOptions(people) {
  return people.map(({ id, name }) => ({ text: { text: name, emoji: false }, value: id }));
}

function datepicker(item, setting) {
  const change = (event) => void setting.act(item.action_id, event.currentTarget.value);
  return h("input", {
    type: "date", class: "choice", value: item.initial_date, "data-action": item.action_id, onchange: change,
    "aria-label": item.placeholder ? plain(item.placeholder) : "Date",
  });
}

function button(item, setting) {
  const act = () => setting.act(item.action_id);
  const look = `button ${item.style ?? ""}`;
  const label = plain(item.text);
  const link = item.url ? anchor(item.url) : null;
  // A button with a link opens it, and tells the app as well.
  if (link) return h("a", { ...link, class: look, "aria-label": item.accessibility_label, onclick: () => void act() }, label);
  const press = async (event) => {
    if (item.confirm && !window.confirm(confirmation(item.confirm, setting))) return;
    const pressed = event.currentTarget;
    pressed.disabled = true;
    try {
      await act();
    } finally {
      pressed.disabled = false;
    }
  };
  return h("button", { type: "button", class: look, "aria-label": item.accessibility_label, "data-action": item.action_id, onclick: press }, label);
}

function confirmation(confirm, setting) {
  return [[plain(confirm.title)], text(confirm.text, setting)]
    .map((part) => part.map((node) => node.textContent ?? node).join(""))
    .join("\n\n");
}

/** A menu that acts at once when something is chosen. */
function choice(item, options, setting) {
  const label = item.placeholder ? plain(item.placeholder) : "More …";
  const initial = item.initial_option?.value ?? item.initial_user;
  const change = (event) => {
    const menu = event.currentTarget;
    void setting.act(item.action_id, menu.value);
    if (item.type === "overflow") menu.value = ""; // keeps no choice, so that the same can be chosen again
  };
  return h("select", { class: "choice", "aria-label": label, "data-action": item.action_id, onchange: change },
    h("option", { value: "", disabled: true, selected: initial === undefined }, label),
    options.map((option) => h("option", { value: option.value, selected: option.value === initial }, plain(option.text))));
}

/** An element of a `rich_text` block. Its texts are literal: no markup, no entities. */
function rich(item, setting) {
  const inside = () => item.elements.map((part) => run(part, setting));
  if (item.type === "rich_text_section") return h("p", {}, inside());
  if (item.type === "rich_text_quote") return h("blockquote", {}, inside());
  if (item.type === "rich_text_preformatted") return h("pre", { class: "code" }, inside());
  if (item.type === "rich_text_list") {
    return h(item.style === "ordered" ? "ol" : "ul", { class: `indent-${item.indent ?? 0}` },
      item.elements.map((entry) => h("li", {}, entry.elements.map((part) => run(part, setting)))));
  }
  return unknown(item);
}

const RUNS = {
  text: (part) => part.text,
  link: (part) => {
    const attributes = anchor(part.url);
    return attributes === null ? (part.text ?? part.url) : h("a", attributes, part.text ?? part.url);
  },
  emoji: (part) => picture(part.name) ?? `:${part.name}:`,
  user: (part, { names }) => h("span", { class: "mention" }, `@${names.person(part.user_id)}`),
  channel: (part, { names }) =>
    h("a", { class: "mention", href: `#${part.channel_id}` }, `#${names.channel(part.channel_id) ?? part.channel_id}`),
  usergroup: (part, { names }) => h("span", { class: "mention" }, `@${names.person(part.usergroup_id)}`),
  broadcast: (part) => h("span", { class: "mention everyone" }, `@${part.range}`),
  date: (part) => h("time", {}, part.fallback ?? new Date(part.timestamp * 1000).toLocaleString()),
};

function run(part, setting) {
  let node = (RUNS[part.type] ?? ((other) => `[${other.type}]`))(part, setting);
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (part.style?.[style]) node = h(tag, {}, node);
  }
  return node;
}
