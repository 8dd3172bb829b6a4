/** The dialog of a modal view that the bot has opened. https://docs.slack.dev/surfaces/modals */
import { blocks } from "./blocks.js";
import { GROUPS, control, entered, isControl } from "./choices.js";
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
 *     `entries` by action id. `setting.act` takes them as its third argument.
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
    const before = dialog.dataset.view === view.id ? kept(dialog) : [];
    dialog.dataset.view = view.id;
    fill(dialog, form(view, setting, does));
    keep(dialog, before);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector("input, textarea, select"))?.focus();
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
  const acting = {
    ...setting,
    inForm: true,
    act: (action, entry) => setting.act(action, entry, entries(document.querySelector("#modal form"), content.blocks)),
  };
  return h("form", { class: "modal", onsubmit: submit },
    h("header", {}, h("h2", { id: "modal-title" }, plain(content.title)),
      h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: cancel }, "✕")),
    h("div", { class: "body" }, content.blocks.map((block) => (block.type === "input" ? input(block, acting) : blocks([block], acting)))),
    h("footer", {}, h("button", { type: "button", class: "button", onclick: cancel }, content.close ? plain(content.close) : "Cancel"), send));
}

function input(block, setting) {
  const { element } = block;
  const id = `field-${block.block_id}`;
  const described = `${id}-hint ${id}-error`;
  const label = [plain(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
  const attributes = {
    id, name: element.action_id, required: !block.optional, "aria-describedby": described, autofocus: Boolean(element.focus_on_load),
  };
  const act = (event) => void setting.act(element.action_id, entered(new FormData(event.target.form), element));
  const onchange = block.dispatch_action ? act : null;
  const field = control(element, attributes, setting);
  const below = [
    h("p", { class: "hint", id: `${id}-hint` }, block.hint ? plain(block.hint) : ""),
    h("p", { class: "error", id: `${id}-error`, role: "alert" }),
  ];
  if (GROUPS.has(element.type)) {
    return h("fieldset", { class: "field", "data-block": block.block_id, "aria-describedby": described, onchange }, h("legend", {}, label), field, below);
  }
  return h("div", { class: "field", "data-block": block.block_id, onchange }, h("label", { for: id }, label), field, below);
}

/** What was entered, by action id; what was left empty is left out, but for texts. */
function entries(form, list) {
  const data = new FormData(form);
  const elements = list.flatMap((block) => [block.element, block.accessory, ...(block.type === "actions" ? block.elements : [])]);
  const found = elements.filter((element) => element && isControl(element)).map((element) => [element.action_id, entered(data, element)]);
  return Object.fromEntries(found.filter(([, entry]) => entry !== null));
}

/** What stands in the fields of a form, to be put into one that takes its place: `[block, action, value, chosen]` each. */
function kept(dialog) {
  return [...dialog.querySelectorAll("[data-block] [name]")].map((field) =>
    [field.closest("[data-block]").dataset.block, field.name, field.value, field.checked]);
}

/** Slack keeps what was entered in a block that is in the next view as well. */
function keep(dialog, before) {
  for (const [block, name, value, chosen] of before) {
    for (const field of dialog.querySelectorAll(`[data-block="${CSS.escape(block)}"] [name="${CSS.escape(name)}"]`)) {
      if (!["radio", "checkbox"].includes(field.type)) field.value = value;
      else if (field.value === value) field.checked = chosen;
    }
  }
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
