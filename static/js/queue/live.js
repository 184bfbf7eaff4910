/* A list that keeps itself up to date: asks every few seconds whether anything moved, and changes only what did.
   Focus, scroll, ticks and the row one is on stay; a row that left stays struck through while somebody is on it. */
(() => {
  "use strict";
  const EVERY = 4000, SLOWLY = 30000; // ms; slowly while the server can't say whether anything moved
  let timer = 0, asking = false;
  let hush = false; // what one did oneself is told already

  const list = () => document.getElementById("list");
  const body = (root) => root.querySelector("#rows tbody");

  async function ask() {
    clearTimeout(timer);
    const here = list();
    if (!here || document.hidden || asking) return;
    asking = true;
    const address = here.dataset.live;
    let wait = EVERY;
    try {
      const headers = { Live: "1" };
      if (here.dataset.tag) headers["If-None-Match"] = here.dataset.tag;
      const answer = await fetch(address, { headers, credentials: "same-origin" });
      if (answer.redirected) return; // signed out: the next thing one does leads to the sign-in page
      if (answer.status === 200) {
        const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("list");
        if (there && list() === here && here.dataset.live === address) take(here, there);
        if (!here.dataset.tag) wait = SLOWLY;
      } else if (answer.status !== 304) wait = SLOWLY;
    } catch { wait = SLOWLY; } finally {
      asking = hush = false;
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    }
  }

  function take(here, there) {
    here.dataset.tag = there.dataset.tag;
    there.querySelectorAll("[data-count]").forEach((count) => {
      const mine = here.querySelector(`[data-count="${CSS.escape(count.dataset.count)}"]`);
      if (mine && mine.textContent !== count.textContent) mine.textContent = count.textContent;
    });
    const pages = here.querySelector(".pages"), newPages = there.querySelector(".pages");
    if (pages && newPages) pages.replaceWith(newPages);
    else if (pages) pages.remove();
    else if (newPages) here.append(newPages);
    const mine = body(here), theirs = body(there);
    if (!mine || !theirs) {
      if (mine && occupied(mine)) return void leave(mine, new Set());
      const old = here.querySelector(".queue-wrap, #rows"), fresh = there.querySelector(".queue-wrap, #rows");
      if (Boolean(mine) !== Boolean(theirs)) old.replaceWith(fresh);
      if (theirs) tell([...theirs.rows], [], 0);
      document.dispatchEvent(new CustomEvent("queue:changed"));
      return;
    }
    merge(mine, [...theirs.rows]);
  }

  const isOn = (row) => row.hasAttribute("data-current") || row.hasAttribute("data-shown") || row.contains(document.activeElement);
  const occupied = (rows) => [...rows.rows].some(isOn);

  /* What isn't among the wanted goes, unless somebody is on it. → how many went */
  function leave(rows, wanted) {
    let left = 0;
    [...rows.rows].forEach((row) => {
      if (wanted.has(row.id)) return;
      if (!row.hasAttribute("data-gone")) left += 1;
      if (isOn(row)) row.setAttribute("data-gone", "");
      else row.remove();
    });
    return left;
  }

  function merge(rows, wanted) {
    const anchor = [...rows.rows].find(isOn) || [...rows.rows].find((row) => row.getBoundingClientRect().bottom > 60);
    const top = anchor ? anchor.getBoundingClientRect().top : 0;
    const focused = document.activeElement;
    const left = leave(rows, new Set(wanted.map((row) => row.id)));
    const came = [], changed = [];
    let at = rows.firstElementChild;
    wanted.forEach((row) => {
      let mine = document.getElementById(row.id);
      if (!mine) {
        mine = document.importNode(row, true);
        mark(mine);
        came.push(mine);
      } else if (mine.hasAttribute("data-gone") || mine.innerHTML !== row.innerHTML) {
        if (mine.dataset.mark !== row.dataset.mark) { mark(mine); changed.push(mine); }
        renew(mine, row);
      }
      while (at && at.hasAttribute("data-gone")) at = at.nextElementSibling;
      if (at === mine) at = at.nextElementSibling;
      else rows.insertBefore(mine, at);
    });
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (anchor && anchor.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - top);
    tell(came, changed, left);
    document.dispatchEvent(new CustomEvent("queue:changed"));
  }

  /* The cells of a row as they are now; its tick stays, and so does the focus. */
  function renew(mine, row) {
    const box = mine.querySelector("input");
    const ticked = box && box.checked;
    const inside = mine.contains(document.activeElement) ? (document.activeElement.matches("input") ? "input" : ".queue-title a") : "";
    mine.removeAttribute("data-gone");
    mine.dataset.mark = row.dataset.mark;
    mine.replaceChildren(...[...row.cells].map((cell) => document.importNode(cell, true)));
    if (ticked) mine.querySelector("input").checked = true;
    if (inside) mine.querySelector(inside).focus({ preventScroll: true });
  }

  function mark(row) {
    row.removeAttribute("data-fresh");
    void row.offsetWidth; // so that the mark shows again
    row.setAttribute("data-fresh", "");
    setTimeout(() => row.removeAttribute("data-fresh"), 2500);
  }

  const named = (row) => `${row.querySelector(".number").textContent} ${row.querySelector(".queue-title").textContent}`;
  function tell(came, changed, left) {
    const said = [];
    if (came.length) said.push(came.length === 1 ? say("New here: {ticket}.", { ticket: named(came[0]) }) : say("{n} new tickets.", { n: came.length }));
    if (changed.length) said.push(changed.length === 1 ? say("Changed: {ticket}.", { ticket: named(changed[0]) }) : say("{n} changed.", { n: changed.length }));
    if (left) said.push(sayCount("One left the list.", "{n} left the list.", left));
    if (said.length && !hush) window.house.announce(said.join(" "));
  }

  window.house.renewList = () => { hush = true; ask(); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "list" || document.getElementById("list")) { clearTimeout(timer); timer = setTimeout(ask, EVERY); } });
  document.addEventListener("DOMContentLoaded", () => { timer = setTimeout(ask, EVERY); });
})();
