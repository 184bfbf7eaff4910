/* An article that is picked for a solution puts its short answer into the field that the type-ahead names; what somebody wrote stays. */
(() => {
  "use strict";
  const put = new WeakMap(); // what was filled in last, so that another choice takes its place

  document.addEventListener("typeahead:picked", (event) => {
    const { fills } = event.target.dataset;
    const form = fills && event.target.closest("form");
    const field = form && form.elements[fills];
    const answer = event.detail.answer || "";
    if (!field || !answer) return;
    const before = put.get(field);
    const own = before ? field.value.replace(before, "").trim() : field.value.trim();
    field.value = own ? `${own}\n\n${answer}` : answer;
    put.set(field, answer);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (window.house) window.house.announce(say("The article's short answer is in the solution."));
  });
})();
