"""What a school leaves behind beside its cycles: rows of every table the demo school leaves empty and that grows."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

Rows = list[dict[str, Any]]
AT = datetime(2026, 11, 20, 8)
#: A school: a year of its archive with drafts, waivers, notes and measures, so many of each.
SOME = 10


def of_school(everything: dict[str, Rows], archived: list[int], dice: random.Random) -> dict[str, Rows]:
    """Rows by table, without ids. ``archived`` are the cycles that are over: nothing here changes the present ones."""
    found: dict[str, Rows] = defaultdict(list)
    for number, person in enumerate(everything["person"]):
        _person(found, person["id"], AT + timedelta(minutes=number), dice)
    people = [person["id"] for person in everything["person"]]
    school = everything["school"][0]["id"]
    for n, cycle in enumerate(archived[:SOME]):
        _cycle(found, school, cycle, people[10 + n], n)
    for group in everything["plc_group"]:
        _group(found, school, group, everything["school_year"][0]["id"])
    own: dict[str, Any] = {"school_id": school}
    found["staff_count"] = [own | {"since": date(2024 + n, 9, 1), "staff": 36} for n in range(3)]
    made = {"created_by": people[0], "created_at": AT}
    closed = {
        "title": "Журнал",
        "url": "https://journal.invalid/hook",
        "events": [],
        "secret": dice.randbytes(16).hex(),
    }
    found["webhook"].append(own | made | closed | {"failures": 9, "off_because": "no_answer"})
    held = {"year_id": everything["school_year"][0]["id"], "changed_at": AT, "changed_by": people[0]}
    found["conference"].append(own | held)
    return found


def _person(found: dict[str, Rows], person: int, at: datetime, dice: random.Random) -> None:
    own = {"person_id": person}
    seen = {"created_at": at, "seen_at": at, "device": "Android", "whole": True}
    found["sign_in"].append(own | seen | {"token_hash": dice.randbytes(25).hex()})
    found["press"].append(own | {"key": dice.randbytes(25).hex(), "at": at, "leads_to": "/cycles/1"})
    for n in range(3):
        letter = {"key": f"digest-{n}", "subject": "Ваш ход", "body": "Дела недели. " * 20, "state": "sent"}
        found["letter"].append(own | letter | {"tries": 1, "created_at": at, "next_at": at, "sent_at": at})
        line = {"text": {"ru": "Тройка передала итоги", "en": "Handed over"}, "at": at, "read_at": at}
        found["notice"].append(own | line)


def _cycle(found: dict[str, Rows], school: int, cycle: int, person: int, n: int) -> None:
    own = {"cycle_id": cycle}
    typed = {"form_key": "plan", "round": 1, "base": 1, "raw": [["topic", "Реформа"]], "updated_at": AT}
    found["draft"].append(own | typed | {"person_id": person})
    lifted = {"rule": "lesson.survey", "title": "Опрос", "round": 1, "reason": "карантин"}
    found["waiver"].append(own | lifted | {"by_id": person, "at": AT})
    told = {"role": "psychologist", "text": "Тихий ученик", "read_at": AT, "read_by": person}
    found["closed_note"].append(own | told | {"by_id": person, "at": AT})
    planned = {"row": n, "text": "Семинар", "basis": "methodical", "due": date(2026, 3, 1), "owner": "методист"}
    done = {"owner_id": person, "expected": "разработки", "status": "done", "changed_at": AT}
    found["measure"].append(own | planned | done | {"school_id": school})


def _group(found: dict[str, Rows], school: int, group: dict[str, Any], year: int) -> None:
    by = {"changed_at": AT, "changed_by": group["leader_id"]}
    found["threshold"].append(by | {"group_id": group["id"], "key": "of_an_older_version", "value": 0.5})
    put = {"school_id": school, "type_key": group["type_key"], "version": 1, "type_version": "1", "values": {}}
    found["type_settings"].append(put | {"by_id": group["leader_id"], "at": AT})
    report = {"school_id": school, "group_id": group["id"], "year_id": year}
    found["year_report"].append(report | {"state": "draft", "texts": {}, "facts": {}, "changed_at": AT})
