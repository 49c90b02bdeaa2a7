"""Where a webhook may lead: to the open internet over https, never by accident into the school's own network.

An address is judged when it is written down and again when something is sent: the name is resolved then, every
address it has must be allowed, and the connection goes to the one that was looked at (a second look-up could answer
otherwise). Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.core.text import Text
from engine.services.errors import Invalid
from engine.services.host import host

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
HTTPS_ALONE = Text("Адрес начинается с https://", en="The address begins with https://")
CLOSED = Text(
    "Этот адрес ведёт во внутреннюю сеть. Разрешить её может тот, кто обслуживает сервер",
    en="This address leads into the inner network. Whoever runs the server may allow that",
)
WRONG = Text("Проверьте адрес", en="Check the address")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: what to resolve, where to knock, what to ask for."""

    secure: bool
    name: str
    port: int
    path: str

    @property
    def host(self) -> str:
        """The Host header: the name, with the port where it is not the usual one."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def taken(url: str) -> Target:
    """The address of a webhook. Raises Invalid for one that may not be used."""
    try:
        parts = urlsplit(url.strip())
        port, name = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise _wrong(WRONG) from None
    printable = url.isascii() and url.isprintable() and " " not in url.strip()
    if not name or parts.username or parts.password or parts.fragment or port == 0 or not printable or len(url) > 500:
        raise _wrong(WRONG)
    if parts.scheme != "https" and not (parts.scheme == "http" and _own_machine(name) and _trusts()):
        raise _wrong(HTTPS_ALONE)
    if (literal := _literal(name)) is not None and not _open(literal):
        raise _wrong(CLOSED)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", name, port or (443 if parts.scheme == "https" else 80), path)


def resolved(target: Target) -> str:
    """An address of the target to connect to. Raises Invalid when any of them is closed, OSError when there is none."""
    found = socket.getaddrinfo(target.name, target.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not all(_open(ipaddress.ip_address(a.partition("%")[0])) for a in addresses):
        raise _wrong(CLOSED)
    return addresses[0]


def _wrong(text: Text) -> Invalid:
    return Invalid(text, text.en, {"url": [text]})


def _trusts() -> bool:
    return host().demo or host().inner_network


def _literal(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _own_machine(name: str) -> bool:
    literal = _literal(name)
    return name == "localhost" or (literal is not None and literal.is_loopback)


def _open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if host().inner_network or (host().demo and address.is_loopback):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _open(inner)
    return address.is_global and not address.is_multicast
