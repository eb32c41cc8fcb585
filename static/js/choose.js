// Chosen lines are tinted and counted; the form works without.
for (const form of document.querySelectorAll("[data-choose]")) {
  const boxes = [...form.querySelectorAll("input[name=chosen][type=checkbox]")];
  const told = form.querySelector("[data-chosen]");
  const show = () => {
    for (const box of boxes) box.closest("tr").classList.toggle("chosen", box.checked);
    const number = boxes.filter((box) => box.checked).length;
    if (told) told.textContent = number ? `${number} chosen on this page` : "";
  };
  form.addEventListener("change", show);
  show();
}
