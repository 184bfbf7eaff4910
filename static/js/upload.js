/* Uploads: a form with files is sent with a bar that tells how far it is, and again by itself when the connection was lost.
   The server takes it once, however often it is sent: all tries travel under one Idempotency-Key. It answers with where to go on (Upload-Next),
   or with the form and what is wrong with it; then the files that were picked are picked still. */
(() => {
  "use strict";
  const WAITS = [2, 5, 10, 20, 30, 60]; // seconds before another try; the last one again and again
  const SILENCE = 60000; // ms without a sign of life, at first; of a line that died in a lift the browser says nothing for long
  const running = new WeakMap(); // form → what is being done with it
  const sendings = new WeakMap(); // form → { said, token }: what is sent word for word again is the same sending
  const uploads = 'form[method="post"][enctype="multipart/form-data"]:not([data-outbox], [hx-post])';
  const filesOf = (form) => [...form.querySelectorAll('input[type="file"]')].flatMap((input) => [...input.files]);

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  function bar(form) {
    const box = element("div", { className: "upload" });
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say("Sending"));
    const meter = element("progress", { max: 100, value: 0 });
    meter.setAttribute("aria-label", say("Sent so far"));
    const said = element("p", { className: "upload-said" });
    const now = element("button", { type: "button", className: "btn btn-small", textContent: say("Try now"), hidden: true });
    const stop = element("button", { type: "button", className: "btn btn-quiet btn-small", textContent: say("Stop") });
    box.append(meter, said, now, stop);
    (form.querySelector(".form-actions") || form).before(box);
    return { box, meter, said, now, stop };
  }

  function complain(form, sentence) {
    const box = element("div", { className: "notice notice-warning" });
    box.dataset.uploadTrouble = "";
    box.setAttribute("role", "alert");
    box.append(element("div", { className: "notice-body" }));
    box.firstChild.append(element("p", { textContent: sentence }));
    (form.querySelector(".form-actions") || form).before(box);
  }

  function begin(form, submitter) {
    const files = filesOf(form);
    form.querySelectorAll("[data-upload-trouble]").forEach((old) => old.remove());
    const body = new FormData(form, submitter);
    body.delete("csrfmiddlewaretoken"); // of the page; whoever had to sign in again has another
    const job = { form, body, token: tokenFor(form, body), files, tries: 0, turn: null, xhr: null, timer: 0, silence: 0, parts: bar(form) };
    running.set(form, job);
    job.parts.stop.addEventListener("click", () => end(job, say("It was not sent. What you wrote and chose is still here.")));
    job.parts.now.addEventListener("click", () => attempt(job));
    window.house.announce(sayCount("Sending {n} file", "Sending {n} files", files.length));
    attempt(job);
  }

  function tokenFor(form, body) {
    const said = JSON.stringify([...body].map(([name, value]) => (value instanceof File ? [name, value.name, value.size, value.lastModified] : [name, value])));
    if ((sendings.get(form) || {}).said !== said) sendings.set(form, { said, token: window.house.shelf.token() });
    return sendings.get(form).token;
  }

  async function attempt(job) {
    clearTimeout(job.timer);
    const { form, parts } = job;
    window.house.busy(form, true);
    parts.now.hidden = true;
    parts.meter.value = 0;
    parts.said.textContent = say("Sending…");
    let csrf;
    const turn = job.turn = {};
    alive(job);
    const stale = () => running.get(form) !== job || job.turn !== turn; // stopped, or given up, meanwhile
    try { csrf = await window.house.csrf(); } catch { if (!stale()) later(job); return; }
    if (stale()) return;
    const xhr = job.xhr = new XMLHttpRequest();
    xhr.open("POST", form.getAttribute("action") || location.href);
    xhr.setRequestHeader("X-CSRFToken", csrf);
    xhr.setRequestHeader("Upload", "1");
    xhr.setRequestHeader("Idempotency-Key", job.token);
    xhr.upload.addEventListener("progress", (event) => progressed(job, event));
    xhr.addEventListener("progress", () => alive(job));
    xhr.addEventListener("load", () => answered(job));
    xhr.addEventListener("error", () => later(job));
    xhr.send(job.body);
    alive(job);
  }

  function progressed(job, event) {
    alive(job);
    if (!event.lengthComputable) return;
    const share = Math.floor(100 * event.loaded / event.total);
    job.parts.meter.value = share;
    job.parts.said.textContent = share < 100 ? say("{share} sent", { share: `${share}%` }) : say("Sent. One moment…");
  }

  /* Each try has more patience than the one before: a server may need longer than a minute for what has arrived. */
  function alive(job) {
    clearTimeout(job.silence);
    job.silence = setTimeout(() => lost(job), SILENCE * 2 ** Math.min(job.tries, 4));
  }

  function abort(job) {
    clearTimeout(job.silence);
    if (job.xhr && job.xhr.readyState < XMLHttpRequest.DONE) job.xhr.abort(); // afterwards its answer would be gone
  }

  function lost(job) {
    if (!job.turn) return; // it waits for its next try already
    abort(job);
    later(job);
  }

  /* Nobody knows whether it arrived: the same again. */
  function later(job) {
    clearTimeout(job.silence);
    job.turn = null;
    const { form, parts } = job;
    const seconds = WAITS[Math.min(job.tries, WAITS.length - 1)];
    job.tries += 1;
    parts.meter.removeAttribute("value");
    parts.now.hidden = false;
    parts.said.textContent = say("The connection was lost. It is sent again in {n} seconds; keep this page open.", { n: seconds });
    if (job.tries === 1) window.house.announce(say("The connection was lost. It is sent again by itself; keep this page open."));
    window.house.busy(form, true);
    job.timer = setTimeout(() => attempt(job), seconds * 1000);
  }

  function end(job, sentence = "") {
    clearTimeout(job.timer);
    abort(job);
    running.delete(job.form);
    job.parts.box.remove();
    window.house.busy(job.form, false);
    window.house.announce(sentence);
  }

  function answered(job) {
    clearTimeout(job.silence);
    const { form, xhr } = job;
    const next = xhr.getResponseHeader("Upload-Next");
    if (next && new URL(next, location.href).pathname.endsWith("/login/")) {
      end(job);
      return complain(form, say("You are signed out. Sign in again in another tab, then send it from here: your words and files stay."));
    }
    if (next) {
      form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
      running.delete(form); // nothing to ask about when the page is left
      sendings.delete(form); // whoever comes back to it sends something else
      return window.house.go(next);
    }
    if (xhr.status >= 500 || xhr.status === 429) return later(job);
    end(job);
    if (xhr.status === 413) return complain(form, say("That is too big to send. Please remove a file and try again."));
    return again(job);
  }

  /* The form comes back with what is wrong; the files are picked again in it. */
  function again(job) {
    const page = new DOMParser().parseFromString(job.xhr.responseText, "text/html");
    const main = document.importNode(page.getElementById("main"), true);
    document.getElementById("main").replaceWith(main);
    window.htmx.process(main);
    window.htmx.trigger(main, "htmx:load", { elt: main });
    const box = main.querySelector("[data-files]");
    if (box) {
      main.querySelectorAll("[data-files-lost]").forEach((sentence) => sentence.remove());
      box.dispatchEvent(new CustomEvent("files:back", { bubbles: true, detail: { files: job.files } }));
    }
    const wrong = main.querySelector(".notice-danger, [aria-invalid='true']") || main;
    if (!wrong.matches("input, select, textarea")) wrong.setAttribute("tabindex", "-1");
    wrong.focus();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches(uploads) || !filesOf(form).length) return;
    event.preventDefault();
    sessionStorage.removeItem("draft-sent"); // we know ourselves when it has arrived
    if (!running.has(form)) begin(form, event.submitter);
  });

  const waiting = () => [...document.querySelectorAll(uploads)].map((form) => running.get(form)).filter(Boolean);
  window.addEventListener("offline", () => waiting().forEach(lost));
  window.addEventListener("online", () => waiting().filter((job) => !job.parts.now.hidden).forEach(attempt));
  window.addEventListener("beforeunload", (event) => { if (waiting().length) event.preventDefault(); });

  /* What htmx sends (a dialog, the panel beside a queue) has the bar alone. */
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target.closest && event.target.closest('form[hx-encoding="multipart/form-data"]');
    if (!form || !event.detail.lengthComputable || !filesOf(form).length) return;
    const parts = running.get(form) || bar(form);
    running.set(form, parts);
    parts.stop.hidden = true;
    parts.meter.value = Math.floor(100 * event.detail.loaded / event.detail.total);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest && event.detail.elt.closest("form");
    const parts = form && running.get(form);
    if (!parts || !parts.box) return;
    parts.box.remove();
    running.delete(form);
  });
})();
