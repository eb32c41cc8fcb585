// A grid while it is typed in: keys between cells, what is changed in many cells at once, and its undo; the roster's has totals. The server reckons all of it again.

import { mayTakeFocus } from "./focus.js";
import { addToLastYear, entered, hundredths } from "./record.js";

const CREDITS = ["in_district_credits", "out_of_district_credits", "dual_enrollment_credits", "work_based_learning_credits"];
const DAY = /^\s*\d{1,2}\/\d{1,2}\/\d{4}\s*$/;
const NUMBER = /^\s*(?:[+-]?(?:\d{1,9}(?:\.\d{1,4})?|\.\d{1,4}))?\s*$/;
const ANSWERS = { y: "yes", n: "no" };

const shown = (amount) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const stored = (field) => (field.matches("select") ? [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0].value : field.defaultValue);
// The letters alone are changed: another text node would make the browser look at every row's style again.
const write = (place, words) => {
  if (place.textContent === words) return;
  if (place.firstChild) place.firstChild.data = words;
  else place.textContent = words;
};
const differs = (field) => field.value !== stored(field);
// Asterisks are sent as they are, tabs three times as long.
const packed = (parts) => parts.join(parts.some((part) => part.includes("*")) ? "\t" : "*");
const isReadable = (field) => {
  if (CREDITS.includes(field.dataset.column)) return hundredths(field.value) !== null;
  if (field.matches("select")) return true;
  // What is text or a list may be empty; of the record's own fields, none.
  if (field.dataset.kind) return field.dataset.kind === "number" ? NUMBER.test(field.value) : field.dataset.kind !== "date" || !field.value.trim() || DAY.test(field.value);
  return DAY.test(field.value);
};
// What a list calls the value of a spreadsheet, undefined where it has none.
const chosen = (field, typed) => {
  const words = typed.trim().toLowerCase();
  return [...field.options].find((option) => [words, ANSWERS[words]].includes(option.value.toLowerCase()))?.value;
};

class Grid {
  constructor(form) {
    this.form = form;
    this.acts = [];
    this.last = null;
    this.rows = [...form.querySelectorAll("[data-row]")].map((row) => ({
      row,
      amounts: [],
      fields: [...row.querySelectorAll("[data-column]")],
      total: row.querySelector("[data-total]"),
      mark: row.querySelector("[data-mark]"),
    }));
    this.places = new Map();
    this.rows.forEach(({ fields }, down) => fields.forEach((field, across) => this.places.set(field, { down, across })));
    this.sums = [...form.querySelectorAll("[data-sum]")];
    this.said = form.querySelector("[data-said]");
    this.undoing = form.querySelector("[data-undo]");
    for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
    for (const field of form.querySelectorAll("[name=act_value],[name=act_column]")) field.removeAttribute("name");
    form.addEventListener("keydown", (event) => this.go(event));
    form.addEventListener("focusin", ({ target }) => {
      if (!this.places.has(target)) return;
      this.last = target;
      if (target.matches("input")) target.select();
    });
    form.addEventListener("input", ({ target }) => {
      if (this.places.has(target)) this.last = target;
      this.reckon(target);
    });
    form.addEventListener("change", ({ target }) => {
      const words = CREDITS.includes(target.dataset.column) ? addToLastYear(target) : "";
      if (words) this.tell(`${target.getAttribute("aria-label")}: ${words}.`);
    });
    form.addEventListener("paste", (event) => this.paste(event));
    form.addEventListener("formdata", ({ formData }) => this.pack(formData));
    form.addEventListener("click", (event) => this.press(event));
    window.addEventListener("pageshow", () => this.reckon(form));
  }

  // Enter and the arrows go to the same column of the next row; in a list the arrows choose, as everywhere.
  go(event) {
    const place = this.places.get(event.target);
    if (event.key === "Enter" && event.target.matches("[data-value]") && !event.ctrlKey) event.preventDefault();
    if (!place || event.ctrlKey || event.altKey || event.metaKey) return;
    const arrows = event.target.matches("select") ? {} : { ArrowDown: 1, ArrowUp: -1 };
    const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : arrows[event.key];
    if (event.key === "Escape" && differs(event.target)) {
      event.preventDefault();
      event.target.value = stored(event.target);
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      if (event.target.matches("input")) event.target.select();
    } else if (step) {
      event.preventDefault();
      this.rows[place.down + step]?.fields[place.across].focus();
    }
  }

  reckon(target) {
    const rows = this.places.has(target) ? [this.rows[this.places.get(target).down]] : this.rows;
    for (const line of rows) {
      const { row, fields, total, mark } = line;
      for (const field of fields) field.toggleAttribute("data-changed", "typed" in row.dataset || differs(field));
      if (!total) continue;
      line.amounts = CREDITS.map((_, across) => entered(fields[across]));
      const [inside, outside] = line.amounts;
      const sum = inside === null || outside === null ? null : inside + outside;
      const words = sum === null ? "–" : shown(sum);
      write(total, words);
      const isYes = fields.find((field) => field.dataset.column === "concentrator").value === "Yes";
      const advice = sum === null || !fields[0].value || sum >= 200 === isYes ? "" : sum >= 200 ? "Yes from 2.00" : "below 2.00";
      write(mark, advice);
    }
    if (!this.sums.length) return;
    const sums = CREDITS.map((_, across) => this.rows.reduce((sum, { amounts }) => sum + (amounts[across] ?? 0), 0));
    [sums[0], sums[1], sums[0] + sums[1], sums[2], sums[3]].forEach((sum, at) => write(this.sums[at], shown(sum)));
  }

  // One field with a line for each changed row, its parts between tabs: nothing else is sent, however long the page is.
  pack(data) {
    const lines = [];
    for (const { row, fields } of this.rows) {
      const name = row.dataset.row;
      const seen = data.get(`${name}-seen`);
      data.delete(`${name}-seen`);
      fields.forEach((field) => data.delete(field.name));
      if ("typed" in row.dataset || fields.some(differs)) lines.push(packed([name, seen, ...fields.map((field) => this.sent(name, field))]));
    }
    if (lines.length) data.append("row", lines.join("\n"));
  }

  // A cell of text or of a list says which it is; an element's, also at which version.
  sent(row, field) {
    const value = field.value.replaceAll("\t", " ");
    return field.dataset.kind ? `${field.name.slice(row.length + 1)}=${value}` : value;
  }

  // Puts values into cells as one act, which can be undone until the next save. `changes` are pairs of field and value.
  act(changes, words) {
    const before = changes.map(([field]) => [field, field.value]);
    for (const [field, value] of changes) {
      field.value = value;
      field.toggleAttribute("aria-invalid", false);
      if (!isReadable(field)) field.setAttribute("aria-invalid", "true");
    }
    if (changes.length) this.acts.push(before);
    this.tell(changes.length ? `${words} Nothing is saved yet.` : words);
  }

  undo() {
    const before = this.acts.pop();
    for (const [field, value] of before ?? []) {
      field.value = value;
      field.removeAttribute("aria-invalid");
    }
    this.tell(`${counted(before?.length ?? 0, "cell")} as before.`);
  }

  tell(words) {
    this.said.textContent = words;
    this.undoing.hidden = !this.acts.length;
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Here, instead of at the server.
  press(event) {
    const button = event.target.closest("[name=act],[data-undo]");
    const act = { add: this.add, blank: this.blank, fill: this.fill, answers: this.answer }[button?.value];
    if (button?.matches("[data-undo]")) this.undo();
    else if (act) {
      event.preventDefault();
      act.call(this);
    }
  }

  // The chosen column: its words, and its cells from above to below.
  column() {
    const column = this.form.querySelector("[data-act-column]");
    const cells = this.rows.map(({ fields }) => fields.find((field) => field.dataset.column === column.value)).filter(Boolean);
    return { name: column.selectedOptions[0].textContent.trim(), cells, isCredits: CREDITS.includes(column.value) };
  }

  get value() { return this.form.querySelector("[data-value]").value.trim(); }

  add() {
    const amount = hundredths(this.value);
    const { name, cells, isCredits } = this.column();
    if (!amount || !isCredits) return this.tell("Choose a column of credits, and enter the credits to add, like 0.50.");
    const changes = cells.filter(isReadable).map((field) => [field, shown(entered(field) + amount)]);
    const left = cells.length - changes.length;
    return this.act(changes, `${shown(amount)} added to ${name} in ${counted(changes.length, "row")}.${left ? ` ${counted(left, "row")} left: not a number.` : ""}`);
  }

  blank() {
    const { name, cells } = this.column();
    const value = (field) => (field.matches("select") ? chosen(field, this.value) : this.value);
    const empty = cells.filter((field) => !field.value.trim());
    const changes = empty.filter((field) => value(field)).map((field) => [field, value(field)]);
    if (empty.length && !changes.length) return this.tell(`${this.value || "Nothing"} is no value for ${name}.`);
    return this.act(changes, changes.length ? `${changes[0][1]} set for ${name} in ${counted(changes.length, "row")}.` : "No cell of this column is blank.");
  }

  // From the cell where one was; else from the first value of the chosen column.
  fill() {
    const { cells } = this.column();
    const first = this.places.has(this.last) ? this.last : cells.find((field) => field.value.trim());
    const place = this.places.get(first);
    if (!place) return this.tell("No row has a value for this column.");
    const changes = this.rows.slice(place.down + 1).map(({ fields }) => fields[place.across]).filter((field) => field.value !== first.value).map((field) => [field, first.value]);
    return this.act(changes, changes.length ? `${first.value || "Nothing"} filled down into ${counted(changes.length, "row")}.` : "Every row below has this value.");
  }

  answer() {
    const changes = this.rows.filter(({ mark }) => mark.textContent).map(({ fields, mark }) => [fields.find((field) => field.dataset.column === "concentrator"), mark.textContent.startsWith("Yes") ? "Yes" : "No"]);
    return this.act(changes, changes.length ? `CTE Concentrator set in ${counted(changes.length, "row")}.` : "Every answer agrees with its total.");
  }

  // A column or a block of a spreadsheet goes from this cell to the right and downward.
  paste(event) {
    const place = this.places.get(event.target);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const isOneCell = !/[\t\r\n]/.test(text.replace(/[\r\n]+$/, ""));
    if (!place || (isOneCell && event.target.matches("input"))) return;
    event.preventDefault();
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const changes = [];
    const bad = [];
    let surplus = 0;
    lines.forEach((values, down) => values.forEach((typed, across) => {
      const field = this.rows[place.down + down]?.fields[place.across + across];
      const value = field?.matches("select") ? chosen(field, typed) : typed.trim();
      if (!field) surplus += 1;
      else if (value === undefined) bad.push(place.down + down + 1);
      else {
        changes.push([field, value]);
        if (!isReadable({ dataset: field.dataset, value, matches: (selector) => field.matches(selector) })) bad.push(place.down + down + 1);
      }
    }));
    const notes = [bad.length ? ` ${counted(bad.length, "value")} cannot be read: row ${[...new Set(bad)].join(", ")}.` : "", surplus ? ` ${counted(surplus, "value")} left out: no cell for it.` : ""];
    this.act(changes, `${counted(changes.length, "value")} pasted.${notes.join("")}`);
  }
}

const form = document.querySelector("[data-grid]");
if (form) {
  const { rows } = new Grid(form);
  // Digits go into the first cell at once; what the page says of a save is read first.
  if (!document.querySelector(".banner:not(.info), .summary") && mayTakeFocus()) rows[0]?.fields[0]?.focus({ preventScroll: true });
} else for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
