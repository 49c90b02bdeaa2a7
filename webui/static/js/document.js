// Documents: autosave that survives a lost connection, growing tables, uploads.
// Everything works without this file too; it only saves presses.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((b) => b.addEventListener("click", () => window.print()));
  const form = document.querySelector("[data-document]");
  const closed = document.querySelector("[data-left-here]");
  const prefix = (form || closed || { dataset: {} }).dataset.key + ":";

  // Copies on this device: one for each page that holds words the server has not confirmed yet.
  function copies() {
    const found = [];
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(prefix)) found.push({ name, ...JSON.parse(localStorage.getItem(name)) });
      }
    } catch (e) { /* a forbidden storage holds nothing */ }
    return found.sort((a, b) => b.at - a.at);
  }
  function drop(name) { try { localStorage.removeItem(name); } catch (e) { /* nothing was kept */ } }
  function keep(name, copy) {
    try { localStorage.setItem(name, JSON.stringify(copy)); return true; } catch (e) { return false; }
  }

  if (closed) {
    // The document was closed before the words of this device could leave it.
    const sent = closed.dataset.confirmed.split(" ");
    copies().filter((copy) => sent.includes(copy.nonce)).forEach((copy) => drop(copy.name));
    const words = copies().flatMap((copy) => copy.pairs.filter((p) => p[1].length > 3).map((p) => p[1]));
    closed.hidden = words.length === 0;
    words.forEach((word) => closed.querySelector("dl").append(Object.assign(document.createElement("dd"), { textContent: word })));
  }
  if (!form) return;

  const state = form.querySelector("[data-save-state]");
  const token = form.querySelector("[name=csrf_token]").value;
  const base = form.querySelector("[name=base]");
  const page = Math.random().toString(36).slice(2, 10);
  let held = form.dataset.held;
  let timer = 0, soon = 0, since = 0, revision = 0, dirty = false, busy = null, leaving = false;

  function uncover() {
    const at = document.activeElement, bar = form.querySelector(".save-bar");
    if (!form.contains(at) || bar.contains(at)) return;
    const field = at.getBoundingClientRect(), edge = bar.getBoundingClientRect().top;
    const under = field.top < innerHeight ? Math.min(field.bottom + 8 - edge, field.top - 8) : 0;
    if (under > 0) window.scrollBy({ top: under, behavior: "instant" });
  }
  function say(text, wide) {
    state.textContent = text;
    state.classList.toggle("save-state-wide", Boolean(wide));
    if (wide) uncover();
  }
  const body = () => { const data = new FormData(form); data.delete("what"); return data; };
  const typed = () => [...body().entries()].filter(([k, v]) => k.startsWith("q_") && typeof v === "string");
  const nonce = () => page + "." + revision;

  function snapshot() {
    const files = {};
    form.querySelectorAll("[data-file]").forEach((li) => { files[li.dataset.file] = li.querySelector("a").textContent; });
    return { at: Date.now(), nonce: nonce(), held, base: base.value, pairs: typed(), files };
  }
  const keepHere = () => { clearTimeout(soon); soon = 0; return keep(prefix + page, snapshot()); };

  async function save(closing) {
    clearTimeout(timer);
    if (!dirty || busy) return;
    const safe = keepHere(), sent = revision, data = body();
    since = Date.now();
    const small = [...data.values()].reduce((n, v) => n + String(v).length, 0) < 20000;
    busy = new AbortController();
    say(form.dataset.saving);
    let wait = 0;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST", body: data, headers: { "X-CSRFToken": token }, signal: busy.signal, keepalive: Boolean(closing) && small,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const got = await answer.json();
      held = got.held;
      if (revision === sent) { dirty = false; drop(prefix + page); } else { keepHere(); wait = 1200; }
      say(form.dataset.saved + " " + got.saved);
    } catch (e) {
      wait = 5000;
      say(safe ? form.dataset.offline : form.dataset.unsafe, true);
    }
    busy = null;
    if (wait && !leaving) timer = setTimeout(save, wait);
  }

  function touched() {
    // After a pause; and whoever types without one is saved every three seconds all the same.
    if (!dirty) since = Date.now();
    dirty = true;
    leaving = false;
    revision += 1;
    form.classList.add("changed");
    clearTimeout(timer);
    if (!soon) soon = setTimeout(keepHere, 250);
    timer = setTimeout(save, Math.max(0, Math.min(1200, since + 3000 - Date.now())));
  }

  const ours = (event) => { if ((event.target.name || "").startsWith("q_")) touched(); };
  form.addEventListener("input", ours);
  form.addEventListener("change", ours);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    if (busy) busy.abort();
    form.querySelector("[name=copy]").value = nonce();
    keepHere();
  });
  window.addEventListener("online", () => save());
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty && !leaving) { keepHere(); save(true); }
  });
  const discard = document.querySelector("[data-discard]");
  if (discard) discard.addEventListener("submit", () => { leaving = true; dirty = false; clearTimeout(timer); drop(prefix + page); });

  // Browsers keep a focused field out from under the bar only when they have to scroll to it anyway.
  let mouse = false;
  form.addEventListener("pointerdown", (event) => { mouse = event.pointerType === "mouse"; });
  form.addEventListener("keydown", () => { mouse = false; });
  form.addEventListener("focusin", () => { if (!mouse) { uncover(); requestAnimationFrame(uncover); } });

  // Growing tables.
  const cardsOf = (box) => [...box.querySelectorAll("[data-row]")];
  const numberOf = (card) => Number((card.querySelector("[name^=q_]").name.match(/-(\d+)-/) || [0, 0])[1]);
  function renumber(card, n) {
    card.querySelectorAll("[name],[id],[for],[aria-describedby]").forEach((el) => {
      for (const a of ["name", "id", "for", "aria-describedby"]) {
        const v = el.getAttribute(a);
        if (v) el.setAttribute(a, v.replace(/\b(q_[a-z0-9_]+-)\d+(-)/g, "$1" + n + "$2"));
      }
    });
  }
  const count = (box) => cardsOf(box).forEach((card, i) => { card.querySelector("legend").textContent = String(i + 1); });
  function addRow(box) {
    const cards = cardsOf(box);
    const last = cards[cards.length - 1];
    if (!last) return null;
    const card = last.cloneNode(true);
    renumber(card, Math.max(...cards.map(numberOf)) + 1);
    card.querySelectorAll("input,textarea,select").forEach((el) => {
      el.removeAttribute("aria-invalid");
      if (el.type === "checkbox" || el.type === "radio") el.checked = false; else el.value = "";
    });
    card.querySelectorAll(".field-error,.soft-warning,[data-upload-list] li").forEach((el) => el.remove());
    last.after(card);
    count(box);
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
      if (cardsOf(box).length > 1) {
        event.preventDefault();
        remove.closest("[data-row]").remove();
        count(box);
        touched();
      }
    }
  });

  // Files go up first; the document keeps their ids.
  function showFile(box, id, name) {
    const item = box.querySelector("template").content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    item.dataset.file = id;
    link.textContent = name;
    link.href = box.dataset.fileAddress.replace(/0$/, id);
    box.querySelector("[data-upload-list]").append(item);
  }
  const idsIn = (box) => box.querySelector("[data-upload-ids]").value.split(",").filter(Boolean);
  form.addEventListener("change", async (event) => {
    const input = event.target.closest("[data-upload-input]");
    if (!input) return;
    const box = input.closest("[data-upload]");
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
        box.querySelector("[data-upload-ids]").value = [...idsIn(box), got.id].join(",");
        showFile(box, String(got.id), got.name);
        note.textContent = "";
      } catch (e) { note.textContent = form.dataset.fileOffline; }
    }
    input.value = "";
    touched();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload-remove]");
    if (!button) return;
    const item = button.closest("[data-file]");
    const box = item.closest("[data-upload]");
    box.querySelector("[data-upload-ids]").value = idsIn(box).filter((id) => id !== item.dataset.file).join(",");
    item.remove();
    touched();
  });

  // Words that never reached the server come back.
  const ROW = /^(q_[a-z0-9_]+-)(\d+)(-.*)$/;
  /** What was answered, whatever the numbers of the rows. */
  function meaning(pairs) {
    const given = pairs.map(([k, v]) => [k, v.replace(/\r\n/g, "\n").trim()]).filter((p) => p[1]);
    const rows = {};
    given.forEach(([k]) => { const m = k.match(ROW); if (m) (rows[m[1]] = rows[m[1]] || new Set()).add(Number(m[2])); });
    const rank = (head, n) => [...rows[head]].sort((a, b) => a - b).indexOf(Number(n));
    return JSON.stringify(given.map(([k, v]) => [k.replace(ROW, (all, head, n, tail) => head + rank(head, n) + tail), v]).sort());
  }
  function apply(copy) {
    const values = new Map();
    copy.pairs.forEach(([k, v]) => values.set(k, [...(values.get(k) || []), v]));
    form.querySelectorAll("[data-rows]").forEach((box) => {
      const head = "q_" + box.dataset.rows + "-";
      const numbers = [...new Set([...values.keys()].filter((k) => k.startsWith(head)).map((k) => parseInt(k.slice(head.length), 10)))].sort((a, b) => a - b);
      if (!numbers.length) return;
      while (cardsOf(box).length < numbers.length) addRow(box);
      cardsOf(box).forEach((card, i) => { if (i < numbers.length) renumber(card, numbers[i]); else card.remove(); });
      count(box);
    });
    form.querySelectorAll("input[name^=q_],textarea[name^=q_],select[name^=q_]").forEach((el) => {
      const given = values.get(el.name);
      if (el.type === "radio" || el.type === "checkbox") el.checked = Boolean(given) && given.includes(el.value);
      else if (given) el.value = given[0];
      if (el.tagName === "SELECT" && el.selectedIndex < 0) el.value = "";
    });
    form.querySelectorAll("[data-upload]").forEach((box) => {
      box.querySelectorAll("[data-file]").forEach((li) => li.remove());
      idsIn(box).forEach((id) => showFile(box, id, (copy.files || {})[id] || id));
    });
    base.value = copy.base;
    touched();
    return keepHere();
  }
  function offer(copy) {
    const note = form.querySelector("[data-return]").content.firstElementChild.cloneNode(true);
    note.querySelector("time").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    note.querySelector("[data-take]").addEventListener("click", () => {
      const shown = snapshot(); // the other text takes its place, so that the choice can be taken back
      if (apply(copy)) { keep(copy.name, shown); copy = { name: copy.name, ...shown }; }
    });
    note.querySelector("[data-leave]").addEventListener("click", () => { drop(copy.name); note.remove(); });
    form.prepend(note);
  }
  const confirmed = form.dataset.confirmed.split(" ");
  let restored = false;
  for (const copy of copies()) {
    if (confirmed.includes(copy.nonce) || meaning(copy.pairs) === meaning(typed())) drop(copy.name);
    else if (copy.held === held && !restored) { restored = true; if (apply(copy)) drop(copy.name); } else offer(copy);
  }

  document.dispatchEvent(new CustomEvent("trefoil:document", { detail: { form, addRow, cardsOf, touched } }));
})();
