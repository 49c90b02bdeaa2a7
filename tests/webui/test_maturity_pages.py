"""Pages of the self-assessment and of closing a deficit, as people press them."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from engine.services.host import host
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.growth import Deficit, PlanStep
from engine.store.reports import MaturityRun
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import step_in

BAD = "<script>alert(1)</script> {{7*7}}"


def _triad(app: Flask, mark: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Triad.id).where(Triad.title.startswith(mark))).one()


def test_a_team_assesses_itself(demo_school: Flask) -> None:
    triad = _triad(demo_school, "ФО-2")
    path = f"/maturity/{triad}"
    browsers = [step_in(demo_school, person_id(demo_school, n)) for n in ("Дневникова", "Закладкина", "Мячиков")]
    page = browsers[0].get(path).text
    assert "Первые два года — время учиться работать вместе" in page and "Начать самооценку" in page
    browsers[0].post(f"{path}/open", data={"csrf_token": csrf(page)})
    with demo_school.app_context():
        run = db.session.scalars(select(MaturityRun.id).where(MaturityRun.triad_id == triad)).one()
    for n, browser in enumerate(browsers):
        page = browser.get(path).text
        assert f"Ответили: {n} из 3" in page and "Медиана" not in page
        some = {"csrf_token": csrf(page), "zr1": "2"}
        kept = browser.post(f"/maturity/runs/{run}/answers", data=some)
        assert kept.status_code == 422 and 'name="zr1" value="2" checked' in kept.text
        scores = {f"zr{i}": str(n) for i in range(1, 10)}
        answer = browser.post(f"/maturity/runs/{run}/answers", data={**some, **scores})
        assert answer.status_code == 302
    page = browsers[2].get(path).text
    assert page.count("Обсудите расхождение") == 9 and "Притирка и правила" in page
    assert browsers[2].post(f"/maturity/runs/{run}/growth", data={"csrf_token": csrf(page)}).status_code == 422
    browsers[2].post(f"/maturity/runs/{run}/growth", data={"csrf_token": csrf(page), "item": "zr3", "words": BAD})
    page = browsers[0].get(path).text
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "{{7*7}}" in page


def test_others_see_no_figures(demo_school: Flask) -> None:
    triad = _triad(demo_school, "ФО-1")
    lab = step_in(demo_school, person_id(demo_school, "Графикова"))
    page = lab.get("/maturity").text
    assert "ФО-1" in page and "состоялась" in page and "1,33" not in page and "Притирка" not in page
    assert lab.get(f"/maturity/{triad}").status_code == 404
    leader = step_in(demo_school, person_id(demo_school, "Дневникова"))
    assert "1,33" in leader.get(f"/maturity/{triad}").text and "1,33" not in leader.get("/maturity").text
    outside = step_in(demo_school, person_id(demo_school, "Мелков"))
    assert "не состоите в тройке" in outside.get("/maturity").text


def test_a_deficit_is_closed_with_evidence_on_its_page(demo_school: Flask) -> None:
    with demo_school.app_context():
        deficit = db.session.scalars(select(Deficit).where(Deficit.person_id.is_(None))).one()
        cycle, made = deficit.cycle_id, deficit.id
    teacher = step_in(demo_school, person_id(demo_school, "Указкина"))
    path = f"/cycles/{cycle}/deficits"
    page = teacher.get(path).text
    assert "Показатель ФО6 вырос: 0,5 → 2,0" in page
    token = {"csrf_token": csrf(page), "cycle_id": str(cycle), "status": "closed"}
    teacher.post(f"/deficits/{made}/status", data=token)
    assert "Чем подтверждается, что дефицит устранён" in teacher.get(path).text
    teacher.post(f"/deficits/{made}/status", data={**token, "closing": BAD})
    page = teacher.get(path).text
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "Вернуть в работу" in page
    teacher.post(f"/deficits/{made}/status", data={**token, "status": "in_work"})
    assert "&lt;script&gt;" not in teacher.get(path).text
    stranger = step_in(demo_school, person_id(demo_school, "Мелков"))
    token = {"csrf_token": csrf(stranger.get("/profile").text), "status": "closed", "closing": "x"}
    assert stranger.post(f"/deficits/{made}/status", data=token).status_code == 404


def test_a_deficit_starts_from_a_figure(demo_school: Flask) -> None:
    with demo_school.app_context():
        cycle = db.session.scalars(select(Cycle.id).where(Cycle.stage == "closed")).one()
    teacher = step_in(demo_school, person_id(demo_school, "Указкина"))
    assert f"/cycles/{cycle}/deficits?indicator=fo8&amp;round=1#new" in teacher.get(f"/cycles/{cycle}/results").text
    page = teacher.get(f"/cycles/{cycle}/deficits?indicator=fo8&round=1").text
    assert 'name="indicator" value="fo8"' in page and "Урок 1: ФО8 = 0,0" in page
    for odd in ("?indicator=x&round=1", "?indicator=fo8&round=9", "?indicator=fo8&round=x"):
        assert 'name="indicator"' not in teacher.get(f"/cycles/{cycle}/deficits{odd}").text
    data = {"csrf_token": csrf(page), "about": "", "group": "assessment", "text": "время", "evidence": "ФО8 = 0"}
    teacher.post(
        f"/cycles/{cycle}/deficits",
        data={**data, "level": "1", "visibility": "lab", "indicator": "fo8", "round": "1"},
    )
    with demo_school.app_context():
        row = db.session.scalars(select(Deficit).order_by(Deficit.id.desc())).first()
        assert row is not None and row.source == {"indicator": "fo8", "round": 1}


def test_my_deficit_keeps_what_was_typed_when_evidence_is_missing(demo_school: Flask) -> None:
    teacher = step_in(demo_school, person_id(demo_school, "Указкина"))
    with demo_school.app_context():
        mine = person_id(demo_school, "Указкина")
        made = db.session.scalars(select(Deficit.id).where(Deficit.person_id == mine)).one()
    data = {"csrf_token": csrf(teacher.get("/deficits").text), "text": "мои слова", "evidence": "лист", "level": "2"}
    answer = teacher.post(f"/deficits/{made}/change", data={**data, "visibility": "lab", "status": "closed"})
    assert answer.status_code == 422 and "мои слова" in answer.text and "Чем подтверждается" in answer.text


def test_a_step_is_ticked_on_the_page_of_the_plan(demo_school: Flask) -> None:
    with demo_school.app_context():
        mine = person_id(demo_school, "Указкина")
        cycle = db.session.scalars(select(Cycle.id).where(Cycle.stage == "closed")).one()
        step = db.session.scalars(select(PlanStep).where(PlanStep.text.startswith("Самообразование"))).one().id
    teacher = step_in(demo_school, mine)
    path = f"/cycles/{cycle}/plans/route/{mine}"
    page = teacher.get(path).text
    data = {"csrf_token": csrf(page), "done": "1", "result": "три приёма"}
    assert teacher.post(f"/plans/steps/{step}", data=data).location.endswith("#steps")
    assert "Снять отметку" in teacher.get(path).text
    mentor = step_in(demo_school, person_id(demo_school, "Дневникова"))
    assert "Отметить выполненное" not in mentor.get(path).text
    data["csrf_token"] = csrf(mentor.get(path).text)
    assert mentor.post(f"/plans/steps/{step}", data=data).status_code == 403


def test_outside_the_months_the_page_only_tells(demo_school: Flask) -> None:
    triad = _triad(demo_school, "ФО-2")
    with demo_school.app_context():
        host().clock.set(datetime(2027, 2, 1, 10))
    teacher = step_in(demo_school, person_id(demo_school, "Мячиков"))
    page = teacher.get(f"/maturity/{triad}").text
    assert "Начать самооценку" not in page
    answer = teacher.post(f"/maturity/{triad}/open", data={"csrf_token": csrf(page)}, follow_redirects=True)
    assert "в октябре и в апреле" in answer.text
