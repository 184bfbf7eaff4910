/* Glue between htmx and the house: CSRF header, spoken updates, focus after a swap, plain words when the network fails. */
(() => {
  "use strict";
  const live = () => document.getElementById("live");

  function announce(text) {
    const region = live();
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }

  /* A floating notice, built from text only. */
  function toast(text, kind = "danger") {
    const dialog = document.querySelector("dialog[open]");
    const box = dialog ? dialog.querySelector(".dialog-body") || dialog : document.getElementById("toasts");
    if (!box) return;
    box.querySelectorAll(`[data-toast="${kind}"]`).forEach((old) => old.remove());
    const notice = document.createElement("div");
    notice.className = `notice notice-${kind}`;
    notice.dataset.notice = "";
    notice.dataset.toast = kind;
    const body = document.createElement("div");
    body.className = "notice-body";
    body.append(Object.assign(document.createElement("p"), { textContent: text }));
    const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: say("Dismiss") });
    close.dataset.dismiss = "";
    notice.append(body, close);
    if (dialog) notice.setAttribute("role", "alert"); // the page behind an open dialog is mute
    else announce(text);
    box.prepend(notice);
  }

  /* To the page where it goes on; a place on this very page is shown anew. */
  function go(target) {
    const there = new URL(target, location.href);
    if (there.pathname + there.search !== location.pathname + location.search) return location.assign(there);
    history.replaceState(null, "", there);
    return location.reload();
  }

  window.house = { announce, toast, go };

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") return;
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });

  /* Only what a person set off may move the focus; a poll never does. */
  const byHand = (detail) => {
    const cause = detail.requestConfig && detail.requestConfig.triggeringEvent;
    return Boolean(cause && ["click", "submit", "keyup", "keydown"].includes(cause.type));
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.elt;
    if (!(target instanceof Element)) return;
    const spoken = target.matches("[data-announce]") ? target : target.querySelector("[data-announce]");
    if (spoken) announce(spoken.dataset.announce);
    if (!byHand(event.detail)) return;
    const lost = document.activeElement === document.body || !document.activeElement;
    const wrong = target.querySelector("[data-focus], [aria-invalid='true'], [autofocus]");
    if (wrong) wrong.focus();
    else if (lost) {
      if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
    }
  });

  /* HX-Trigger: {"announce": "…"} and {"toast": "…"} */
  document.addEventListener("announce", (event) => announce(event.detail && event.detail.value));
  document.addEventListener("toast", (event) => toast(event.detail && event.detail.value, "success"));

  const words = {
    403: say("You may not do this. Nothing was changed."),
    404: say("This is not here any more, or not for you to see."),
    413: say("That is too big to send. Please remove a file and try again."),
    429: say("Too many tries in a short time. Please wait a minute."),
  };
  document.addEventListener("htmx:responseError", (event) => {
    const polled = !byHand(event.detail);
    if (polled) return;
    const sent = event.detail.requestConfig.verb === "post" && [403, 404].includes(event.detail.xhr.status);
    if (sent) return toast(`${words[event.detail.xhr.status]} ${say("What you wrote is still here, to be copied.")}`);
    toast(words[event.detail.xhr.status] || say("Something went wrong on our side. What you wrote is still here; please try again."));
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (byHand(event.detail)) toast(say("The server can't be reached. What you wrote is still here; please try again."));
  });

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) {
      const notice = dismiss.closest("[data-notice]");
      if (notice) notice.remove();
      return;
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest && event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* A full page that came back with errors: go to the summary. */
  document.addEventListener("DOMContentLoaded", () => {
    const first = document.querySelector("main [data-focus]");
    if (first) first.focus();
  });
})();
