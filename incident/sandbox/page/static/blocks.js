/** Block Kit as elements. https://docs.slack.dev/reference/block-kit */
import { GROUPS, control, entered, isControl } from "./choices.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { picture } from "./emoji.js";
import { anchor } from "./links.js";
import { menu } from "./menu.js";
import { mrkdwn, plain, timeElement } from "./mrkdwn.js";

/**
 * @typedef {object} Setting What a block needs to know beside itself.
 * @property {{person: (id: string) => string, channel: (id: string) => string|undefined}} names
 * @property {(actionId: string, entry?: string|string[]) => Promise<void>} act a button was pressed or a choice
 *     was made.
 * @property {boolean} [inForm] whether all this stands in a form already.
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

/** An interactive element of a message, or of a modal outside its inputs. */
function element(item, setting) {
  if (item.type === "button") return button(item, setting);
  if (item.type === "image") return image(item);
  if (item.type === "overflow") return overflow(item, setting);
  return isControl(item) ? chooser(item, setting) : unknown(item);
}

function overflow(item, setting) {
  const items = item.options.map(({ text: words, value, url }) => ({
    label: plain(words), value, href: url ? anchor(url) : null, does: () => void act(item, value, setting),
  }));
  return menu("More actions", items, { look: "button more", action: item.action_id });
}

/** Acts, once what there is to confirm is confirmed; returns whether it was. */
async function act(item, entry, setting) {
  if (item.confirm && !(await confirmed(question(item.confirm, setting)))) return false;
  await setting.act(item.action_id, entry);
  return true;
}

function question({ title, text: words, confirm, deny, style }, setting) {
  return { title: plain(title), text: text(words, setting), yes: plain(confirm), no: plain(deny), danger: style === "danger" };
}

function button(item, setting) {
  const look = `button ${item.style ?? ""}`;
  const label = plain(item.text);
  const link = item.url ? anchor(item.url) : null;
  const named = { class: look, "aria-label": item.accessibility_label, "data-action": item.action_id };
  // A button with a link opens it, and tells the app as well.
  if (link) return h("a", { ...link, ...named, onclick: () => void setting.act(item.action_id) }, label);
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (pressed.ariaDisabled === "true") return;
    pressed.ariaDisabled = "true"; // `disabled` itself would take the focus away
    try {
      await act(item, undefined, setting);
    } finally {
      pressed.ariaDisabled = null;
    }
  };
  return h("button", { type: "button", ...named, onclick: press }, label);
}

/** A menu, boxes or a picker that acts at once when something is chosen. */
function chooser(item, setting) {
  const label = item.placeholder ? plain(item.placeholder) : LABELS[item.type] ?? "Choose";
  const change = async (event) => {
    const form = event.currentTarget.closest("form");
    const entry = entered(new FormData(form), item);
    if (entry !== null && !(await act(item, entry, setting)) && !setting.inForm) form.reset();
  };
  const boxed = GROUPS.has(item.type);
  const attributes = { name: item.action_id, class: "choice", "aria-label": label, "data-action": item.action_id };
  const drawn = control(item, attributes, setting);
  // A form of its own keeps radio buttons of different messages apart.
  return h(setting.inForm ? "div" : "form", {
    class: boxed ? "boxes" : "choosing", role: boxed ? "group" : null, "aria-label": boxed ? label : null,
    "data-action": boxed ? item.action_id : null, onsubmit: (event) => event.preventDefault(), onchange: change,
  }, item.type === "multi_users_select" ? h("details", { class: "fold" }, h("summary", { class: "button" }, label, " ▾"), drawn) : drawn);
}

const LABELS = { datepicker: "Date", timepicker: "Time", datetimepicker: "Date and time", users_select: "Person", multi_users_select: "People" };

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
  date: (part) => timeElement(part.timestamp, part.format, { fallback: part.fallback, url: part.url }),
};

function run(part, setting) {
  let node = (RUNS[part.type] ?? ((other) => `[${other.type}]`))(part, setting);
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (part.style?.[style]) node = h(tag, {}, node);
  }
  return node;
}
