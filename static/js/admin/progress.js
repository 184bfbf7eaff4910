// Follows a re-basing that is under way; when it is done the whole page is read anew. Without it “Look again” does.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const look = async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("rebasing-now");
      if (!now || now.dataset.running === undefined) return location.reload();
      document.getElementById("rebasing-now").replaceWith(now);
    }
    setTimeout(look, 2000);
  };
  if (document.getElementById("rebasing-now")?.dataset.running !== undefined) setTimeout(look, 2000);
});
