// Check dependencies: what a chosen type needs is ticked with it; the server does the same without this script.
for (const form of document.querySelectorAll("[data-resync]")) {
  const boxes = [...form.querySelectorAll("input[name=types]")];
  const whole = form.querySelector("[name=check_dependencies]");
  const told = form.querySelector("[data-said-chosen]");
  const named = new Map(boxes.map((box) => [box.value, box]));
  const need = (box) => {
    for (const name of box.dataset.needs.split(",")) {
      const other = named.get(name);
      if (!other || other.checked) continue;
      other.checked = true;
      need(other);
    }
  };
  const show = () => {
    if (whole?.checked) for (const box of boxes) if (box.checked) need(box);
    const number = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr")?.classList.toggle("chosen", box.checked);
    const words = number === boxes.length ? "All types: a complete resync." : `${number} of ${boxes.length} types: not a complete resync.`;
    told.textContent = number ? words : "";
  };
  form.addEventListener("change", show);
  show();
}
