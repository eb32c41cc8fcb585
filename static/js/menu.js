// Menus are <details data-menu>: Esc closes and gives the focus back, opening one or clicking elsewhere closes the others.
export function watchMenus() {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) {
      const inside = menu.contains(event.target) || (menu.matches(".menu") && event.target.closest(".nav"));
      if (!inside) menu.open = false;
    }
  });
}
