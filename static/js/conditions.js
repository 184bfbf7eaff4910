/* Questions that are asked only if …: <div data-shown-if="field" data-shown-value="answer"> is there while that field is, and has this answer. */
(() => {
  "use strict";
  const parts = (form) => [...form.querySelectorAll("[data-shown-if]")];

  /* What a field says now; nothing while it isn't shown itself. */
  function answer(form, name) {
    const fields = [...form.elements].filter((one) => one.name === name);
    const shown = fields.filter((one) => !one.closest("[data-shown-if][hidden]"));
    const said = shown.find((one) => (one.type === "radio" ? one.checked : true));
    return said ? said.value.toLowerCase() : "";
  }

  /* In the order of the page: a question looks only at those before it. */
  function settle(form) {
    parts(form).forEach((part) => {
      part.hidden = answer(form, part.dataset.shownIf) !== part.dataset.shownValue.toLowerCase();
    });
  }

  const formsIn = (root) => (root.querySelectorAll ? [...root.querySelectorAll("form")] : []).filter((form) => parts(form).length);
  document.addEventListener("DOMContentLoaded", () => formsIn(document).forEach(settle));
  document.addEventListener("htmx:load", (event) => formsIn(event.detail.elt).forEach(settle));
  document.addEventListener("change", (event) => {
    if (event.target.form && parts(event.target.form).length) settle(event.target.form);
  });
  /* The browser's own “back” brings answers without a change. */
  window.addEventListener("pageshow", () => formsIn(document).forEach(settle));
})();
