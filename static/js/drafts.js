/* Drafts: unsent text of <form data-draft="key"> survives in this tab, per person, until the server has taken it. Never passwords, never files.
   A form that the server keeps as well (drafts_kept.js) has a token of its own, which comes back with the text. data-draft-fresh: begun
   otherwise than empty, so that only text of the very same token comes back. */
(() => {
  "use strict";
  const store = window.sessionStorage;
  const who = () => document.body.dataset.user || "";
  const name = (form) => `draft:${who()}:${form.dataset.draft}`;
  const fields = (form) => [...form.elements].filter((one) => one.name && one.name !== "csrfmiddlewaretoken" &&
    one.matches("textarea, select, input:not([type=password], [type=hidden], [type=file], [type=submit], [type=button])"));
  const timers = new WeakMap();
  const tokenOf = (form) => form.elements.submission || form.elements.draft;

  function read(form) {
    const found = {};
    fields(form).forEach((one) => {
      if (one.type === "checkbox" || one.type === "radio") {
        if (one.checked !== one.defaultChecked) found[`${one.name}=${one.value}`] = one.checked;
      } else if (one.matches("select")) {
        const before = [...one.options].find((option) => option.defaultSelected) || one.options[0];
        if (!one.multiple && one.value !== (before ? before.value : "")) found[one.name] = one.value;
      } else if (one.value !== one.defaultValue) found[one.name] = one.value;
    });
    return found;
  }

  function save(form) {
    if (!who()) return;
    const found = read(form);
    try {
      if (Object.keys(found).length && tokenOf(form)) found["draft-token"] = tokenOf(form).value;
      if (Object.keys(found).length) store.setItem(name(form), JSON.stringify(found));
      else store.removeItem(name(form));
    } catch { /* storage full or shut: the form itself still holds the text */ }
  }

  function forget(form) {
    clearTimeout(timers.get(form));
    store.removeItem(name(form));
    form.querySelectorAll("[data-draft-notice]").forEach((notice) => notice.remove());
  }

  function notice(form) {
    if (form.querySelector("[data-draft-notice]")) return;
    const box = Object.assign(document.createElement("div"), { className: "notice" });
    box.dataset.draftNotice = "";
    box.setAttribute("role", "status");
    const body = Object.assign(document.createElement("div"), { className: "notice-body" });
    const line = Object.assign(document.createElement("p"), { textContent: `${say("Your unsent text is back.")} ` });
    line.append(Object.assign(document.createElement("button"), { type: "button", className: "link-btn", textContent: say("Discard it") }));
    line.lastChild.dataset.draftDiscard = "";
    body.append(line);
    box.append(body);
    form.prepend(box);
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  function restore(form) {
    if (!who() || form.dataset.draftSeen) return;
    form.dataset.draftSeen = "yes";
    let found;
    try { found = JSON.parse(store.getItem(name(form)) || "null"); } catch { found = null; }
    if (!found) return;
    const field = tokenOf(form), token = found["draft-token"];
    if (field && token) {
      if ("draftFresh" in form.dataset && field.value !== token) return store.removeItem(name(form)); // another draft; the server has it
      field.value = token;
      document.querySelectorAll(`[data-draft-offer="${CSS.escape(token)}"]`).forEach((offer) => offer.remove());
    }
    let changed = false;
    fields(form).forEach((one) => {
      const choice = one.type === "checkbox" || one.type === "radio";
      const value = found[choice ? `${one.name}=${one.value}` : one.name];
      if (value === undefined) return;
      if (choice) { changed = changed || one.checked !== value; one.checked = value; return; }
      if (one.value === value) return;
      one.value = value;
      changed = true;
      one.dispatchEvent(new Event("input", { bubbles: true }));
    });
    if (changed) notice(form);
  }

  /* Proof that the server took a sent form: it redirected us here, to a page without errors, still signed in. */
  function settle() {
    const sent = store.getItem("draft-sent");
    if (!sent) return;
    store.removeItem("draft-sent");
    const arrival = performance.getEntriesByType("navigation")[0];
    const redirected = arrival && arrival.type === "navigate" && arrival.redirectCount > 0;
    const trouble = document.querySelector(".notice-danger, .conflict, [aria-invalid='true'], [data-error-page]");
    if (!redirected || !who() || trouble) return;
    const token = (JSON.parse(store.getItem(sent) || "{}"))["draft-token"];
    store.removeItem(sent);
    document.dispatchEvent(new CustomEvent("draft:sent", { detail: { draft: sent.split(":").slice(2).join(":"), token } }));
  }

  const each = (root, act) => root.querySelectorAll && root.querySelectorAll("form[data-draft]").forEach(act);

  document.addEventListener("DOMContentLoaded", () => { settle(); each(document, restore); });
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    if (root.matches && root.matches("form[data-draft]")) restore(root);
    each(root, restore);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draft) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), 300));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-forget-drafts")) {
      Object.keys(store).filter((key) => key.startsWith("draft")).forEach((key) => store.removeItem(key));
    } else if (form.dataset.draft) {
      clearTimeout(timers.get(form));
      save(form);
      if (!form.matches("[hx-post]")) store.setItem("draft-sent", name(form));
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig && event.detail.requestConfig.elt; // the form itself, and nothing that asks from within it
    if (!form || !form.matches("form[data-draft]")) return;
    const status = event.detail.xhr.status;
    const elsewhere = event.detail.xhr.getResponseHeader("HX-Redirect") || "";
    if (status >= 200 && status < 300 && !elsewhere.includes("login")) form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
  });
  /* Somebody else keeps the text now: the outbox. */
  document.addEventListener("draft:done", (event) => forget(event.target));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-draft-discard]")) return;
    const form = event.target.closest("form");
    form.reset();
    forget(form);
    form.dispatchEvent(new CustomEvent("draft:discarded", { bubbles: true }));
  });
})();
