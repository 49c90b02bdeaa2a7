// The running log of an observer: a fact with its pupil, time and stage by one press.
document.addEventListener("trefoil:document", (ready) => {
  "use strict";
  const { form, addRow, cardsOf, touched } = ready.detail;
  const log = form.querySelector("[data-log]");
  if (!log) return;
  const stage = log.querySelector("[data-log-stage]");
  const text = log.querySelector("[data-log-text]");
  const unsaved = log.querySelector("[data-log-state]");
  const key = form.dataset.key + "-log";
  const who = () => log.querySelector("[name=log_who]:checked").value;
  let byHand = false;

  function show() {
    log.querySelectorAll("[data-expected]").forEach((p) => {
      p.hidden = p.dataset.expected !== who() || p.dataset.stage !== stage.value;
    });
  }

  // The stage goes on by the clock while the lesson lasts, until it is chosen by hand.
  function byClock() {
    if (byHand || log.dataset.since === "") return;
    const minute = Number(log.dataset.since) + performance.now() / 60000;
    const now = [...stage.options].find((o) => o.dataset.from && Number(o.dataset.from) <= minute && minute < Number(o.dataset.until));
    if (now) { stage.value = now.value; show(); }
  }

  // What is being typed here is not in the sheet yet: it stays on this device.
  function keep() {
    let kept = true;
    try {
      if (text.value.trim()) localStorage.setItem(key, JSON.stringify({ text: text.value, who: who(), stage: stage.value, byHand }));
      else localStorage.removeItem(key);
    } catch (e) { kept = false; }
    unsaved.hidden = !text.value.trim() || !kept;
  }
  function write() {
    if (!text.value.trim()) return false;
    const box = form.querySelector("[data-rows=facts]");
    let card = cardsOf(box).pop();
    if (card.querySelector("textarea").value) card = addRow(box);
    const field = (name) => card.querySelector("[name$='-q_" + name + "']");
    field("text").value = text.value.trim();
    field("who").value = who();
    field("stage").value = stage.value;
    field("time").value = new Date().toTimeString().slice(0, 5);
    text.value = "";
    touched();
    keep();
    return true;
  }

  log.hidden = false;
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (kept) {
      text.value = kept.text;
      log.querySelector("[name=log_who][value='" + kept.who + "']").checked = true;
      if (kept.byHand) { stage.value = kept.stage; byHand = true; }
      unsaved.hidden = false;
    }
  } catch (e) { /* what cannot be read cannot be restored */ }
  byClock();
  setInterval(byClock, 15000);
  show();
  stage.addEventListener("change", () => { byHand = true; });
  log.addEventListener("input", keep);
  log.addEventListener("change", () => { show(); keep(); });
  log.querySelector("[data-log-add]").addEventListener("click", () => { write(); text.focus(); });
  // Whoever saves the sheet means this fact too. Capturing: before the copy of the page is made.
  form.addEventListener("submit", write, true);
});
