"""Somebody without a mouse: everything is reached by Tab and done by keys."""

from __future__ import annotations

from typing import Any

from tests.browser.school import Member

_FOCUSED = "(element) => document.activeElement === element"
#: The fields of the open document with what is to be done, in the order of the page.
_PLAN = """
(particular) => {
  const rowOf = (el) => { const m = el.name.match(/-(\\d+)-/); return m ? Number(m[1]) : 0; };
  const plan = [], done = new Set();
  for (const el of document.querySelector('[data-document]').querySelectorAll('input, textarea, select')) {
    if (!el.name || !el.name.startsWith('q_') || el.type === 'hidden' || el.type === 'file') continue;
    const key = Object.keys(particular).find((k) => el.name.endsWith(k));
    if (key !== undefined && particular[key] === null) continue;
    const wanted = key === undefined ? undefined : particular[key];
    const say = (kind, value) => plan.push({kind, value, id: el.id, name: el.name});
    if (el.type === 'radio') {
      const given = document.querySelector(`[name="${el.name}"]:checked`);
      if (!given && !done.has(el.name)) say('radio', wanted ?? '2');
      done.add(el.name);
    } else if (el.type === 'checkbox') {
      const tick = el.name.endsWith('-q_from_triad') || el.name.endsWith('q_in_triad') ? rowOf(el) > 0 : true;
      if (el.checked !== tick) plan.push({kind: 'checkbox', value: el.value, id: el.id, name: el.name});
    } else if (el.tagName === 'SELECT') {
      const options = [...el.options].map((o) => o.value);
      const real = options.filter((v) => v);
      const target = wanted !== undefined ? wanted : (el.value || real[rowOf(el) % (real.length || 1)]);
      const steps = options.indexOf(target) - el.selectedIndex;
      if (target !== undefined && steps) say('select', String(steps));
    } else if (el.value === '') {
      if (wanted === '') continue;
      const number = el.name.includes('minutes') ? '12' : '2';
      const typed = {date: '04122026', time: '1015AM', number, url: 'https://example.org/video'};
      const text = 'Запись ' + (rowOf(el) + 1) + (el.tagName === 'TEXTAREA' ? '\\nЯ могу объяснить шаг' : '');
      say(el.type in typed ? 'typed' : 'text', wanted ?? typed[el.type] ?? text);
    }
  }
  return plan;
}
"""


class Keys(Member):
    """A member whose hands never leave the keyboard. What Tab cannot reach cannot be done."""

    def press(self, target: Any) -> None:
        place = self.at(target).first
        self._reach(place)
        if place.evaluate("el => el.matches('summary, [data-add-row]') || (el.getAttribute('href') || '')[0] === '#'"):
            self.page.keyboard.press("Enter")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def put(self, target: Any, value: str) -> None:
        field = self.at(target).first
        kind = field.get_attribute("type")
        self._reach(field)
        if kind in ("date", "time"):
            year, _, rest = value.partition("-")
            month, _, day = rest.partition("-")
            # Where the browser has no halves of the day, the letters are let go.
            self.page.keyboard.type(day + month + year if kind == "date" else value.replace(":", "") + "AM")
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(value)

    def choose(self, target: Any, value: str) -> None:
        field = self.at(target).first
        self._reach(field)
        steps = field.evaluate(
            "(el, value) => [...el.options].findIndex((o) => o.value === value) - el.selectedIndex", value
        )
        self._arrows(steps)

    def tick(self, target: Any) -> None:
        field = self.at(target).first
        name, value = field.get_attribute("name"), field.get_attribute("value")
        form = field.locator("xpath=ancestor::form")
        if field.get_attribute("type") == "radio":
            self._radio(form.locator(f"[name='{name}']"), str(value))
        else:
            self._reach(field)
            self.page.keyboard.press("Space")

    def fill(self, particular: dict[str, str | None]) -> None:
        for step in self.page.evaluate(_PLAN, particular):
            named = self.page.locator(f"[data-document] [name='{step['name']}']")
            kind, value = step["kind"], step["value"]
            if kind == "radio":
                self._radio(named, value)
                continue
            field = self.page.locator(f"[id='{step['id']}']") if step["id"] else named
            self._reach(field.first)
            if kind == "checkbox":
                self.page.keyboard.press("Space")
            elif kind == "select":
                self._arrows(int(value))
            elif kind == "typed":
                self.page.keyboard.type(value)
            else:
                self.page.keyboard.insert_text(value)

    def _arrows(self, steps: int) -> None:
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")

    def _radio(self, group: Any, value: str) -> None:
        """Tab stops once at a group; arrows go round it."""
        members = group.all()
        chosen = next((m for m in members if m.is_checked()), None)
        self._reach(chosen or members[0])
        if chosen is None:
            self.page.keyboard.press("Space")
        for _ in members:
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrows do not lead to {value}")

    def _reach(self, target: Any) -> None:
        """Go on by Tab until the target has the focus."""
        element = target.element_handle()
        for _ in range(500):
            if self.page.evaluate(_FOCUSED, element):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: Tab does not reach {element.evaluate('el => el.outerHTML')[:200]}")
