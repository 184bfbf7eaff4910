/* Copy: <button data-copy="id"> puts the value of that field on the clipboard, or selects it where it may not. */
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const field = button && document.getElementById(button.dataset.copy);
    if (!field) return;
    try {
      await navigator.clipboard.writeText(field.value);
      window.house.toast(say("Copied. Paste it into your calendar program."), "success");
    } catch {
      field.focus();
      field.select();
      window.house.announce(say("The address is selected: copy it with your keyboard."));
    }
  });
})();
