// Says a running batch's stage once when it changes. htmx asks the page again every three seconds; without script Refresh does.
const said = document.querySelector("[data-said]");
const stage = () => document.querySelector("[data-stage]")?.dataset.stage;
let last = stage();

document.addEventListener("htmx:afterSettle", () => {
  const now = stage();
  if (!said || !now || now === last) return;
  last = now;
  said.textContent = now;
});
