// Says "Saving…" on the button that sends a form, and ignores a second send of the same form. The server decides what counts.
export function showBusy() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-live", "polite");
  });
  // Coming back by the Back button, the page is whole again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
