"""«Методическая копилка»: search, a material with its passport, the editor, files, reviews."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import files as stored_files
from engine.services.bank import materials, personal, reviewers, reviews, search, trials, words
from engine.services.bank.access import material_for
from engine.services.district import publications
from engine.services.errors import Conflict, Invalid
from webui.auth.session import me
from webui.bank import forms
from webui.downloads import attachment
from webui.parsing import whole
from webui.texts import say

bp = Blueprint("bank", __name__, template_folder="templates")
WORDS = {
    "kinds": words.KINDS,
    "states": words.STATES,
    "licences": words.LICENCES,
    "titles": words.FIELD_TITLES,
    "outcomes": words.OUTCOMES,
}


@bp.get("/bank")
def index() -> ResponseReturnValue:
    """The bank with its search and filters, all of them in the address."""
    person = me()
    wanted = {key: request.args.get(key, "").strip() for key in forms.FILTERS}
    found = search.find(person, wanted)
    kept = {key: value for key, value in wanted.items() if value and key != "page"}
    return render_template(
        "bank/index.html",
        found=found,
        wanted=wanted,
        kept=kept,
        labels=search.labels(person),
        types=search.types(person),
        own=reviews.authored_by(person),
        ready=materials.ready(person),
        waiting=reviews.waiting_for(person),
        classes=trials.classes_by_material([m.id for m in found.materials]),
        **WORDS,
    )


@bp.get("/bank/reviews", endpoint="reviews")
def my_reviews() -> ResponseReturnValue:
    """«На экспертизе у меня»."""
    return render_template("bank/reviews.html", waiting=reviews.waiting_for(me()), **WORDS)


@bp.route("/bank/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A new material: of a closed lesson, or free."""
    person = me()
    cycle_id = request.values.get("cycle", None, type=whole)
    if request.method == "GET":
        title = request.args.get("title", "")[:200]
        start = materials.prefill(person, cycle_id, title) if cycle_id is not None else {"title": title}
        return _editor(None, start, cycle_id=cycle_id)
    values = forms.material(request.form)
    try:
        made = materials.create(person, values, cycle_id)
    except Invalid as invalid:
        say(invalid)
        return _editor(None, values, invalid.errors, cycle_id=cycle_id), 422
    flash(_("Черновик сохранён. Добавьте файлы или отправьте на экспертизу"), "success")
    return redirect(url_for("bank.material", material_id=made.id))


@bp.route("/bank/<int:material_id>/edit", methods=["GET", "POST"])
def edit(material_id: int) -> ResponseReturnValue:
    """The editor of a draft; what was typed stays whatever happens."""
    person = me()
    found = material_for(person, material_id)
    if request.method == "GET":
        return _editor(found, materials.values_of(found), stamp=materials.stamp(found))
    values, seen = forms.material(request.form), request.form.get("stamp", "")
    try:
        materials.save(person, material_id, seen, values)
    except Conflict as conflict:
        if "stamp" not in conflict.details:
            raise
        say(conflict)
        other, now_stands = conflict.details["values"], conflict.details["stamp"]
        return _editor(found, values, stamp=now_stands, other=other), 409
    except Invalid as invalid:
        say(invalid)
        return _editor(found, values, invalid.errors, stamp=seen), 422
    flash(_("Сохранено"), "success")
    return redirect(url_for("bank.material", material_id=material_id))


def _editor(
    material: Any,
    values: dict[str, Any],
    errors: Any = None,
    *,
    cycle_id: int | None = None,
    stamp: str = "",
    other: dict[str, Any] | None = None,
) -> str:
    return render_template(
        "bank/edit.html",
        material=material,
        values=values,
        errors=errors or {},
        cycle_id=cycle_id,
        stamp=stamp,
        other=other,
        colleagues=materials.colleagues(me()),
        chosen={str(i) for i in values.get("authors", ())},
        **WORDS,
    )


@bp.get("/bank/<int:material_id>")
def material(material_id: int) -> ResponseReturnValue:
    """A material with its passport, trials and history."""
    return _material(material_id)


def _material(material_id: int, errors: Any = None) -> str:
    person = me()
    page = materials.page(person, material_id)
    sending = "send" in page.steps
    return render_template(
        "bank/material.html",
        page=page,
        m=page.material,
        errors=errors or {},
        typed=request.form,
        tried=trials.of(person, material_id=material_id),
        own_seat=reviewers.candidates(page.material, "own") if sending or "ask" in page.steps else (),
        other_seat=reviewers.candidates(page.material, "other") if sending or "ask" in page.steps else (),
        suspicions=reviews.look_for_personal_data(page.material) if sending else (),
        seats=words.SEATS,
        verdicts=words.VERDICTS,
        scores=words.SCORES,
        full=words.FULL,
        district=publications.standing(person, page.material),
        **WORDS,
    )


@bp.post("/bank/<int:material_id>/send")
def send(material_id: int) -> ResponseReturnValue:
    """Send a draft to its two reviewers."""
    form = request.form
    try:
        reviews.send(me(), material_id, form.get("other", None, type=whole), form.get("own", None, type=whole))
    except Invalid as invalid:
        say(invalid)
        return _material(material_id, invalid.errors), 422
    flash(_("Отправлено на экспертизу"), "success")
    return redirect(url_for("bank.material", material_id=material_id))


@bp.post("/bank/<int:material_id>/ask")
def ask(material_id: int) -> ResponseReturnValue:
    """Ask another reviewer."""
    form = request.form
    try:
        reviews.ask(me(), material_id, form.get("seat", ""), form.get("reviewer", None, type=whole))
        flash(_("Просьба отправлена"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("bank.material", material_id=material_id))


@bp.post("/bank/<int:material_id>/step")
def step(material_id: int) -> ResponseReturnValue:
    """Take back, put into the bank, withdraw, take up again."""
    person, key = me(), request.form.get("step", "")
    try:
        if key == "bank":
            reviews.put_into_bank(person, material_id)
        elif key == "recall":
            reviews.recall(person, material_id)
        elif key == "revise":
            reviews.revise(person, material_id)
        else:
            reviews.archive(person, material_id, request.form.get("reason", ""))
    except Invalid as invalid:
        say(invalid)
        return _material(material_id, invalid.errors), 422
    flash(_("Готово"), "success")
    return redirect(url_for("bank.material", material_id=material_id))


@bp.route("/bank/<int:material_id>/review", methods=["GET", "POST"])
def review(material_id: int) -> ResponseReturnValue:
    """The form of a reviewer, the text beside it."""
    person, form = me(), request.form
    task = reviews.task(person, material_id)
    errors: Any = {}
    if request.method == "POST":
        try:
            reviews.review(
                person,
                material_id,
                form.get("version", 0, type=whole),
                {key: forms.score(form.get(key)) for key in words.SCORES},
                form.get("remarks", ""),
                looked="looked" in form,
            )
            flash(_("Отзыв записан. Спасибо!"), "success")
            return redirect(url_for("bank.reviews"))
        except Invalid as invalid:
            say(invalid)
            errors = invalid.errors or {"remarks": [invalid.text]}
            task = reviews.task(person, material_id)
    page = render_template(
        "bank/review.html",
        task=task,
        m=task.material,
        page=materials.page(person, material_id),
        scores=words.SCORES,
        scale=words.SCALE,
        looks=personal.KINDS,
        errors=errors,
        typed=form,
        enough=words.ENOUGH,
        full=words.FULL,
        **WORDS,
    )
    return page, 422 if errors else 200


@bp.get("/bank/<int:material_id>/versions/<int:n>")
def version(material_id: int, n: int) -> ResponseReturnValue:
    """An earlier text."""
    found, frozen = materials.version(me(), material_id, n)
    kept = {f.id: f for f in materials.files_of(found)}
    return render_template("bank/version.html", m=found, v=frozen, kept=kept, **WORDS)


@bp.post("/bank/<int:material_id>/files")
def upload(material_id: int) -> ResponseReturnValue:
    """Put a file to a draft."""
    given = request.files.get("file")
    try:
        materials.attach(me(), material_id, given.filename or "" if given else "", given.read() if given else b"")
        flash(_("Файл добавлен"), "success")
    except Invalid as invalid:
        say(invalid)
        return _material(material_id, {"file": [invalid.text]}), 422
    return redirect(url_for("bank.material", material_id=material_id) + "#files")


@bp.post("/bank/<int:material_id>/files/<int:file_id>/remove")
def remove(material_id: int, file_id: int) -> ResponseReturnValue:
    """Take a file away from a draft."""
    materials.detach(me(), material_id, file_id)
    flash(_("Файл убран"), "success")
    return redirect(url_for("bank.material", material_id=material_id) + "#files")


@bp.get("/bank/files/<int:file_id>")
def file(file_id: int) -> ResponseReturnValue:
    """A file of a material, always as an attachment."""
    row, content = stored_files.read(me(), file_id)
    return attachment(content, row.media_type, row.name, row.sha256)
