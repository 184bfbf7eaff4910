/* Which rows are ticked, for whatever acts on several tickets: house.selection says which, `selection:changed` says when. */
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("#rows tbody .col-pick input")];
  const bar = () => document.getElementById("picked");
  let all = false; // everything that matches the list's address, not only what stands on this page
  let last = null;

  const ticked = () => boxes().filter((box) => box.checked);

  /* ids, numbers: of the ticked tickets; all: instead everything that the list at `address` holds; count: in words. */
  window.house.selection = {
    get ids() { return ticked().map((box) => box.value); },
    get numbers() { return ticked().map((box) => box.closest("tr").querySelector(".number").textContent); },
    get all() { return all; },
    get address() { return document.getElementById("list").dataset.live; },
    get count() { return all ? bar().dataset.all : String(ticked().length); },
    clear,
  };

  function clear() {
    boxes().forEach((box) => { box.checked = false; });
    all = false;
    tell();
  }

  const button = (words, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "link-btn", textContent: words });
    made.addEventListener("click", act);
    return made;
  };

  function tell() {
    const here = bar();
    if (!here) return;
    const some = ticked().length, every = boxes().length;
    const whole = document.getElementById("pick-all");
    if (whole) { whole.checked = some > 0 && some === every; whole.indeterminate = some > 0 && some < every; }
    if (some < every) all = false;
    here.hidden = !some;
    let slot = here.querySelector("[data-bulk]");
    if (!slot) { slot = document.createElement("span"); slot.dataset.bulk = ""; } // those who act on several put their buttons here
    here.replaceChildren();
    if (some) {
      here.append(Object.assign(document.createElement("b"), { textContent: say("{n} selected", { n: window.house.selection.count }) }), slot);
      if (!all && some === every && here.dataset.all !== String(every)) here.append(button(say("Select all {n} that match", { n: here.dataset.all }), () => { all = true; tell(); }));
      here.append(button(say("Clear"), clear));
    }
    document.dispatchEvent(new CustomEvent("selection:changed"));
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("#rows .col-pick input");
    if (!box) {
      const cell = event.target.closest("#rows td.col-pick");
      if (cell) cell.querySelector("input").click();
      return;
    }
    if (box.id === "pick-all") boxes().forEach((one) => { one.checked = box.checked; });
    else if (event.shiftKey && last && last.isConnected) {
      const list = boxes(), ends = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      list.slice(ends[0], ends[1] + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box;
    tell();
  });
  document.addEventListener("queue:changed", tell);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "list") { all = false; tell(); } });
})();
