/* Theme: the one script that blocks, so that no page flashes. The choice lives in a cookie; without one the system decides. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.dataset.js = "";

  function stored() {
    var found = document.cookie.match(/(?:^|; )theme=(light|dark)/);
    return found ? found[1] : "auto";
  }

  function apply(choice) {
    if (choice === "auto") delete root.dataset.theme;
    else root.dataset.theme = choice;
    document.querySelectorAll("[data-theme-choice]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    });
  }

  apply(stored());
  document.addEventListener("DOMContentLoaded", function () { apply(stored()); });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-theme-choice]");
    if (!button) return;
    var choice = button.dataset.themeChoice;
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = "theme=" + choice + "; Path=/; SameSite=Lax; Max-Age=" + (choice === "auto" ? 0 : 31536000) + secure;
    apply(choice);
  });
})();
