// A mistake names a line: pressing it puts the cursor there. Everything works without this file too.
(function () {
  "use strict";
  const area = document.querySelector("[data-lined]");
  document.querySelectorAll("[data-line]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const rows = area.value.split("\n"), line = Number(link.dataset.line) - 1;
    const start = rows.slice(0, line).reduce((sum, row) => sum + row.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (rows[line] || "").length);
    area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
    area.scrollIntoView({ block: "center" });
  }));
})();
