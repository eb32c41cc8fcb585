// A school year stays on one line: a browser breaks "2024-25" after its hyphen. The text itself stays plain, to be copied and found.

const YEAR = /\b\d{4}-\d{2}(?:\d{2})?\b/g;
const APART = "script, style, svg, textarea, option, .num, time";

export function keepYears(place) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (/\d-\d\d/.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest(APART)) texts.push(walker.currentNode);
  for (const text of texts) {
    // The sentence first gets an element of its own: beside its year it would fall apart where the parent lays its parts out in a row.
    if (text.data.trim().length > 9) {
      const sentence = document.createElement("span");
      text.replaceWith(sentence);
      sentence.append(text);
    }
    for (const found of [...text.data.matchAll(YEAR)].reverse()) {
      const range = document.createRange();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      const whole = document.createElement("span");
      whole.className = "num";
      range.surroundContents(whole);
    }
  }
}

export function watchYears() {
  keepYears(document.body);
  document.addEventListener("htmx:afterSettle", (event) => keepYears(event.target));
}
