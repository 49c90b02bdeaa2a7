"""The blueprint of the door for programs: every error of it is a problem+json, and no form is ever sent to it."""

from __future__ import annotations

from flask import Blueprint

from webui.api import problems
from webui.security import csrf

bp = Blueprint("api", __name__, template_folder="templates", url_prefix="/api/v1")
bp.register_error_handler(Exception, problems.answer)
csrf.exempt(bp)
