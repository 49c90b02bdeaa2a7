// Documents: autosave that survives a lost connection, growing tables, the running log, uploads.
// Everything works without this file too; it only saves presses.
(function () {
  "use strict";
  const form = document.querySelector("[data-document]");
  document.querySelectorAll("[data-print]").forEach((b) => b.addEventListener("click", () => window.print()));
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const key = form.dataset.key;
  const token = form.querySelector("[name=csrf_token]").value;
  let timer = 0, dirty = false, leaving = false;

  const say = (text) => { state.textContent = text; };
  const body = () => { const data = new FormData(form); data.delete("what"); return data; };

  function keepHere() {
    try {
      const pairs = [...body().entries()].filter(([k, v]) => k.startsWith("q_") && typeof v === "string");
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), pairs }));
    } catch (e) { /* a full or forbidden storage must not stop the typing */ }
  }

  async function save() {
    if (!dirty) return;
    keepHere();
    say(form.dataset.saving);
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: body(), headers: { "X-CSRFToken": token } });
      if (!answer.ok) throw new Error(String(answer.status));
      const got = await answer.json();
      dirty = false;
      localStorage.removeItem(key);
      say(form.dataset.saved + " " + got.saved);
    } catch (e) {
      say(form.dataset.offline);
      clearTimeout(timer);
      timer = setTimeout(save, 5000);
    }
  }

  function touched() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); keepHere(); });
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty && !leaving) {
      keepHere();
      navigator.sendBeacon(form.dataset.draftUrl, body());
    }
  });

  // Words that never reached the server come back, unless the page already holds them.
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (kept) {
      let changed = false;
      for (const [name, value] of kept.pairs) {
        const field = form.elements.namedItem(name);
        if (field && "value" in field && field.type !== "hidden" && value && !field.value) {
          field.value = value;
          changed = true;
        }
      }
      if (changed) touched(); else localStorage.removeItem(key);
    }
  } catch (e) { localStorage.removeItem(key); }

  // Growing tables.
  function renumber(card, n) {
    card.querySelectorAll("[name],[id],[for],[aria-describedby]").forEach((el) => {
      for (const a of ["name", "id", "for", "aria-describedby"]) {
        const v = el.getAttribute(a);
        if (v) el.setAttribute(a, v.replace(/^(q_[a-z0-9_]+-)\d+(-)/, "$1" + n + "$2"));
      }
    });
  }
  function addRow(box) {
    const cards = [...box.querySelectorAll("[data-row]")];
    const last = cards[cards.length - 1];
    if (!last) return null;
    const numbers = cards.map((c) => Number((c.querySelector("[name]").name.match(/-(\d+)-/) || [0, 0])[1]));
    const card = last.cloneNode(true);
    renumber(card, Math.max(...numbers) + 1);
    card.querySelectorAll("input,textarea,select").forEach((el) => {
      if (el.type === "checkbox" || el.type === "radio") el.checked = false; else el.value = "";
    });
    card.querySelectorAll(".field-error,.soft-warning,[data-upload-list] li").forEach((el) => el.remove());
    card.querySelector("legend").textContent = String(cards.length + 1);
    last.after(card);
    return card;
  }
  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (add) {
      const card = addRow(add.closest("[data-rows]"));
      if (card) { event.preventDefault(); card.querySelector("input,textarea,select").focus(); touched(); }
    } else if (remove) {
      const box = remove.closest("[data-rows]");
      if (box.querySelectorAll("[data-row]").length > 1) {
        event.preventDefault();
        remove.closest("[data-row]").remove();
        touched();
      }
    }
  });

  // The running log of an observer.
  const log = form.querySelector("[data-log]");
  if (log) {
    log.hidden = false;
    const stage = log.querySelector("[data-log-stage]");
    const text = log.querySelector("[data-log-text]");
    const show = () => {
      const who = log.querySelector("[name=log_who]:checked").value;
      log.querySelectorAll("[data-expected]").forEach((p) => {
        p.hidden = p.dataset.expected !== who || (stage.value !== "" && p.dataset.stage !== stage.value);
      });
    };
    log.addEventListener("change", show);
    show();
    log.querySelector("[data-log-add]").addEventListener("click", () => {
      if (!text.value.trim()) { text.focus(); return; }
      const box = form.querySelector("[data-rows=facts]");
      let card = [...box.querySelectorAll("[data-row]")].pop();
      if (card.querySelector("textarea").value) card = addRow(box);
      const field = (name) => card.querySelector("[name$='-q_" + name + "']");
      field("text").value = text.value.trim();
      field("who").value = log.querySelector("[name=log_who]:checked").value;
      field("stage").value = stage.value;
      field("time").value = new Date().toTimeString().slice(0, 5);
      text.value = "";
      text.focus();
      touched();
    });
  }

  // Files go up first; the document keeps their ids.
  form.addEventListener("change", async (event) => {
    const input = event.target.closest("[data-upload-input]");
    if (!input) return;
    const box = input.closest("[data-upload]");
    const ids = box.querySelector("[data-upload-ids]");
    const list = box.querySelector("[data-upload-list]");
    const note = box.querySelector("[data-upload-state]");
    for (const file of input.files) {
      const data = new FormData();
      data.append("file", file);
      data.append("csrf_token", token);
      note.textContent = file.name + " …";
      try {
        const answer = await fetch(form.dataset.uploadUrl, { method: "POST", body: data, headers: { "X-CSRFToken": token, Accept: "application/json" } });
        const got = await answer.json();
        if (!answer.ok) { note.textContent = got.error || String(answer.status); continue; }
        ids.value = ids.value ? ids.value + "," + got.id : String(got.id);
        const item = document.createElement("li");
        item.textContent = got.name;
        list.append(item);
        note.textContent = "";
      } catch (e) { note.textContent = form.dataset.offline; }
    }
    input.value = "";
    touched();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload-remove]");
    if (!button) return;
    const item = button.closest("[data-file]");
    const ids = item.closest("[data-upload]").querySelector("[data-upload-ids]");
    ids.value = ids.value.split(",").filter((id) => id !== item.dataset.file).join(",");
    item.remove();
    touched();
  });
})();
