/* An open ticket learns what others do: who looks, who types, and that something happened, which is shown when one asks for it. */
(() => {
  "use strict";
  const EVERY = 4000, SLOWLY = 30000, TYPES = 6000; // ms
  let timer = 0, asking = false, typed = 0, told = 0;

  const place = () => document.querySelector("[data-news-of]");
  document.addEventListener("input", (event) => { if (event.target.matches(".composer textarea")) typed = Date.now(); });

  async function ask() {
    clearTimeout(timer);
    const here = place();
    if (!here || document.hidden || asking) return;
    asking = true;
    const address = here.dataset.newsOf;
    let wait = EVERY;
    try {
      const headers = { Live: "1" };
      if (Date.now() - typed < TYPES) headers.Typing = "1";
      if (here.dataset.tag) headers["If-None-Match"] = here.dataset.tag;
      const answer = await fetch(address, { headers, credentials: "same-origin" });
      if (answer.redirected) return;
      if (answer.status === 200) {
        const text = await answer.text();
        if (here.isConnected && here.dataset.newsOf === address) show(here, text, answer.headers.get("ETag") || "");
        if (!here.dataset.tag) wait = SLOWLY / 3;
      } else if (answer.status !== 304) wait = SLOWLY;
    } catch { wait = SLOWLY; } finally {
      asking = false;
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    }
  }

  function show(here, text, tag) {
    here.dataset.tag = tag;
    const there = new DOMParser().parseFromString(text, "text/html").body;
    if (here.innerHTML.trim() === there.innerHTML.trim()) return;
    const focused = here.contains(document.activeElement);
    here.replaceChildren(...there.childNodes);
    ready(here);
    const button = here.querySelector("[data-show-news]");
    if (focused && button) button.focus({ preventScroll: true });
    const news = here.querySelector("[data-news]");
    told = news ? Number(news.dataset.news) : 0;
    document.dispatchEvent(new CustomEvent("ticket:news", { detail: { count: told } }));
  }

  /* What was put in without htmx is made to work as if it had been. */
  function ready(part) {
    window.htmx.process(part);
    window.htmx.trigger(part, "htmx:load", { elt: part });
  }

  /* Everything but the boxes one writes in is taken from the page as it is now. */
  async function renew(here) {
    const root = here.closest("#panel") || document.getElementById("main");
    const address = here.dataset.page || location.href;
    const headers = here.dataset.page ? { "HX-Request": "true", "HX-Target": "panel" } : {};
    const answer = await fetch(address, { headers, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["[data-part=head]", "[data-part=next]", ".timeline", ".rail", "[data-news-of]"]) {
      const mine = root.querySelector(part), theirs = page.querySelector(part);
      if (mine && theirs) { mine.replaceWith(theirs); ready(theirs); }
    }
    const last = root.querySelector(".timeline > li:last-child");
    if (last) {
      last.setAttribute("tabindex", "-1");
      last.setAttribute("data-fresh", "");
      last.focus({ preventScroll: true });
      last.scrollIntoView({ block: "nearest" });
    }
    timer = setTimeout(ask, EVERY);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-news]");
    if (!button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    renew(button.closest("[data-news-of]")).catch(() => location.reload());
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.addEventListener("htmx:afterSwap", () => { if (place()) { clearTimeout(timer); timer = setTimeout(ask, 300); } });
  document.addEventListener("DOMContentLoaded", () => { if (place()) timer = setTimeout(ask, 800); });
})();
