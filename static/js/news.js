// Asks now and then whether a job has ended or something else has happened, and shows it. Without script the next page says it.
// Pauses while the window is hidden; asks more often while a job runs. The request is nobody's work: it keeps no session alive.
const SLOW = 30_000;
const QUICK = 4_000;

export function watchNews() {
  const place = document.querySelector("[data-news]");
  if (!place || !place.dataset.news) return;
  let timer = 0;
  const running = () => document.getElementById("running");

  const show = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const count = answer.getElementById("running");
    if (count && running() && count.href === running().href && count.textContent !== running().textContent) {
      running().replaceWith(count);
    }
    for (const notice of answer.querySelectorAll("[data-notices] > .banner")) {
      const back = notice.querySelector("[name=next]");
      if (back) back.value = location.pathname + location.search;
      if (notice.querySelector("a").pathname !== location.pathname) place.append(notice);
    }
  };

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    const headers = { "HX-Request": "true", "X-News": "true" };
    const answer = await fetch(place.dataset.news, { headers, redirect: "manual" }).catch(() => null);
    if (answer && answer.status !== 200) return; // signed out: the next page says so
    if (answer) show(await answer.text());
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, running()?.querySelector("b") ? QUICK : SLOW);
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : wait()));
  place.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-put-away]");
    if (!form) return;
    event.preventDefault();
    form.closest(".banner").remove();
    document.getElementById("page").focus();
  });
  wait();
}
