"""An address that is remembered is the one Flask would build."""

from __future__ import annotations

import pytest
from flask import Flask, g, url_for
from jinja2 import DictLoader

from webui.addresses import Site


@pytest.fixture
def site() -> Flask:
    site = Site(__name__)
    site.add_url_rule("/things/<int:n>", "things.one", lambda n: str(n))
    site.add_url_rule("/things", "things.all", lambda: "all")
    return site


VALUES = [
    ("things.one", {"n": 7}),
    ("things.one", {"n": 7, "_anchor": "here"}),
    ("things.all", {"page": 1}),
    ("things.all", {"page": True}),
    ("things.all", {"page": "1", "of": "а&б"}),
    ("things.all", {"mark": ["a", "b"]}),
    ("things.all", {"_external": True}),
]


@pytest.mark.parametrize("root", ["", "/school"])
@pytest.mark.parametrize(("endpoint", "values"), VALUES)
def test_it_is_what_flask_builds(site: Flask, root: str, endpoint: str, values: dict[str, object]) -> None:
    for at in (root, "/elsewhere", root):
        with site.test_request_context("/things", base_url=f"http://localhost{at}/"):
            for _ in range(2):
                assert url_for(endpoint, **values) == Flask.url_for(site, endpoint, **values)
            assert at in url_for(endpoint, **values)


def test_what_cannot_be_built_is_told_each_time(site: Flask) -> None:
    with site.test_request_context("/"):
        for _ in range(2):
            with pytest.raises(Exception, match="none"):
                url_for("things.none")


def test_a_template_that_another_imports_sees_the_names_of_the_application(site: Flask) -> None:
    site.jinja_env.loader = DictLoader(
        {
            "macros.html": "{% macro word() %}{{ greeting() }}{{ g.name or '' }}{% endmacro %}",
            "page.html": "{% import 'macros.html' as m %}{{ m.word() }}",
        }
    )
    site.jinja_env.globals["greeting"] = lambda: "привет "
    with site.test_request_context("/"):
        g.name = "Вера"
        assert site.jinja_env.get_template("page.html").render() == "привет Вера"
