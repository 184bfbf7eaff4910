/* Drafts that the server keeps too: text of <form data-draft data-draft-keep="address"> goes there while one types, under the token of the
   form, and stays in this browser until it has arrived. [data-draft-said] in the form tells where it is. */
(() => {
  "use strict";
  const { who, token } = window.house.shelf;
  const PAUSE = 1200, AGAIN = 15000, WEEK = 7 * 86400000, ALIVE = 60000; // a page that ends may send so many bytes
  const mine = () => `draft-unsent:${who()}:`;
  const timers = new WeakMap();
  let again = 0;

  const keeps = (form) => who() && form && form.dataset && form.dataset.draftKeep;
  function tokenOf(form) {
    const field = form.elements.submission || form.elements.draft;
    if (!field.value) field.value = token();
    return field.value;
  }
  const writes = (one) => one.matches("textarea, input:not([type]), input[type=text]") && one.value.trim();

  function told(form, words) {
    const place = form && form.querySelector("[data-draft-said]");
    if (place) place.textContent = words;
  }

  function put(key, one) {
    try {
      if (one) localStorage.setItem(key, JSON.stringify(one));
      else localStorage.removeItem(key);
    } catch { /* storage full or shut: the form itself still holds the text */ }
  }

  function get(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  }

  function unsent() {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(mine())); } catch { return []; }
  }

  /* What stands in the form, into this browser; → its key, or "" where there is nothing to keep. */
  function write(form) {
    clearTimeout(timers.get(form));
    timers.delete(form);
    if (![...form.elements].some(writes)) return "";
    const key = mine() + tokenOf(form);
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    put(key, { address: form.dataset.draftKeep, form: form.dataset.draft, token: tokenOf(form), fields, at: Date.now() });
    return key;
  }

  /* From this browser to the server; → whether it needn't be kept here any more. */
  async function send(key, ends = false) {
    const one = get(key);
    if (!one) return true;
    const body = new URLSearchParams(one.fields);
    body.set("token", one.token);
    body.set("form", one.form);
    try {
      const headers = { "HX-Request": "true", "X-CSRFToken": await window.house.csrf(), "Outbox-User": who() };
      const answer = await fetch(one.address, { method: "POST", body, headers, keepalive: ends && body.toString().length < ALIVE });
      const settled = answer.headers.get("Outbox-User") === who() && [204, 410, 422].includes(answer.status);
      if (settled && (get(key) || one).at === one.at) put(key, null); // nothing was typed meanwhile
      return settled;
    } catch {
      return false;
    }
  }

  async function keep(form) {
    const key = write(form);
    if (!key) return;
    const arrived = await send(key);
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    told(form, arrived ? say("Draft kept {time}", { time }) : say("Kept in this browser until the connection returns"));
    clearTimeout(again);
    if (!arrived) again = setTimeout(flush, AGAIN);
  }

  /* All that has not arrived yet, of this person. */
  async function flush(ends = false) {
    if (!who()) return;
    for (const key of unsent()) {
      if (((get(key) || {}).at || 0) < Date.now() - WEEK) put(key, null);
      else if (!(await send(key, ends))) break;
    }
    if (!unsent().length) document.querySelectorAll("[data-draft-said]").forEach((one) => { if (one.textContent) one.textContent = say("Draft kept"); });
  }

  const later = (event) => {
    const form = event.target.form;
    if (!keeps(form)) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => keep(form), PAUSE));
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);

  /* What is being sent stays in this browser until it has arrived, and is no draft any more then. */
  document.addEventListener("submit", (event) => { if (keeps(event.target) && !event.target.dataset.outbox) write(event.target); });
  document.addEventListener("submit", (event) => { // one that ends the draft of another, as “This helped” does
    const other = event.target.dataset.draft && !event.target.dataset.draftKeep &&
      document.querySelector(`form[data-draft-keep][data-draft="${CSS.escape(event.target.dataset.draft)}"]`);
    if (!other) return;
    clearTimeout(timers.get(other));
    put(mine() + tokenOf(other), null);
    const field = event.target.elements.draft || event.target.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "draft" }));
    field.value = tokenOf(other);
  });
  document.addEventListener("draft:sent", (event) => { if (event.detail.token) put(mine() + event.detail.token, null); });
  document.addEventListener("draft:done", (event) => { if (keeps(event.target)) put(mine() + tokenOf(event.target), null); });

  document.addEventListener("draft:discarded", (event) => {
    const form = event.target;
    if (!keeps(form)) return;
    clearTimeout(timers.get(form));
    const field = form.elements.submission || form.elements.draft, old = field.value;
    put(mine() + old, null);
    field.value = token();
    told(form, "");
    window.house.csrf().then((csrf) => fetch(`${form.dataset.draftKeep}${old}/throw-away/`,
      { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": csrf, "Outbox-User": who() } })).catch(() => undefined);
  });

  /* Whoever signs out takes the text along: it goes to the server first, if it can. */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-forget-drafts") || form.dataset.draftsFlushed) return;
    document.querySelectorAll("form[data-draft-keep]").forEach((one) => { if (timers.has(one)) write(one); });
    if (!who() || !unsent().length) return;
    event.preventDefault();
    form.dataset.draftsFlushed = "yes";
    await Promise.race([flush(), new Promise((go) => setTimeout(go, 2000))]);
    form.submit();
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return flush();
    document.querySelectorAll("form[data-draft-keep]:not([data-busy])").forEach((form) => { if (timers.has(form)) write(form); });
    return flush(true);
  });
  window.addEventListener("online", () => flush());
  document.addEventListener("DOMContentLoaded", () => { if (who() && unsent().length) flush(); });
})();
