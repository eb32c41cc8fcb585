// A wait that ends by itself counts down while the page stands open. [data-left]: seconds that were left when the page was made.
const began = Date.now();
const OVER = "Time is up. Check again";

for (const place of document.querySelectorAll("[data-left]")) {
  const sentence = place.querySelector(".sentence");
  const tell = () => {
    const left = Math.ceil((place.dataset.left - (Date.now() - began) / 1000) / 60);
    const words = left > 0 ? `${left} minute${left === 1 ? "" : "s"} left` : OVER;
    sentence.textContent = sentence.textContent.replace(RegExp(`\\d+ minutes? left|${OVER}`), words);
  };
  setInterval(tell, 5000);
}
