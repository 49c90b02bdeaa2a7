"""What hostile people type, and a school whose every word is one of these."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.services.personal.tables import all_tables, words
from engine.store.database import Model, db
from engine.store.unit import unit_of_work

_RUN = "window.__xss=1"
#: What a template engine would make of ours.
COUNTED = "4840"
_SUM = "4839+1"
XSS = (
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"<!--><script>{_RUN}</script>-->",
    f"]]><script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f'"><img src=x onerror={_RUN}>',
    f"'><img src=x onerror={_RUN}>",
    f'" onfocus={_RUN} autofocus x="',
    f"' onfocus={_RUN} autofocus x='",
    f'" onmouseover="{_RUN}',
    f"<svg onload={_RUN}>",
    f"<svg><animate onbegin={_RUN} attributeName=x>",
    f"<math><mi xlink:href='javascript:{_RUN}'>x</mi></math>",
    f"<iframe srcdoc='<script>{_RUN}</script>'></iframe>",
    f"<object data='data:text/html,<script>{_RUN}</script>'></object>",
    f"<embed src='javascript:{_RUN}'>",
    f"<a href='javascript:{_RUN}'>нажмите</a>",
    f"<a href=' \tjava\nscript:{_RUN}'>нажмите</a>",
    f"<form action='javascript:{_RUN}'><button>отправить</button></form>",
    f"<button formaction='javascript:{_RUN}'>x</button>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>*{display:none}</style>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<video><source onerror={_RUN}></video>",
    f"<input onfocus={_RUN} autofocus>",
    f"<body onload={_RUN}>",
    f"<marquee onstart={_RUN}>x</marquee>",
    f"<xss-tag id=x tabindex=1 onfocus={_RUN}>x</xss-tag>",
    f"\\x3cscript\\x3e{_RUN}\\x3c/script\\x3e",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"&#60;script&#62;{_RUN}&#60;/script&#62;",
    f"[нажмите](javascript:{_RUN})",
)
TEMPLATES = (
    "{{" + _SUM + "}}",
    "{{ config.items() }}",
    "{% if 1 %}" + "{{" + _SUM + "}}" + "{% endif %}",
    "${" + _SUM + "}",
    "#{" + _SUM + "}",
    "<%= " + _SUM + " %>",
    "%(password_hash)s",
    "{0.__class__.__mro__}",
)
QUERIES = ("'; DROP TABLE person; --", '" OR 1=1 --', "') UNION SELECT password_hash FROM person --", "%' ESCAPE '\\")
LINES = (
    "Тема\r\nBcc: evil@evil.example\r\nX-Evil: 1",
    "имя\r\nSet-Cookie: evil=1",
    "событие\r\nEND:VEVENT\r\nX-EVIL:1",
    '"; filename="evil.exe',
)
PATHS = ("../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd%00.docx")
LETTERS = (
    "обычный \u202eтсет\u202c текст",
    "ну\u200bле\u200dвая \ufeffширина",
    "сем\u0301ья 👩‍👩‍👧‍👦 🏳️‍🌈",
    "ноль\x00внутри \x0b\x1f\x7f",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
)
PAYLOADS = (*XSS, *TEMPLATES, *QUERIES, *LINES, *PATHS, *LETTERS)
#: Every one at once, and one of a hundred thousand characters.
ALL = "\n".join(PAYLOADS)
LONG = "щ<b>" * 25_000
#: A word of people, not a key of the program: it has a space or a letter of ours.
_WORD = re.compile(r"[ А-Яа-яЁё]")
#: Read by other parts of the program, or shown by a rule of their own.
_NOT_FILLED = frozenset({"journal_entry", "alembic_version", "webhook", "api_token", "repeated_answer"})


def fill_school() -> int:
    """Put the payloads into every word of every row. Returns how many fields were filled."""
    turn = itertools.cycle((*PAYLOADS, ALL))
    filled = 0
    with unit_of_work():
        connection = db.session.connection()
        for table in all_tables():
            columns = [c for c in words(table) if not _same_in_two_rows(c)]
            if table.name in _NOT_FILLED or not columns:
                continue
            keys = list(table.primary_key.columns)
            for row in connection.execute(sa.select(*keys, *columns)).all():
                values = {c.name: _filled(c, row[len(keys) + n], turn) for n, c in enumerate(columns)}
                values = {name: value for name, value in values.items() if value is not None}
                if values:
                    same = (key == value for key, value in zip(keys, row, strict=False))
                    connection.execute(sa.update(table).where(*same).values(values))
                    filled += len(values)
        for table in ("submission", "material"):
            column = Model.metadata.tables[table].c["body" if table == "material" else "values"]
            row_id, given = connection.execute(sa.select(column.table.c.id, column).order_by(column.table.c.id)).first()
            longer = LONG if table == "material" else {k: LONG if v in PAYLOADS else v for k, v in given.items()}
            connection.execute(sa.update(column.table).where(column.table.c.id == row_id).values({column.name: longer}))
    return filled


def _same_in_two_rows(column: sa.Column[Any]) -> bool:
    """A column whose values must differ, or which must stay what it is for people to come in."""
    return bool(column.unique) or column.name in ("login", "period", "pupil_name")


def _filled(column: sa.Column[Any], value: Any, turn: Iterator[str]) -> Any:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(column.type, sa.JSON):
        return _deep(value, turn)
    if not _WORD.search(str(value)):
        return None
    length = getattr(column.type, "length", None)
    word = next(turn)
    return word if length is None or len(word) <= length else word[:length]


def _deep(value: Any, turn: Iterator[str]) -> Any:
    if isinstance(value, dict):
        return {key: _deep(one, turn) for key, one in value.items()}
    if isinstance(value, list):
        return [_deep(one, turn) for one in value]
    if isinstance(value, str):
        return next(turn) if _WORD.search(value) else "javascript:window.__xss=1" if value.startswith("http") else value
    return value
