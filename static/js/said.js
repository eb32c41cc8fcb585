// A message that came with the page is not reliably read out: its words are put into the status region once more. Nothing moves on the page.
export function sayMessages() {
  for (const words of document.querySelectorAll(".banner[role=status] p")) {
    const picture = words.cloneNode(true);
    picture.inert = true; // seen, not heard
    words.replaceWith(picture);
    const say = () => setTimeout(() => picture.replaceWith(words), 500);
    if (document.readyState === "complete") say();
    else window.addEventListener("load", say);
  }
}
