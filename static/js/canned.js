/* Canned replies: “/” and a few letters in a composer list them, filled in for this ticket; Enter or a click puts one into the text. */
(() => {
  "use strict";
  const TYPED = /(^|\s)\/([^\n/]{0,40})$/;
  const boxOf = (node) => (node.closest ? node.closest("[data-canned]") : null);
  const textOf = (box) => box.querySelector("textarea");
  const listOf = (box) => box.querySelector("[role=listbox]");
  const shown = (box) => [...listOf(box).querySelectorAll("[role=option]:not([hidden])")];
  const isOpen = (box) => !listOf(box).hidden;

  const typed = (area) => {
    const found = area.selectionStart === area.selectionEnd && TYPED.exec(area.value.slice(0, area.selectionStart));
    return found ? found[2].toLowerCase() : null;
  };

  function close(box) {
    listOf(box).hidden = true;
    textOf(box).removeAttribute("aria-activedescendant");
  }

  function mark(box, option) {
    shown(box).forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (!option) return;
    textOf(box).setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function load(box) {
    if (box.dataset.loaded) return;
    const answer = await fetch(box.dataset.canned, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error("no list");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    listOf(box).replaceChildren(...page.body.childNodes);
    listOf(box).querySelectorAll("[role=option]").forEach((one, at) => { one.id = `${listOf(box).id}-${at}`; });
    box.dataset.loaded = "yes";
  }

  async function show(box) {
    const area = textOf(box);
    try { await load(box); } catch { return; }
    const words = typed(area);
    if (words === null) { close(box); return; }
    listOf(box).querySelectorAll("[role=option]").forEach((one) => {
      one.hidden = !words.split(/\s+/).every((word) => one.dataset.name.includes(word));
    });
    const found = shown(box);
    if (words && !found.length) { close(box); return; }
    listOf(box).hidden = false;
    mark(box, found[0] || null);
    if (window.house) window.house.announce(sayCount("{n} canned reply. Arrow keys choose, Enter inserts.", "{n} canned replies. Arrow keys choose, Enter inserts.", found.length));
  }

  function insert(box, option) {
    const area = textOf(box);
    const end = area.selectionStart;
    const words = typed(area);
    const start = words === null ? end : end - words.length - 1;
    close(box);
    area.focus();
    area.setRangeText(option.dataset.text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", (event) => {
    const box = event.target.matches("textarea") && boxOf(event.target);
    if (!box) return;
    if (typed(event.target) === null) close(box);
    else show(box);
  });

  document.addEventListener("keydown", (event) => {
    const box = event.target.matches && event.target.matches("textarea") && boxOf(event.target);
    if (!box || !isOpen(box)) return;
    const all = shown(box);
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      mark(box, all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey && at >= 0) {
      event.preventDefault();
      insert(box, all[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(box);
    }
  }, true);

  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-canned] [role=option]");
    if (!option) return;
    event.preventDefault();
    insert(boxOf(option), option);
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-canned-open]");
    const form = opener && opener.closest("form");
    const box = form && form.querySelector("[data-canned]");
    if (!box) return;
    event.preventDefault();
    const area = textOf(box);
    area.focus();
    if (typed(area) === null) {
      const before = area.value.slice(0, area.selectionStart);
      area.setRangeText(before && !/\s$/.test(before) ? " /" : "/", area.selectionStart, area.selectionEnd, "end");
    }
    show(box);
  });

  document.addEventListener("focusout", (event) => {
    const box = event.target.matches && event.target.matches("textarea") && boxOf(event.target);
    if (box && !(event.relatedTarget && box.contains(event.relatedTarget))) close(box);
  });
})();
