"""The marker a plugin puts on its functions."""

from __future__ import annotations

import pluggy

hookimpl = pluggy.HookimplMarker("trefoil")
