"""What our templates write and call is what Jinja's own would, whatever is written and called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Undefined, pass_context, pass_environment, pass_eval_context
from markupsafe import Markup, escape

from engine.core.text import Text
from webui.drawing import Templates, written


class _Html:
    def __html__(self) -> str:
        return "<b>&</b>"


class _Own(Markup):
    """A kind of markup of somebody's own."""

    def __html__(self) -> str:
        return "<own>"


_HOSTILE = "<script>alert(\"1\" + '2')</script> & &amp; \x00 ё"


@pytest.mark.parametrize(
    "value",
    [
        _HOSTILE,
        "",
        Markup(_HOSTILE),
        _Own(_HOSTILE),
        Text(_HOSTILE, en="<en>"),
        _Html(),
        None,
        12,
        1.5,
        True,
        [_HOSTILE, Markup("<b>")],
        {"<": ">"},
        b"<bytes>",
        Undefined(name="x"),
        ValueError(_HOSTILE),
    ],
)
def test_a_value_is_written_as_it_is_escaped(value: Any) -> None:
    assert "".join([written(value)]) == str(escape(value))


@given(st.text())
def test_any_text_is_written_as_it_is_escaped(text: str) -> None:
    assert written(text) == str(escape(text))
    assert written(Text(text)) == str(escape(Text(text)))
    assert written(Markup(text)) == text


@pass_context
def _of_context(context: Any, *args: Any) -> str:
    return f"{context['value']}{args}"


@pass_eval_context
def _of_eval(context: Any, *args: Any) -> str:
    return f"{context.autoescape}{args}"


@pass_environment
def _of_environment(environment: Any, *args: Any) -> str:
    return f"{environment.autoescape}{args}"


def _stops(*args: Any, **named: Any) -> str:
    raise StopIteration


class _Callable:
    @pass_context
    def __call__(self, context: Any, *args: Any) -> str:
        return f"{context['value']}{args}"

    def method(self, /, *args: Any, **named: Any) -> str:
        return f"<{args}{sorted(named)}>"


_TEMPLATE = """
{% macro shown(x, y="<y>") %}<i>{{ x }}{{ y }}{{ kwargs|length }}{{ varargs|length }}
{% if caller %}{{ caller() }}{% endif %}</i>{% endmacro %}
{{ value }}{{ value|safe }}{{ value ~ "<" ~ markup }}{{ markup }}{{ missing }}{{ number }}{{ text }}{{ "<lit>" }}
{% set held %}<u>{{ value }}</u>{% endset %}{{ held }}{{ held|length }}
{{ shown(value) }}{{ shown(markup, y=text, z=1) }}{{ shown(1, 2, 3) }}
{% call shown(value) %}<{{ value }}>{% endcall %}
{% for item in items %}{{ loop.index }}{{ item }}{{ shown(item) }}{{ context(item) }}
{{ thing.method(item, self=1, obj=2) }}{% endfor %}
{{ context(1) }}{{ eval(2) }}{{ environment(3) }}{{ thing(4) }}{{ thing.method(5) }}
{{ stops() }}{{ value.upper() }}{{ dict(a=value) }}
{% autoescape false %}{{ value }}{{ shown(value) }}{{ eval(6) }}{% endautoescape %}
{% filter upper %}<{{ value }}{% endfilter %}{{ value|join(",") }}{{ items|map("upper")|join("<") }}
{% block inner %}{{ value }}{{ shown(text) if shown is defined }}{% endblock %}
"""


@pytest.fixture(scope="module")
def pages() -> Iterator[tuple[str, str]]:
    given = {
        "value": _HOSTILE,
        "markup": Markup("<m>"),
        "number": 7,
        "text": Text("<ru>", en="<en>"),
        "items": ["<1>", Markup("<2>")],
        "context": _of_context,
        "eval": _of_eval,
        "environment": _of_environment,
        "thing": _Callable(),
        "stops": _stops,
    }
    app = Flask(__name__)
    made = [kind(app, autoescape=True) for kind in (Environment, Templates)]
    yield made[0].from_string(_TEMPLATE).render(given), made[1].from_string(_TEMPLATE).render(given)


def test_a_template_makes_the_same_page(pages: tuple[str, str]) -> None:
    assert pages[1] == pages[0]
    assert "<script>" not in pages[1].replace(_HOSTILE, "") and "&lt;script&gt;" in pages[1]


def test_a_macro_gives_markup_and_faults_stay_faults() -> None:
    environment = Templates(Flask(__name__), autoescape=True)
    module: Any = environment.from_string("{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}").module
    assert isinstance(module.m("<"), Markup) and module.m("<") == "<b>&lt;</b>"
    with pytest.raises(ZeroDivisionError):
        environment.from_string("{{ fails() }}").render(fails=lambda: 1 / 0)
    with pytest.raises(TypeError):
        environment.from_string("{{ fails(1) }}").render(fails=lambda: 1)
