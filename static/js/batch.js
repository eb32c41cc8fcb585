// Says a running batch's stage once when it changes. htmx asks the page again every three seconds; without script Refresh does.
const said = document.querySelector("[data-said]");
const stage = () => document.querySelector("[data-stage]")?.dataset.stage;
let last = stage();

// Signed out meanwhile: the answer is another page, which the person must see whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || window.location.href).pathname === window.location.pathname) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});

document.addEventListener("htmx:afterSettle", () => {
  const now = stage();
  if (!said || !now || now === last) return;
  last = now;
  said.textContent = now;
});
