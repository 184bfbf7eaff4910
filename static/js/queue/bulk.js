/* What can be done with the ticked rows of a list: buttons in their bar, and the keys of the same moves. */
(() => {
  "use strict";
  const VERBS = [["take", say("Take")], ["assign", say("Assign")], ["hold", say("Hold")], ["prioritise", say("Prioritise")], ["note", say("Note")], ["cancel", say("Cancel")]];
  const KEYS = { t: "take", a: "assign", h: "hold", p: "prioritise", n: "note" };
  const bar = () => document.getElementById("picked");
  const chosen = () => (window.house.selection ? window.house.selection.ids : []);

  const field = (form, name, value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));

  function begin(verb) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: bar().dataset.select, hidden: true });
    field(form, "csrfmiddlewaretoken", document.querySelector('meta[name="csrf-token"]').content);
    field(form, "do", verb);
    if (window.house.selection.all) field(form, "all", "yes");
    else chosen().forEach((pk) => field(form, "ids", pk));
    document.body.append(form);
    form.submit();
  }

  document.addEventListener("selection:changed", () => {
    const slot = bar() && bar().querySelector("[data-bulk]");
    if (!slot || slot.childElementCount) return;
    VERBS.forEach(([verb, words]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: words });
      button.addEventListener("click", () => begin(verb));
      slot.append(button);
    });
  });

  document.addEventListener("keydown", (event) => {
    const verb = KEYS[event.key];
    if (!verb || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.body.dataset.keys !== "on") return;
    if (!chosen().length || document.querySelector("dialog[open]") || event.target.closest("textarea, select, input:not([type=checkbox])")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    begin(verb);
  }, true);
})();
