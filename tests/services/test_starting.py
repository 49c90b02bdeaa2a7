"""What a start leaves out is missed by nobody: the hash of nobody costs what any costs, the collector comes back."""

from __future__ import annotations

import gc

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from engine.services.passwords import NOBODY, hasher, verify
from engine.services.starting import uncollected


def test_the_password_of_nobody_is_verified_like_any_other() -> None:
    """A string the library refuses would be told at once, and an unknown login with it."""
    assert extract_parameters(NOBODY) == extract_parameters(hasher.hash("старая ель у реки"))
    with pytest.raises(VerifyMismatchError):
        hasher.verify(NOBODY, "старая ель у реки")
    assert not verify(NOBODY, "")
    assert not hasher.check_needs_rehash(NOBODY)


def test_the_collector_is_as_it_was() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), uncollected():
        raise ZeroDivisionError
    assert gc.isenabled()
