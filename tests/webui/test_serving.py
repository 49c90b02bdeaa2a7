"""The server keeps the connections of a whole school, and writes the addresses werkzeug writes."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from webui import command, parsing


@pytest.mark.parametrize("values", [{}, {"n": 7}, {"n": 7, "key": "план", "more": ["1", "2"], "address": "x"}])
@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize("path", ["/", "/cycles/<int:n>", "/cycles/<int:n>/docs/<key>/", "/b/<int:n>-<path:key>"])
def test_an_address_is_written_as_werkzeug_writes_it(path: str, values: dict[str, object], unknown: bool) -> None:
    told = []
    for kind in (Rule, parsing.Address):
        rule = kind(path, endpoint="it", defaults={"key": "устав"} if "key" not in path else None)
        Map([rule], converters={"int": parsing.Id})
        for _ in range(2):  # the first time compiles
            told.append(rule.build(values, unknown) if rule.suitable_for(values) else None)
    assert told == [told[0]] * 4


def test_every_rule_of_the_site_writes_addresses_late(app: Flask) -> None:
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    assert {type(rule) for rule in ours} == {parsing.Address}


def test_ten_classes_and_their_teachers_keep_connections(app: Flask) -> None:
    listening = command.server(app, "127.0.0.1", 0, 1)
    try:
        assert listening.adj.connection_limit >= 10 * 35 + 150
        assert listening.adj.asyncore_use_poll or listening.adj.connection_limit < 512
    finally:
        listening.close()
        listening.task_dispatcher.shutdown()
