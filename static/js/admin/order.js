// Drags a line of the policy table by its handle. Without it the arrows and the positions do the same.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("changelist-form");
  const grips = form ? form.querySelectorAll(".sla-grip") : [];
  if (!grips.length) return;
  document.querySelectorAll(".sla-drag-hint").forEach((hint) => { hint.hidden = false; });
  let dragged = null;
  let home = null;

  const below = (row) => row.nextElementSibling?.querySelector("[data-place]")?.dataset.place ?? "";
  const idIn = (path) => (path.match(/\/(\d+)\/place\/$/) || ["", ""])[1];

  const send = async (row) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("before", idIn(below(row)));
    try {
      await fetch(row.querySelector("[data-place]").dataset.place, { method: "POST", body: data });
    } finally {
      location.reload(); // the page tells what came of it
    }
  };

  grips.forEach((grip) => {
    const row = grip.closest("tr");
    grip.hidden = false;
    grip.draggable = true;
    grip.addEventListener("dragstart", (event) => {
      dragged = row;
      home = row.nextElementSibling;
      row.classList.add("sla-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.rowIndex);
      event.dataTransfer.setDragImage(row, 0, 0);
    });
    grip.addEventListener("dragend", (event) => {
      row.classList.remove("sla-dragged");
      if (event.dataTransfer.dropEffect === "none") row.parentElement.insertBefore(row, home);
      else if (row.nextElementSibling !== home) send(row);
      dragged = null;
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      if (row === dragged) return;
      const box = row.getBoundingClientRect();
      row.parentElement.insertBefore(dragged, event.clientY > box.top + box.height / 2 ? row.nextElementSibling : row);
    });
    row.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  });
});
