"""Documents as Word and Excel files; archives that a worker makes while the page tells how far it is."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.papers import answers as tables
from engine.services.papers import catalogue, jobs
from webui.auth.session import me
from webui.downloads import attachment
from webui.texts import language

bp = Blueprint("papers", __name__, template_folder="templates")


@bp.get("/papers/<kind>.<ending>")
def download(kind: str, ending: str) -> ResponseReturnValue:
    """A document: its kind and format are in the path, what names it is in the query."""
    found = catalogue.file(me(), kind, request.args, ending, language())
    return send_file(BytesIO(found.content), found.media_type, as_attachment=True, download_name=found.name)


@bp.get("/answers")
def answers() -> ResponseReturnValue:
    """The forms whose sheets one may read, each as one table over all versions."""
    return render_template("papers/answers.html", types=tables.offers(me()))


@bp.get("/exports")
def index() -> ResponseReturnValue:
    """One's own exports."""
    return render_template("papers/index.html", jobs=jobs.mine(me()))


@bp.post("/exports")
def ask() -> ResponseReturnValue:
    """Ask for an archive; the next page tells how far it is."""
    job = jobs.ask(me(), request.form.get("kind", ""), request.form, language())
    return redirect(url_for("papers.job", job_id=job.id))


@bp.get("/exports/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """One export: how far it is, then its file."""
    return render_template("papers/job.html", job=jobs.one(me(), job_id))


@bp.get("/exports/<int:job_id>/file")
def archive(job_id: int) -> ResponseReturnValue:
    """The finished archive."""
    found, content = jobs.read(me(), job_id)
    return attachment(content, found.media_type, found.file_name)


@bp.post("/exports/<int:job_id>/forget")
def forget(job_id: int) -> ResponseReturnValue:
    """Throw an export away."""
    jobs.forget(me(), job_id)
    flash(_("Выгрузка удалена"), "success")
    return redirect(url_for("papers.index"))
