// Warns before the sign-in ends and lets the person stay. Keys and clicks count as work: they are told to the server now and then.
// Windows of one browser tell each other by BroadcastChannel; nothing is stored.
import { hasUnsaved } from "./unsaved.js";

export function watchIdle() {
  const place = document.querySelector("[data-idle]");
  const warning = document.getElementById("idle-warning");
  const ended = document.getElementById("idle-ended");
  if (!place || !warning) return;
  const warnAfter = Number(place.dataset.warningSeconds) * 1000;
  const endAfter = Number(place.dataset.idleSeconds) * 1000;
  const tellEvery = Math.min(300_000, warnAfter / 4);
  const windows = new BroadcastChannel("portal-work");
  let seen = Date.now(); // when the server last heard of this person
  let state = "working";

  const show = (template) => place.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));

  const heard = () => {
    seen = Date.now();
    state = "working";
    show(null);
  };

  const end = () => {
    state = "ended";
    if (hasUnsaved()) show(ended);
    else window.location.reload();
  };

  const stay = async () => {
    const form = warning.content.querySelector("form");
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value }),
      headers: { "X-Requested-With": "fetch" },
      redirect: "manual",
    }).catch(() => null); // without a network nothing is known: the next try tells
    if (!answer) return;
    if (answer.status !== 204) return end();
    heard();
    windows.postMessage("heard");
  };

  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    await stay();
    document.getElementById("page").focus();
  });
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => {
      if (state !== "working" || Date.now() - seen < tellEvery) return;
      seen = Date.now();
      stay();
    });
  }
  windows.addEventListener("message", heard);
  windows.postMessage("heard");

  const look = () => {
    const idle = Date.now() - seen;
    if (state !== "ended" && idle >= endAfter) end();
    else if (state === "working" && idle >= warnAfter) {
      state = "warned";
      show(warning);
    }
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}
