// A button that copies the text of another element; shown only where scripts run.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      getSelection().selectAllChildren(source); // without https there is no clipboard: at least select the text
      if (!document.execCommand("copy")) return;
    }
    button.textContent = button.dataset.done;
  });
}
