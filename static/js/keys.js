// Hands on the keys. Keys press a button or link: data-key="Control+Enter", data-key="Alt+s". One acts alone, ? for help:
// never in a field, and a person can turn it off on the Help page (WCAG 2.1.4).

const isSeen = (element) => element && element.getClientRects().length > 0;

// Letters go by their place on the keyboard: with Alt held a Mac makes another character of them.
const named = (event) => (/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key);

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (!isTyped(event.target) && questionMark() && showHelp()) event.preventDefault();
      return;
    }
    const held = [event.ctrlKey && "Control", event.altKey && "Alt", event.shiftKey && "Shift"].filter(Boolean);
    if (!event.ctrlKey && !event.altKey) return;
    const keys = [...held, named(event)].join("+");
    if (keys === "Alt+s" && findStudent()) {
      event.preventDefault();
      return;
    }
    const element = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === keys);
    if (!element) return;
    event.preventDefault();
    element.click();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-help]") || !showHelp()) return;
    event.preventDefault();
  });
}

// The search of this page, if it has one; the navigation's link leads to it from any other.
function findStudent() {
  const field = [...document.querySelectorAll("[data-search]")].find(isSeen);
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function showHelp() {
  const box = document.querySelector("dialog[data-help-box]");
  if (box && !box.open) box.showModal();
  return Boolean(box);
}

const isTyped = (element) => Boolean(element.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]"));
const questionMark = () => document.querySelector("[data-help-box]")?.dataset.questionMark === "on";

// A list of links is one stop of the Tab key; arrows go through it. Without script each link is a stop of its own.
export function watchLists() {
  for (const list of document.querySelectorAll("[data-list]")) {
    const links = [...list.querySelectorAll("a")];
    if (!links.length) continue;
    const open = list.querySelector("[aria-current]") ?? links[0];
    const stop = (link) => links.forEach((one) => { one.tabIndex = one === link ? 0 : -1; });
    const go = (link) => { stop(link); link.focus(); };
    stop(open);
    // The open student in the middle of the list; scrollIntoView would move the page as well.
    if (open.matches("[aria-current]")) list.scrollTop = open.offsetTop - list.offsetTop - (list.clientHeight - open.offsetHeight) / 2;
    list.addEventListener("focusin", (event) => event.target.closest("a") && stop(event.target.closest("a")));
    list.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const at = links.indexOf(event.target.closest("a"));
      const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      if (links[next]) go(links[next]);
    });
    const field = list.closest("aside")?.querySelector("[data-search]");
    field?.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" || event.altKey) return;
      event.preventDefault();
      go(links.find((link) => link.tabIndex === 0));
    });
  }
}

// The list ends at the window's foot, however far the page is scrolled and however high the bars above it are (walk 31).
export function fillWindow() {
  const pane = document.querySelector(".list-pane");
  if (!pane) return;
  const fill = () => {
    pane.style.height = "";
    if (getComputedStyle(pane).position === "sticky") pane.style.height = `${innerHeight - Math.max(0, pane.getBoundingClientRect().top)}px`;
  };
  fill();
  for (const what of ["scroll", "resize"]) addEventListener(what, fill, { passive: true });
}

// The current screen in sight, in the middle of a navigation that is longer than the window.
export function showCurrentScreen() {
  const navigation = document.getElementById("screens");
  const current = navigation?.querySelector("[aria-current]");
  if (!current || !isSeen(current) || navigation.scrollHeight <= navigation.clientHeight) return;
  const within = current.getBoundingClientRect().top - navigation.getBoundingClientRect().top;
  navigation.scrollTop += within - (navigation.clientHeight - current.offsetHeight) / 2;
}
