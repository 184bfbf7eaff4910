/* The outbox as people see it: what is not sent yet, since when and why, on top of the page; to be sent now, copied or discarded. */
(() => {
  "use strict";
  const { shelf } = window.house;
  const make = (tag, given = {}, ...inside) => {
    const node = Object.assign(document.createElement(tag), given);
    node.append(...inside);
    return node;
  };
  const says = {
    offline: say("Not sent yet: no connection. It is kept here and goes by itself when the connection returns."),
    server: say("Not sent yet: the server has trouble. It is kept here and goes by itself."),
    session: say("Not sent yet: you are not signed in any more. It is kept here."),
  };
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  let pictures = [];

  function writing(one) {
    const texts = one.fields.filter(([name, value]) => typeof value === "string" && value.trim() && !["seen", "next", "done", "reason"].includes(name) || name === "reason" && !/^\d+$/.test(value));
    return texts.map(([name, value]) => (name === "effort_minutes" ? `${value} min` : value)).join("\n\n");
  }

  function files(one) {
    return one.fields.filter(([, value]) => value instanceof File).map(([, file]) => {
      const address = URL.createObjectURL(file);
      pictures.push(address);
      const link = make("a", { href: address, download: file.name, className: "outbox-file" });
      if (file.type.startsWith("image/")) link.append(make("img", { src: address, alt: "" }));
      link.append(file.name);
      return link;
    });
  }

  function button(text, act, one, kind = "") {
    const found = make("button", { type: "button", className: `btn btn-small ${kind}`, textContent: text });
    found.dataset.outboxAct = act;
    found.dataset.entry = one.id;
    found.append(make("span", { className: "visually-hidden", textContent: ` – ${one.what}` }));
    return found;
  }

  function row(one) {
    const item = make("li", { className: "outbox-item" },
      make("p", {}, make("b", { textContent: one.what }), make("span", { className: "soft small", textContent: ` ${clock.format(one.at)}` })));
    one.said.forEach((sentence) => item.append(make("p", { className: "field-error", textContent: sentence })));
    const text = writing(one);
    if (text && one.state === "refused") item.append(make("textarea", { readOnly: true, rows: 3, value: text, ariaLabel: say("What you wrote: {what}", { what: one.what }) }));
    else if (text) item.append(make("p", { className: "soft small typed outbox-text", textContent: text }));
    const given = files(one);
    if (given.length) item.append(make("p", { className: "row" }, ...given));
    const actions = make("p", { className: "row" });
    if (one.state === "refused") actions.append(make("a", { className: "btn btn-small", href: one.page, textContent: say("Open the page") }));
    actions.append(button(one.state === "refused" ? say("Try again") : say("Send now"), "send", one), button(say("Discard"), "discard", one, "btn-quiet"));
    item.append(actions);
    return item;
  }

  function list(found, trouble) {
    const refused = found.filter((one) => one.state === "refused");
    const waiting = found.length - refused.length;
    const section = make("section", { className: "card outbox" });
    section.setAttribute("aria-labelledby", "outbox-h");
    const head = make("h2", { id: "outbox-h", textContent: `${waiting ? say("Not sent yet") : say("Not taken")} ` }, make("span", { className: "count", textContent: found.length }));
    section.append(make("div", { className: "card-head" }, head));
    const body = make("div", { className: "card-body" });
    if (waiting) body.append(make("p", { textContent: says[trouble] || says.offline }));
    if (waiting && trouble === "session") body.append(make("p", {}, make("a", { className: "btn btn-primary", href: location.pathname, textContent: say("Sign in to send") })));
    if (refused.length) body.append(make("p", { textContent: say("The server didn't take what is marked red, and says why. It is not sent again by itself.") }));
    body.append(make("ol", { className: "outbox-list" }, ...found.map(row)));
    section.append(body);
    return section;
  }

  async function draw(trouble) {
    const home = document.getElementById("outbox");
    if (!home || !shelf.who() || !window.indexedDB) return;
    let found;
    try { found = await shelf.mine(); } catch { return; }
    pictures.forEach((address) => URL.revokeObjectURL(address));
    pictures = [];
    home.replaceChildren(...(found.length ? [list(found, trouble)] : []));
  }

  document.addEventListener("outbox:changed", (event) => draw(event.detail.trouble));
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.id === "main") window.house.outbox.changed(); });

  document.addEventListener("click", async (event) => {
    const pressed = event.target.closest("[data-outbox-act]");
    if (!pressed) return;
    const one = (await shelf.mine()).find((entry) => entry.id === Number(pressed.dataset.entry));
    if (!one) return window.house.outbox.changed();
    if (pressed.dataset.outboxAct === "send") {
      if (one.state === "refused") await shelf.put({ ...one, state: "waiting", said: [] });
      pressed.setAttribute("aria-disabled", "true");
      return window.house.outbox.drain();
    }
    if (!window.confirm(`${say("Discard this for good?")}\n\n${one.what}`)) return undefined;
    await shelf.remove(one.id);
    return window.house.outbox.changed();
  });
})();
