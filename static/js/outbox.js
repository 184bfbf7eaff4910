/* Outbox: a form marked data-outbox="words" is kept here until the server has taken it, and sent in order when the connection returns.
   data-outbox-swap="id": the answer's element of that id takes the place of ours. data-outbox-shows="id": shown once the form is kept, in the form's place. */
(() => {
  "use strict";
  const { shelf, csrf } = window.house;
  const fieldError = ".field-error:not([data-files-lost])"; // the server has lost the files, and the form here still has them
  const TOO_LONG = 120000; // ms that one sending may take, photos on a thin line among them
  const words = {
    403: say("You may not do this. Nothing was changed."),
    404: say("This is not here any more, or not for you to see."),
    413: say("That is too big to send."),
  };
  let running = Promise.resolve();
  let timer = 0;
  let pause = 0;
  let trouble = "";

  const changed = () => document.dispatchEvent(new CustomEvent("outbox:changed", { detail: { trouble } }));

  /* Sends one entry. → {outcome: sent | refused | waiting, …}; waiting means that nobody can tell yet. */
  async function send(one) {
    if (navigator.onLine === false) return { outcome: "waiting", trouble: "offline" };
    const body = new FormData();
    one.fields.forEach(([name, value]) => (value instanceof File ? body.append(name, value, value.name) : body.append(name, value)));
    let answer, text;
    try {
      const headers = { "HX-Request": "true", "X-CSRFToken": await csrf(), "Idempotency-Key": one.token, "Outbox-User": one.user };
      answer = await fetch(one.address, { method: "POST", body, headers, credentials: "same-origin", signal: AbortSignal.timeout(TOO_LONG) });
      text = await answer.text();
    } catch {
      return { outcome: "waiting", trouble: "offline" }; // lost on the way there or back: the token lets us ask again
    }
    const theirs = answer.headers.get("Outbox-User");
    if (theirs !== one.user) return { outcome: "waiting", trouble: theirs === null ? "server" : "session" };
    if (answer.ok) return { outcome: "sent", text, target: answer.headers.get("HX-Redirect") || "" };
    if (answer.status >= 500 || answer.status === 429) return { outcome: "waiting", trouble: "server" };
    return { outcome: "refused", status: answer.status, text };
  }

  /* What the server's page says against it, as sentences. */
  function sentences(status, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const said = [...page.querySelectorAll(`.notice-warning p, .notice-danger p, .conflict h2, ${fieldError}`)].map((one) => one.textContent.trim());
    return said.length && status !== 403 ? [...new Set(said)] : [words[status] || say("The server didn't take it.")];
  }

  /* Sends all that waits, in order, until something must wait on; → what became of the entry `wanted`. */
  async function pass(wanted) {
    let found = { outcome: "waiting", trouble: "offline" };
    let sent = 0;
    trouble = "";
    for (const one of await shelf.mine()) {
      if (one.state !== "waiting") continue;
      const result = await send(one);
      if (one.id === wanted) found = result;
      if (result.outcome === "waiting") {
        trouble = result.trouble;
        break;
      }
      if (result.outcome === "sent" || one.id === wanted) await shelf.remove(one.id); // refused in front of us: the form says why
      else await shelf.put({ ...one, state: "refused", said: sentences(result.status, result.text) });
      if (one.id !== wanted) sent += result.outcome === "sent";
    }
    return { ...found, others: sent };
  }

  /* One after the other in this tab, and, where the browser can, in all its tabs. */
  function drain(wanted) {
    const alone = () => (navigator.locks ? navigator.locks.request("outbox", () => pass(wanted)) : pass(wanted));
    const mine = running.then(alone);
    running = mine.then((result) => settle(result, wanted), () => undefined);
    return mine;
  }

  function settle(result, wanted) {
    clearTimeout(timer);
    pause = trouble ? Math.min((pause || 2500) * 2, 300000) : 0;
    if (trouble && trouble !== "session") timer = setTimeout(drain, pause);
    changed();
    if (!result.others || wanted) return;
    window.house.toast(sayCount("What waited here is sent.", "The {n} things that waited here are sent.", result.others), "success");
    if (document.querySelector("form[data-outbox]") && !unsent()) location.reload();
  }

  /* Something that a reload would lose: picked files, an open dialog. Typed text is a draft, and comes back. */
  const unsent = () => Boolean(document.querySelector("dialog[open]") ||
    [...document.querySelectorAll("form")].some((form) => form.hasAttribute("data-busy") || [...form.elements].some((one) =>
      one.type === "file" ? one.files.length : !form.dataset.draft && one.matches("textarea, input:not([type=hidden])") && one.value !== one.defaultValue)));

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.outbox || !shelf.who() || form.dataset.unkept) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const one = shelf.entry(form, event.submitter);
    window.house.busy(form, true);
    try {
      one.id = await shelf.put(one);
      if (form.dataset.draft) await shelf.picked.put(form.dataset.draft, []).catch(() => undefined); // the entry has them now
    } catch { // no shelf in this browser, or it is full: send it the plain way
      window.house.busy(form, false);
      form.dataset.unkept = "yes";
      form.requestSubmit(event.submitter);
      return;
    }
    const result = await drain(one.id);
    window.house.busy(form, false);
    if (result.outcome === "refused") {
      form.querySelectorAll("[data-files]").forEach((box) => box.dispatchEvent(new CustomEvent("files:again")));
      return complain(form, result);
    }
    form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
    if (result.outcome === "waiting") kept(form);
    else if (form.dataset.outboxSwap && !result.target) swap(form.dataset.outboxSwap, result.text);
    else window.house.go(result.target || location.href);
  }, true);

  function swap(id, text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(id);
    const ours = document.getElementById(id);
    if (!fresh || !ours) return location.reload();
    const pressed = document.activeElement && document.activeElement.form;
    const again = pressed && ours.contains(pressed) ? pressed.getAttribute("action") : "";
    const stale = document.importNode(fresh, true);
    ours.replaceWith(stale);
    const button = again && stale.querySelector(`form[action="${CSS.escape(again)}"] button`);
    if (button) button.focus();
  }

  /* Kept: the page goes on as if it were sent, and says that it isn't yet. */
  function kept(form) {
    const tick = form.querySelector("button[aria-pressed]");
    const next = form.dataset.outboxShows && document.getElementById(form.dataset.outboxShows);
    if (tick) {
      const on = tick.getAttribute("aria-pressed") !== "true";
      tick.setAttribute("aria-pressed", on);
      form.elements.done.value = on ? "0" : "1";
      tick.toggleAttribute("data-kept");
      return;
    }
    if (next) {
      next.hidden = false;
      form.hidden = true;
      return;
    }
    form.reset();
    const note = Object.assign(document.createElement("p"), { className: "outbox-kept", textContent: say("Kept. It is sent when the connection returns.") });
    form.querySelectorAll(".outbox-kept").forEach((old) => old.remove());
    form.append(note);
    const home = document.getElementById("outbox");
    if (home) home.scrollIntoView({ block: "nearest" });
  }

  /* Refused in front of the person: the sentences stand where they belong; text and files stay in the form. */
  function complain(form, { status, text }) {
    form.querySelectorAll("[data-said]").forEach((old) => old.remove());
    const page = new DOMParser().parseFromString(text, "text/html");
    const theirs = page.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`) || page.body;
    const put = (node, before) => {
      const copy = document.importNode(node, true);
      copy.dataset.said = "";
      before(copy);
      return copy;
    };
    const kinds = ".notice-warning, .notice-danger, .conflict";
    const errors = [...theirs.querySelectorAll(fieldError)];
    const boxes = [...(theirs.querySelector(kinds) || errors.length ? theirs : page).querySelectorAll(kinds)];
    if (status === 403 || status === 404 || !boxes.length && !errors.length) {
      return window.house.toast(`${sentences(status, text).join(" ")} ${say("What you wrote is still here, to be copied.")}`);
    }
    boxes.reverse().forEach((box) => put(box, (copy) => form.prepend(copy)));
    errors.forEach((error) => {
      const other = error.closest(".field") && error.closest(".field").querySelector("[name]");
      const own = other && form.elements[other.name];
      const field = own && (own.length && !own.matches ? own[0] : own).closest(".field");
      if (field) put(error, (copy) => field.querySelector("label, legend").after(copy));
    });
    const seen = theirs.querySelector("input[name=seen]");
    if (seen && form.elements.seen) form.elements.seen.value = seen.value;
    const first = form.querySelector("[data-said]");
    first.tabIndex = -1;
    first.focus();
  }

  window.house.outbox = { drain: () => drain(), changed };
  window.addEventListener("online", () => drain());
  window.addEventListener("offline", changed);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) drain(); });
  document.addEventListener("DOMContentLoaded", () => { if (shelf.who() && window.indexedDB) drain(); });
})();
