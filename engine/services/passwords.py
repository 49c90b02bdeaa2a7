"""What a password must be, and how it is kept: argon2id, nothing of it in clear."""

from __future__ import annotations

import secrets
from base64 import b64encode
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from engine.core.text import Text
from engine.services.errors import Invalid

MIN_PASSWORD = 8
hasher = PasswordHasher()


def _of_nobody() -> str:
    """A kept password that no password is, made without hashing one: random bytes where salt and hash stand."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


#: Verified against when the login is unknown, so that an unknown login takes as long as a known one.
NOBODY = _of_nobody()


@cache
def common() -> frozenset[str]:
    """Passwords anybody tries first, in small letters."""
    text = files("engine.services").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def check_password(password: str, login: str = "") -> None:
    """Raises Invalid for a password that is short, common, or the login itself."""
    if error := weakness(password, login):
        raise Invalid(error, error.en, {"password": [error]})


def weakness(password: str, login: str) -> Text | None:
    """What is wrong with a new password; None when nothing is."""
    if not password:
        return Text("Введите пароль", en="Enter a password")
    if len(password) < MIN_PASSWORD:
        return Text(
            f"Пароль — не короче {MIN_PASSWORD} знаков, лучше 12 и больше",
            en=f"A password has at least {MIN_PASSWORD} characters, better 12 and more",
        )
    if len(password) > 256:
        return Text("Пароль — не длиннее 256 знаков", en="A password has at most 256 characters")
    if password.lower() in common() or (login and login.lower() in password.lower()):
        return Text(
            "Этот пароль слишком легко угадать. Возьмите три-четыре не связанных слова",
            en="This password is too easy to guess. Take three or four words that have nothing in common",
        )
    return None


def verify(hashed: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return hasher.verify(hashed, password[:256])
    except (VerificationError, InvalidHashError):
        return False
