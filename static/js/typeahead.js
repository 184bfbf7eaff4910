/* Type-ahead: an ARIA combobox over results that htmx fetches. The person sees a name, the form sends the username (or what was typed). */
(() => {
  "use strict";
  const boxOf = (node) => node.closest && node.closest("[data-typeahead]");
  const inputOf = (box) => box.querySelector("[role=combobox]");
  const listOf = (box) => box.querySelector("[role=listbox]");
  const options = (box) => [...listOf(box).querySelectorAll("[role=option]")];

  /* The visible input gives its name to a hidden one, which carries the value. */
  function ready(box) {
    const input = box.querySelector("input[data-typeahead-input]");
    if (!input || box.dataset.ready) return;
    box.dataset.ready = "yes";
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: input.name, value: input.value });
    hidden.dataset.typeaheadValue = "";
    input.removeAttribute("name");
    if (input.value && box.dataset.label) input.value = box.dataset.label;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", listOf(box).id);
    input.setAttribute("autocomplete", "off");
    box.append(hidden);
  }

  function open(box, on) {
    listOf(box).hidden = !on;
    inputOf(box).setAttribute("aria-expanded", String(on));
    if (!on) mark(box, null);
  }

  function mark(box, chosen) {
    options(box).forEach((one) => one.setAttribute("aria-selected", String(one === chosen)));
    if (chosen) {
      inputOf(box).setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else inputOf(box).removeAttribute("aria-activedescendant");
  }

  function pick(box, option) {
    const input = inputOf(box);
    input.value = option.dataset.label || option.textContent.trim();
    box.querySelector("[data-typeahead-value]").value = option.dataset.value;
    open(box, false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
    box.dispatchEvent(new CustomEvent("typeahead:picked", { bubbles: true, detail: { ...option.dataset } }));
  }

  const start = (root) => {
    if (root.matches && root.matches("[data-typeahead]")) ready(root);
    if (root.querySelectorAll) root.querySelectorAll("[data-typeahead]").forEach(ready);
  };
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));

  /* The search asks for ?q=…, whatever the field is called. */
  document.addEventListener("htmx:configRequest", (event) => {
    const box = event.detail.elt.matches("[role=combobox]") && boxOf(event.detail.elt);
    if (!box) return;
    event.detail.parameters.q = event.detail.elt.value.trim();
    if (!event.detail.parameters.q) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.detail.target.matches("[role=listbox]") && boxOf(event.detail.target);
    if (!box) return;
    options(box).forEach((one, index) => {
      one.id = one.id || `${listOf(box).id}-${index}`;
      one.setAttribute("aria-selected", "false");
    });
    open(box, document.activeElement === inputOf(box));
    const found = options(box).length;
    if (window.house) window.house.announce(say("{n} {what} found", { n: found, what: found === 1 ? box.dataset.one || say("person") : box.dataset.many || say("people") }));
  });

  document.addEventListener("input", (event) => {
    const box = event.target.matches("[role=combobox]") && boxOf(event.target);
    if (!box) return;
    box.querySelector("[data-typeahead-value]").value = event.target.value.trim();
    if (!event.target.value.trim()) open(box, false);
  });

  document.addEventListener("keydown", (event) => {
    const box = event.target.matches && event.target.matches("[role=combobox]") && boxOf(event.target);
    if (!box) return;
    const all = options(box);
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const shut = listOf(box).hidden;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      if (shut) open(box, true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(box, all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !shut && at >= 0) {
      event.preventDefault();
      pick(box, all[at]);
    } else if (event.key === "Escape" && !shut) {
      event.preventDefault();
      event.stopPropagation();
      open(box, false);
    }
  });

  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-typeahead] [role=option]");
    if (!option) return;
    event.preventDefault();
    pick(boxOf(option), option);
  });

  document.addEventListener("focusout", (event) => {
    const box = event.target.matches && event.target.matches("[role=combobox]") && boxOf(event.target);
    if (box) open(box, false);
  });
})();
