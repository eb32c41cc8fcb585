// Not under fingers, where a field with the focus opens the keyboard, and not over what asks for the focus first.
export function mayTakeFocus() {
  if (document.querySelector("[autofocus]") || !matchMedia("(hover: hover) and (pointer: fine)").matches) return false;
  return !location.hash && (!document.activeElement || document.activeElement === document.body);
}

// Where the work goes on: data-focus, what stands in it chosen, so that typing replaces it.
export function focusFirst() {
  const field = [...document.querySelectorAll("[data-focus]")].find((one) => one.getClientRects().length > 0);
  if (!field || !mayTakeFocus()) return;
  field.focus({ preventScroll: true });
  // Of credits below the window the whole table comes into sight above the save bar, not the first line alone.
  const { top, bottom } = (field.closest("table") ?? field).getBoundingClientRect();
  const bar = document.querySelector(".savebar")?.offsetHeight ?? 0;
  const hidden = bottom + 8 + bar - innerHeight;
  if (hidden > 0) scrollBy(0, Math.min(hidden, Math.max(0, top - 8)));
  if (!field.matches("input")) return;
  field.select();
  // A first click into it finds the whole value chosen still, as it would in a field that gets the focus by that click.
  field.addEventListener("mouseup", (event) => { event.preventDefault(); field.select(); }, { once: true });
}
