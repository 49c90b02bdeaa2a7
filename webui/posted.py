"""Forms as browsers send them, read at once: Werkzeug takes ten calls for each word of a sheet."""

from __future__ import annotations

import io
import re
from binascii import a2b_qp
from typing import IO, Any

from flask import Request
from werkzeug.formparser import FormDataParser

_PLAIN = "application/x-www-form-urlencoded"
#: What no browser sends as it is, or sends for a control character: such bytes part the fields while they are decoded.
_ODD = re.compile(rb"%(?![2-9A-Fa-f][0-9A-Fa-f]|0[9AaDd])|[^!-~]").search
_END, _IS = "\x1e", "\x1f"
#: "Quoted-printable" is the same code by another sign.
_SIGNS = bytes.maketrans(b"&=+%", f"{_END}{_IS} =".encode())


def fields(sent: bytes) -> list[tuple[str, str]] | None:
    """The fields of a plain form; None for what is to be read with more patience."""
    if _ODD(sent):
        return None
    try:
        told = a2b_qp(sent.translate(_SIGNS)).decode()
        return [(name, value) for name, value in [field.split(_IS) for field in told.split(_END)]]
    except ValueError:  # no UTF-8, or a field of other than two parts
        return None


class Parser(FormDataParser):
    """As Werkzeug's, which reads what is not as browsers send it."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        """The stream, the fields and the files."""
        if mimetype != _PLAIN:
            return super().parse(stream, mimetype, content_length, options)
        sent = stream.read()
        found = fields(sent)
        if found is None:
            return super().parse(io.BytesIO(sent), mimetype, content_length, options)
        return stream, self.cls(found), self.cls()


class Sent(Request):
    """A request whose plain form is read so."""

    form_data_parser_class = Parser
