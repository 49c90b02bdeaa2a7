// An open menu closes on Escape and on a press elsewhere. Without scripts it closes by its own heading.
const opened = () => document.querySelectorAll(".menu[open], .menu-group details[open]");

document.addEventListener("click", (event) => {
  for (const item of opened()) if (!item.contains(event.target)) item.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const item of opened()) {
    if (item.contains(document.activeElement)) item.querySelector("summary").focus();
    item.open = false;
  }
});
