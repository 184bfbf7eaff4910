/* Forms: no second send by a double click (the pressed button's name and value still travel), counters, Ctrl+Enter. */
(() => {
  "use strict";

  function busy(form, on) {
    form.toggleAttribute("data-busy", on);
    const buttons = [...form.elements].filter((one) => one.type === "submit");
    buttons.forEach((button) => {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      button.toggleAttribute("data-sending", on);
    });
  }

  window.house.busy = busy;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post") return;
    setTimeout(() => { if (!event.defaultPrevented) busy(form, true); });
    setTimeout(() => { if (!form.querySelector(".upload")) busy(form, false); }, 15000);
  }, true);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.matches("form") && event.detail.elt;
    if (form && event.detail.requestConfig.verb !== "get") busy(form, true);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt && event.detail.elt.closest && event.detail.elt.closest("form");
    if (form) busy(form, false);
  });

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => busy(form, false)));

  /* <p class="field-count" data-count-for="id_title"> counts down to the maxlength or data-max of its field. */
  function count(field) {
    if (!field.id) return;
    const hint = document.querySelector(`[data-count-for="${CSS.escape(field.id)}"]`);
    if (!hint) return;
    const max = Number(field.dataset.max || field.maxLength);
    if (max <= 0) return;
    const left = max - field.value.length;
    hint.textContent = left < 0 ? sayCount("{n} character too many", "{n} characters too many", -left) : sayCount("{n} character left", "{n} characters left", left);
    hint.toggleAttribute("data-over", left < 0);
  }

  document.addEventListener("input", (event) => count(event.target));
  const countAll = () => document.querySelectorAll("[data-count-for]").forEach((hint) => {
    const field = document.getElementById(hint.dataset.countFor);
    if (field) count(field);
  });
  document.addEventListener("DOMContentLoaded", countAll);
  document.addEventListener("htmx:load", countAll);

  document.addEventListener("keydown", (event) => {
    const writes = event.target.matches("textarea, select, input:not([type=search], [aria-expanded=true])"); // an open list takes Enter itself
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && writes && event.target.form) {
      event.preventDefault();
      // By a click on the first button at its end: a form may ask to look first, and its button says so.
      const seen = [...event.target.form.elements].filter((one) => one.type === "submit" && one.getClientRects().length);
      const button = seen.find((one) => one.closest(".form-actions")) || seen[0];
      if (button) button.click();
      else event.target.form.requestSubmit();
    }
  });

  /* <select data-submit> sends its form when changed; the button beside it is for those without scripts. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]") && event.target.form) event.target.form.requestSubmit();
  });
})();
