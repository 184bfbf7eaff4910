/* The outbox's shelf in IndexedDB: what waits to be sent, and what is picked for forms not sent yet. Each has its person; nobody else's is ever handed out. */
(() => {
  "use strict";
  const who = () => document.body.dataset.user || "";
  let opened;

  function open() {
    opened = opened || new Promise((resolve, reject) => {
      const request = indexedDB.open("outbox", 2);
      request.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion < 1) request.result.createObjectStore("forms", { keyPath: "id", autoIncrement: true });
        request.result.createObjectStore("picked", { keyPath: "key" });
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // another tab has a newer page
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  /* Resolves when the change is on the disk, not merely asked for. */
  async function act(mode, what, name = "forms") {
    const base = await open();
    return new Promise((resolve, reject) => {
      const transaction = base.transaction(name, mode, { durability: "strict" });
      const request = what(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error || request.error);
    });
  }

  /* 128 random bits in a UUID's form; crypto.randomUUID is not there on plain http. */
  function token() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /* A form as it is now, as an entry; the token stays with it however often it is sent. */
  function entry(form, submitter) {
    const data = new FormData(form);
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    const fields = [...data].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size && !value.name));
    return {
      user: who(), token: token(), what: form.dataset.outbox, address: form.getAttribute("action"),
      page: location.pathname, at: Date.now(), fields, state: "waiting", said: [],
    };
  }

  /* Files that are picked, and not sent: by the key of their form's draft, until these are sent or a week is over. */
  const WEEK = 7 * 86400000;
  const keyOf = (draft) => `${who()}:${draft}`;
  const picked = {
    put: (draft, files) => act("readwrite", (store) => (files.length
      ? store.put({ key: keyOf(draft), user: who(), at: Date.now(), files }) : store.delete(keyOf(draft))), "picked"),
    get: async (draft) => ((await act("readonly", (store) => store.get(keyOf(draft)), "picked")) || { files: [] }).files,
    forget: async (wanted) => {
      const all = await act("readonly", (store) => store.getAll(), "picked");
      await Promise.all(all.filter(wanted).map((one) => act("readwrite", (store) => store.delete(one.key), "picked")));
    },
    old: (one) => one.at < Date.now() - WEEK,
  };

  /* The token of now: signing in again gives a new one, which the cookie has and an old page doesn't. */
  async function csrf() {
    const cookie = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    if (!cookie()) {
      const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
      const meta = page.querySelector('meta[name="csrf-token"]');
      return meta ? meta.content : "";
    }
    return cookie().slice("csrftoken=".length);
  }

  window.house.csrf = csrf;
  window.house.shelf = {
    picked,
    who,
    token,
    entry,
    put: (one) => act("readwrite", (store) => store.put(one)),
    remove: (id) => act("readwrite", (store) => store.delete(id)),
    mine: async () => (await act("readonly", (store) => store.getAll())).filter((one) => who() && one.user === who()),
  };
})();
