"""Every operation with an address: about given ids, or about things that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from webui.api.document import address
from webui.api.door import OPERATIONS, Operation

_PART = re.compile(r"\{(\w+)\}")


def requests(given: Mapping[str, object] | None = None) -> Iterator[tuple[Operation, str]]:
    """Each operation with its path; parts that are not given are 999999, words «nothing»."""
    known = {"form_key": "nothing", "key": "nothing", **(given or {})}
    for operation in OPERATIONS.values():
        yield operation, _PART.sub(lambda part: str(known.get(part.group(1), 999_999)), address(operation))
