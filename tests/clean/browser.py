"""A browser for a real server: cookies, pages, forms as they stand on the page. The standard library is enough."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar


@dataclass
class Input:
    """Something that can be answered: its kind, its name, its value, what may be chosen."""

    kind: str
    name: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    checked: bool = False
    minimum: str = ""


@dataclass
class Form:
    """A form of a page: where it goes and what it asks."""

    action: str
    inputs: list[Input] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether it asks for ``name``."""
        return any(i.name == name for i in self.inputs)


class Page(HTMLParser):
    """A page as somebody sees it: its forms, its links, its text."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__()
        self.url, self.status, self.text = url, status, text
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._select: Input | None = None
        self._area: Input | None = None
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "template":
            self._hidden += 1
        elif tag == "form":
            self._form = Form(given.get("action") or self.url)
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self.links.append((given["href"], given.get("class", "")))
        elif self._form and not self._hidden and "name" in given:
            made = Input(given.get("type", tag), given["name"], given.get("value", ""), minimum=given.get("min", ""))
            made.checked = "checked" in given
            if tag == "select":
                made.kind, self._select = "select", made
            if tag == "textarea":
                made.kind, self._area = "text", made
            if tag in ("input", "select", "textarea"):
                self._form.inputs.append(made)
        elif tag == "option" and self._select:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.value, self._select.checked = given.get("value", ""), True

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._hidden -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            if not self._select.checked and self._select.options:
                self._select.value = self._select.options[0]
            self._select = None
        elif tag == "textarea" and self._area:
            self._area.value = self._area.value.removeprefix("\r").removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value += data

    def form(self, part: str) -> Form:
        """The first form that goes to an address with ``part`` in it. Raises LookupError."""
        for found in self.forms:
            if part in found.action:
                return found
        raise LookupError(f"{self.url} has no form to {part}: {[f.action for f in self.forms]}")


class Browser:
    """One person at one device."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> Page:
        """Open a page; redirects are followed. Raises AssertionError for a fault of the server."""
        return self._ask(path, None)

    def send(self, form: Form, **given: object) -> Page:
        """Send a form as it stands, with these answers in place of those on the page; a list sends one name often."""
        pairs = [
            (i.name, i.value)
            for i in form.inputs
            if i.name not in given and (i.kind not in ("checkbox", "radio") or i.checked)
        ]
        for name, value in given.items():
            pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        return self._ask(form.action, urllib.parse.urlencode(pairs).encode())

    def _ask(self, path: str, body: bytes | None) -> Page:
        url = urllib.parse.urljoin(self.address, path)
        try:
            with self._open(url, body, timeout=60) as answer:
                return Page(urllib.parse.urlsplit(answer.url).path, answer.status, answer.read().decode())
        except urllib.error.HTTPError as refused:
            page = Page(urllib.parse.urlsplit(refused.url).path, refused.code, refused.read().decode())
            assert page.status < 500, (path, page.status, page.text[-2000:])
            return page
