/* Picked files of a form whose text is kept survive a reload, as its text does: a phone that takes a photo may forget the page. */
(() => {
  "use strict";
  const { picked, who } = window.house.shelf;
  const LEFT = "picked-left";
  const quiet = () => undefined; // no shelf in this browser, or it is full: the form itself still holds the files
  const formOf = (box) => who() && box.closest("form[data-draft]");

  document.addEventListener("files:picked", (event) => {
    const form = formOf(event.target);
    if (form) picked.put(form.dataset.draft, event.detail.files).catch(quiet);
  });

  async function restore(box) {
    const form = formOf(box);
    if (!form || box.dataset.pickedSeen) return;
    box.dataset.pickedSeen = "yes";
    const files = await picked.get(form.dataset.draft).catch(() => []);
    if (!files.length || !box.isConnected) return;
    box.dispatchEvent(new CustomEvent("files:back", { bubbles: true, detail: { files } }));
    for (let fold = box.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  const all = (root) => root.querySelectorAll && root.querySelectorAll("[data-files]").forEach(restore);
  document.addEventListener("DOMContentLoaded", async () => {
    if (!window.indexedDB) return;
    const left = window.sessionStorage.getItem(LEFT);
    window.sessionStorage.removeItem(LEFT);
    await picked.forget((one) => one.user === left || picked.old(one)).catch(quiet);
    all(document);
  });
  document.addEventListener("htmx:load", (event) => all(event.detail.elt));

  /* The server has the form, and the files with it. */
  document.addEventListener("draft:sent", (event) => { if (window.indexedDB) picked.put(event.detail.draft, []).catch(quiet); });
  ["draft:done", "draft:discarded"].forEach((kind) => document.addEventListener(kind, (event) => {
    if (window.indexedDB && event.target.dataset.draft) picked.put(event.target.dataset.draft, []).catch(quiet);
  }));

  /* Whoever signs out leaves nothing behind but what is on its way; the next page sees to it, since this one ends. */
  document.addEventListener("submit", (event) => {
    if (who() && event.target.hasAttribute("data-forget-drafts")) window.sessionStorage.setItem(LEFT, who());
  });
})();
