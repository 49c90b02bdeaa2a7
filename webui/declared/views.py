"""Pages on which an administrator makes group types: by fields, by the text, with a look at what comes out of it."""

from __future__ import annotations

import difflib
import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.core.fields import bind, name, values_of, with_subjects
from engine.core.forms import Form
from engine.core.snapshot import differences, to_data
from engine.extension.declared import Unreadable, define, parse, text_of
from engine.extension.declared.mending import mended
from engine.extension.roles import SOURCES
from engine.services.declared import drafts
from engine.services.declared.drafts import Checked
from engine.services.declared.starts import STARTS, text_for
from engine.services.errors import Conflict, Invalid, NotFound
from webui.auth.session import me
from webui.declared.parts import PARTS, Around, Part
from webui.parsing import whole
from webui.rows import with_row, without_row
from webui.texts import say
from webui.types.whole import whole as laid_out

bp = Blueprint("declared", __name__, template_folder="templates", url_prefix="/own-types")


@bp.get("")
def index() -> ResponseReturnValue:
    """The own types of the school."""
    return render_template("declared/index.html", lines=drafts.lines(me()), state_of=drafts.state_of)


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A new type: from a start, or from the text of a file."""
    given, errors = request.form, {}
    if request.method == "POST":
        title, text = given.get("title", "").strip()[:300], given.get("text", "").replace("\r\n", "\n").strip()
        try:
            if not text:
                if not title:
                    raise Invalid(_("Назовите тип"), "Name the type", {"title": [_("Назовите тип")]})
                start = given.get("start", "")
                start = start if start in STARTS else next(iter(STARTS))
                text = text_for(start, drafts.suggested(title), title, given.get("purpose", "").strip()[:2000] or title)
            row = drafts.begin(me(), text)
            return redirect(url_for("declared.overview", draft_id=row.id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    page = render_template("declared/new.html", starts=STARTS, given=given, errors=errors)
    return page, 422 if request.method == "POST" else 200


@bp.get("/<int:draft_id>")
def overview(draft_id: int) -> ResponseReturnValue:
    """Where the type stands: mistakes, what is published, and how people will see it."""
    return _overview(draft_id)


def _overview(draft_id: int, status: int = 200) -> ResponseReturnValue:
    row = drafts.draft(me(), draft_id)
    checked, versions = drafts.check(row), drafts.versions(row)
    definition = checked.definition
    return render_template(
        "declared/overview.html",
        row=row,
        who=drafts.who(row),
        checked=checked,
        versions=versions,
        changed=_changed(versions, checked),
        next_version=drafts.next_version(row, definition) if definition and checked.stale else "",
        reason=drafts.state_of(row),
        parts=_parts(row),
        **(laid_out(definition) if definition else {"d": None}),
    ), status


def _changed(versions: list[Any], checked: Checked) -> list[str]:
    """What the draft says otherwise than the newest version."""
    if not versions or checked.definition is None:
        return []
    try:
        return differences(to_data(define(versions[0].text)), to_data(checked.definition))
    except Unreadable:
        return []


@bp.post("/<int:draft_id>/publish")
def publish(draft_id: int) -> ResponseReturnValue:
    """Make it a type of the school, at once in every worker."""
    seen = request.form.get("seen", 0, type=whole)
    try:
        made = drafts.publish(me(), draft_id, seen, raise_version=bool(request.form.get("raise_version")))
    except Conflict as conflict:
        say(conflict)
        return _overview(draft_id, 409)
    except Invalid as invalid:
        say(invalid)
        return _overview(draft_id, 422)
    flash(_("Опубликована версия %(version)s. Включите тип на странице «Типы групп»", version=made.version), "success")
    return redirect(url_for("declared.overview", draft_id=draft_id))


@bp.post("/<int:draft_id>/remove")
def remove(draft_id: int) -> ResponseReturnValue:
    """Forget a draft that was never published."""
    try:
        drafts.remove(me(), draft_id)
    except Invalid as invalid:
        say(invalid)
        return redirect(url_for("declared.overview", draft_id=draft_id))
    flash(_("Черновик удалён"), "success")
    return redirect(url_for("declared.index"))


@bp.get("/<int:draft_id>/file")
def file(draft_id: int) -> ResponseReturnValue:
    """The file: of the draft, or of a published version."""
    row = drafts.draft(me(), draft_id)
    wanted = request.args.get("version", "")
    text = row.text
    if wanted:
        found = next((v for v in drafts.versions(row) if v.version == wanted), None)
        if found is None:
            raise NotFound("Такой версии нет", "There is no such version")
        text = found.text
    content = io.BytesIO(text.encode("utf-8"))
    return send_file(content, "application/toml", as_attachment=True, download_name=drafts.file_name(row))


@bp.get("/<int:draft_id>/forms/<key>")
def form(draft_id: int, key: str) -> ResponseReturnValue:
    """One document as it will be filled in."""
    row = drafts.draft(me(), draft_id)
    definition = drafts.check(row).definition
    found = next((f for f in definition.forms if f.key == key), None) if definition else None
    if found is None:
        raise NotFound("Такого документа нет", "There is no such document")
    shown = with_subjects(found, {})
    bound = bind(shown, strict=False, choices=dict.fromkeys(SOURCES, ()), blank_rows=True)
    return render_template("declared/form.html", row=row, d=definition, form=shown, page={"bound": bound}, name=name)


@bp.route("/<int:draft_id>/text", methods=["GET", "POST"])
def text(draft_id: int) -> ResponseReturnValue:
    """The whole text. It is kept whether or not it is sound; a mistake is told with its line."""
    row = drafts.draft(me(), draft_id)
    if request.method == "GET":
        return _text(row, row.text, drafts.check(row))
    typed = request.form.get("text", "").replace("\r\n", "\n")
    try:
        row = drafts.save(me(), draft_id, typed, request.form.get("seen", 0, type=whole))
    except Conflict as conflict:
        say(conflict)
        row = drafts.draft(me(), draft_id)
        lines = difflib.unified_diff(row.text.split("\n"), typed.split("\n"), lineterm="", n=1)
        return _text(row, typed, drafts.check(row, typed), theirs=row.text, apart=list(lines)[2:]), 409
    except Invalid as invalid:
        say(invalid)
        return _text(row, typed, drafts.check(row, typed)), 422
    checked = drafts.check(row)
    if checked.mistakes:
        flash(_("Сохранено. Ошибок: %(n)s, они перечислены ниже", n=len(checked.mistakes)), "warning")
        return _text(row, row.text, checked)
    flash(_("Сохранено, ошибок нет"), "success")
    return redirect(url_for("declared.overview", draft_id=draft_id))


def _text(row: Any, typed: str, checked: Checked, theirs: str = "", apart: list[str] | None = None) -> str:
    return render_template(
        "declared/text.html",
        row=row,
        typed=typed,
        rows=typed.split("\n"),
        checked=checked,
        title=drafts.title_of(row),
        theirs=theirs,
        apart=apart or [],
        who=drafts.who(row),
        parts=_parts(row),
    )


@bp.route("/<int:draft_id>/parts/<key>", methods=["GET", "POST"])
def part(draft_id: int, key: str) -> ResponseReturnValue:
    """One part by fields. Whatever the answer, what was typed stays on the page."""
    row = drafts.draft(me(), draft_id)
    around = _around(row)
    if around is None:
        flash(_("Этот текст пока нельзя показать полями: сначала исправьте отмеченное"), "warning")
        return redirect(url_for("declared.text", draft_id=draft_id))
    found = PARTS.get(key)
    if found is None or not found.offered(around):
        raise NotFound("Такой части нет", "There is no such part")
    asked = found.form(around)
    if request.method == "GET":
        return _part(row, around, found, asked, bind(asked, found.values(around), strict=False, blank_rows=True))
    posted = MultiDict([(k, v) for k, v in request.form.items(multi=True) if k.startswith("q_")])
    if (added := request.form.get("add_row")) or (gone := request.form.get("remove_row")):
        posted = with_row(posted, added) if added else without_row(posted, gone)
        return _part(row, around, found, asked, bind(asked, posted=posted, strict=False), kept=request.form)
    return _saved(row, around, found, asked, posted)


def _saved(row: Any, around: Around, found: Part, asked: Form, posted: MultiDict[str, str]) -> ResponseReturnValue:
    """The answers put into the text. Another part that was changed meanwhile is no conflict."""
    bound = bind(asked, posted=posted)
    if not bound.validate():
        return _part(row, around, found, asked, bound, errors=_errors(bound), kept=request.form), 422
    now = found.values(around)
    if request.form.get("was") != _digest(now) and request.form.get("seen", 0, type=whole) != row.edition:
        flash(_("Пока вы писали, другой администратор изменил эту часть. Ниже — ваш и его вариант"), "warning")
        return _part(row, around, found, asked, bound, theirs=now), 409
    try:
        tables = found.apply(around, values_of(asked, bound))
        drafts.save(me(), row.id, mended(row.text, tables), row.edition)
    except Conflict as conflict:
        say(conflict)
        return _part(row, around, found, asked, bound, kept=request.form), 409
    except Invalid as invalid:
        return _part(row, around, found, asked, bound, errors=invalid.errors, kept=request.form), 422
    flash(_("Сохранено"), "success")
    return redirect(url_for("declared.part", draft_id=row.id, key=found.key))


def _errors(bound: Any) -> dict[str, Any]:
    """Errors by the name of the input; those of a table itself beside it."""
    found: dict[str, Any] = {}
    for field in bound:
        entries = getattr(field, "entries", None)
        if entries is None:
            found |= {field.name: field.errors} if field.errors else {}
            continue
        plain = [e for e in field.errors if isinstance(e, str)]
        found |= {field.name: plain} if plain else {}
        found |= {cell.name: cell.errors for entry in entries for cell in entry.form if cell.errors}
    return found


def _part(
    row: Any,
    around: Around,
    found: Part,
    asked: Form,
    bound: Any,
    *,
    errors: Mapping[str, Any] | None = None,
    kept: Mapping[str, str] | None = None,
    theirs: Mapping[str, Any] | None = None,
) -> str:
    kept = kept or {}
    return render_template(
        "declared/part.html",
        row=row,
        part=found,
        form=asked,
        page={"bound": bound, "shows_private": True},
        name=name,
        errors=errors or {},
        seen=kept.get("seen") or row.edition,
        was=kept.get("was") or _digest(found.values(around)),
        theirs=theirs,
        who=drafts.who(row),
        aside=found.aside(around),
        checked=drafts.check(row),
        title=drafts.title_of(row),
        parts=_parts(row),
    )


def _parts(row: Any) -> list[Part]:
    """The parts that make sense for this type; none while its text cannot be read."""
    around = _around(row)
    return [p for p in PARTS.values() if p.offered(around)] if around else []


def _around(row: Any) -> Around | None:
    """What parts look at; None for a text that is no TOML. A mistake in rules or criteria does not hide the rest."""
    try:
        tables = parse(row.text)[0]
    except Unreadable:
        return None
    for left_out in ((), ("rule",), ("rule", "criterion", "hint")):
        try:
            return Around(tables, define(text_of({k: v for k, v in tables.items() if k not in left_out})))
        except Unreadable:
            continue
    return Around(tables, None)


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
