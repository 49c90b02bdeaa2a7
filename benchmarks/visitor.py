"""Somebody in front of a served app: signs in, and knows what to send to each page."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode

from benchmarks.fields import Pairs, filled, hidden
from benchmarks.load import Answers, Plan, ask, request
from benchmarks.scene import Place

#: Connections that are kept alive; a sheet is handed in by one person, one time after the other.
CONNECTIONS = 4
#: So many pupils are in a class: the answers of one survey.
CLASS = 32


class Visitor:
    """One person (or pupil) before one app."""

    def __init__(self, port: int, place: Place) -> None:
        self.port, self.place, self.cookie, self.token = port, place, "", ""
        self._fields: Pairs = []
        self._said = 0
        if place.person:
            self._sign_in(place.person)

    def _ask(self, method: str, path: str, fields: Pairs | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = line.partition(";")[0]
        text = answer.read().decode()
        connection.close()
        return text

    def _sign_in(self, person: int) -> None:
        page = self._ask("GET", "/sign-in")
        self._ask("POST", f"/sign-in/as/{person}", [("csrf_token", hidden(page, "csrf_token"))])
        self.token = hidden(self._ask("GET", "/"), "csrf_token")

    def open(self, seconds: float) -> Answers:
        """Look at the page, again and again. What stands in the fields of the survey is kept."""
        keep = 'name="token" value="([^"]+)"' if not self.place.person else ""
        asked = request("GET", self.place.path, self.cookie)
        return well(ask(Plan(self.port, [[asked]] * CONNECTIONS, seconds, keep=keep)), "200")

    def fill(self, fields: Pairs) -> None:
        """What is to be sent: the answers of the sheet as it stands."""
        self._fields = [(name, value.strip()) for name, value in fields if name.startswith("q_")]

    def text(self) -> str:
        """The page as it is."""
        return self._ask("GET", self.place.path)

    def page(self) -> Pairs:
        """The fields of the page as it is."""
        return filled(self.text())

    def autosave(self, seconds: float) -> Answers:
        """Send what is typed, a letter more each time."""
        rows = [[self._typed("/draft", 1) for _ in range(400)] for _ in range(CONNECTIONS)]
        return well(ask(Plan(self.port, rows, seconds)), "200")

    def submit(self, seconds: float, version: int) -> Answers:
        """Hand the sheet in, each time on top of the last version."""
        row = [self._typed("", version + n) for n in range(int(seconds * 800))]
        return well(ask(Plan(self.port, [row], seconds, again=False)), "302")

    def _typed(self, path: str, base: int) -> str:
        self._said += 1
        longest = max(self._fields, key=lambda field: len(field[1]))
        fields = [(name, f"{value} {self._said}" if name == longest[0] else value) for name, value in self._fields]
        fields += [("base", str(base)), ("what", "complete"), ("csrf_token", self.token)]
        return request("POST", self.place.path + path, self.cookie, urlencode(fields))

    def tokens(self, seconds: float) -> list[str]:
        """One-time tokens of survey pages, enough for a class."""
        found = self.open(seconds).kept
        while len(found) < CLASS:
            found += self.open(seconds).kept
        return found[:CLASS]

    def answer(self, tokens: list[str], choices: Pairs) -> Answers:
        """A class answers: every pupil once."""
        asked = [request("POST", self.place.path, "", urlencode([("token", t), *choices])) for t in tokens]
        rows = [asked[n::CONNECTIONS] for n in range(CONNECTIONS)]
        return well(ask(Plan(self.port, rows, 60, again=False)), "302")


def well(answers: Answers, status: str) -> Answers:
    """The answers. RuntimeError unless every one has this status: what was refused is no figure."""
    if set(answers.statuses) != {status}:
        raise RuntimeError(f"{answers.statuses} instead of {status}: {answers.last}")
    return answers
