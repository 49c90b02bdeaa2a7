"""The blueprint both halves of the triad's pages hang on."""

from flask import Blueprint

bp = Blueprint("cycles", __name__, template_folder="templates")
