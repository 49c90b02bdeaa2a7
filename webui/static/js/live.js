// A page that tells how far something is asks for itself again until it is there. Without this file there is a link.
"use strict";
(function look() {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main [aria-live]");
      if (answer.ok && fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    } catch (e) { /* no connection now: the next look may have one */ }
    look();
  }, 1500);
})();
