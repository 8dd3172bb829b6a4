/** What people enter and choose, in modals and in messages. https://docs.slack.dev/reference/block-kit/block-elements */
import { h } from "./dom.js";
import { plain } from "./mrkdwn.js";

/** Kinds that are several boxes, and so stand in a group with a legend rather than beside a label. */
export const GROUPS = new Set(["radio_buttons", "checkboxes", "multi_users_select"]);

const SEVERAL = new Set(["checkboxes", "multi_users_select"]);

/**
 * The control for an element.
 *
 * @param {object} element
 * @param {object} attributes of the control: `name` at least.
 * @param {import("./blocks.js").Setting} setting
 */
export function control(element, attributes, setting) {
  const make = CONTROLS[element.type];
  return make ? make(element, attributes, setting) : unknown(element);
}

/** Whether the kind of element can be drawn by `control`. */
export function isControl({ type }) {
  return type in CONTROLS;
}

/** What is entered: texts where the element takes several; null where nothing is; a text is never null. */
export function entered(data, { type, action_id: action }) {
  if (SEVERAL.has(type)) return data.getAll(action);
  const value = data.get(action);
  if (type === "plain_text_input") return value ?? "";
  if (type === "datetimepicker" && value) return String(Math.floor(new Date(value).getTime() / 1000));
  return value || null;
}

function unknown({ type }) {
  return h("p", { class: "unknown" }, `[${type}: the sandbox does not draw this]`);
}

const CONTROLS = {
  plain_text_input: (element, attributes) => {
    const all = {
      ...attributes, placeholder: element.placeholder && plain(element.placeholder), autocomplete: "off",
      minlength: element.min_length, maxlength: element.max_length,
    };
    if (element.multiline) return h("textarea", { ...all, rows: 4 }, element.initial_value ?? "");
    return h("input", { ...all, type: "text", value: element.initial_value });
  },
  datepicker: (element, attributes) => h("input", { ...attributes, type: "date", value: element.initial_date }),
  timepicker: (element, attributes) => h("input", { ...attributes, type: "time", value: element.initial_time }),
  datetimepicker: (element, attributes) =>
    h("input", { ...attributes, type: "datetime-local", value: element.initial_date_time && local(element.initial_date_time) }),
  static_select: (element, attributes) => select(element, attributes, optionsOf(element), element.initial_option?.value),
  users_select: (element, attributes, { people }) => select(element, attributes, peopleAsOptions(people), element.initial_user),
  multi_users_select: (element, { name }, { people }) =>
    h("div", { class: "picker" }, boxes("checkbox", peopleAsOptions(people), { name }, element.initial_users ?? [])),
  radio_buttons: (element, attributes) => boxes("radio", element.options, attributes, [element.initial_option?.value]),
  checkboxes: (element, { name }) =>
    boxes("checkbox", element.options, { name }, (element.initial_options ?? []).map(({ value }) => value)),
};

/** A Unix time as `datetime-local` has it: in the reader's own time. */
function local(seconds) {
  const moment = new Date(seconds * 1000);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The options of a menu, also where they stand in groups. */
function optionsOf({ options, option_groups: groups = [] }) {
  return options ?? groups.flatMap((group) => group.options);
}

/** Everybody, as options of a menu. */
function peopleAsOptions(people) {
  return people.map(({ id, name }) => ({ text: { text: name, emoji: false }, value: id }));
}

function select(element, attributes, options, initial) {
  const label = element.placeholder ? plain(element.placeholder) : "Choose …";
  return h("select", attributes,
    initial === undefined && h("option", { value: "", selected: true }, label),
    options.map((option) => h("option", { value: option.value, selected: option.value === initial }, plain(option.text))));
}

function boxes(type, options, { name, required }, chosen) {
  return options.map((option) =>
    h("label", { class: "box" },
      h("input", { type, name, value: option.value, required, checked: chosen.includes(option.value) }),
      h("span", {}, plain(option.text), option.description && h("small", {}, plain(option.description)))));
}
