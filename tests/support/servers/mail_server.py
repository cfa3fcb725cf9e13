"""A real SMTP server in this process, which keeps what it is handed and answers as a test says."""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from embedded.processes import ports
from intake.mail.smtp import SmtpServer, SmtpTls

USER, PASSWORD = "dla", "a password of the tests"


class MailServer:
    """`received`: what was accepted, in order. `replies`: what is answered next in place of 250, to each whole mail;
    `to_recipients` the same, to each recipient."""

    def __init__(self, port: int, *, certificate: ssl.SSLContext | None, with_login: bool) -> None:
        self.port, self.received = port, list[Message]()
        self.replies, self.to_recipients = deque[str](), deque[str]()
        login: dict[str, Any] = {"authenticator": self._authenticate, "auth_required": True} if with_login else {}
        self.controller = Controller(
            self, hostname="127.0.0.1", port=port, tls_context=certificate, require_starttls=bool(certificate), **login
        )

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipients:
            return self.to_recipients.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.replies:
            return self.replies.popleft()
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    def plain(self) -> SmtpServer:
        """How to reach it on this machine, without TLS."""
        return SmtpServer("127.0.0.1", self.port, tls=SmtpTls.NONE)


@contextmanager
def mail_server(certificate: ssl.SSLContext | None = None, *, with_login: bool = False) -> Iterator[MailServer]:
    server = MailServer(ports.choose_ports({"smtp": None})["smtp"], certificate=certificate, with_login=with_login)
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()


def password_file(folder: Path, password: str = PASSWORD) -> Path:
    file = folder / "smtp-password"
    file.write_text(password + "\n")
    return file
