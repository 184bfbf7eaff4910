/* Times: <time datetime data-relative> reads "5 minutes ago", renewed each minute without being announced; the full time is its tooltip. */
(() => {
  "use strict";
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];

  function tell(node) {
    const at = Date.parse(node.dateTime);
    if (Number.isNaN(at)) return;
    if (!node.dataset.full) {
      node.dataset.full = node.textContent.trim();
      node.title = node.dataset.full;
    }
    const seconds = (at - Date.now()) / 1000;
    const away = Math.abs(seconds);
    let text = node.dataset.full;
    if (away < 45) text = say("just now");
    else if (away < 7 * 86400) {
      const [unit, length] = steps.find(([, size]) => away >= size) || steps[2];
      text = words.format(Math.round(seconds / length), unit);
    }
    if (node.textContent !== text) node.textContent = text;
  }

  const all = (root) => root.querySelectorAll && root.querySelectorAll("time[data-relative]").forEach(tell);
  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("htmx:load", (event) => all(event.detail.elt));
  setInterval(() => { if (!document.hidden) all(document); }, 60000);
})();
