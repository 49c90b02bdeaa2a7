"""How letters leave the house: one SMTP server by settings; none means that nothing is sent and nothing waits."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from engine.services.errors import Invalid

TIMEOUT = 20.0
_SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server. ``security``: starttls (usual, port 587), tls (port 465) or none (a server of one's own)."""

    server: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    security: str = "starttls"

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Mail | None:
        """From ``TREFOIL_MAIL_*``; None without a server. Raises ValueError for settings that cannot work."""
        server = settings.get("TREFOIL_MAIL_HOST", "").strip()
        if not server:
            return None
        security = settings.get("TREFOIL_MAIL_SECURITY", "starttls").strip().lower()
        sender = settings.get("TREFOIL_MAIL_FROM", "").strip()
        port = settings.get("TREFOIL_MAIL_PORT", "465" if security == "tls" else "587").strip()
        if security not in _SECURITY or not port.isdecimal() or "@" not in sender:
            raise ValueError("TREFOIL_MAIL_SECURITY, TREFOIL_MAIL_PORT or TREFOIL_MAIL_FROM is wrong")
        user, password = settings.get("TREFOIL_MAIL_USER", ""), settings.get("TREFOIL_MAIL_PASSWORD", "")
        return cls(server, sender, int(port), user, password, security)

    @contextmanager
    def connection(self) -> Iterator[smtplib.SMTP]:
        """A connection that is signed in. Raises OSError and smtplib.SMTPException."""
        if self.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                self.server, self.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            made = smtplib.SMTP(self.server, self.port, timeout=TIMEOUT)
        with made:
            if self.security == "starttls":
                made.starttls(context=ssl.create_default_context())
            if self.user:
                made.login(self.user, self.password)
            yield made


def message(mail: Mail, to: str, subject: str, body: str, key: str) -> EmailMessage:
    """A letter of plain text. ``key`` makes its Message-ID, the same at every try, so that a mail program shows one.

    Raises Invalid for an address that is none: nothing typed becomes a header of its own.
    """
    made = EmailMessage()
    try:
        made["To"] = Address(addr_spec=to)
        made["From"] = Address(display_name="Trefoil", addr_spec=mail.sender)
    except (ValueError, IndexError) as wrong:
        raise Invalid("Адрес почты записан с ошибкой", "The e-mail address is wrong") from wrong
    made["Subject"] = " ".join(subject.split())
    made["Message-ID"] = f"<{key}@{mail.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body)
    return made
