// A file that was changed after it was chosen cannot be sent: the browser would show its own error page in place of the form.
const CHANGED = "This file has changed since you chose it. Choose it again.";

export function watchFiles() {
  for (const input of document.querySelectorAll("input[type=file]")) {
    let readable = false;
    const { form } = input;
    form.addEventListener("submit", async (event) => {
      if (readable || !input.files.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      readable = await [...input.files].reduce(async (all, file) => (await all) && canBeRead(file), true);
      if (readable) form.requestSubmit(event.submitter);
      else tell(input);
      readable = false;
    });
    input.addEventListener("change", () => forget(input));
  }
}

async function canBeRead(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function tell(input) {
  input.value = "";
  input.dispatchEvent(new Event("change"));
  const error = document.createElement("div");
  error.className = "error";
  error.id = `${input.id}_changed`;
  error.setAttribute("role", "alert");
  error.textContent = CHANGED;
  input.before(error);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${error.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
  input.closest(".field")?.classList.add("has-error");
  input.focus();
}

function forget(input) {
  const error = document.getElementById(`${input.id}_changed`);
  if (!error) return;
  error.remove();
  input.removeAttribute("aria-invalid");
  input.setAttribute("aria-describedby", input.getAttribute("aria-describedby").replace(error.id, "").trim());
  input.closest(".field")?.classList.remove("has-error");
}
