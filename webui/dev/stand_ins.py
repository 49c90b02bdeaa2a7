"""What the pages of documents name besides documents: files. A sandbox keeps their names, never their content."""

from __future__ import annotations

from pathlib import PurePath

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui.dev.bench import workbench

bp = Blueprint("files", __name__)


def file_name(file_id: int | str) -> str:
    """The name of a file that was uploaded here; of one the sandbox made up, its number."""
    return workbench().uploaded.get(int(file_id)) or _("Файл %(number)s", number=file_id)


@bp.post("/cycles/<int:cycle_id>/files")
def upload(cycle_id: int) -> ResponseReturnValue:
    """Take a file as the real page does."""
    given = request.files.get("file")
    name = PurePath(given.filename or "").name[:120] if given else ""
    if not name:
        return jsonify(error=_("Файл не выбран")), 422
    files = workbench().uploaded
    number = max(files, default=100) + 1
    files[number] = name
    return jsonify(id=number, name=name)


@bp.get("/files/<int:file_id>")
def download(file_id: int) -> ResponseReturnValue:
    """Say that there is nothing behind the name."""
    text = _("В песочнице хранятся только имена файлов: %(name)s", name=file_name(file_id))
    return Response(text + "\n", mimetype="text/plain")
