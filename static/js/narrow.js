/* Long lists of cards: typing narrows them by their text; the arrow down goes to the first that is left. */
(() => {
  "use strict";
  const boxOf = (node) => node.closest && node.closest("[data-narrow]");
  const cards = (box) => [...box.querySelectorAll(".card-choice")];

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-narrow-input]")) return;
    const box = boxOf(event.target);
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    cards(box).forEach((card) => {
      const text = card.textContent.toLowerCase();
      card.hidden = !words.every((word) => text.includes(word));
      if (!card.hidden) left += 1;
    });
    box.querySelector("[data-narrow-none]").hidden = left > 0;
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches || !event.target.matches("[data-narrow-input]")) return;
    if (event.key === "Enter") event.preventDefault(); // it narrows, and sends nothing
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    const first = cards(boxOf(event.target)).find((card) => !card.hidden && !card.querySelector(":disabled"));
    if (!first) return;
    event.preventDefault();
    first.querySelector("input").click();
    first.querySelector("input").focus();
  });
})();
