/* The ticket beside the list, where there is room for it; on a narrower screen a row leads to the ticket's page. */
(() => {
  "use strict";
  const wide = window.matchMedia("(width >= 80rem)");
  const panel = () => document.getElementById("panel");
  const rows = () => [...document.querySelectorAll("#rows tbody tr")];
  const link = (row) => row.querySelector(".queue-title a");
  const shownRow = () => document.querySelector("#rows tr[data-shown]");
  let timer = 0, then = "";

  const isOpen = () => panel() && !panel().hidden;

  function show(row, wait = 0) {
    rows().forEach((one) => { one.toggleAttribute("data-shown", one === row); one.toggleAttribute("data-current", one === row); });
    panel().hidden = false;
    document.querySelector(".desk").setAttribute("data-split", "");
    history.replaceState(history.state, "", `#${row.querySelector(".number").textContent}`);
    clearTimeout(timer);
    timer = setTimeout(() => load(link(row).getAttribute("href")), wait);
  }

  function load(address) {
    panel().setAttribute("aria-busy", "true");
    window.htmx.ajax("GET", address, { target: "#panel", swap: "innerHTML" });
  }

  function close() {
    if (!isOpen()) return;
    const row = shownRow();
    panel().hidden = true;
    panel().replaceChildren();
    document.querySelector(".desk").removeAttribute("data-split");
    rows().forEach((one) => one.removeAttribute("data-shown"));
    history.replaceState(history.state, "", location.pathname + location.search);
    if (row) link(row).focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-panel]")) return close();
    const anchor = event.target.closest("#rows .queue-title a");
    if (!anchor || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const row = anchor.closest("tr");
    anchor.focus({ preventScroll: true });
    show(row);
  });

  document.addEventListener("panel:close", close);
  document.addEventListener("queue:moved", (event) => { if (isOpen()) show(event.detail.row, 150); });
  document.addEventListener("queue:write", (event) => {
    const { row, which } = event.detail;
    if (!wide.matches) return location.assign(`${link(row).getAttribute("href")}#${which}`);
    then = which;
    show(row);
  });

  /* Another ticket begins at its top; the same one stays where its reader is. */
  function begin(here) {
    const number = (here.querySelector("[data-number]") || { dataset: {} }).dataset.number || "";
    if (number === here.dataset.at) return;
    here.dataset.at = number;
    here.scrollTop = 0;
  }

  /* After each swap: what was asked for next, and the focus back on the row when its place was taken away. */
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!(event.detail.target || event.detail.elt) || (event.detail.target || event.detail.elt).id !== "panel") return;
    const here = panel();
    here.removeAttribute("aria-busy");
    here.removeAttribute("tabindex");
    if (here.hidden) return;
    begin(here);
    if (then && here.querySelector("[data-ticket-href]")) { window.house.write(then); then = ""; return; }
    const row = shownRow() || document.querySelector("#rows tr[data-current]");
    const lost = [document.body, here, null].includes(document.activeElement);
    if (lost && row && !here.querySelector("[data-focus]")) link(row).focus({ preventScroll: true });
  });

  /* Something was done from here: it is said, and the list learns of it at once. */
  document.addEventListener("ticketDone", (event) => {
    window.house.announce(event.detail.said);
    setTimeout(window.house.renewList, 150);
  });

  /* A refusal that would come into a panel nobody sees. */
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "panel" || !panel().hidden) return;
    const said = panel().querySelector(".notice p");
    if (said) window.house.toast(said.textContent, "warning");
    panel().replaceChildren();
  });

  /* What the list learned: the panel shows who has the ticket now through its own news. A new list closes nothing. */
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "list" && !(event.detail.elt && event.detail.elt.id === "list")) return;
    const here = isOpen() && panel().querySelector("[data-number]");
    const row = here && rows().find((one) => one.querySelector(".number").textContent === here.dataset.number);
    if (row) row.setAttribute("data-shown", "");
  });

  document.addEventListener("DOMContentLoaded", () => {
    const number = location.hash.slice(1);
    const row = number && rows().find((one) => one.querySelector(".number").textContent === number);
    if (row && wide.matches) { link(row).focus({ preventScroll: true }); show(row); }
  });
  wide.addEventListener("change", () => { if (!wide.matches) close(); });
})();
