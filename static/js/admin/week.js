// Draws the week of a calendar while it is typed. Without it the picture shows the saved week.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const fields = document.querySelectorAll(".sla-week input[type=text]");
  if (!fields.length || !document.getElementById("week-picture")) return;
  let waiting = 0;
  let asked = 0;
  const draw = async (first) => {
    const mine = ++asked;
    const typed = new URLSearchParams([...fields].map((field) => [field.name, field.value]));
    const old = document.getElementById("week-picture");
    const answer = await fetch(`${old.dataset.draw}?${typed}`);
    if (!answer.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = page.getElementById("week-picture");
    if (first === true) drawn?.querySelector(".errorlist")?.remove(); // the fields say it themselves
    if (drawn) document.getElementById("week-picture").replaceWith(drawn);
  };
  fields.forEach((field) => field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  }));
  draw(true);
});
