/** A button that opens a short menu. https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/ */
import { h } from "./dom.js";

let made = 0;

/**
 * @param {string} label what the button is called.
 * @param {{label: string, does: () => void, look?: string, value?: string, href?: object, checked?: boolean}[]} items `value`:
 *     what choosing it means; `href`: attributes of a link that it also follows; `checked`: of what is on or off.
 * @param {{face?: string, look?: string, action?: string}} [style] what stands on the button, its classes, and the
 *     action it belongs to.
 */
export function menu(label, items, { face = "⋯", look = "plain", action } = {}) {
  const id = `menu-${(made += 1)}`;
  const close = () => list.hidePopover();
  const list = h("div", { id, class: "menu", role: "menu", popover: "auto", "aria-label": label, ontoggle: toggled, onkeydown: move },
    items.map((item) => entry(item, close)));
  const button = h("button", {
    type: "button", class: look, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false",
    "data-action": action, popovertarget: id,
  }, face);

  function toggled(event) {
    const open = event.newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    place(list, button);
    list.firstElementChild?.focus();
  }

  function move(event) {
    const entries = [...list.children];
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === "Tab") close();
    if (to === undefined) return;
    event.preventDefault();
    entries[(to + entries.length) % entries.length].focus();
  }

  return h("span", { class: "menu-button" }, button, list);
}

function entry({ label, does, look, value, href, checked }, close) {
  const act = () => {
    close();
    does();
  };
  const kind = checked === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": String(checked) };
  const attributes = { ...kind, tabindex: -1, class: look, "data-value": value, onclick: act };
  return href ? h("a", { ...href, ...attributes }, label) : h("button", { type: "button", ...attributes }, label);
}

/** Below the button and from its left or, where there is no room, above it or up to its right; never outside. */
function place(list, button) {
  const from = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = from.bottom + 4;
  const top = below + height > window.innerHeight - 8 ? from.top - height - 4 : below;
  list.style.top = `${Math.max(8, top)}px`;
  const left = from.left + width < window.innerWidth - 8 ? from.left : from.right - width;
  list.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
}
