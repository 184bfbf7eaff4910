/* Words of scripts: say("Draft kept {time}", { time }). English stands in the code; for another language Django's catalogue came before. */
(() => {
  "use strict";
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  window.say = (words, values) => fill(window.gettext ? window.gettext(words) : words, values);
  window.sayCount = (one, many, n) => fill(window.ngettext ? window.ngettext(one, many, n) : n === 1 ? one : many, { n });
})();
