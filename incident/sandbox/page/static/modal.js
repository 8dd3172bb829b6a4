/** The dialog of a modal view that the bot has opened. https://docs.slack.dev/surfaces/modals */
import { blocks, optionsOf, peopleAsOptions } from "./blocks.js";
import { fill, h } from "./dom.js";
import { plain } from "./mrkdwn.js";

/**
 * Shows a view in `dialog`, or closes it when there is none. What was typed stays until the bot shows another view.
 *
 * @param {HTMLDialogElement} dialog
 * @param {{id: string, hash: string, content: object, errors: Object<string, string>}|undefined} view `errors` by
 *     block id.
 * @param {import("./blocks.js").Setting} setting
 * @param {{submit: (id: string, entries: Object<string, string|string[]>) => Promise<void>, close: (id: string) => Promise<void>}} does
 *     `entries` by action id.
 */
export function showModal(dialog, view, setting, does) {
  if (view === undefined) {
    dialog.close();
    delete dialog.dataset.stamp;
    return;
  }
  const stamp = `${view.id} ${view.hash}`;
  if (dialog.dataset.stamp !== stamp) {
    dialog.dataset.stamp = stamp;
    dialog.oncancel = (event) => {
      event.preventDefault();
      void does.close(view.id);
    };
    fill(dialog, form(view, setting, does));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input, textarea, select")?.focus();
  }
  showErrors(dialog, view.errors);
}

function form({ id, content }, setting, does) {
  const send = content.submit && h("button", { type: "submit", class: "button primary" }, plain(content.submit));
  const cancel = () => void does.close(id);
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await does.submit(id, entries(event.currentTarget, content.blocks));
    } finally {
      send.disabled = false;
    }
  };
  return h("form", { class: "modal", onsubmit: submit },
    h("header", {}, h("h2", { id: "modal-title" }, plain(content.title)),
      h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: cancel }, "✕")),
    h("div", { class: "body" }, content.blocks.map((block) => (block.type === "input" ? input(block, setting) : blocks([block], setting)))),
    h("footer", {}, h("button", { type: "button", class: "button", onclick: cancel }, content.close ? plain(content.close) : "Cancel"), send));
}

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

function input(block, setting) {
  const { element } = block;
  const id = `field-${block.block_id}`;
  const described = `${id}-hint ${id}-error`;
  const label = [plain(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
  const attributes = { id, name: element.action_id, required: !block.optional, "aria-describedby": described };
  const control = (FIELDS[element.type] ?? unknown)(element, attributes, setting);
  const below = [
    h("p", { class: "hint", id: `${id}-hint` }, block.hint ? plain(block.hint) : ""),
    h("p", { class: "error", id: `${id}-error`, role: "alert" }),
  ];
  if (GROUPS.has(element.type)) {
    return h("fieldset", { class: "field", "data-block": block.block_id, "aria-describedby": described }, h("legend", {}, label), control, below);
  }
  return h("div", { class: "field", "data-block": block.block_id }, h("label", { for: id }, label), control, below);
}

function unknown({ type }) {
  return h("p", { class: "unknown" }, `[${type}: the sandbox does not draw this]`);
}

const FIELDS = {
  plain_text_input: (element, attributes) => {
    const all = {
      ...attributes, placeholder: element.placeholder && plain(element.placeholder), autocomplete: "off",
      minlength: element.min_length, maxlength: element.max_length,
    };
    if (element.multiline) return h("textarea", { ...all, rows: 4 }, element.initial_value ?? "");
    return h("input", { ...all, type: "text", value: element.initial_value });
  },
  datepicker: (element, attributes) => h("input", { ...attributes, type: "date", value: element.initial_date }),
  static_select: (element, attributes) => menu(element, attributes, optionsOf(element), [element.initial_option?.value]),
  users_select: (element, attributes, { people }) => menu(element, attributes, peopleAsOptions(people), [element.initial_user]),
  multi_users_select: (element, attributes, { people }) =>
    menu(element, { ...attributes, multiple: true, size: people.length }, peopleAsOptions(people), element.initial_users ?? []),
  radio_buttons: (element, attributes) => boxes("radio", element, attributes, [element.initial_option?.value]),
  checkboxes: (element, { name }) =>
    boxes("checkbox", element, { name }, (element.initial_options ?? []).map(({ value }) => value)),
};

function menu(element, attributes, options, initial) {
  const none = !attributes.multiple && !initial[0] && h("option", { value: "" }, element.placeholder ? plain(element.placeholder) : "Choose …");
  return h("select", attributes, none,
    options.map((option) => h("option", { value: option.value, selected: initial.includes(option.value) }, plain(option.text))));
}

function boxes(type, element, { name, required }, chosen) {
  return element.options.map((option) =>
    h("label", { class: "box" },
      h("input", { type, name, value: option.value, required, checked: chosen.includes(option.value) }),
      " ", plain(option.text), option.description && h("small", {}, plain(option.description))));
}

const SEVERAL = new Set(["checkboxes", "multi_users_select"]);

/** What was entered, by action id; what was left empty is left out, but for texts. */
function entries(form, list) {
  const entered = new FormData(form);
  const found = list.filter(({ type }) => type === "input").map(({ element: { type, action_id: action } }) => {
    if (SEVERAL.has(type)) return [action, entered.getAll(action)];
    const entry = entered.get(action);
    return [action, entry || (type === "plain_text_input" ? "" : null)];
  });
  return Object.fromEntries(found.filter(([, entry]) => entry !== null));
}

function showErrors(dialog, errors) {
  for (const field of dialog.querySelectorAll("[data-block]")) {
    const message = errors[field.dataset.block] ?? "";
    const place = field.querySelector(".error");
    if (place.textContent === message) continue;
    place.textContent = message;
    for (const control of field.querySelectorAll("input, textarea, select")) control.setAttribute("aria-invalid", String(message !== ""));
    if (message) field.querySelector("input, textarea, select").focus();
  }
}
