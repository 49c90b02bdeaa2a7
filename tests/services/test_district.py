"""The district: consent before publication, taking and withdrawing, invitations, the coordinator, exchange files."""

from __future__ import annotations

import base64
import copy
import json
import random
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from engine.services.bank.search import index
from engine.services.bank.words import SCORES
from engine.services.demo.school import Cast
from engine.services.directory import only_school
from engine.services.district import exchange, invitations, overview, publications, schools
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from engine.services.host import host, now
from engine.store.bank import Material, MaterialAuthor, MaterialReview
from engine.store.cycles import Notice
from engine.store.database import Model, db
from engine.store.district import ExchangePeer, ForeignMaterial, InvitationReply, Publication, TakenMaterial
from engine.store.people import Person, School
from engine.store.unit import unit_of_work
from tests.gates.plugin import Figure

DISTRICT = "РПОС «Вместе»"


@pytest.fixture
def lab(school: Cast) -> Person:
    """Who speaks for the demo school."""
    schools.join(school.people["Графикова"].school_id, DISTRICT)
    return school.people["Графикова"]


@pytest.fixture
def neighbour(lab: Person) -> Person:
    """The administrator of another school of the district."""
    return schools.add("Заречная школа", DISTRICT, ("Заречнов", "Пётр", ""))


@pytest.fixture
def outsider(lab: Person) -> Person:
    """The administrator of a school of another district."""
    return schools.add("Дальняя школа", "РПОС «Даль»", ("Дальнев", "Лев", ""))


@pytest.fixture
def material(school: Cast, lab: Person) -> Material:
    """A material in the bank of the demo school, by two authors, with clean reviews."""
    moment = now()
    with unit_of_work():
        row = Material(
            school_id=lab.school_id, kind="task", title="Спор о реформе", state="in_bank", licence="district"
        )
        row.body, row.data, row.passport = "Текст с маркером", {"subject": "История"}, {}
        row.created_by, row.created_at, row.changed_at, row.banked_at = lab.id, moment, moment, moment
        db.session.add(row)
        db.session.flush()
        for place, name in enumerate(("Партова", "Линейкина"), 1):
            db.session.add(MaterialAuthor(material_id=row.id, person_id=school.people[name].id, place=place))
        for seat, name in (("own", "Алфавитова"), ("other", "Макетов")):
            review = MaterialReview(material_id=row.id, version=1, seat=seat, reviewer_id=school.people[name].id)
            review.scores, review.verdict, review.asked_at, review.done_at = (
                dict.fromkeys(SCORES, 2),
                "accept",
                moment,
                moment,
            )
            db.session.add(review)
        return row


def _published(school: Cast, lab: Person, material: Material) -> Publication:
    for name in ("Партова", "Линейкина"):
        publications.agree(school.people[name], material.id)
    return publications.publish(lab, material.id)


def test_every_author_agrees_before_the_district_sees_anything(
    school: Cast, lab: Person, neighbour: Person, material: Material
) -> None:
    with pytest.raises(Conflict, match="согласие"):
        publications.publish(lab, material.id)
    assert publications.ask(lab, material.id) == 2
    publications.agree(school.people["Партова"], material.id)
    with pytest.raises(Conflict, match="согласие"):
        publications.publish(lab, material.id)
    publications.agree(school.people["Линейкина"], material.id)
    assert publications.listing(neighbour, {}) == []
    row = publications.publish(lab, material.id)
    (shown,) = publications.listing(neighbour, {})
    assert shown.publication.id == row.id and shown.open and not shown.mine
    with pytest.raises(Conflict, match="уже"):
        publications.publish(lab, material.id)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"licence": "school"}, "лицензия"), ({"state": "archived"}, "банк"), ({"clean": 1}, "персональных данных")],
)
def test_what_stands_in_the_way(
    school: Cast, lab: Person, material: Material, change: dict[str, Any], why: str
) -> None:
    for name in ("Партова", "Линейкина"):
        publications.agree(school.people[name], material.id)
    with unit_of_work():
        row = db.session.get(Material, material.id)
        if "clean" in change:
            review = db.session.scalars(db.select(MaterialReview)).first()
            review.scores = {**review.scores, "clean": 1}
        else:
            for key, value in change.items():
                setattr(row, key, value)
    with pytest.raises(Conflict, match=why):
        publications.publish(lab, material.id)


def test_only_the_laboratory_and_the_administrator_speak_for_a_school(
    school: Cast, lab: Person, neighbour: Person, material: Material
) -> None:
    row = _published(school, lab, material)
    teacher = school.people["Указкина"]
    with pytest.raises(Forbidden):
        publications.withdraw(teacher, row.id, "x")
    with pytest.raises(NotFound):
        publications.withdraw(neighbour, row.id, "x")
    with pytest.raises(NotFound):
        publications.agree(teacher, material.id)
    with pytest.raises(Conflict):
        publications.take(lab, row.id)


def test_taken_once_and_withdrawn_from_everybody(
    school: Cast, lab: Person, neighbour: Person, material: Material
) -> None:
    row = _published(school, lab, material)
    publications.take(neighbour, row.id)
    publications.take(neighbour, row.id)
    assert len(db.session.scalars(db.select(TakenMaterial)).all()) == 1
    assert [s.taken for s in publications.listing(neighbour, {"taken": "1"})] == [True]
    with pytest.raises(Invalid):
        publications.withdraw(lab, row.id, "  ")
    publications.withdraw(lab, row.id, "нашли ошибку")
    gone = publications.one(neighbour, row.id)
    assert not gone.open and gone.why == "нашли ошибку" and gone.files == ()
    assert publications.listing(neighbour, {}) == []
    assert any("отозван" in str(n.text) for n in db.session.scalars(db.select(Notice)) if n.person_id == neighbour.id)
    with pytest.raises(Conflict):
        publications.take(neighbour, row.id)
    publications.publish(lab, material.id)
    assert len(publications.listing(neighbour, {})) == 1, "and it may come back"


def test_who_has_not_taken_it_never_hears_of_it_again(
    school: Cast, lab: Person, neighbour: Person, material: Material
) -> None:
    row = _published(school, lab, material)
    publications.withdraw(lab, row.id, "причина")
    with pytest.raises(NotFound):
        publications.one(neighbour, row.id)


def test_an_author_takes_the_consent_back(school: Cast, lab: Person, neighbour: Person, material: Material) -> None:
    row = _published(school, lab, material)
    publications.take(neighbour, row.id)
    publications.agree(school.people["Партова"], material.id, on=False)
    assert "автор" in publications.one(neighbour, row.id).why
    with pytest.raises(Conflict):
        publications.publish(lab, material.id)


def test_what_leaves_the_bank_leaves_the_district(
    school: Cast, lab: Person, neighbour: Person, material: Material
) -> None:
    row = _published(school, lab, material)
    publications.take(neighbour, row.id)
    with unit_of_work():
        db.session.get(Material, material.id).state = "archived"
    assert publications.listing(neighbour, {}) == []
    assert not publications.one(neighbour, row.id).open


def test_nobody_outside_the_district_sees_anything(
    school: Cast, lab: Person, outsider: Person, material: Material
) -> None:
    row = _published(school, lab, material)
    assert publications.listing(outsider, {}) == [] and invitations.listing(outsider) == []
    for verb in (publications.one, publications.take):
        with pytest.raises(NotFound):
            verb(outsider, row.id)
    schools.join(outsider.school_id, "")
    for alone in (publications.listing, lambda p, _w: invitations.listing(p)):
        with pytest.raises(NotFound):
            alone(outsider, {})
    assert publications.standing(outsider, material) is None


def test_words_and_kinds_narrow_the_list(school: Cast, lab: Person, neighbour: Person, material: Material) -> None:
    _published(school, lab, material)
    with unit_of_work():
        index(db.session.get(Material, material.id))
    found = {q: len(publications.listing(neighbour, {"q": q})) for q in ("реформы", "спорах", "физика", "%", "")}
    assert found == {"реформы": 1, "спорах": 1, "физика": 0, "%": 1, "": 1}
    assert publications.listing(neighbour, {"kind": "video"}) == []


def _invite(person: Person, **more: Any):
    values = {"kind": "open_lesson", "title": "Урок", "at": now() + timedelta(days=7), "seats": 5, "pupils": True}
    return invitations.invite(person, {**values, **more})


def test_schools_answer_with_numbers_and_the_host_sees_them(lab: Person, neighbour: Person, outsider: Person) -> None:
    row = _invite(lab)
    invitations.answer(neighbour, row.id, 2, 1, "автобусом")
    (hosts,), (guests,) = invitations.listing(lab), invitations.listing(neighbour)
    assert hosts.left == 2 and [(a.teachers, a.pupils, s) for a, s in hosts.replies] == [(2, 1, "Заречная школа")]
    assert guests.replies == () and guests.reply.teachers == 2
    invitations.answer(neighbour, row.id, 0, 0)
    assert db.session.scalars(db.select(InvitationReply)).all() == []
    with pytest.raises(NotFound):
        invitations.answer(outsider, row.id, 1, 0)
    with pytest.raises(Conflict):
        invitations.answer(lab, row.id, 1, 0)


def test_seats_are_never_given_out_twice(lab: Person, neighbour: Person) -> None:
    row = _invite(lab, seats=5)
    others = [schools.add(f"Школа {n}", DISTRICT, ("Директоров", f"Ян{n}", "")) for n in range(4)]
    app = current_app._get_current_object()
    start = threading.Barrier(4)
    told: list[str] = []

    def go(person_id: int) -> None:
        with app.app_context():
            person = db.session.get(Person, person_id)
            start.wait()
            try:
                invitations.answer(person, row_id, 2, 0)
                told.append("yes")
            except Conflict:
                told.append("no")
            finally:
                db.session.remove()

    row_id = row.id
    threads = [threading.Thread(target=go, args=(p.id,)) for p in others]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(told) == ["no", "no", "yes", "yes"]
    db.session.rollback()
    assert invitations.listing(lab)[0].taken == 4


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "party"}, "kind"),
        ({"title": " "}, "title"),
        ({"at": None}, "at"),
        ({"at": datetime(2020, 1, 1)}, "at"),
        ({"seats": 0}, "seats"),
        ({"seats": -1}, "seats"),
        ({"seats": 100_000}, "seats"),
    ],
)
def test_what_an_invitation_needs(lab: Person, values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        _invite(lab, **values)
    assert wrong in refused.value.errors


def test_answers_are_refused_for_a_reason(school: Cast, lab: Person, neighbour: Person) -> None:
    row = _invite(lab, pupils=False, seats=None)
    with pytest.raises(Invalid):
        invitations.answer(neighbour, row.id, 1, 5)
    with pytest.raises(Invalid):
        invitations.answer(neighbour, row.id, -1, 0)
    with pytest.raises(Forbidden):
        _invite(school.people["Указкина"])
    with pytest.raises(NotFound):
        invitations.set_state(neighbour, row.id, "cancelled")
    invitations.set_state(lab, row.id, "closed")
    with pytest.raises(Conflict):
        invitations.answer(neighbour, row.id, 1, 0)
    invitations.set_state(lab, row.id, "cancelled")
    with pytest.raises(Conflict):
        invitations.set_state(lab, row.id, "open")
    with pytest.raises(Invalid):
        invitations.set_state(lab, _invite(lab).id, "party")


def test_a_coordinator_sees_totals_by_name_and_nothing_else(school: Cast, lab: Person, neighbour: Person) -> None:
    centre = schools.add("Центр", DISTRICT, ("Окружнова", "Ада", ""))
    with unit_of_work():
        db.session.get(Person, centre.id).login = "okrug"
    schools.appoint("okrug")
    schools.appoint("okrug")
    begins, ends = datetime(2026, 9, 1).date(), datetime(2027, 5, 31).date()
    parts = overview.overview(centre, begins, ends)
    assert [p.school.name for p in parts] == sorted(p.school.name for p in parts) and len(parts) == 3
    assert all({i.key for i in p.totals} == set(overview.SHOWN) for p in parts)
    for person in (lab, neighbour, school.people["Журналова"]):
        with pytest.raises(NotFound):
            overview.overview(person, begins, ends)


def test_schools_from_the_command_line(school: Cast, lab: Person) -> None:
    first = schools.add("Новая школа", "", ("Новиков", "Нил", "Ильич"))
    assert (db.session.get(School, first.school_id).district_id, first.password_hash) == (None, None)
    for wrong in (("Новая школа", ("А", "Б", "")), ("", ("А", "Б", "")), ("Ещё", ("", "", ""))):
        with pytest.raises(Invalid):
            schools.add(wrong[0], "", wrong[1])
    with pytest.raises(NotFound):
        schools.join(999, "x")
    with unit_of_work():
        db.session.get(Person, first.id).login = "nil"
    with pytest.raises(Invalid):
        schools.appoint("nil")
    with pytest.raises(NotFound):
        schools.appoint("никто")
    assert ("Новая школа", "") in [(s.name, d) for s, d in schools.listing()]
    with pytest.raises(Invalid):
        only_school()
    assert only_school(first.school_id).name == "Новая школа"


# --- the exchange file -------------------------------------------------------------------------------------------

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
MATERIAL = {
    "uid": "ab" * 32,
    "source": "Соседняя школа",
    "kind": "task",
    "title": "Карточка «Спор»",
    "version": 2,
    "body": "Текст карточки",
    "data": {"subject": "История", "techniques": ["Дебаты"]},
    "passport": {"lessons": [{"n": 1, "size": 25}], "overall": [1.5, None]},
    "withdrawn": False,
}
PAYLOAD = {
    "district": DISTRICT,
    "made_at": "2026-09-01T10:00:00",
    "materials": [MATERIAL, {**MATERIAL, "uid": "cd" * 32}],
}
MOMENT = datetime(2026, 9, 7, 9, 0)


def _file(**changes: Any) -> bytes:
    return exchange.sealed({**PAYLOAD, **changes}, KEY)


@pytest.fixture
def admin(school: Cast, lab: Person) -> Person:
    person = school.people["Журналова"]
    exchange.add_peer(person, "Соседняя установка", PUBLIC)
    return person


def test_a_good_file_is_taken_whole_and_once(admin: Person, lab: Person) -> None:
    assert exchange.take(admin, _file()) == (2, 0)
    with pytest.raises(Conflict):
        exchange.take(admin, _file())
    assert [m.title for m in publications.foreign(lab)] == ["Карточка «Спор»"] * 2
    assert publications.one_foreign(lab, publications.foreign(lab)[0].id).body == "Текст карточки"


def test_newer_replaces_older_and_never_the_other_way(admin: Person) -> None:
    exchange.take(admin, _file())
    assert exchange.take(admin, _file(materials=[{**MATERIAL, "version": 3, "body": "Новый"}])) == (1, 0)
    assert exchange.take(admin, _file(materials=[{**MATERIAL, "version": 1, "body": "Старый"}])) == (0, 0)
    row = db.session.scalars(db.select(ForeignMaterial).where(ForeignMaterial.uid == MATERIAL["uid"])).one()
    assert (row.version, row.body) == (3, "Новый")


def test_a_withdrawal_travels_too(admin: Person, lab: Person) -> None:
    exchange.take(admin, _file())
    number = publications.foreign(lab)[0].id
    empty = {"body": "", "data": {}, "passport": {}, "withdrawn": True}
    both = [{**MATERIAL, **empty}, {**MATERIAL, **empty, "uid": "cd" * 32}]
    assert exchange.take(admin, _file(materials=both)) == (0, 2)
    assert publications.foreign(lab) == []
    with pytest.raises(NotFound):
        publications.one_foreign(lab, number)
    assert {m.body for m in db.session.scalars(db.select(ForeignMaterial))} == {""}


def test_what_a_school_gives_another_installation_takes(
    school: Cast, admin: Person, lab: Person, material: Material
) -> None:
    _published(school, lab, material)
    content = exchange.make(admin)
    checked = exchange.check(content, [exchange.own_key()], now())
    (given,) = checked.materials
    assert given["title"] == "Спор о реформе" and "Партова" not in content.decode()
    assert oct((host().instance / "exchange_key").stat().st_mode)[-3:] == "600"
    publications.withdraw(lab, publications.standing(lab, material).publication.id, "ошибка")
    (gone,) = exchange.check(exchange.make(admin), [exchange.own_key()], now()).materials
    assert gone["withdrawn"] and gone["body"] == "" and gone["uid"] == given["uid"]


def test_a_material_stays_its_senders(admin: Person) -> None:
    exchange.take(admin, _file())
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    exchange.add_peer(admin, "Ещё одна", base64.b64encode(other.public_key().public_bytes_raw()).decode())
    fresh = {**MATERIAL, "uid": "ef" * 32}
    with pytest.raises(Invalid, match="другому отправителю"):
        exchange.take(admin, exchange.sealed({**PAYLOAD, "materials": [fresh, {**MATERIAL, "version": 9}]}, other))
    assert len(db.session.scalars(db.select(ForeignMaterial)).all()) == 2, (
        "the good one of the file was not taken either"
    )


def test_two_districts_know_the_same_neighbour_and_nothing_of_each_other(
    admin: Person, lab: Person, outsider: Person
) -> None:
    assert exchange.take(admin, _file()) == (2, 0)
    exchange.add_peer(outsider, "Она же", PUBLIC)
    assert exchange.take(outsider, _file()) == (2, 0), "what another district has taken is not told"
    assert len(publications.foreign(lab)) == len(publications.foreign(outsider)) == 2
    empty = {"body": "", "data": {}, "passport": {}, "withdrawn": True}
    assert exchange.take(outsider, _file(materials=[{**MATERIAL, **empty}])) == (0, 1)
    assert len(publications.foreign(lab)) == 2 and len(publications.foreign(outsider)) == 1


@pytest.mark.parametrize("key", ["", "нет", "QUJD", PUBLIC, "own"])
def test_odd_keys_are_refused(admin: Person, key: str) -> None:
    with pytest.raises(Invalid):
        exchange.add_peer(admin, "Имя", exchange.own_key() if key == "own" else key)
    assert len(db.session.scalars(db.select(ExchangePeer)).all()) == 1


def test_only_the_administrator_exchanges_files(school: Cast, admin: Person) -> None:
    teacher = school.people["Указкина"]
    for verb in (
        lambda: exchange.take(teacher, _file()),
        lambda: exchange.make(teacher),
        lambda: exchange.peers(teacher),
    ):
        with pytest.raises(Forbidden):
            verb()


WRONG: list[tuple[str, Any]] = [
    ("uid", None),
    ("uid", "xyz"),
    ("uid", "AB" * 32),
    ("source", ""),
    ("source", "я" * 201),
    ("kind", "poem"),
    ("kind", ["task"]),
    ("title", " "),
    ("title", "a\x00b"),
    ("version", 0),
    ("version", True),
    ("version", "2"),
    ("version", 10**9),
    ("body", None),
    ("body", "я" * 60_001),
    ("data", []),
    ("data", {"author": "Иванов"}),
    ("data", {"subject": {"a": {"b": {"c": 1}}}}),
    ("data", {"techniques": ["x"] * 300}),
    ("passport", "x"),
    ("passport", {"a": float("1e12")}),
    ("withdrawn", "да"),
    ("withdrawn", True),
]


@pytest.mark.parametrize(("part", "value"), WRONG, ids=range(len(WRONG)))
def test_a_signed_file_of_odd_contents_is_refused(part: str, value: Any) -> None:
    content = _file(materials=[MATERIAL, {**MATERIAL, "uid": "cd" * 32, part: value}])
    with pytest.raises(Invalid, match="материал 2"):
        exchange.check(content, [PUBLIC], MOMENT)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"materials": []}, "материалов нет"),
        ({"materials": [MATERIAL] * 2}, "дважды"),
        ({"materials": [{**MATERIAL, "uid": f"{n:064x}"} for n in range(501)]}, "больше 500"),
        ({"made_at": "2031-01-01T00:00:00"}, "дата"),
        ({"made_at": "вчера"}, "дата"),
        ({"district": ""}, "район"),
        ({"extra": 1}, "состав"),
    ],
)
def test_a_signed_file_that_is_odd_as_a_whole_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        exchange.check(_file(**changes), [PUBLIC], MOMENT)


def test_unknown_keys_sizes_and_versions_are_refused() -> None:
    for content, keys, why in (
        (_file(), [], "ключ"),
        (b"x" * (exchange.MOST_BYTES + 1), [PUBLIC], "8 МБ"),
        (b"", [PUBLIC], "прочитать"),
        (b"[" * 100_000, [PUBLIC], "прочитать"),
        (b'{"format": "trefoil-exchange"}', [PUBLIC], "не файл обмена"),
        (_file().replace(b'"version": 1', b'"version": 2'), [PUBLIC], "верси"),
        (_file().replace(b'"version": 1', b'"version": 1, "version": 1'), [PUBLIC], "прочитать"),
    ):
        with pytest.raises(Invalid, match=why):
            exchange.check(content, keys, MOMENT)


SEED = 20260907


def _mutations(count: int) -> list[bytes]:
    """Bits turned, pieces cut, doubled, swapped, signatures of others, and payloads changed and signed rightly."""
    dice = random.Random(SEED)
    good = _file()
    other = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    made: list[bytes] = []
    while len(made) < count:
        way, at = len(made) % 6, dice.randrange(len(good))
        if way == 0:
            found = bytearray(good)
            found[at] ^= 1 << dice.randrange(8)
            made.append(bytes(found))
        elif way == 1:
            made.append(good[:at])
        elif way == 2:
            end = min(len(good), at + dice.randrange(1, 40))
            made.append(good[:at] + good[end:])
        elif way == 3:
            end = min(len(good), at + dice.randrange(1, 40))
            made.append(good[:end] + good[at:end] + good[end:])
        elif way == 4:
            payload = copy.deepcopy(PAYLOAD)
            payload["materials"][0]["title"] = f"Чужой {len(made)}"
            forged = json.loads(exchange.sealed(payload, other))
            if dice.random() < 0.7:
                forged["key"] = PUBLIC
            made.append(json.dumps(forged).encode())
        else:
            made.append(exchange.sealed(_spoiled(dice), KEY))
    return [m for m in made if m != good]


ODD = (None, -1, 1e300, "", "\x00", [], {}, [[[[[[[[1]]]]]]]], True, "я" * 70_000, {"x" * 100: 1})


def _spoiled(dice: random.Random) -> dict[str, Any]:
    """A payload with something in it that must not be, signed rightly."""
    payload: dict[str, Any] = copy.deepcopy(PAYLOAD)
    target: dict[str, Any] = dice.choice([payload, *payload["materials"]])
    key = dice.choice(sorted(target))
    way = dice.randrange(3)
    if way == 0:
        del target[key]
    elif way == 1:
        target[f"extra{dice.randrange(99)}"] = 1
    else:
        fits = {"data": ({},), "passport": ({},), "body": ("",), "withdrawn": (True,)}
        target[key] = dice.choice([o for o in ODD if not any(o is f or o == f for f in fits.get(key, ()))])
        if key == "withdrawn":
            target[key] = "да"
        if key in ("passport", "data") and target[key] == {}:
            target[key] = 7
    return payload


@pytest.mark.gate("R-15")
def test_thousands_of_spoiled_files_are_refused_whole_with_a_reason(admin: Person, figure: Figure) -> None:
    asked = figure.size(2000, 5000)
    exchange.take(admin, _file())
    before = _rows()
    refused = 0
    for content in _mutations(asked * 6 // 5):
        try:
            exchange.take(admin, content)
        except (Invalid, Conflict) as wrong:
            assert isinstance(wrong, ServiceError) and wrong.text
            refused += 1
        else:
            same = json.loads(content)["payload"] == json.loads(_file())["payload"]
            assert same, content[:400]
    assert refused >= asked
    assert _rows() == before
    figure.reached(f"{refused:,} refused, 0 taken in part", seed=SEED)


def _rows() -> dict[str, int]:
    """How many rows each table holds, and what the foreign materials say."""
    found = {
        t.name: db.session.scalar(db.select(db.func.count()).select_from(t))
        for t in Model.metadata.sorted_tables
        if t.name not in ("exchange_file",)
    }
    return found | {m.uid: (m.version, m.title, m.body) for m in db.session.scalars(db.select(ForeignMaterial))}
