"""Files: uploaded first, served as attachments."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from engine.services import files
from engine.services.errors import Invalid
from engine.services.storage import StorageDown
from webui.auth.session import me
from webui.downloads import attachment
from webui.texts import here

bp = Blueprint("files", __name__)


@bp.post("/cycles/<int:cycle_id>/files")
def upload(cycle_id: int) -> ResponseReturnValue:
    """Take a file; the answer holds the id a document will name."""
    given = request.files.get("file")
    try:
        row = files.add(me(), cycle_id, given.filename or "" if given else "", given.read() if given else b"")
    except Invalid as invalid:
        return jsonify(error=here(invalid.text)), 422
    except StorageDown as down:
        return jsonify(error=here(down.text)), 503, {"Retry-After": "60"}
    return jsonify(id=row.id, name=row.name, size=row.size), 201


@bp.get("/files/<int:file_id>")
def download(file_id: int) -> ResponseReturnValue:
    """A file, always as an attachment."""
    row, content = files.read(me(), file_id)
    return attachment(content, row.media_type, row.name, row.sha256)
