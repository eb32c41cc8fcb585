// Where the work goes on: data-focus, what stands in it chosen, so that typing replaces it. Not under fingers, where a field with the focus
// opens the keyboard, and not over what asks for the focus first.
export function focusFirst() {
  const field = [...document.querySelectorAll("[data-focus]")].find((one) => one.getClientRects().length > 0);
  if (!field || document.querySelector("[autofocus]") || !matchMedia("(hover: hover) and (pointer: fine)").matches) return;
  if (location.hash || (document.activeElement && document.activeElement !== document.body)) return;
  field.focus();
  if (field.matches("input")) field.select();
}
