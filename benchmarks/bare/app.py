"""The bare app: pages of the same addresses with the same words, over the same tables by Core.

No roles, no rules, no two languages, no guards against other sites: what is left when a page does nothing but show.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from benchmarks.bare.rows import Statements, statements, tables
from benchmarks.timing import safe

PLAN, BASE = "bare.json", "bare.sqlite"
#: Endpoint of ours → the statements of the bare page behind the same address.
PAGES = {
    "home.index": "home",
    "cycles.cycle": "cycle",
    "cycles.document": "sheet",
    "lab.board": "board",
    "survey.answer": "survey",
}


def create(folder: str, database: str = "") -> Flask:
    """The app over ``folder``, which holds its words (bare.json) and, without ``database``, its copy of the rows."""
    plan = json.loads(Path(folder, PLAN).read_text(encoding="utf-8"))
    app = Flask(__name__, template_folder=".")
    app.secret_key = plan["secret"]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Bare(app, sa.create_engine(database or f"sqlite:///{Path(folder, BASE)}"), plan["pages"])
    return app


class Bare:
    """The views, over one engine."""

    def __init__(self, app: Flask, engine: sa.Engine, pages: Mapping[str, Any]) -> None:
        self.engine = engine
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", lambda connection, _: safe(connection))
        self.t = tables(engine)
        self.reads = statements(self.t)
        self.pieces: dict[str, list[dict[str, Any]]] = {}
        for endpoint, page in pages.items():
            with engine.connect() as connection:
                rows = self._rows(connection, PAGES[endpoint], page["asks"])
            self.pieces[endpoint] = [_with_row(piece, rows) for piece in page["pieces"]]
        self._route(app)
        self._linked(app)

    def _route(self, app: Flask) -> None:
        doc = "/cycles/<int:cycle_id>/docs/<form_key>/<int:round_>"
        views: list[tuple[str, str, Callable[..., ResponseReturnValue], str]] = [
            ("/sign-in/as/<int:person_id>", "sign_in", self.sign_in, "POST"),
            ("/", "home.index", self.home, "GET"),
            ("/cycles/<int:cycle_id>", "cycles.cycle", self.cycle, "GET"),
            ("/lab", "lab.board", self.board, "GET"),
            (doc, "cycles.document", self.sheet, "GET"),
            (doc, "cycles.save", self.save, "POST"),
            (doc + "/draft", "cycles.draft", self.draft, "POST"),
            ("/s/<link>", "survey.answer", self.survey, "GET"),
            ("/s/<link>", "survey.send", self.answer, "POST"),
            ("/s/<link>/thanks", "survey.thanks", lambda link: link, "GET"),
        ]
        for rule, endpoint, view, method in views:
            app.add_url_rule(rule, endpoint, view, methods=[method])

    def _linked(self, app: Flask) -> None:
        """Every address a page links to has a rule of the same shape here."""
        for pieces in self.pieces.values():
            for piece in pieces:
                if piece["endpoint"] and piece["endpoint"] not in app.view_functions:
                    app.add_url_rule(piece["rule"], piece["endpoint"], lambda **_: abort(404))

    def _rows(self, connection: sa.Connection, page: str, asks: Mapping[str, Any]) -> dict[str, list[Any]]:
        reads: Statements = self.reads[page]
        if page != "survey":
            reads = {**self.reads["everywhere"], **reads}
        return {name: list(connection.execute(read, asks).all()) for name, read in reads.items()}

    def _shown(self, endpoint: str, **asks: Any) -> str:
        with self.engine.connect() as connection:
            rows = self._rows(connection, PAGES[endpoint], {"me": _me(), **asks})
        if not rows["me"]:
            abort(403)
        return render_template("page.html", title=endpoint, rows=rows, pieces=self.pieces[endpoint])

    def sign_in(self, person_id: int) -> ResponseReturnValue:
        """Begin a session."""
        session["person"] = person_id
        return redirect(url_for("home.index"))

    def home(self) -> ResponseReturnValue:
        """The first page."""
        return self._shown("home.index")

    def cycle(self, cycle_id: int) -> ResponseReturnValue:
        """A cycle."""
        return self._shown("cycles.cycle", cycle=cycle_id)

    def board(self) -> ResponseReturnValue:
        """Every triad."""
        return self._shown("lab.board")

    def sheet(self, cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
        """A sheet to fill in."""
        return self._shown("cycles.document", cycle=cycle_id, form=form_key, n=round_)

    def draft(self, cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
        """Autosave: one row is changed, or made."""
        table, moment = self.t["draft"], _moment()
        of = {"person_id": _me(), "cycle_id": cycle_id, "form_key": form_key, "round": round_}
        new = {"raw": [list(pair) for pair in request.form.items(multi=True)], "updated_at": moment, "base": 0}
        with self.engine.begin() as connection:
            mine = sa.and_(*(table.c[name] == value for name, value in of.items()))
            if not connection.execute(sa.update(table).where(mine).values(new)).rowcount:
                connection.execute(sa.insert(table).values(of | new | {"fingerprint": "", "aside": []}))
        return jsonify(saved=moment.strftime("%H:%M"))

    def save(self, cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
        """Hand in: one row is changed, unless somebody has changed it meanwhile."""
        table = self.t["submission"]
        mine = (table.c.cycle_id == cycle_id) & (table.c.form_key == form_key) & (table.c.round == round_)
        mine &= (table.c.owner == _me()) & (table.c.version == int(request.form["base"]))
        new = {"values": request.form.to_dict(), "version": table.c.version + 1, "state": "submitted"}
        with self.engine.begin() as connection:
            done = connection.execute(sa.update(table).where(mine).values(new | {"updated_at": _moment()}))
            if done.rowcount != 1:
                abort(409)
        return redirect(url_for("cycles.cycle", cycle_id=cycle_id))

    def survey(self, link: str) -> ResponseReturnValue:
        """The questions with a one-time token."""
        token = secrets.token_urlsafe(18)
        with self.engine.begin() as connection:
            rows = self._rows(connection, "survey", {"link": link})
            if not rows["run"] or not rows["run"][0].is_open:
                abort(404)
            new = {"token_hash": _digest(token), "run_id": rows["run"][0].id, "used": False}
            connection.execute(sa.insert(self.t["survey_token"]).values(new))
        pieces = self.pieces["survey.answer"]
        return render_template("page.html", title="survey", rows=rows, pieces=pieces, token=token)

    def answer(self, link: str) -> ResponseReturnValue:
        """One sheet of answers; a token counts once."""
        token, run = self.t["survey_token"], self.t["survey_run"]
        with self.engine.begin() as connection:
            spent = sa.update(token).where(token.c.token_hash == _digest(request.form["token"]), ~token.c.used)
            if connection.execute(spent.values(used=True)).rowcount != 1:
                abort(409)
            number = connection.execute(self.reads["survey"]["run"], {"link": link}).one().id
            choices = {key: value for key, value in request.form.items() if key != "token"}
            new = {"key": secrets.token_bytes(16), "run_id": number, "choices": choices}
            connection.execute(sa.insert(self.t["survey_answer"]).values(new))
            connection.execute(sa.update(run).where(run.c.id == number).values(answered=run.c.answered + 1))
        return redirect(url_for("survey.thanks", link=link))


def _me() -> int:
    """Who is signed in, by the signed cookie."""
    return int(session.get("person") or abort(403))


def _moment() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _with_row(piece: dict[str, Any], rows: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The piece; words that stand in a row as they are come from the row, each time anew."""
    piece = piece | {"args": dict(piece["args"]), "row": None}
    for name, found in rows.items():
        for place, row in enumerate(found):
            for column, value in row._mapping.items():
                if isinstance(value, str) and value == piece["text"] and len(value) > 3:
                    return piece | {"row": (name, place, list(row._mapping).index(column))}
    return piece
