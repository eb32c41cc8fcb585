// Check dependencies: what a chosen type needs is ticked with it; the server does the same without this script.
for (const form of document.querySelectorAll("[data-resync]")) {
  const boxes = [...form.querySelectorAll("input[name=types]")];
  const whole = form.querySelector("[name=check_dependencies]");
  const told = form.querySelector("[data-said-chosen]");
  const named = new Map(boxes.map((box) => [box.value, box]));
  const needs = (box) => box.dataset.needs.split(",").map((name) => named.get(name)).filter(Boolean);
  const tick = (box) => {
    for (const other of needs(box)) {
      if (other.checked) continue;
      other.checked = true;
      tick(other);
    }
  };
  const untick = (box) => {
    for (const other of boxes) {
      if (!other.checked || !needs(other).includes(box)) continue;
      other.checked = false;
      untick(other);
    }
  };
  const show = () => {
    const number = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr")?.classList.toggle("chosen", box.checked);
    const words = number === boxes.length ? "All types: a complete resync." : `${number} of ${boxes.length} types: not a complete resync.`;
    if (told) told.textContent = number ? words : "";
  };
  form.addEventListener("change", ({ target }) => {
    if (whole?.checked && boxes.includes(target)) (target.checked ? tick : untick)(target);
    if (target === whole && whole.checked) boxes.filter((box) => box.checked).forEach(tick);
    show();
  });
  show();
}
