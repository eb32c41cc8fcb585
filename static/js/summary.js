// The error summary has the focus; its links put the focus into the field.
export function focusSummary() {
  const summary = document.querySelector("[data-summary]");
  if (!summary) return;
  // autofocus does it alone in most browsers; asking twice would only fill the console.
  window.addEventListener("load", () => document.activeElement === summary || summary.focus());
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
