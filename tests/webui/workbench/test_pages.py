"""The workbench of authors: what it shows of a plugin, and that it follows every save."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.extension.new_type import new_type
from engine.extension.workplace import NoPlugin
from tests.webui.workbench.clicking import Author, author
from webui import AREAS, create_app
from webui.cli import main
from webui.dev import create_dev_app, is_loopback


def save(file: Path, old: str, new: str) -> None:
    """Save the file with a word changed."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_own_plugin_comes_first_then_the_installed_ones(at: Author) -> None:
    told = at.open("/")
    places = [told.index(word) for word in ("Над чем вы работаете", "Два", "Установленные", "Формирующее", "СЭР")]
    assert places == sorted(places)
    assert told.count("без замечаний") == 6 and told.count("дополняет чужие типы") == 1


def test_without_a_path_one_is_told_how_to_begin(tmp_path: Path) -> None:
    assert "trefoil new-type" in author(None, tmp_path).open("/")


def test_every_page_of_every_installed_type_opens(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    types = [bench for bench in at.bench.benches.values() if bench.plugin.group_type]
    assert len(types) == 5
    for bench in types:
        assert bench.definition is not None
        for tab in ("", "/forms", "/rules"):
            at.open(f"/types/{bench.number}{tab}")
        at.open(f"/cycles/{bench.number}")
        for form in bench.definition.forms:
            at.open(f"/types/{bench.number}/forms/{form.key}")
            assert at.page.count("<iframe") == 2 and 'width="360"' in at.page
            round_ = 1 if form.per_round and bench.definition.process.loop else 0
            at.open(f"/cycles/{100_000 + bench.number}/docs/{form.key}/{round_}")
            assert "data-document" in at.page, form.key


def test_a_plugin_that_only_adds_says_what_it_adds_to(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("video_consent")
    assert "дополняет чужие типы" in at.open("/")
    told = at.open(f"/types/{number}")
    assert "Формирующее оценивание" in told and "добавляет правила" in told
    assert "добавлено плагином video_consent" in at.open(f"/types/{at.number('formative')}/rules")
    for tab in ("forms", "rules"):
        at.open(f"/types/{number}/{tab}")
        assert at.address.startswith(f"/types/{number}")
    at.open(f"/cycles/{number}")
    assert at.address.startswith(f"/types/{number}")


def test_everything_is_told_in_english_too(at: Author) -> None:
    at.open("/")
    at.press("English")
    assert "What you are working on" in at.words and "Workbench" in at.words
    assert "Do what the rule waits for" in at.open("/cycles/1")
    assert "Write the goal" in at.words and "Запишите цель" not in at.words


def test_the_process_is_drawn_and_told_with_the_stage_of_the_sandbox(at: Author) -> None:
    assert "песочница здесь" not in at.open("/types/1")
    at.open("/cycles/1")
    assert "data:image/svg+xml;base64," in at.page and "Закончить → Конец" in at.words
    assert "Начало песочница здесь" in at.open("/types/1")


def test_rules_are_told_with_their_place_and_verdict_in_both_languages(at: Author) -> None:
    told = at.open("/types/1/rules")
    for word in (
        "Цель записана",
        "two.goal",
        "The sheet has a goal.",
        "«Закончить»",
        "Запишите цель",
        "Write the goal",
    ):
        assert word in told
    assert "отказывает" in told and "не возражает" not in told
    at.open("/cycles/1")
    at.press("Сделать то, чего ждёт правило")
    assert "не возражает" in at.open("/types/1/rules")


def test_a_text_without_english_and_a_rule_without_explanation_are_marked(at: Author, file: Path) -> None:
    save(file, '"Запишите цель", "Write the goal"', '"Запишите цель"')
    save(file, '    """The sheet has a goal."""\n', "")
    told = at.open("/types/1/rules")
    assert "нет английского текста" in told and "напишите докстринг" in told


def test_ready_rules_need_no_docstring(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    told = at.open(f"/types/{at.number('formative')}/rules")
    own = [
        a for a in at.bench.benches[at.number("formative")].sandbox.asked() if not a.ready and not a.rule.explanation
    ]
    assert told.count("готовое правило из словаря") > 5 and told.count("напишите докстринг") == len(own) == 1


def test_findings_of_lint_stand_with_code_place_and_fix(at: Author, file: Path) -> None:
    save(file, '("start",), "end", MEMBER', '("start",), "nowhere", MEMBER')
    told = at.open("/types/1")
    plugin = at.bench.benches[1].plugin
    assert plugin.findings
    for finding in plugin.findings:
        assert f"{finding.code} {finding.place} {finding.text}" in told
        assert f"Как исправить: {finding.fix}" in told
    assert "Песочница" not in told
    assert plugin.findings[0].code in at.open("/")


def test_a_syntax_error_is_shown_and_its_repair_takes_the_steps_up_again(at: Author, file: Path) -> None:
    at.open("/cycles/1")
    at.press("Сделать то, чего ждёт правило")
    at.press("Закончить")
    assert "Цикл пройден до конца" in at.words
    save(file, "def plc_group_type():", "def plc_group_type(:")
    told = at.open("/cycles/1")
    assert "В карантине" in told and "SyntaxError" in told and "def plc_group_type(:" in told
    assert "Шаги песочницы сохранены" in told
    save(file, "def plc_group_type(:", "def plc_group_type():")
    assert "Цикл пройден до конца" in at.open("/cycles/1")


def test_a_save_changes_the_page_and_its_version(at: Author, file: Path) -> None:
    at.open("/cycles/1")
    before = at.client.get("/changes").json
    assert at.client.get("/changes").json == before
    save(file, '"Закончить"', '"Завершить"')
    after = at.client.get("/changes").json
    assert after != before
    assert "Завершить" in at.open("/cycles/1")
    assert f'data-version="{after["version"]}"' in at.page


def test_a_save_that_closes_the_road_says_which_step_no_longer_holds(at: Author, file: Path) -> None:
    at.open("/cycles/1")
    at.press("Сделать то, чего ждёт правило")
    at.press("Закончить")
    save(file, '.get("goal")', '.get("goal") == "другое"')
    told = at.open("/cycles/1")
    assert "После сохранения не повторяется шаг 2" in told and "Запишите цель" in told
    save(file, '.get("goal") == "другое"', '.get("goal")')
    assert "не повторяется" not in at.open("/cycles/1")
    assert "Цикл пройден до конца" in at.words


def test_a_package_of_several_files_is_followed(tmp_path: Path) -> None:
    new_type("story", tmp_path, "Смысловое чтение")
    at = author(tmp_path / "story", tmp_path / "instance")
    assert "Первый шаг" in at.open("/types/1")
    save(tmp_path / "story" / "trefoil_story" / "content.py", '"Первый шаг"', '"Второй шаг"')
    assert "Второй шаг" in at.open("/types/1")
    (tmp_path / "story" / "trefoil_story" / "rules.py").unlink()
    assert "ModuleNotFoundError" in at.open("/types/1")


def test_a_type_without_python_is_followed_too(tmp_path: Path) -> None:
    declared = Path(__file__).resolve().parents[2] / "declared" / "peers.toml"
    file = tmp_path / "peers.toml"
    file.write_bytes(declared.read_bytes())
    at = author(file, tmp_path / "instance")
    title = str(at.bench.benches[1].title)
    assert at.bench.benches[1].place.own and title in at.open("/types/1")
    save(file, title, f"{title} снова")
    assert f"{title} снова" in at.open("/types/1")
    file.write_text(file.read_text(encoding="utf-8") + "\n[[", encoding="utf-8")
    assert "В карантине" in at.open("/types/1")


def test_a_file_that_is_gone_and_comes_back(at: Author, file: Path) -> None:
    file.rename(file.with_suffix(".away"))
    told = at.open("/")
    assert "В карантине" in told and "FileNotFoundError" in told
    file.with_suffix(".away").rename(file)
    assert "В карантине" not in at.open("/")


def test_a_form_is_filled_in_and_checked_without_touching_the_sandbox(at: Author) -> None:
    address = "/cycles/100001/docs/sheet/0"
    at.open(address)
    assert 'class="dev framed"' in at.page
    assert "Осталось заполнить или поправить: 1" in at.press("Готово", q_goal="")
    assert "Заполните это поле" in at.words
    assert "такой документ был бы принят" in at.press("Готово", q_goal="слышать тихих")
    assert "слышать тихих</textarea>" in at.page
    assert at.client.get("/changes").status_code == 200
    assert "не начат" in at.open("/cycles/1")
    at.open(address)
    at.press("Отбросить")
    assert "слышать тихих" not in at.page


def test_what_is_typed_is_there_after_a_save_of_the_plugin(at: Author, file: Path) -> None:
    at.open("/cycles/100001/docs/sheet/0")
    token = at.buttons()[0].sent["csrf_token"]
    kept = at.client.post("/cycles/100001/docs/sheet/0/draft", data={"csrf_token": token, "q_goal": "полслова"})
    assert kept.status_code == 200 and kept.json["held"]
    save(file, '"Цель", en="Goal"', '"Наша цель", en="Goal"')
    assert "Наша цель" in at.open("/cycles/100001/docs/sheet/0")
    assert "полслова</textarea>" in at.page


def test_a_file_is_taken_by_its_name_alone(at: Author) -> None:
    at.open("/cycles/1")
    token = at.buttons()[0].sent["csrf_token"]
    data = {"csrf_token": token, "file": (BytesIO(b"x"), "../работа.png")}
    got = at.client.post("/cycles/1/files", data=data)
    assert got.json["name"] == "работа.png"
    assert "работа.png" in at.open(f"/files/{got.json['id']}")


def test_calls_of_hooks_are_told_with_arguments_answer_and_time(at: Author, file: Path) -> None:
    save(
        file,
        "@hookimpl\ndef plc_group_type",
        '@hookimpl\ndef plc_after(change):\n    return [Notify(("group_leader",), "Дошли")]\n\n\n'
        "@hookimpl\ndef plc_group_type",
    )
    at.open("/cycles/1")
    at.press("Сделать то, чего ждёт правило")
    at.press("Закончить")
    assert "Плагин попросил известить" in at.words and "руководитель ПОС — Дошли" in at.words
    told = at.open("/trace?hook=plc_after")
    assert "Change(action=Action finish, before=start:1 by 1, stage='end', round=1)" in told
    assert "Дошли" in told and "plc_group_type" not in told.partition("упавшие")[2]
    assert "rule two.goal ×" in at.open("/trace?hook=rule") and "plc_after Change" not in at.words
    assert "GroupType two" in at.open("/trace")
    assert "Вызовов ещё не было" in at.press("Очистить")


def test_a_raising_hook_closes_its_button_and_shows_its_traceback(at: Author, file: Path) -> None:
    hook = "@hookimpl\ndef plc_before(attempt):\n    return attempt.nothing\n\n\n@hookimpl\ndef plc_group_type"
    save(file, "@hookimpl\ndef plc_group_type", hook)
    at.open("/cycles/1")
    told = at.open("/cycles/1")
    assert "Хук упал" in told and "return attempt.nothing" in told and "не смог ответить" in told
    assert "AttributeError" in at.open("/trace?faults=1")
    save(file, "return attempt.nothing", "return []")
    assert "Хук упал" not in at.open("/cycles/1")


def test_a_raising_rule_shows_its_traceback(at: Author, file: Path) -> None:
    save(file, '.get("goal")', '["goal"]')
    told = at.open("/cycles/1")
    assert "Правило упало: two.goal" in told and "KeyError" in told
    assert 'if view.values("sheet")["goal"]:' in told
    assert "упало" in at.open("/types/1/rules")
    save(file, '["goal"]', '.get("goal")')
    assert "Правило упало" not in at.open("/cycles/1")


def test_what_fails_while_a_page_is_made_is_told_whole(at: Author) -> None:
    at.open("/cycles/1")
    at.bench.benches[1].drafts["alone", "sheet", 0] = [1]
    assert "Traceback" in at.open("/cycles/100001/docs/sheet/0", status=500)
    at.bench.benches[1].drafts.clear()
    at.open("/cycles/100001/docs/sheet/0")


def test_it_is_no_part_of_the_real_application(tmp_path: Path) -> None:
    assert "dev" not in AREAS
    app = create_app(tmp_path)
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dev.")]
    assert not [name for name in app.view_functions if app.view_functions[name].__module__.startswith("webui.dev")]


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        *((address, True) for address in ("127.0.0.1", "127.8.0.1", "::1", "localhost")),
        *((address, False) for address in ("0.0.0.0", "192.168.1.5", "::", "", "example.org")),
    ],
)
def test_only_this_machine_is_a_loopback_address(address: str, ours: bool) -> None:
    assert is_loopback(address) == ours


def test_the_command_listens_to_nobody_else_and_says_what_is_wrong(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["dev", "--host", "0.0.0.0"])
    assert refused.exit_code == 1 and "только этот компьютер" in refused.output
    nothing = CliRunner().invoke(main, ["dev", str(tmp_path)])
    assert nothing.exit_code == 1 and "Здесь нет плагина" in nothing.output
    with pytest.raises(NoPlugin):
        create_dev_app(tmp_path, tmp_path)


def test_a_strange_host_name_and_a_form_without_the_token_are_refused(at: Author) -> None:
    assert at.client.get("/", headers={"Host": "evil.example"}).status_code == 400
    at.open("/cycles/1")
    sent = at.client.post("/cycles/1/walk", data={"to": ""}, headers={"Referer": "http://localhost/cycles/1"})
    assert sent.status_code == 303 and sent.location == "/cycles/1"
    assert at.bench.benches[1].sandbox.steps == []
    assert at.client.post("/cycles/1/walk", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_frames_are_our_own_alone(at: Author) -> None:
    at.open("/")
    policy = at.answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "unsafe-inline" not in policy
    assert 'style="' not in at.page
