"""The two crowds of ``benchmarks.rush``, in a process of their own: phones that answer a survey, teachers at work.

A plan comes as JSON by stdin, what was met goes as JSON to stdout. Connections are kept as browsers keep them, to the
end of the rush. Every one comes from the same address.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import random
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlencode

#: How long a browser waits for an answer, in seconds.
PATIENCE = 60
_FORM = "application/x-www-form-urlencoded"


class Met(NamedTuple):
    """One request: whose, what for, the status (0: no answer), milliseconds, and the second of the rush it began in."""

    crowd: str
    kind: str
    status: int
    took: float
    at: float


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Browser:
    """Somebody's browser: one kept connection and a jar."""

    def __init__(self, rush: Rush, crowd: str, cookies: Mapping[str, str]) -> None:
        self.rush, self.crowd, self.cookies = rush, crowd, dict(cookies)
        self._way: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, kind: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """One request, noted. A connection the server has closed meanwhile is opened anew, as browsers do."""
        began = time.perf_counter()
        answer = Answer(0, [], "")
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError):
            async with asyncio.timeout(PATIENCE):
                try:
                    answer = await self._ask(path, fields)
                except (ConnectionError, asyncio.IncompleteReadError):
                    self._drop()
                    answer = await self._ask(path, fields)
        if not answer.status:
            self._drop()  # what may still come is no answer to the next request
        took = (time.perf_counter() - began) * 1000
        self.rush.met.append(Met(self.crowd, kind, answer.status, took, began - self.rush.began))
        for name, value in answer.headers:
            if name == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
        return answer

    async def _ask(self, path: str, fields: Mapping[str, str] | None) -> Answer:
        if self._way is None:
            self._way = await asyncio.open_connection(self.rush.host, self.rush.port)
        reader, writer = self._way
        writer.write(self.request(path, fields))
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2])]
        answer = Answer(int(head[0].split(" ")[1]), headers, "")
        body = await reader.readexactly(int(answer.header("content-length") or 0))
        if answer.header("connection") == "close":
            self._drop()
        if answer.header("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return answer._replace(body=body.decode("utf-8", "replace"))

    def _drop(self) -> None:
        if self._way is not None:
            self._way[1].close()
        self._way = None

    def request(self, path: str, fields: Mapping[str, str] | None) -> bytes:
        """The bytes of a request."""
        lines = [f"{'GET' if fields is None else 'POST'} {path} HTTP/1.1", f"Host: {self.rush.host}:{self.rush.port}"]
        lines.append("Accept-Encoding: gzip")
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        body = urlencode(fields).encode() if fields is not None else b""
        if fields is not None:
            lines += [f"Content-Type: {_FORM}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Rush:
    """A plan, carried out."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.host, self.port, self.seconds = plan["host"], plan["port"], float(plan["seconds"])
        self.plan, self.dice = plan, random.Random(plan["seed"])
        self.met: list[Met] = []
        self.began = 0.0

    async def run(self) -> list[Met]:
        """Everything that was met."""
        self.began = time.perf_counter()
        async with asyncio.TaskGroup() as crowd:
            for given in self.plan["phones"]:
                crowd.create_task(self._phone(**given))
            for given in self.plan["teachers"]:
                crowd.create_task(self._teacher(**given))
        return self.met

    async def _phone(self, path: str, mark: str, way: str) -> None:
        """A pupil: opens the sheet in the first third of the rush, answers, sends, reads the thanks.

        ``way``: "once", "twice" (presses two times), "lost" (the answer to the first send never arrives).
        """
        browser = Browser(self, "phones", {})
        await asyncio.sleep(self.dice.uniform(0, self.seconds / 3))
        page = await browser.ask("open", path)
        for name in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body))):
            await browser.ask("static", name)
        fields = filled(page.body, mark)
        await asyncio.sleep(self.dice.uniform(self.seconds / 12, self.seconds / 3))
        if way == "lost":
            with suppress(OSError):
                _, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(browser.request(path, fields))
                await writer.drain()
                writer.close()
            await asyncio.sleep(2)
        if way == "twice":
            other = Browser(self, "phones", browser.cookies)
            sent, _ = await asyncio.gather(browser.ask("send", path, fields), other.ask("send", path, fields))
        else:
            sent = await browser.ask("send", path, fields)
        if target := sent.header("location"):
            await browser.ask("thanks", target)

    async def _teacher(self, cookies: Mapping[str, str], cycle: int, sheet: str) -> None:
        """A teacher: tasks, the cycle, the sheet with what was typed kept, every 10 to 20 seconds one of them."""
        browser, n = Browser(self, "teachers", cookies), self.dice.randrange(3)
        await asyncio.sleep(self.dice.uniform(0, 10))
        while time.perf_counter() - self.began < self.seconds:
            if n % 3 == 0:
                await browser.ask("tasks", "/")
            elif n % 3 == 1:
                await browser.ask("cycle", f"/cycles/{cycle}")
            else:
                page = await browser.ask("sheet", sheet)
                await browser.ask("autosave", f"{sheet}/draft", filled(page.body, f"Думаем над вопросом, {n}"))
            n += 1
            await asyncio.sleep(self.dice.uniform(10, 20))


def filled(page: str, words: str) -> dict[str, str]:
    """What the sheet on the page sends: what is hidden in it, the first choice of every question, the words in its
    texts; nothing where the page has no sheet."""
    sheet = re.search(r"<form[^>]*data-(?:document|survey)[\s\S]*?</form>", page)
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", sheet.group(0) if sheet else ""):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") in ("hidden", "radio") and given.get("name"):
            fields.setdefault(given["name"], html.unescape(given.get("value", "")))
    fields |= dict.fromkeys(re.findall(r'<textarea[^>]* name="([^"]+)"', sheet.group(0) if sheet else ""), words)
    return fields


if __name__ == "__main__":
    json.dump(asyncio.run(Rush(json.load(sys.stdin)).run()), sys.stdout)
