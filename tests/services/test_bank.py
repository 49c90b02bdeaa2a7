"""The school bank: from a closed lesson through two reviewers into the bank, search, trials, mini-reports."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.services import files
from engine.services.bank import exchange, materials, personal, reviews, search, trials, workflow
from engine.services.bank.access import may_read, readable
from engine.services.bank.reviewers import candidates
from engine.services.bank.words import SCORES, STATES
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import host, now
from engine.services.indicators import life
from engine.services.indicators.scope import Scope
from engine.store.bank import Material, MaterialVersion
from engine.store.cycles import Notice
from engine.store.database import db
from engine.store.people import Person
from engine.store.personal import Consent
from engine.store.unit import unit_of_work
from tests.services.roads import road, stranger

GIVEN = {
    "title": "Карточка критериев",
    "kind": "task",
    "body": "Выведите критерии из двух образцов.",
    "licence": "school",
}
GOOD = dict.fromkeys(SCORES, 2)


def _free(school: Cast, author: str = "Микроскопова", **values: object) -> Material:
    """A material that comes from no cycle."""
    return materials.create(school.people[author], {**GIVEN, **values})


def _sent(school: Cast, **values: object) -> Material:
    made = _free(school, **values)
    reviews.send(school.people["Микроскопова"], made.id, school.people["Партова"].id)
    return made


def _recommended(school: Cast, **values: object) -> Material:
    made = _sent(school, **values)
    for name in ("Макетов", "Партова"):
        reviews.review(school.people[name], made.id, made.version, GOOD)
    return made


def _banked(school: Cast, **values: object) -> Material:
    made = _recommended(school, **values)
    reviews.put_into_bank(school.people["Макетов"], made.id)
    return made


def _told(person: Person) -> list[str]:
    return [n.text["text"]["ru"] for n in db.session.scalars(select(Notice).where(Notice.person_id == person.id))]


def test_the_whole_road_from_a_closed_lesson_to_a_trial_in_another_group(school: Cast) -> None:
    cycle, team = road(school, "discussion", 1, mark="ПД-2")
    with pytest.raises(Invalid, match="закрытого урока"):
        materials.prefill(team[0], cycle.id)
    assert materials.ready(team[0]) == []
    cycle, team = road(school, "planning", 2, mark="ПД-1")
    (offer,) = materials.ready(team[1])
    assert (offer.cycle.id, offer.lessons) == (cycle.id, (1,))
    start = materials.prefill(team[1], cycle.id, "План урока 1")
    assert start["subject"] == "Физика"
    assert start["techniques"]
    made = materials.create(team[1], {**GIVEN, **start, "title": "План «Тёплый дом»"}, cycle.id)
    assert made.group_id == cycle.triad.group_id
    (lesson,) = made.passport["lessons"]
    assert lesson == {"n": 1, "on": "2026-09-21", "subject": "Физика", "topic": "Тема 1", "size": 22, "class": "7 «А»"}
    reviews.send(team[1], made.id, school.people["Указкина"].id)
    leader, expert = school.people["Макетов"], school.people["Указкина"]
    assert [m.id for _, m in reviews.waiting_for(expert)] == [made.id]
    reviews.review(leader, made.id, 1, GOOD)
    assert made.state == "review"
    reviews.review(expert, made.id, 1, {**GOOD, "data": 0, "clear": 1})
    assert made.state == "recommended", "7 of 10 is enough"
    reviews.put_into_bank(leader, made.id)
    assert (made.state, made.banked_at) == ("in_bank", now())
    assert "«План „Тёплый дом“» в школьном банке" in _told(team[1])
    row = trials.take(school.people["Ноткина"], material_id=made.id, class_name=" 3  «В» ", subject="Музыка")
    trials.tell(school.people["Ноткина"], row.id, "worked", "Сработало в парах")
    tried = trials.of(team[0], material_id=made.id)
    assert (tried.classes, tried.going, tried.told[0][2]) == (1, 0, "ПОС «СЭР»")
    assert trials.classes_by_material([made.id]) == {made.id: 1}
    assert [(i.kind, i.words) for i in exchange.feed(team[1])] == [("trial", "Сработало в парах")]


def test_the_passport_names_no_small_class(school: Cast) -> None:
    cycle, team = road(school, "planning", 2)
    with unit_of_work():
        cycle.rounds[0].class_size = 4
    made = materials.create(team[0], GIVEN, cycle.id)
    assert (made.passport["lessons"][0]["class"], made.passport["lessons"][0]["size"]) == ("", 4)
    assert "быстро решает" not in str(made.passport), "nothing of the case pupils"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " x "}, "title"),
        ({"title": "ы" * 201}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"licence": "all"}, "licence"),
        ({"body": "ы" * 40_001}, "body"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"subject": "ы" * 121}, "subject"),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(school: Cast, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _free(school, **wrong)
    assert set(refused.value.errors) == {field}
    assert db.session.scalars(select(Material)).all() == []


def test_authors_are_colleagues_and_the_maker_is_one_of_them(school: Cast) -> None:
    other = stranger()
    with pytest.raises(NotFound):
        _free(school, authors=[other.id])
    made = _free(school, authors=[school.people["Компасов"].id])
    assert [a.person.last_name for a in made.authors] == ["Микроскопова", "Компасов"]
    with pytest.raises(Invalid, match="не больше восьми"):
        _free(school, authors=[p.id for p in list(school.people.values())[:9]])
    seen = materials.stamp(made)
    materials.save(school.people["Компасов"], made.id, seen, {**GIVEN, "authors": [school.people["Абзацева"].id]})
    assert {a.person.last_name for a in made.authors} == {"Компасов", "Абзацева"}
    with pytest.raises(NotFound):
        materials.page(school.people["Микроскопова"], made.id)


def test_two_authors_at_once_lose_nothing(school: Cast) -> None:
    made = _free(school, authors=[school.people["Компасов"].id])
    seen, both = materials.stamp(made), {"authors": [a.person_id for a in made.authors]}
    materials.save(school.people["Компасов"], made.id, seen, {**GIVEN, **both, "body": "Первый"})
    with pytest.raises(Conflict) as conflict:
        materials.save(school.people["Микроскопова"], made.id, seen, {**GIVEN, **both, "body": "Второй"})
    assert conflict.value.details["values"]["body"] == "Первый"
    again = conflict.value.details["stamp"]
    materials.save(school.people["Микроскопова"], made.id, again, {**GIVEN, **both, "body": "Второй"})
    assert made.body == "Второй"


def test_who_may_be_asked(school: Cast) -> None:
    made = _free(school)
    assert [c.person.last_name for c in candidates(made, "own")] == ["Макетов"]
    others = {c.person.last_name for c in candidates(made, "other")}
    assert {"Партова", "Указкина", "Журналова"} <= others
    assert not others & {"Макетов", "Микроскопова", "Листикова", "Мелков"}
    led = _free(school, "Макетов")
    assert {c.person.last_name for c in candidates(led, "own")} == {
        "Чертёжникова",
        "Листикова",
        "Микроскопова",
        "Абзацева",
        "Компасов",
    }
    outside = _free(school, "Мелков")
    assert {c.group.type_key for c in candidates(outside, "own")} == {"lab"}


def test_sending_needs_two_reviewers_and_something_to_read(school: Cast) -> None:
    author, made = school.people["Микроскопова"], _free(school, body="")
    for other in (None, school.people["Макетов"].id, school.people["Листикова"].id, author.id, 999_999):
        with pytest.raises(Invalid, match="эксперта другого ПОС"):
            reviews.send(author, made.id, other)
    with pytest.raises(Invalid, match="текст, файл или ссылку"):
        reviews.send(author, made.id, school.people["Партова"].id)
    assert (made.state, db.session.scalars(select(MaterialVersion)).all()) == ("draft", [])
    materials.attach(author, made.id, "план.txt", "План урока".encode())
    frozen = reviews.send(author, made.id, school.people["Партова"].id)
    assert (frozen.n, len(frozen.files)) == (1, 1)
    assert len(reviews.waiting_for(school.people["Партова"])) == 1
    with pytest.raises(Conflict):
        reviews.send(author, made.id, school.people["Партова"].id)
    with pytest.raises(Conflict):
        materials.save(author, made.id, materials.stamp(made), GIVEN)


def test_below_seven_or_with_personal_data_it_goes_back_with_remarks(school: Cast) -> None:
    made = _sent(school)
    leader, expert = school.people["Макетов"], school.people["Партова"]
    with pytest.raises(Invalid, match="каждую строку") as refused:
        reviews.review(leader, made.id, 1, {**GOOD, "clear": None, "fits": 3})
    assert set(refused.value.errors) == {"clear", "fits"}
    with pytest.raises(Invalid, match="что доработать"):
        reviews.review(leader, made.id, 1, {**GOOD, "clean": 1})
    reviews.review(leader, made.id, 1, {**GOOD, "clean": 1}, "Уберите имя")
    with pytest.raises(Invalid, match="уже записан"):
        reviews.review(leader, made.id, 1, GOOD)
    reviews.review(expert, made.id, 1, GOOD)
    assert made.state == "rework", "nine of ten with personal data is not enough"
    author = school.people["Микроскопова"]
    materials.save(author, made.id, materials.stamp(made), {**GIVEN, "body": "Без имён"})
    reviews.send(author, made.id, expert.id)
    assert made.version == 2
    with pytest.raises(Forbidden):
        reviews.review(expert, made.id, 1, GOOD)
    assert [v.body for v, _ in materials.page(author, made.id).versions] == ["Без имён", GIVEN["body"]]
    assert materials.version(author, made.id, 1)[1].body == GIVEN["body"]
    for person, n in ((school.people["Мелков"], 1), (author, 3)):
        with pytest.raises(NotFound):
            materials.version(person, made.id, n)


def test_a_place_like_a_surname_holds_the_score_until_it_is_looked_at(school: Cast) -> None:
    made = _sent(school, body="Работа ученика: Пушкин А. С., «Зимнее утро»")
    leader = school.people["Макетов"]
    assert [s.kind for s in reviews.task(leader, made.id).suspicions] == ["surname"]
    with pytest.raises(Invalid, match="отмеченные места"):
        reviews.review(leader, made.id, 1, GOOD)
    assert reviews.review(leader, made.id, 1, GOOD, looked=True).verdict == "accept"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Иванов Петя ответил первым", {"surname"}),
        ("ответил Петя Иванов", {"surname"}),
        ("Звоните +7 (912) 345-67-89", {"phone"}),
        ("8 912 345 67 89", {"phone"}),
        ("пишите mama.petrova@mail.ru", {"email"}),
        ("6 «Б», Петя решил", {"class"}),
        ("Ученик A, 6 «Б», решил три задачи", set()),
        ("В 2026 году 45 уроков, 12 345 678 рублей", set()),
        ("Указкина Вера ведёт урок", set()),
        ("", set()),
    ],
)
def test_what_looks_like_personal_data(text: str, kinds: set[str]) -> None:
    assert {s.kind for s in personal.suspicions({"body": text}, ["Указкина"])} == kinds


def test_the_table_of_steps_lets_each_do_their_own() -> None:
    everybody = {"author", "leader", "lab", "reviewer", "colleague"}
    roads = {state: workflow.open_steps(state, everybody) for state in STATES}
    assert roads == {
        "draft": {"edit", "send"},
        "review": {"ask", "recall", "review"},
        "rework": {"edit", "send"},
        "recommended": {"recall", "bank"},
        "in_bank": {"archive"},
        "archived": {"revise"},
    }
    assert all(workflow.open_steps(state, {"colleague"}) == frozenset() for state in STATES)
    assert "в состоянии «В банке»" in (workflow.refusal("bank", "in_bank", {"lab"}) or "")
    assert "только: автор" in (workflow.refusal("send", "draft", {"lab"}) or "")


def test_into_the_bank_and_out_of_it(school: Cast) -> None:
    made = _recommended(school)
    author, leader, lab = (school.people[n] for n in ("Микроскопова", "Макетов", "Графикова"))
    for person in (author, school.people["Партова"]):
        with pytest.raises(Forbidden, match="Лаборатории"):
            reviews.put_into_bank(person, made.id)
    with pytest.raises(NotFound):
        reviews.put_into_bank(school.people["Мелков"], made.id)
    reviews.put_into_bank(lab, made.id)
    with pytest.raises(Conflict, match="В банке"):
        reviews.put_into_bank(leader, made.id)
    assert life.bank_works(Scope(made.school_id, now().date(), now().date())).numerator == 1
    trials.take(school.people["Мелков"], material_id=made.id, class_name="5 «А»")
    with pytest.raises(Invalid, match="причину"):
        reviews.archive(author, made.id, " ")
    reviews.archive(author, made.id, "Устарело")
    assert life.bank_works(Scope(made.school_id, now().date(), now().date())).numerator == 0
    assert may_read(school.people["Мелков"], made), "whoever tried it may still read it"
    assert not may_read(school.people["Указкина"], made)
    reviews.revise(author, made.id)
    assert (made.state, made.banked_at, made.archived_because) == ("draft", None, "")


def test_taking_back_frees_the_reviewers(school: Cast) -> None:
    made = _sent(school)
    reviews.recall(school.people["Микроскопова"], made.id)
    assert (made.state, reviews.waiting_for(school.people["Партова"])) == ("draft", [])
    with pytest.raises(NotFound):
        reviews.task(school.people["Партова"], made.id)


def test_another_expert_may_be_asked_while_the_first_is_silent(school: Cast) -> None:
    made = _sent(school)
    author = school.people["Микроскопова"]
    reviews.ask(author, made.id, "other", school.people["Указкина"].id)
    assert reviews.waiting_for(school.people["Партова"]) == []
    assert len(reviews.waiting_for(school.people["Указкина"])) == 1
    with pytest.raises(Invalid, match="другого ПОС"):
        reviews.ask(author, made.id, "other", school.people["Листикова"].id)
    reviews.review(school.people["Указкина"], made.id, 1, GOOD)
    with pytest.raises(Invalid, match="уже записан"):
        reviews.ask(author, made.id, "other", school.people["Партова"].id)


def _consent(made: Material, by: Person, **given: object) -> None:
    values = {"purpose": "video_bank", "subject": "class", "material_id": made.id, "given_on": now().date(), **given}
    with unit_of_work():
        db.session.add(Consent(school_id=made.school_id, verified_by=by.id, **values))


def test_a_video_needs_a_consent_in_force(school: Cast) -> None:
    author = school.people["Микроскопова"]
    made = _free(school, kind="video", link="https://example.org/v", class_name="7 «А»")
    yesterday = now().date() - timedelta(days=1)
    _consent(made, author, purpose="video_triad")
    _consent(made, author, until=yesterday, given_on=yesterday)
    _consent(made, author, revoked_on=now().date())
    _consent(made, author, material_id=None, class_name="7 «Б»")
    with pytest.raises(Invalid, match="видео в банк"):
        reviews.send(author, made.id, school.people["Партова"].id)
    _consent(made, author, material_id=None, class_name="7 «А»", until=now().date())
    reviews.send(author, made.id, school.people["Партова"].id)
    for name in ("Макетов", "Партова"):
        reviews.review(school.people[name], made.id, 1, GOOD)
    at(now() + timedelta(days=2))
    with pytest.raises(Invalid, match="видео в банк"):
        reviews.put_into_bank(school.people["Макетов"], made.id)


def test_who_reads_what_is_the_same_one_by_one_and_in_lists(school: Cast) -> None:
    made = [_free(school), _sent(school), _recommended(school), _banked(school)]
    gone = _banked(school)
    reviews.archive(school.people["Макетов"], gone.id, "Устарело")
    made.append(gone)
    counts = {}
    for name in ("Микроскопова", "Макетов", "Партова", "Графикова", "Мелков"):
        person = school.people[name]
        listed = set(db.session.scalars(select(Material.id).where(readable(person))))
        assert listed == {m.id for m in made if may_read(person, m)}, name
        counts[name] = len(listed)
    assert counts == {"Микроскопова": 5, "Макетов": 4, "Партова": 4, "Графикова": 4, "Мелков": 1}
    other = stranger()
    assert list(db.session.scalars(select(Material.id).where(readable(other)))) == []
    for material in made:
        with pytest.raises(NotFound):
            materials.page(other, material.id)


def test_another_school_reaches_nothing(school: Cast) -> None:
    made, other = _banked(school), stranger()
    calls = (
        lambda: materials.page(other, made.id),
        lambda: materials.save(other, made.id, "", GIVEN),
        lambda: reviews.send(other, made.id, 1),
        lambda: reviews.archive(other, made.id, "x"),
        lambda: reviews.put_into_bank(other, made.id),
        lambda: reviews.recall(other, made.id),
        lambda: trials.take(other, material_id=made.id, class_name="5"),
        lambda: materials.attach(other, made.id, "x.txt", b"x"),
        lambda: exchange.one(other, 1),
    )
    for call in calls:
        with pytest.raises(NotFound):
            call()
    assert search.find(other, {"state": "all"}).total == 0
    assert search.labels(other) == {"technique": [], "subject": [], "grade": []}


def test_files_are_read_with_the_material_and_go_with_the_author_s_word(school: Cast) -> None:
    made, author = _free(school), school.people["Микроскопова"]
    row = materials.attach(author, made.id, "лист.txt", "Лист самооценки".encode())
    path = files.read(author, row.id)[1]
    with pytest.raises(NotFound):
        files.read(school.people["Партова"], row.id)
    reviews.send(author, made.id, school.people["Партова"].id)
    assert files.read(school.people["Партова"], row.id)[1] == path
    with pytest.raises(Conflict):
        materials.detach(author, made.id, row.id)
    with pytest.raises(Conflict):
        materials.attach(author, made.id, "ещё.txt", b"x")
    assert list(host().uploads.rglob("*.part")) == []
    reviews.recall(author, made.id)
    with pytest.raises(NotFound):
        materials.detach(author, made.id, 999_999)
    materials.detach(author, made.id, row.id)
    assert not path.exists()
    with pytest.raises(Invalid):
        materials.attach(author, made.id, "x.exe", b"MZ\x90\x00" + b"\x00" * 100)


def _found(person: Person, **wanted: str) -> list[str]:
    return [m.title for m in search.find(person, wanted).materials]


def test_search_knows_word_forms_and_filters(school: Cast) -> None:
    _banked(school, title="Критерии вместе", subject="физика", class_name="7 «А»", techniques=["Критерии вместе"])
    _banked(school, title="Зелёный лист", kind="survey", body="Лист, где критериев мало", class_name="11 «Б»")
    reader = school.people["Мелков"]
    assert _found(reader, q="критериями") == ["Критерии вместе", "Зелёный лист"], "the title weighs more"
    assert _found(reader, q="зеленые листы") == ["Зелёный лист"]
    assert _found(reader, q="критерий зелён") == ["Зелёный лист"], "the last word may be unfinished"
    assert _found(reader, q="крит") == ["Критерии вместе", "Зелёный лист"]
    assert _found(reader, q="критериев жираф") == []
    assert _found(reader, q="%") == _found(reader)
    assert _found(reader, grade="7") == _found(reader, subject="Физика") == ["Критерии вместе"]
    assert _found(reader, technique="Критерии вместе") == ["Критерии вместе"]
    assert _found(reader, kind="survey", type="project") == ["Зелёный лист"]
    assert _found(reader, state="draft") == _found(reader, grade="ы'--") == _found(reader, kind="'") == []
    assert search.labels(reader) == {"technique": ["Критерии вместе"], "subject": ["Физика"], "grade": ["7", "11"]}
    assert search.find(reader, {"page": "99"}).page == search.find(reader, {"page": "x"}).page == 1


def test_a_changed_text_is_found_by_its_new_words_alone(school: Cast) -> None:
    made, author = _free(school), school.people["Микроскопова"]
    materials.save(author, made.id, materials.stamp(made), {**GIVEN, "title": "Светофор", "body": "Три цвета"})
    assert _found(author, state="all", q="светофоры") == ["Светофор"]
    assert _found(author, state="all", q="карточки") == []


def test_trials_are_told_once_and_by_whoever_took_them(school: Cast) -> None:
    made = _banked(school)
    author, guest = school.people["Микроскопова"], school.people["Ноткина"]
    with pytest.raises(Invalid, match="собственный опыт"):
        trials.take(author, material_id=made.id, class_name="7 «А»")
    with pytest.raises(Invalid, match="класс"):
        trials.take(guest, material_id=made.id, class_name=" ")
    row = trials.take(guest, material_id=made.id, class_name="3 «В»", planned_on=date(2026, 9, 20))
    with pytest.raises(Invalid, match="уже взяли"):
        trials.take(guest, material_id=made.id, class_name="3 «В»")
    assert trials.of(guest, material_id=made.id).going == 1
    with pytest.raises(NotFound):
        trials.tell(author, row.id, "worked", "x")
    with pytest.raises(NotFound):
        trials.one(author, row.id)
    with pytest.raises(Invalid) as refused:
        trials.tell(guest, row.id, "great", " ", now().date() + timedelta(days=1))
    assert set(refused.value.errors) == {"outcome", "result", "done_on"}
    trials.tell(guest, row.id, "partly", "В парах")
    trials.tell(guest, row.id, "worked", "В парах и тройках")
    assert _told(author).count("Ваш опыт попробовали: «Карточка критериев»") == 1
    again = trials.take(guest, material_id=made.id, class_name="3В")
    trials.tell(guest, again.id, "worked", "Ещё раз")
    assert trials.of(guest, material_id=made.id).classes == 1
    assert [t.id for t, _ in trials.mine(guest)] == [again.id, row.id]
    with pytest.raises(Invalid, match="в банке"):
        trials.take(school.people["Партова"], material_id=_sent(school).id, class_name="5")


def test_the_feed_tells_what_is_new_since_one_looked(school: Cast) -> None:
    first = _banked(school)
    reader = school.people["Мелков"]
    assert [(i.key, i.fresh) for i in exchange.feed(reader)] == [(first.id, True)]
    assert exchange.feed(school.people["Микроскопова"]) == [], "one's own material is no news"
    exchange.looked(reader)
    exchange.looked(reader)
    assert [i.fresh for i in exchange.feed(reader)] == [False]
    at(now() + timedelta(hours=1))
    second = _banked(school)
    assert [(i.key, i.fresh) for i in exchange.feed(reader)] == [(second.id, True), (first.id, False)]


def test_a_mini_report_follows_the_cycle_and_is_tried_by_others(school: Cast) -> None:
    cycle, team = road(school, "decision")
    with pytest.raises(Invalid, match="после решения"):
        exchange.draft(team[0], cycle.id)
    with pytest.raises(Invalid, match="после решения"):
        exchange.publish(team[0], cycle.id, {"title": "Рано", "summary": "Рано"})
    with unit_of_work():
        cycle.stage = "to_lab"
    found, stored, values = exchange.draft(team[1], cycle.id)
    assert (found.id, stored) == (cycle.id, None)
    assert "Как экспертиза меняет продукт?" in values["summary"]
    assert values["techniques"]
    for person in (school.people["Партова"], stranger()):
        with pytest.raises(NotFound):
            exchange.draft(person, cycle.id)
        with pytest.raises(NotFound):
            exchange.publish(person, cycle.id, values)
    with pytest.raises(Invalid) as refused:
        exchange.publish(team[1], cycle.id, {"title": "", "summary": "", "advice": "ы" * 4001})
    assert set(refused.value.errors) == {"title", "summary", "advice"}
    exchange.publish(team[1], cycle.id, values)
    report = exchange.one(school.people["Мелков"], cycle.id)
    assert (report.own, len(report.passport["lessons"])) == (False, 3)
    with pytest.raises(Conflict):
        exchange.publish(team[0], cycle.id, {**values, "title": "Вслепую"})
    exchange.publish(team[0], cycle.id, {**values, "title": "Экспертиза в парах"}, report.report.at)
    assert [(i.kind, i.title) for i in exchange.feed(school.people["Мелков"])] == [("report", "Экспертиза в парах")]
    assert exchange.feed(team[2]) == []
    assert exchange.own_reports(team[2]) == [(cycle, True)]
    with pytest.raises(Invalid, match="собственный опыт"):
        trials.take(team[2], cycle_id=cycle.id, class_name="7")
    row = trials.take(school.people["Партова"], cycle_id=cycle.id, class_name="8 «А»")
    trials.tell(school.people["Партова"], row.id, "failed", "Не хватило времени")
    assert [(i.kind, i.of_report) for i in exchange.feed(team[2])] == [("trial", True)]
    with pytest.raises(NotFound):
        trials.take(school.people["Партова"], cycle_id=999_999, class_name="8")
