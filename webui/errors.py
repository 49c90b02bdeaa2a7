"""Error pages in plain words: what happened, what to do, what was kept."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from engine.core.errors import Refused, UnknownAction
from engine.core.text import Text
from engine.services.errors import DATABASE_DOWN, Conflict, Forbidden, Invalid, NotFound, ServiceError, no_space
from engine.services.guessing import TooManyTries
from engine.services.seen import Unread
from engine.services.storage import StorageDown
from webui.api import problems
from webui.auth import again
from webui.policies import is_public
from webui.texts import here

log = logging.getLogger(__name__)
_STATUS: dict[type[ServiceError], int] = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, TooManyTries: 429}


def init_app(app: Flask) -> None:
    """Register every handler."""
    app.register_error_handler(CSRFError, lambda error: again.saved_form(sign_in=not is_public(request.endpoint)))
    app.register_error_handler(ServiceError, _service)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(
        UnknownAction, lambda error: _page(409, _("Цикл уже на другом этапе. Обновите страницу"))
    )
    app.register_error_handler(SecurityError, _strange_name)
    app.register_error_handler(HTTPException, _http)
    for kind in DATABASE_DOWN:
        app.register_error_handler(kind, _database)
    app.register_error_handler(Unread, _unread)
    app.register_error_handler(OSError, _files)
    app.register_error_handler(Exception, _unexpected)


def _service(error: ServiceError) -> ResponseReturnValue:
    if isinstance(error, StorageDown):
        log.error("file storage unavailable: %s", type(error.__cause__).__name__)
        return _later(503, here(error.text), 30, database=True)
    return _page(_STATUS.get(type(error), 400), here(error.text))


def _strange_name(error: SecurityError) -> ResponseReturnValue:
    """Asked under a name that is none of TRUSTED_HOSTS: no page, for a page would lead back to that name."""
    text = Text("Неизвестное имя сайта", en="Unknown name of the site")
    return f"{text}\n{text.en}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _refused(error: Refused) -> ResponseReturnValue:
    return _page(409, " ".join(here(r.text) for r in error.refusals))


def _http(error: HTTPException) -> ResponseReturnValue:
    if problems.wanted():  # an address of no operation: the others answer for themselves
        return problems.answer(error)
    texts = {
        400: _("Запрос не понят. Вернитесь и попробуйте ещё раз"),
        401: _("Сначала войдите"),
        403: _("Эта страница вам не открыта"),
        404: _("Такой страницы нет или она вам не открыта"),
        405: _("По этому адресу только отправляют формы: открыть его как страницу нельзя. Ничего не потеряно"),
        413: _("Слишком большой файл или текст. Файлы — до 20 МБ"),
        429: _("Слишком много попыток. Подождите немного"),
        503: _("Сервер сейчас занят. Повторите через минуту"),
    }
    code = error.code or 500
    return _page(code, texts.get(code, _("Что-то пошло не так")), back=_page_above() if code == 405 else "")


def _page_above() -> str:
    """The nearest page above the address of a form; empty when there is none but the first page."""
    adapter = current_app.create_url_adapter(request)
    path = request.path.rstrip("/")
    while adapter is not None and (path := path.rpartition("/")[0]):
        if adapter.test(path, "GET"):
            return request.script_root + path
    return ""


def _database(error: Exception) -> ResponseReturnValue:
    if no_space(error):
        return _full(error)
    log.error("database unavailable: %s", error.__class__.__name__)
    text = _("База данных сейчас не отвечает. Ваш текст остался в браузере — повторите через минуту")
    return _later(503, text, 30)


def _unread(error: Unread) -> ResponseReturnValue:
    """A part of a view that a page has looked at: what stood in its way is what has happened."""
    cause = error.__cause__
    return _database(cause) if isinstance(cause, DATABASE_DOWN) else _unexpected(cause or error)


def _files(error: OSError) -> ResponseReturnValue:
    return _full(error) if no_space(error) else _unexpected(error)


def _full(error: Exception) -> ResponseReturnValue:
    log.error("no space left: %s", error.__class__.__name__)
    text = _("На диске сервера кончилось место: ничего не записано. Скажите администратору и повторите позже")
    return _later(507, text, 300)


def _later(status: int, text: str, seconds: int, *, database: bool = False) -> ResponseReturnValue:
    """An error that passes: ``seconds`` says when asking again makes sense."""
    return (*_page(status, text, database=database), {"Retry-After": str(seconds)})


def _unexpected(error: BaseException) -> ResponseReturnValue:
    number = secrets.token_hex(4)
    log.exception("unexpected error %s", number)
    return _page(
        500, _("Произошла ошибка № %(number)s. Администратор увидит её в журнале; попробуйте ещё раз", number=number)
    )


def _page(status: int, text: str, back: str = "", *, database: bool = False) -> tuple[Response | str, int]:
    """The page (or the JSON) of an error. After a fault it asks the database nothing (that may be what is broken),
    unless ``database`` says that it is well; what was typed stands on it to be sent again."""
    if request.accept_mimetypes.best == "application/json" or request.headers.get("X-Requested-With") == "fetch":
        return jsonify(error=text), status
    fault = status >= 500
    if fault and not database:
        g.person = None
    fields = again.typed() if fault and request.method == "POST" else []
    if request.path.startswith("/s/"):  # a pupil: no header of the staff, no way to pages behind the sign-in
        return render_template("survey/error.html", status=status, text=text, fields=fields), status
    if fields:
        return again.page(request.full_path.rstrip("?"), sign_in=False, status=status, error=text, failed=True)
    return render_template("error.html", status=status, text=text, back=back), status
