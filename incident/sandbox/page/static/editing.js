/** Editing on the page: what a person is typing stays, whatever is drawn meanwhile. */

/** Whether a person is typing in here what is not saved yet, so that nothing may be drawn over it. */
export function busy(root) {
  const active = document.activeElement;
  if (active === null || active === root || !root.contains(active)) return false;
  if (active.matches("input:not([type=checkbox], [type=radio])")) return true;
  return active.isContentEditable && active.textContent !== active.dataset.saved;
}

/** Draws, and puts who stood on something with a `data-place` onto what has the same place then. */
export function keepingPlace(root, draw) {
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const place = active?.dataset.place;
  const at = active?.isContentEditable ? caret(active) : null;
  draw();
  if (place === undefined) return;
  const again = root.querySelector(`[data-place="${CSS.escape(place)}"]`);
  again?.focus();
  if (again?.isContentEditable && at !== null) putCaret(again, at);
}

/** How many characters of the text stand before the caret. */
export function caret(element) {
  const selection = getSelection();
  if (selection.rangeCount === 0) return 0;
  const { endContainer, endOffset } = selection.getRangeAt(0);
  if (!element.contains(endContainer)) return 0;
  const before = document.createRange();
  before.selectNodeContents(element);
  before.setEnd(endContainer, endOffset);
  return before.toString().length;
}

function putCaret(element, at) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = at;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (left <= node.length) return getSelection().collapse(node, left);
    left -= node.length;
  }
  return getSelection().selectAllChildren(element);
}
