// Says "Saving…" on the button that sends a form, and ignores a second send of the same form. The server decides what counts.
// A button that downloads a file (data-download) leaves the page as it is: nothing is busy then.
export function showBusy() {
  const sent = new Map(); // form → how its button gets its own words back
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    if (button && "download" in button.dataset) return;
    sent.set(form, () => {});
    if (!button || !button.dataset.busy) return;
    const words = [...button.childNodes];
    sent.set(form, () => {
      button.replaceChildren(...words);
      button.removeAttribute("aria-live");
    });
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-live", "polite");
  });
  // Asked whether to leave, the person may stay: then nothing was sent. This runs once the question is answered.
  window.addEventListener("beforeunload", (event) => {
    if (!event.defaultPrevented) return;
    setTimeout(() => {
      for (const undo of sent.values()) undo();
      sent.clear();
    });
  });
  // Coming back by the Back button, the page is whole again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
