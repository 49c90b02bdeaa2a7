"""The editor of own types: by fields and by text, nothing typed is lost, what comes out is what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.extension.declared import define, parse
from engine.extension.loader import files
from engine.extension.registry import Registry
from tests.webui.conftest import csrf, enter
from tests.webui.crawling import LEFTOVERS
from webui.declared.parts import PARTS

NEW = {"title": "Смысловое чтение", "purpose": "Читаем вдумчиво", "start": "lesson_study"}


def post(client: FlaskClient, path: str, data: dict[str, object], *, follow: bool = True):  # type: ignore[no-untyped-def]
    page = client.get("/own-types").text
    return client.post(path, data={"csrf_token": csrf(page), **data}, follow_redirects=follow)


def begun(admin: FlaskClient, **more: str) -> str:
    """A new draft; the address of its page."""
    answer = post(admin, "/own-types/new", {**NEW, **more}, follow=False)
    assert answer.status_code == 302, answer.text
    return answer.location


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]


def typed(page: str) -> dict[str, str]:
    """Every field of the form of a part as the browser would send it."""
    form = page[page.index('<form method="post" class="document"') :]
    found: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name.group(1), []).append(value.group(1) if value else "")  # type: ignore[attr-defined]
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = inner.removeprefix("\r\n").removeprefix("\n")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen.group(1) if chosen else ""
    return found  # type: ignore[return-value]


def text_of(admin: FlaskClient, address: str) -> str:
    return admin.get(f"{address}/file").get_data(as_text=True)


def save(admin: FlaskClient, address: str, part: str, **changes: object):  # type: ignore[no-untyped-def]
    """Open a part, change some fields, save."""
    page = admin.get(f"{address}/parts/{part}").text
    return post(admin, f"{address}/parts/{part}", {**typed(page), **changes})


def test_from_a_start_to_a_type_that_is_enabled(admin: FlaskClient) -> None:
    assert "Своих типов пока нет" in admin.get("/own-types").text
    address = begun(admin)
    page = admin.get(address).text
    assert "Смысловое чтение" in page and "Опубликовать версию 1" in page
    assert "План (конспект) исследуемого урока" in page and "Правила этапов" in page
    done = post(admin, f"{address}/publish", {"seen": hidden(page, "seen")})
    assert "Опубликована версия 1" in done.text and "Всё опубликовано" in done.text
    assert "Смысловое чтение" in admin.get("/types").text
    switched = post(admin, "/types/smyslovoe_chtenie/switch", {"state": "enabled"})
    assert switched.status_code == 200
    assert "опубликована версия 1" in admin.get("/own-types").text
    assert admin.get("/types/smyslovoe_chtenie").status_code == 200


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("start", ["lesson_study", "own"])
def test_a_part_saved_unchanged_changes_nothing(admin: FlaskClient, part: str, start: str) -> None:
    address = begun(admin, start=start)
    before = text_of(admin, address)
    page = admin.get(f"{address}/parts/{part}")
    if start == "own" and part in ("indicators", "plan", "survey"):
        assert page.status_code == 404
        return
    assert page.status_code == 200 and not LEFTOVERS.search(page.text)
    answer = save(admin, address, part)
    assert answer.status_code == 200 and "Сохранено" in answer.text, re.findall("field-error.*?</", answer.text)
    after = text_of(admin, address)
    if part == "survey":  # the questions of the base become the type's own
        assert [q["key"] for q in parse(after)[0]["survey"][0]["question"]] == [
            "understood",
            "helped",
            "best",
            "change",
        ]
    else:
        assert define(after).fingerprint == define(before).fingerprint
    assert [r for r in after.split("\n") if r.startswith("#")] == [r for r in before.split("\n") if r.startswith("#")]


def test_every_part_by_fields(admin: FlaskClient) -> None:
    address = begun(admin)
    save(admin, address, "identity", q_title_en="Reading with sense", q_icon="book", q_colour="#123456")
    row = {"q_section": "Что видно у учеников", "q_code": "П2", "q_title": "Спорит с текстом", "q_key": ""}
    row |= {f"q_level{n}": f"уровень {n}" for n in range(4)}
    save(admin, address, "indicators", **{f"q_indicators-1-{k}": v for k, v in row.items()})
    save(
        admin,
        address,
        "techniques",
        **{"q_techniques-1-q_title": "Толстые вопросы", "q_techniques-1-q_tags": "вопросы"},
    )
    save(
        admin,
        address,
        "plan",
        **{
            "q_fields-1-q_title": "Вид текста",
            "q_fields-1-q_kind": "choice",
            "q_fields-1-q_options": "solid = сплошной\nс таблицами",
        },
    )
    save(
        admin,
        address,
        "survey",
        **{"q_questions-4-q_title": "Текст был мне интересен", "q_questions-4-q_kind": "scale4"},
    )
    criterion = {"q_code": "К-2", "q_title": "Интересно", "q_measure": "agreement:class_survey.tekst_byl_mne_interesen"}
    saved = save(
        admin, address, "criteria", **{f"q_criteria-1-{k}": v for k, v in {**criterion, "q_least": "70"}.items()}
    )
    assert "Сохранено" in saved.text
    rule = {"q_action": "close_survey", "q_kind": "answers", "q_about": "class_survey", "q_least": "10"}
    rule |= {"q_title": "Десять анкет", "q_text": "Анкет: {n} из {least}"}
    saved = save(admin, address, "rules", **{f"q_rules-1-{k}": v for k, v in rule.items()})
    assert "Сохранено" in saved.text
    made = define(text_of(admin, address))
    assert (made.colour, made.icon, made.title.en) == ("#123456", "book", "Reading with sense")  # type: ignore[attr-defined]
    assert [i.code for i in made.indicators.values()] == ["П1", "П2"]
    assert made.techniques[1].tags == ("вопросы",)
    chosen = made.form("plan").find("vid_teksta")
    assert [(o.key, o.title) for o in chosen.options] == [("solid", "сплошной"), ("s_tablitsami", "с таблицами")]  # type: ignore[union-attr]
    assert made.criteria[1].tests[0].threshold == 0.7 and made.criteria[1].tests[0].unit == "share"
    assert "smyslovoe_chtenie.answers.class_survey.10" in made.rules


def test_rows_come_and_go_without_losing_words(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/parts/techniques").text
    sent = {**typed(page), "q_techniques-0-q_title": "Недописанное", "add_row": "techniques"}
    more = post(admin, f"{address}/parts/techniques", sent).text
    assert "Недописанное" in more and "q_techniques-1-q_title" in more
    less = post(admin, f"{address}/parts/techniques", {**typed(more), "remove_row": "techniques-1"}).text
    assert "Недописанное" in less and "q_techniques-1-q_title" not in less
    assert "Недописанное" not in text_of(admin, address)


@pytest.mark.parametrize(
    ("part", "changes", "told"),
    [
        ("identity", {"q_title": ""}, "Заполните это поле"),
        ("criteria", {"q_criteria-0-q_least": "много"}, "Введите число"),
        ("rules", {"q_rules-0-q_about": "plan"}, "Выберите поле документа"),
        ("rules", {"q_rules-0-q_kind": "answers"}, "Выберите опрос"),
        ("rules", {"q_rules-0-q_kind": "confirmed_by_each", "q_rules-0-q_about": "passport"}, "никто не подтверждает"),
        ("indicators", {"q_indicators-0-q_level2": ""}, "Заполните это поле"),
    ],
)
def test_an_error_stands_beside_its_field_and_the_words_stay(
    admin: FlaskClient, part: str, changes: dict[str, str], told: str
) -> None:
    address = begun(admin)
    before = text_of(admin, address)
    extra = {"q_title_en": "Kept words"} if part == "identity" else {f"q_{part}-0-q_title": "Сохранённые слова"}
    answer = save(admin, address, part, **extra, **changes)
    assert answer.status_code == 422 and told in answer.text
    assert "Kept words" in answer.text or "Сохранённые слова" in answer.text
    assert text_of(admin, address) == before


def test_a_mistake_in_the_text_is_told_with_its_line_and_kept(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/text").text
    broken = text_of(admin, address).replace('code = "П1"', 'cod = "П1"').replace("at_least = 2", 'at_least = "два"')
    answer = post(admin, f"{address}/text", {"seen": hidden(page, "seen"), "text": broken.replace("\n", "\r\n")})
    assert answer.status_code == 200 and "Сохранено. Ошибок: 3" in answer.text
    line = broken.split("\n").index('  cod = "П1"') + 1
    assert (
        f"строка {line}" in answer.text and f'data-line="{line}"' in answer.text and "Может быть, code?" in answer.text
    )
    assert text_of(admin, address) == broken
    page = admin.get(address).text
    assert "Опубликовать можно, когда ошибок не останется" in page and '<button class="btn btn-primary' not in page
    assert post(admin, f"{address}/publish", {"seen": "2"}).status_code == 422
    for part in ("identity", "techniques"):  # the other parts can be worked on meanwhile
        assert admin.get(f"{address}/parts/{part}").status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "key = [",
        "",
        "x = " + "[" * 3000,
        "\x00",
        "[[rule]]\n" * 50,
        'key = "a"\ntitle = 5\nrule = 7\nform = [1]',
        "key = 1979-05-27",
    ],
)
def test_nonsense_in_the_text_is_kept_and_answered(admin: FlaskClient, text: str) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/text").text
    assert post(admin, f"{address}/text", {"seen": hidden(page, "seen"), "text": text}).status_code == 200
    for path in (
        "",
        "/text",
        "/parts/identity",
        "/parts/rules",
        "/parts/survey",
        "/parts/plan",
        "/parts/criteria",
        "/forms/plan",
    ):
        assert admin.get(f"{address}{path}", follow_redirects=True).status_code in (200, 404), path


def test_a_text_of_a_megabyte_is_refused_in_words(admin: FlaskClient) -> None:
    address = begun(admin)
    before = text_of(admin, address)
    answer = post(admin, f"{address}/text", {"seen": "1", "text": "# о\n" * 200_000})
    assert answer.status_code == 422 and "256" in answer.text and text_of(admin, address) == before


@pytest.mark.gate("R-23")
def test_two_administrators_at_once_see_both_texts(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/text").text
    text = text_of(admin, address)
    first = {"seen": hidden(page, "seen"), "text": text.replace("Первый приём", "Приём первого")}
    assert post(admin, f"{address}/text", first).status_code == 200
    second = {"seen": hidden(page, "seen"), "text": text.replace("Первый приём", "Приём второго")}
    answer = post(admin, f"{address}/text", second)
    assert answer.status_code == 409 and "Приём первого" in answer.text and "Приём второго" in answer.text
    again = post(admin, f"{address}/text", {**second, "seen": hidden(answer.text, "seen")})
    assert again.status_code == 200 and "Приём второго" in text_of(admin, address)


def test_two_administrators_on_different_parts_do_not_meet(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/parts/techniques").text
    save(admin, address, "identity", q_title_en="Reading")
    answer = post(admin, f"{address}/parts/techniques", {**typed(page), "q_techniques-0-q_title": "Мой приём"})
    assert answer.status_code == 200
    tables = parse(text_of(admin, address))[0]
    assert (tables["title_en"], tables["technique"][0]["title"]) == ("Reading", "Мой приём")


def test_two_administrators_on_one_part_see_both(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/parts/techniques").text
    save(admin, address, "techniques", **{"q_techniques-0-q_title": "Приём первого"})
    sent = {**typed(page), "q_techniques-0-q_title": "Приём второго"}
    answer = post(admin, f"{address}/parts/techniques", sent)
    assert answer.status_code == 409 and "Приём первого" in answer.text and "Приём второго" in answer.text
    assert "Приём первого" in text_of(admin, address)
    assert post(admin, f"{address}/parts/techniques", typed(answer.text)).status_code == 200
    assert "Приём второго" in text_of(admin, address)


def test_a_change_is_published_as_a_new_version(admin: FlaskClient) -> None:
    address = begun(admin)
    post(admin, f"{address}/publish", {"seen": "1"})
    save(admin, address, "techniques", **{"q_techniques-0-q_title": "Иной приём"})
    page = admin.get(address).text
    assert "Опубликовать как версию 2" in page and "Что изменилось с версии 1" in page and "Иной приём" in page
    refused = post(admin, f"{address}/publish", {"seen": hidden(page, "seen")})
    assert refused.status_code == 422 and "нужна новая версия" in refused.text
    done = post(admin, f"{address}/publish", {"seen": hidden(page, "seen"), "raise_version": "1"})
    assert "Опубликована версия 2" in done.text
    assert 'version = "1"' in admin.get(f"{address}/file?version=1").get_data(as_text=True)
    assert admin.get(f"{address}/file?version=7").status_code == 404


def test_the_file_is_the_same_type_elsewhere(app: Flask, admin: FlaskClient, tmp_path: Path) -> None:
    address = begun(admin)
    post(admin, f"{address}/publish", {"seen": "1"})
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    answer = admin.get(f"{address}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=smyslovoe_chtenie.toml"
    (folder / "smyslovoe_chtenie.toml").write_bytes(answer.data)
    here = app.extensions["trefoil"].registry.types["smyslovoe_chtenie"]
    assert Registry(files(folder)).types["smyslovoe_chtenie"].fingerprint == here.fingerprint


def test_a_text_can_be_brought(admin: FlaskClient) -> None:
    text = Path(__file__).parents[1].joinpath("declared", "peers.toml").read_text(encoding="utf-8")
    answer = post(admin, "/own-types/new", {"text": text})
    assert answer.status_code == 200 and "Коучинг в парах" in answer.text and "Цель пары" in answer.text
    again = post(admin, "/own-types/new", {"text": text})
    assert again.status_code == 422 and "ключ уже занят" in again.text and "Коучинг в парах" in again.text


def test_without_a_name_nothing_is_made(admin: FlaskClient) -> None:
    answer = post(admin, "/own-types/new", {**NEW, "title": " "})
    assert answer.status_code == 422 and "Назовите тип" in answer.text and "Читаем вдумчиво" in answer.text


def test_a_draft_can_be_removed(admin: FlaskClient) -> None:
    address = begun(admin)
    assert "Своих типов пока нет" in post(admin, f"{address}/remove", {}).text
    assert admin.get(address).status_code == 404


def test_a_document_as_it_will_be_filled_in(admin: FlaskClient) -> None:
    address = begun(admin)
    page = admin.get(f"{address}/forms/observation").text
    assert (
        "Первый показатель" in page
        and "С отдельными подсказками" in page
        and '<fieldset class="document" disabled>' in page
    )
    assert admin.get(f"{address}/forms/nothing").status_code == 404


def test_another_school_s_type_is_neither_listed_nor_coloured(app: Flask, admin: FlaskClient) -> None:
    address = begun(admin)
    post(admin, f"{address}/publish", {"seen": "1"})
    assert 'data-accent="smyslovoe_chtenie"' in admin.get("/accents.css").text
    assert "smyslovoe" not in app.test_client().get("/accents.css").text


def test_a_teacher_comes_to_none_of_it(app: Flask, admin: FlaskClient, school) -> None:  # type: ignore[no-untyped-def]
    address = begun(admin)
    other = app.test_client()
    enter(other, school.teacher)
    for path in ("", "/text", "/parts/identity", "/file", "/forms/plan"):
        assert other.get(address + path).status_code == 404
    assert other.get("/own-types").status_code == 403
