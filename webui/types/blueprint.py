"""The area of group types; its pages are in ``views`` and ``life``."""

from flask import Blueprint

bp = Blueprint("types", __name__, template_folder="templates", url_prefix="/types")
