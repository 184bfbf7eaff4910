/* Single keys on the ticket at hand: the one in the panel, the current row of a list, or the ticket whose page this is.
   They never act in a field, and not at all for those who switched them off. */
(() => {
  "use strict";
  const SORTS = { a: ["assign"], s: ["start", "resume"], h: ["hold"], e: ["resolve", "complete", "fulfil", "finish"], t: ["take"], z: ["snooze"] };
  const on = () => document.body.dataset.keys === "on";
  const inField = (node) => node.closest("textarea, select, [contenteditable], input:not([type=checkbox]), details.menu[open], [popover]:popover-open");

  const list = () => document.getElementById("list");
  const rows = () => [...document.querySelectorAll("#rows tbody tr")];
  const current = () => document.querySelector("#rows tr[data-current]");
  const shown = () => document.querySelector("#panel:not([hidden]) [data-ticket-href]") || document.querySelector("#main > [data-ticket-href]");
  const link = (row) => row.querySelector(".queue-title a");

  /* Why a key did nothing, shown until the next one. */
  const refuse = (words) => window.house.toast(words, "info");
  const forgive = () => document.querySelectorAll('#toasts [data-toast="info"]').forEach((old) => old.remove());

  function go(row) {
    if (!row) return;
    rows().forEach((one) => one.toggleAttribute("data-current", one === row));
    rows().filter((one) => one.hasAttribute("data-gone") && one !== row && !one.hasAttribute("data-shown")).forEach((one) => one.remove());
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    document.dispatchEvent(new CustomEvent("queue:moved", { detail: { row } }));
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(current() || document.querySelector("#rows tr[data-shown]"));
    go(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  /* What a key means for the ticket of the panel or page: its own button, which knows what the page has seen. */
  function press(key) {
    const here = shown();
    const root = here && (here.closest("#panel") || document.getElementById("main"));
    const button = root && SORTS[key].map((name) => root.querySelector(`[data-move="${name}"]`)).find(Boolean);
    if (button) {
      window.htmx.process(root); // what has just come is only plain links and forms for the next 20 ms
      button.click();
    } else if (here) refuse(say("That isn't open to you here."));
    return Boolean(here);
  }

  /* The same for the current row of a list without a panel. */
  function act(key) {
    const row = current();
    if (!row) return;
    const address = link(row).getAttribute("href");
    if (key === "t") return void window.htmx.ajax("POST", `${address}take/`, { target: "#panel", swap: "innerHTML", values: { next: "panel" } });
    if (key === "z") return void window.htmx.ajax("GET", `/snooze/${row.querySelector(".number").textContent}/?next=panel`, { target: "#dialog-body", swap: "innerHTML" });
    const name = (JSON.parse(list().dataset.moves)[row.dataset.kind] || {})[key];
    if (!name) return refuse(say("There is no such move for this kind of ticket."));
    window.htmx.ajax("GET", `${address}do/${name}/?next=panel`, { target: "#dialog-body", swap: "innerHTML" });
  }

  function write(which) {
    const here = shown();
    if (!here) {
      const row = current();
      if (row) document.dispatchEvent(new CustomEvent("queue:write", { detail: { row, which } }));
      return;
    }
    const fold = document.querySelector(`.composer-${which}`);
    if (!fold) return refuse(say("That isn't open to you here."));
    fold.open = true;
    const box = fold.querySelector("textarea");
    box.focus();
    box.scrollIntoView({ block: "center" });
  }
  window.house.write = write;

  const doings = {
    j: () => step(1), k: () => step(-1), r: () => write("reply"), n: () => write("note"),
    "/": () => { const box = document.getElementById("seek") || document.getElementById("topsearch"); if (box) { box.focus(); box.select(); } },
    f: () => { const filter = document.querySelector(".seek [aria-keyshortcuts=f]"); if (filter) filter.click(); },
    x: () => { const row = current(); if (row) row.querySelector("input[type=checkbox]").click(); },
    "?": () => window.house.sheet(),
    Enter: () => { const row = current(); if (row && (!document.activeElement || document.activeElement === document.body || document.activeElement.id === "panel")) link(row).click(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return leave(event);
    if (!on() || document.querySelector("dialog[open]") || inField(event.target)) return;
    forgive();
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    if (SORTS[event.key]) {
      if (!press(event.key)) act(event.key);
    } else if (doings[event.key]) doings[event.key]();
    else return;
    if (event.key !== "Enter") event.preventDefault();
  });

  /* Escape leaves a field for the row, and then closes the panel. */
  function leave(event) {
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const field = event.target.closest("#panel textarea, #seek");
    const row = current();
    if (field) { if (row) link(row).focus({ preventScroll: true }); else field.blur(); }
    else document.dispatchEvent(new CustomEvent("panel:close"));
  }

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("#rows tbody tr");
    if (row) rows().forEach((one) => one.toggleAttribute("data-current", one === row));
  });

  /* A ticket's page that was opened to write on it. */
  document.addEventListener("DOMContentLoaded", () => {
    const wanted = { "#reply": "reply", "#note": "note" }[location.hash];
    if (wanted && shown()) write(wanted);
  });
})();
