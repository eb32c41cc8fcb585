// Forms with data-guard: counts changed fields in [data-changes="form id"], and asks before the page is left with changes in it.
// A form shown again after an error, or restored after sign-in, has data-guard="changed": what it holds is unsaved from the start.

const differs = (field) => {
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected && (option.selected || option.defaultSelected));
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
};

// Names of the fields that differ from what the server sent; a radio group counts once. Ticks that choose lines change nothing, and no save keeps them.
export function changedFields(form) {
  const fields = [...form.elements].filter((field) => field.name && field.name !== "chosen" && field.type !== "hidden" && field.type !== "submit");
  return new Set(fields.filter(differs).map((field) => field.name));
}

export function guardUnsaved() {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  const counter = document.querySelector(`[data-changes="${form.id}"]`);
  let leaving = false;
  const unsaved = () => form.dataset.guard === "changed" || changedFields(form).size > 0;
  let changed = new Set();
  // While one field is typed in it alone is looked at: a page may have a thousand.
  const tell = (event) => {
    const field = event?.target;
    if (!field?.name || field.form !== form || ["radio", "checkbox"].includes(field.type)) changed = changedFields(form);
    else if (differs(field)) changed.add(field.name);
    else changed.delete(field.name);
    const count = changed.size;
    const words = count ? `${count} field${count === 1 ? "" : "s"} changed, not saved` : counter?.dataset.rest || "";
    if (counter && counter.textContent !== words) counter.textContent = words;
  };
  if (counter) counter.dataset.rest = counter.textContent;
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  form.addEventListener("reset", () => setTimeout(() => tell()));
  document.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved()) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    tell();
  });
}

// Whether something typed would be lost, in any form that sends; asked by the idle time-out. A password on the screen is better gone.
export function hasUnsaved() {
  const typed = (field) => field.name && !["hidden", "submit", "password"].includes(field.type) && differs(field);
  return [...document.querySelectorAll('form[method="post"]')].some((form) => form.dataset.guard === "changed" || [...form.elements].some(typed));
}
