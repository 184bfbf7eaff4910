/* Files: the list of what was picked, removing one, dropping, pasting an image, and the limits said next to the field. */
(() => {
  "use strict";
  const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const boxOf = (node) => node.closest && node.closest("[data-files]");
  const inputOf = (box) => box.querySelector('input[type="file"]');
  const kept = new WeakMap();

  function complain(box, sentence) {
    let error = box.querySelector("[data-files-error]");
    if (!error) {
      error = document.createElement("p");
      error.className = "field-error";
      error.dataset.filesError = "";
      error.setAttribute("role", "alert");
      box.append(error);
    }
    error.textContent = sentence;
    error.hidden = !sentence;
  }

  function refusal(box, file, already) {
    const { maxBytes, maxFiles, types } = box.dataset;
    const ending = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
    if (maxFiles && already >= Number(maxFiles)) return say("Only {most} files at a time: {file} was left out.", { most: maxFiles, file: file.name });
    if (maxBytes && file.size > Number(maxBytes)) return say("{file} is {size}; the limit is {limit}.", { file: file.name, size: size(file.size), limit: size(Number(maxBytes)) });
    if (types && !types.split(/[\s,]+/).includes(ending)) return say("{file}: files of this kind are not accepted.", { file: file.name });
    return "";
  }

  function put(box, files) {
    const data = new DataTransfer();
    files.forEach((file) => data.items.add(file));
    inputOf(box).files = data.files;
    kept.set(box, files);
    draw(box, files);
    box.dispatchEvent(new CustomEvent("files:picked", { bubbles: true, detail: { files } }));
  }

  /* Files that another script has kept come back, unless others are picked already. */
  document.addEventListener("files:back", (event) => {
    if (!(kept.get(event.target) || []).length) put(event.target, event.detail.files);
  });

  function take(box, incoming) {
    const files = inputOf(box).multiple ? [...(kept.get(box) || [])] : [];
    const problems = [];
    incoming.forEach((file) => {
      const twin = files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
      if (twin) return;
      const problem = refusal(box, file, files.length);
      if (problem) problems.push(problem);
      else files.push(file);
    });
    put(box, files);
    complain(box, problems.join(" "));
  }

  function draw(box, files) {
    let list = box.querySelector(".filelist");
    if (!list) {
      list = document.createElement("ul");
      list.className = "filelist";
      list.setAttribute("aria-label", say("Files to send"));
      box.append(list);
    }
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(...files.map((file, index) => item(file, index)));
    list.hidden = !files.length;
    if (window.house) window.house.announce(files.length ? sayCount("{n} file to send", "{n} files to send", files.length) : say("No files to send"));
  }

  function preview(file) {
    const image = Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: "" });
    image.addEventListener("error", () => { // a kind that this browser can't draw, or a broken one
      URL.revokeObjectURL(image.src);
      image.remove();
    });
    return image;
  }

  function item(file, index) {
    const row = document.createElement("li");
    row.className = "filelist-item";
    if (file.type.startsWith("image/")) row.append(preview(file));
    row.append(Object.assign(document.createElement("span"), { className: "filelist-name", textContent: file.name }));
    row.append(Object.assign(document.createElement("span"), { className: "soft num", textContent: size(file.size) }));
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet btn-small", textContent: say("Remove") });
    remove.setAttribute("aria-label", say("Remove {file}", { file: file.name }));
    remove.dataset.removeFile = index;
    row.append(remove);
    return row;
  }

  document.addEventListener("change", (event) => {
    const box = event.target.matches('input[type="file"]') && boxOf(event.target);
    if (!box) return;
    const picked = [...event.target.files];
    if (event.target !== inputOf(box)) event.target.value = ""; // the camera's own input: its photo joins the others
    take(box, picked);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-file]");
    if (!button) return;
    const box = boxOf(button);
    put(box, (kept.get(box) || []).filter((_, index) => index !== Number(button.dataset.removeFile)));
    complain(box, "");
    inputOf(box).focus();
  });

  ["dragover", "dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const box = boxOf(event.target);
    if (!box || !event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    box.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop") take(box, [...event.dataTransfer.files]);
  }));

  /* An image pasted anywhere in the form goes to the form's files. */
  document.addEventListener("paste", (event) => {
    const form = event.target.closest && event.target.closest("form");
    const box = form && form.querySelector("[data-files]");
    const files = event.clipboardData ? [...event.clipboardData.files] : [];
    if (!box || !files.length) return;
    event.preventDefault();
    const stamp = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
    take(box, files.map((file) => (file.name === "image.png" ? new File([file], `pasted-${stamp}.png`, { type: file.type }) : file)));
  });

  /* Refused: what was picked is picked still. */
  document.addEventListener("files:again", (event) => put(event.target, kept.get(event.target) || []), true);

  document.addEventListener("reset", (event) => event.target.querySelectorAll("[data-files]").forEach((box) => {
    put(box, []);
    complain(box, "");
  }));
})();
