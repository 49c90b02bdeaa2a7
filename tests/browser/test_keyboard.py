"""A whole cycle by keyboard alone: three lessons, the defence, the leader, the decision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.browser.keys import Keys
from tests.browser.school import School

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_cycle_is_walked_by_keyboard_alone(server: Server, browser: Any) -> None:
    school = School(browser, server.url, Keys)
    school.found(server.first_admin())
    school.import_people()
    school.enable("Проектная деятельность")
    school.group("Проектная деятельность", "ПД")
    school.invite()
    school.start()
    school.walk("Цикл завершён")
    journal = school.journal()
    for line in ("Третий урок обсуждён", "Защита продукта состоялась", "Принято решение тройки"):
        assert line in journal
    school.close()
