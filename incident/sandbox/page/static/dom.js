/** Building elements. Data becomes text nodes and attributes here, and never markup anywhere. */

/**
 * An element. Attributes that are functions are listeners (`onclick`), `true` is an attribute without a
 * value, `false`, `null` and `undefined` are left out; children that are not nodes become text.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes `parent`'s children these and nothing else. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/**
 * Makes `parent`'s children the given items, keeping the elements of those that have not changed, so that
 * focus, selection and what a screen reader has already read stay where they are.
 *
 * @param {Element} parent
 * @param {{key: string, stamp: string, render: () => Element}[]} items `stamp` changes when the item must
 *     be drawn anew.
 */
export function keyed(parent, items) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const { key, stamp, render } of items) {
    let element = before.get(key);
    if (element === undefined || element.dataset.stamp !== stamp) {
      const fresh = render();
      fresh.dataset.key = key;
      fresh.dataset.stamp = stamp;
      if (element === undefined) {
        parent.insertBefore(fresh, place);
      } else {
        if (place === element) place = fresh;
        replace(element, fresh);
      }
      element = fresh;
    } else if (element !== place) {
      parent.insertBefore(element, place);
    }
    before.delete(key);
    if (element === place) place = place.nextElementSibling;
  }
  for (const gone of before.values()) gone.remove();
}

/** Puts an element in the place of another; who stood on one of its controls stands on that of the same name. */
function replace(element, fresh) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
  element.replaceWith(fresh);
  if (focused !== undefined) fresh.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
}

/** `true` when the element is scrolled to its end, give or take a line. */
export function atEnd(element) {
  return element.scrollHeight - element.scrollTop - element.clientHeight < 48;
}
