/* The outbox's shelf: what waits to be sent, in IndexedDB, each with the person it belongs to; nobody else's is ever handed out. */
(() => {
  "use strict";
  const who = () => document.body.dataset.user || "";
  let opened;

  function open() {
    opened = opened || new Promise((resolve, reject) => {
      const request = indexedDB.open("outbox", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("forms", { keyPath: "id", autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  /* Resolves when the change is on the disk, not merely asked for. */
  async function act(mode, what) {
    const base = await open();
    return new Promise((resolve, reject) => {
      const transaction = base.transaction("forms", mode, { durability: "strict" });
      const request = what(transaction.objectStore("forms"));
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

  window.house.shelf = {
    who,
    entry,
    put: (one) => act("readwrite", (store) => store.put(one)),
    remove: (id) => act("readwrite", (store) => store.delete(id)),
    mine: async () => (await act("readonly", (store) => store.getAll())).filter((one) => who() && one.user === who()),
  };
})();
