// A button that shows a password while it is typed.
export function showPasswords() {
  for (const input of document.querySelectorAll("input[type=password]")) {
    const row = document.createElement("div");
    const button = document.createElement("button");
    row.className = "joined";
    button.className = "btn small";
    button.type = "button";
    button.textContent = "Show";
    button.setAttribute("aria-label", `Show ${input.labels[0]?.firstChild.textContent.trim().toLowerCase() ?? "password"}`);
    input.replaceWith(row);
    row.append(input, button);
    button.addEventListener("click", () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? "Hide" : "Show";
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^\w+/, button.textContent));
      input.focus();
    });
    input.form?.addEventListener("submit", () => (input.type = "password"));
  }
}
