// The workbench: when the author saves the plugin, the page shows it at once. Without this file a reload does.
"use strict";
(function watch() {
  const foot = document.querySelector("[data-watch]");
  if (!foot) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(foot.dataset.watch, { headers: { Accept: "application/json" } });
      const now = await answer.json();
      if (answer.ok && String(now.version) !== foot.dataset.version) { location.reload(); return; }
    } catch (e) { /* the workbench is stopped or starts again: the next look may find it */ }
    watch();
  }, 1000);
})();
