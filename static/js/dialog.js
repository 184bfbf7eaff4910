/* Dialogs: a link with hx-target="#dialog-body" opens the shared <dialog>; data-dialog="id" opens one that is in the page. Without scripts the link is a page. */
(() => {
  "use strict";
  const fine = window.matchMedia("(pointer: fine)"); // no keyboard jumps up on a phone
  const shared = () => document.getElementById("dialog");

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = shared();
    if (!dialog || event.detail.target.id !== "dialog-body") return;
    const body = document.getElementById("dialog-body");
    if (!body.textContent.trim()) { if (dialog.open) dialog.close(); return; }
    const title = document.getElementById("dialog-title");
    if (title) {
      dialog.setAttribute("aria-labelledby", "dialog-title");
      dialog.removeAttribute("aria-label");
    }
    if (dialog.open) return;
    dialog.showModal();
    window.htmx.process(body); // what has just come listens only 20 ms later: whoever types at once would type into nothing
    const first = body.querySelector("[data-focus], [autofocus]") || (fine.matches && body.querySelector(".dialog-body form :is(input:not([type=hidden]), select, textarea)"));
    if (first) first.focus(); // where one writes, not the button that closes
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
      return;
    }
    const closer = event.target.closest("[data-close-dialog]");
    const around = closer && closer.closest("dialog[open]");
    if (around) { event.preventDefault(); around.close(); }
  });

  /* A press on the veil closes, unless something was typed. */
  document.addEventListener("mousedown", (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement) || !dialog.open) return;
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    const typed = [...dialog.querySelectorAll("textarea, input")].some((one) => one.value !== one.defaultValue);
    if (!inside && !typed) dialog.close();
  });

  document.addEventListener("closeDialog", () => { const dialog = shared(); if (dialog && dialog.open) dialog.close(); });
  document.addEventListener("close", (event) => {
    if (event.target === shared()) document.getElementById("dialog-body").replaceChildren();
  }, true);
})();
