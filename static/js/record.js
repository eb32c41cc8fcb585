// The record form while it is typed in: total, what the total says of the concentrator answer. The server reckons all of it again.

import { changedFields } from "./unsaved.js";

const AMOUNT = /^\s*\+?(?:(\d{1,4})\.?(\d{0,2})|\.(\d{1,2}))\s*$/;

// Credits as whole hundredths, null where they cannot be read: no floating point.
export function hundredths(text) {
  if (!text.trim()) return 0;
  const parts = AMOUNT.exec(text);
  if (!parts) return null;
  const decimals = (parts[2] ?? parts[3] ?? "").padEnd(2, "0");
  return Number(parts[1] ?? 0) * 100 + Number(decimals);
}

// The same of a field: +0.50 is added to its credits of last year.
export function entered(field) {
  const amount = hundredths(field.value);
  return amount !== null && field.value.trim().startsWith("+") ? amount + (hundredths(field.dataset.before ?? "") ?? 0) : amount;
}

// Puts the sum in the place of +0.50, and says how it came about; nothing where nothing was added.
export function addToLastYear(field) {
  const amount = hundredths(field.value);
  if (amount === null || !field.value.trim().startsWith("+")) return "";
  const sum = entered(field);
  field.value = shown(sum);
  return `${shown(sum - amount)} last year + ${shown(amount)} = ${shown(sum)}`;
}

const shown = (amount) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;

function watchCredits(form) {
  const output = form.querySelector("[data-total]");
  const said = form.querySelector("[data-total-said]");
  const hint = form.querySelector("[data-hint]");
  const part = (name) => entered(form.querySelector(`[data-credits="${name}"]`));
  const added = form.querySelector("[data-added]");
  let pause;

  const advice = (total) => {
    const answer = form.querySelector("[name=concentrator]:checked")?.value;
    if (total === null) return null;
    const enough = total >= 200;
    if (enough && answer === "No") return ["differs", `Total is ${shown(total)}. Choose Yes for CTE Concentrator, or check the credits`];
    if (!enough && answer === "Yes") return ["differs", `Total is ${shown(total)}. Choose No for CTE Concentrator, or check the credits`];
    return enough ? ["agrees", `${shown(total)} credits: this student is a concentrator`] : null;
  };

  const reckon = () => {
    const parts = [part("in_district_credits"), part("out_of_district_credits")];
    const total = parts.includes(null) ? null : parts[0] + parts[1];
    const text = total === null ? "not yet known" : shown(total);
    output.classList.toggle("hint", total === null);
    if (output.textContent !== text) {
      output.textContent = text;
      clearTimeout(pause);
      pause = setTimeout(() => { said.textContent = `Total Pathway Credits Earned ${text}`; }, 1000);
    }
    const found = advice(total);
    const words = found ? found[1] : "";
    if (hint.textContent.trim() === words) return;
    hint.replaceChildren();
    if (!found) return;
    const line = form.querySelector(`[data-hint-${found[0]}]`).content.cloneNode(true);
    line.querySelector("span").textContent = words;
    hint.append(line);
  };

  form.addEventListener("input", reckon);
  form.addEventListener("change", reckon);
  // Typed before this script arrived, or kept by the browser on the way back.
  window.addEventListener("pageshow", () => changedFields(form).size && reckon());
  for (const field of form.querySelectorAll("[data-credits]")) {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("change", () => {
      const words = addToLastYear(field);
      if (!words) return;
      if (added) added.textContent = `${words}.`;
      reckon();
    });
  }
}

// Whether the single parent answer is the same on every pathway, as chosen now: the answers of the other records stand in data-others.
function watchSingleParent(form) {
  const place = form.querySelector("[data-others]");
  if (!place) return;
  const others = place.dataset.others.split(" ");
  form.addEventListener("change", () => {
    const answer = form.querySelector("[name=single_parent]:checked")?.value;
    const same = form.querySelector("[name=apply_to_all]")?.checked || others.every((other) => other === answer);
    if (same) place.replaceChildren();
    else if (!place.firstElementChild) {
      const line = form.querySelector("[data-hint-differs]").content.cloneNode(true);
      line.querySelector("span").textContent = "Not the same on every pathway of this student";
      place.append(line);
    }
  });
}

const form = document.querySelector("[data-credits-form]");
if (form) {
  watchCredits(form);
  watchSingleParent(form);
}
