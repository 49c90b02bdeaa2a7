// One question a screen with dots. Without this file the same form is one long page.
(function () {
  "use strict";
  const form = document.querySelector("[data-survey]");
  if (!form) return;
  const steps = [...form.querySelectorAll("[data-step]")];
  const send = form.querySelector(".send");
  if (steps.length < 2) return;
  let at = 0;
  const dots = document.createElement("p");
  dots.className = "dots";
  dots.setAttribute("aria-hidden", "true");
  form.prepend(dots);
  const bar = document.createElement("p");
  bar.className = "bar";
  const back = document.createElement("button");
  const next = document.createElement("button");
  back.type = next.type = "button";
  back.textContent = form.dataset.back;
  next.textContent = form.dataset.next;
  next.className = "next";
  bar.append(back, next);
  send.before(bar);
  function show(move) {
    steps.forEach((s, i) => { s.hidden = i !== at; });
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    send.hidden = at !== steps.length - 1;
    dots.textContent = steps.map((_, i) => (i === at ? "●" : "○")).join(" ");
    if (move) { const first = steps[at].querySelector("input,textarea"); if (first) first.focus(); }
  }
  back.addEventListener("click", () => { at -= 1; show(true); });
  next.addEventListener("click", () => { at += 1; show(true); });
  show(false);
})();
