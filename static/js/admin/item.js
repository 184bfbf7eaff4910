// Conveniences on the pages of shelves and items; without them everything still works, a save later.
(() => {
  const $ = (root, selector) => [...root.querySelectorAll(selector)];

  // an icon is chosen by its picture
  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-icon]");
    if (!one) return;
    const box = one.closest(".cat-icon");
    box.querySelector("[data-icon-name]").value = one.dataset.icon;
    box.querySelector("[data-icon-shown]").replaceChildren(one.querySelector("svg").cloneNode(true));
    for (const other of $(box, "[data-icon]")) other.setAttribute("aria-pressed", String(other === one));
  });

  // everything below needs the rows of the page
  addEventListener("DOMContentLoaded", () => {
    const group = document.getElementById("fields-group");
    const plan = document.getElementById("steps-group");
    if (!group) return;
    const rows = (root) => $(root, ".inline-related:not(.empty-form)");
    const part = (row, name) => row.querySelector(`[name$="-${name}"]`);

    const keyOf = (label) => {
      const words = label.normalize("NFKD").replace(/[^\w\s-]/g, "").replace(/[\u0080-\uffff]/g, "").trim()
        .toLowerCase().replace(/[-\s]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 34);
      return /^[a-z]/.test(words) ? words : `q_${words}`.replace(/_+$/, "");
    };

    const questions = () => rows(group).map((row) => ({
      row,
      order: Number(part(row, "position")?.value || 0),
      key: part(row, "key")?.value.trim(),
      label: part(row, "label")?.value.trim(),
      kind: part(row, "kind")?.value,
      choices: (part(row, "choices")?.value || "").split("\n").map((line) => line.trim()).filter(Boolean),
      gone: part(row, "DELETE")?.checked,
    }));

    // a condition offers the answers of the questions as they are typed; those asked before it alone
    const offer = (select, asked) => {
      const chosen = select.value;
      const always = select.options[0];
      select.replaceChildren(always);
      for (const question of asked) {
        const answers = question.kind === "yes_no" ? ["yes", "no"] : question.kind === "choice" ? question.choices : [];
        if (!question.key || !answers.length) continue;
        const box = document.createElement("optgroup");
        box.label = question.label || question.key;
        const said = question.kind === "yes_no" ? { yes: gettext("yes"), no: gettext("no") } : {};
        for (const answer of answers) box.append(new Option(`${box.label}: ${said[answer] || answer}`, `${question.key}=${answer}`));
        select.append(box);
      }
      if (chosen && ![...select.options].some((option) => option.value === chosen)) {
        const [key, answer] = chosen.split(/=(.*)/s);
        select.append(new Option(gettext("“{key}” is “{answer}” (can't be answered any more)").replace("{key}", () => key).replace("{answer}", () => answer), chosen));
      }
      select.value = chosen;
    };

    const refresh = () => {
      const all = questions();
      for (const { row, kind } of all) row.dataset.kind = kind;
      const there = all.filter((question) => !question.gone).sort((one, other) => one.order - other.order);
      for (const question of all) {
        const select = question.row.querySelector("[data-condition]");
        if (select) offer(select, there.slice(0, Math.max(there.indexOf(question), 0)));
      }
      for (const row of plan ? rows(plan) : []) offer(row.querySelector("[data-condition]"), there);
    };

    group.addEventListener("input", (event) => {
      const row = event.target.closest(".inline-related");
      const key = row && part(row, "key");
      if (event.target.name?.endsWith("-label") && key && !key.dataset.own && !part(row, "id")?.value) {
        const taken = questions().filter((one) => one.row !== row).map((one) => one.key);
        let made = keyOf(event.target.value);
        for (let number = 2; taken.includes(made); number += 1) made = `${keyOf(event.target.value)}_${number}`;
        key.value = event.target.value ? made : "";
      }
      if (event.target === key) key.dataset.own = "on";
      refresh();
    });
    group.addEventListener("change", refresh);

    // a new row comes last: the next number, the next place
    document.addEventListener("formset:added", (event) => {
      const name = event.detail.formsetName;
      const root = { fields: group, steps: plan }[name];
      if (!root) return;
      const others = rows(root).filter((row) => row !== event.target).map((row) => Number(part(row, "position").value || 0));
      const last = Math.max(0, ...others);
      part(event.target, "position").value = name === "fields" ? last + 10 : last + 1;
      if (name === "steps" && last) part(event.target, "needs").value = last;
      refresh();
    });
    document.addEventListener("formset:removed", refresh);
    refresh();
  });
})();
