"""Files that people fetch: attachments, never pages; a broken download goes on where it stopped."""

from __future__ import annotations

from io import SEEK_END

from flask import Response, request, send_file

from engine.services.storage import Kept


def attachment(content: Kept, media_type: str, name: str, etag: str = "") -> Response:
    """A kept file under its given name."""
    opened = content.open()
    size = opened.seek(0, SEEK_END)
    opened.seek(0)
    answer = send_file(opened, media_type, as_attachment=True, download_name=name, conditional=False, etag=False)
    answer.content_length = size
    answer.set_etag(etag or content.name)
    return answer.make_conditional(request, accept_ranges=True, complete_length=size)
