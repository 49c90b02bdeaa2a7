"""A school begun at a real server as an administrator begins it: the first link, people, a group, a cycle."""

from __future__ import annotations

import re
from pathlib import Path

from tests.clean.browser import Browser
from tests.clean.team import Team
from tests.clean.venv import Clean

PASSWORD = "старая ель у реки"
NAMES = ("Азбукина", "Букварёва", "Веткин")


def begin(clean: Clean, instance: Path, address: str) -> Browser:
    """The administrator of a new school, signed in by the link that ``trefoil init`` prints."""
    told = clean.run("trefoil init", instance.parent, TREFOIL_INSTANCE=str(instance))
    link = re.search(r"/link/\S+", told)
    assert link, told
    admin = Browser(address)
    page = admin.get(link[0])
    names = {"last_name": "Главный", "first_name": "Глеб", "patronymic": "Демович"}
    done = admin.send(page.forms[-1], school="Школа № 0", district="", login="glavny", password=PASSWORD, **names)
    assert done.status == 200 and "/link/" not in done.url, done.text[:2000]
    return admin


def enable(admin: Browser, key: str) -> None:
    """Switch a type on where an administrator does."""
    page = admin.get("/types")
    form = next(f for f in page.forms if f.action.endswith(f"/types/{key}/switch"))
    assert "включён" in admin.send(form).text


def seat(admin: Browser, address: str, key: str, names: tuple[str, ...] = NAMES) -> Team:
    """A group of the type, people with accounts in its first team, led by the first of them; its cycle is opened."""
    people: dict[str, Browser] = {}
    ids = []
    for number, name in enumerate(names, 1):
        form = next(f for f in admin.get("/school/people/new").forms if f.has("last_name"))
        page = admin.send(form, last_name=name, first_name="Анна", patronymic="Демовна", subject="биология")
        ids.append(page.url.rpartition("/")[2])
        shown = admin.send(page.form("/link"))
        link = re.search(r'id="one-time-link">[^<]*?(/link/[^<]+)<', shown.text)
        assert link, shown.text[:1500]
        people[name] = Browser(address)
        joined = people[name].get(link[1])
        people[name].send(joined.forms[-1], login=f"uchitel{number}", password=PASSWORD)
    made = admin.send(admin.get("/groups").form("/groups/new"), type_key=key, title="ПОС", leader_id=ids[0])
    seats = {f"seat_{n}": person for n, person in enumerate(ids, 1)}
    admin.send(next(f for f in made.forms if f.has("seat_1")), **seats)
    triad = re.search(r'href="/triads/(\d+)"', made.text)
    assert triad, made.text[:1500]
    first = people[names[0]]
    opened = first.send(first.get(f"/triads/{triad[1]}").form("/cycles"))
    assert re.fullmatch(r"/cycles/\d+", opened.url), (opened.url, opened.text[:1500])
    return Team(people, int(opened.url.rpartition("/")[2]))
