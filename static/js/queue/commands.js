/* Ctrl K: a box that finds tickets, people and commands; ? shows the keys. Arrows choose, Enter goes. */
(() => {
  "use strict";
  const address = () => document.body.dataset.commands;
  const box = () => document.querySelector("#dialog[open] .command, #main .command");
  const found = () => [...box().querySelectorAll(".command-row")];

  function open(more) {
    window.htmx.ajax("GET", `${address()}${more}`, { target: "#dialog-body", swap: "innerHTML" });
  }
  window.house.sheet = () => open("?keys=1");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const dialog = document.getElementById("dialog");
      if (dialog.open && box()) return dialog.close();
      if (!dialog.open) open("");
      return;
    }
    if (!event.target.matches || !event.target.matches("#command")) return;
    const all = found();
    const at = all.findIndex((one) => one.hasAttribute("data-chosen"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(all, all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && all.length) {
      event.preventDefault();
      (all[at] || all[0]).click();
    }
  });

  function choose(all, one) {
    all.forEach((other) => other.toggleAttribute("data-chosen", other === one));
    if (!one) return;
    one.scrollIntoView({ block: "nearest" });
    window.house.announce(one.textContent.trim());
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "command-found" && !(event.detail.target.id === "dialog-body" && box())) return;
    const all = found();
    all.forEach((one, index) => one.toggleAttribute("data-chosen", index === 0));
    if (event.detail.target.id === "command-found") window.house.announce(all.length === 1 ? say("1 found: {what}", { what: all[0].textContent.trim() }) : say("{n} found", { n: all.length }));
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-does=keys]");
    if (!row || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open("?keys=1");
  });
})();
