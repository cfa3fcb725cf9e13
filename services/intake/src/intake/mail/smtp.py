"""Delivery of one mail to the SMTP server of the deployment."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

TIMEOUT_SECONDS = 30.0
"""For each answer of the server; a delivery takes at most about ten of them."""
TRANSIENT = 400
PERMANENT = 500


class SmtpTls(StrEnum):
    """`STARTTLS`: required, never tried only. `IMPLICIT`: from the first byte. `NONE`: on the same machine."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """`code`: of RFC 5321; null where none came. `is_final`: about this mail, and for good. `fault`: what the operator
    must look at, without an address."""

    code: int | None
    is_final: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`password_file`: read at each delivery, so that it may be renewed. `authorities`: null for the machine's."""

    host: str
    port: int
    tls: SmtpTls
    user: str | None = None
    password_file: Path | None = None
    authorities: Path | None = None

    def deliver(self, message: EmailMessage) -> SmtpReply:
        """Hands over one mail. Never raises for what a server or a network does."""
        try:
            with self._connection() as smtp:
                smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            (code, _), *_ = refused.recipients.values()
            return SmtpReply(code, is_final=code >= PERMANENT)
        except smtplib.SMTPDataError as refused:
            return SmtpReply(refused.smtp_code, is_final=refused.smtp_code >= PERMANENT)
        except smtplib.SMTPResponseException as refused:
            # Of the greeting, the login or the sender: a fault of the settings, which takes no mail with it.
            return SmtpReply(refused.smtp_code, fault=f"{type(refused).__name__} {refused.smtp_code}")
        except (smtplib.SMTPException, OSError) as error:
            return SmtpReply(None, fault=type(error).__name__)
        return SmtpReply(250)

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context(cafile=self.authorities)
        if self.tls is SmtpTls.IMPLICIT:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.tls is SmtpTls.STARTTLS:
                smtp.starttls(context=context)
            if self.user and self.password_file:
                smtp.login(self.user, self.password_file.read_text().strip())
            yield smtp
            with suppress(smtplib.SMTPException, OSError):  # accepted already: a bad farewell must not send it again
                smtp.quit()
        finally:
            smtp.close()
