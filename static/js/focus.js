// The cursor goes where most people begin, but not on a touch screen: there the keyboard would open over the page.
export function focusFirst() {
  const field = document.querySelector("[data-focus]");
  const idle = !document.activeElement || document.activeElement === document.body;
  if (field && idle && !location.hash && matchMedia("(pointer: fine)").matches) field.focus();
}
