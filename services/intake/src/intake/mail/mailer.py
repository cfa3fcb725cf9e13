"""The mailer: sends the mails that are due, each claimed by one process of the role `work`.

A mail is claimed in the log before the server is called, and its reply is recorded after. A process that dies between
the server's 250 and that record leaves a claim that ends; the mail is then sent again, with the same Message-ID."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from intake.domain import personal_link
from intake.domain.mail import (
    AbandonMail,
    AbandonReason,
    BeginAttempt,
    Mail,
    MailKind,
    RecordReply,
    mail_decider,
)
from intake.domain.orientation import OrientationStatus
from intake.domain.personal_link import AccessLink
from intake.mail.due import due_mails
from intake.mail.mailed_links import mail_token
from intake.mail.recipients import find_own_orientation
from intake.mail.smtp import SmtpServer
from intake.mail.texts import Sender, write_mail
from shared.crypto import KeyErased
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Context, Role, WorkerLoop, format_date, paris_date

log = logging.getLogger(__name__)
POLL_SECONDS = 5.0
MAILER = Actor("service:intake", Role.SERVICE)


@dataclass(frozen=True, slots=True)
class Post:
    """Where mails are handed over, and in whose name."""

    server: SmtpServer
    sender: Sender


class Mailer:
    """One thread for all mails of a process; replicas share them out, as each claim is one append."""

    def __init__(self, app: ServiceApplication, post: Post) -> None:
        self._app, self._post = app, post
        self._loop = WorkerLoop("mailer", self.send_due, interval_seconds=POLL_SECONDS)

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._loop.wake_up)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def send_due(self) -> int:
        """Sends what is due, the oldest first. Returns how many mails this process has claimed."""
        claimed = 0
        for case, mail in due_mails(self._app):
            if self._loop.stopping.is_set():
                break
            claimed += self._send(mail, self._app.context(case, MAILER))
        return claimed

    def _send(self, mail: UUID, context: Context) -> bool:
        receipt = self._app.handle(mail_decider, mail, BeginAttempt(), context)
        if not receipt.events:  # another process was faster
            return False
        state: Mail = receipt.state
        assert state.link and state.kind
        link = self._app.load_existing(personal_link.decider, state.link).state
        if obstacle := self._obstacle(context.case, state, link):
            self._app.handle(mail_decider, mail, AbandonMail(obstacle), context)
            return True
        assert link.email and link.until
        try:
            to = self._app.key_store.decrypt(link.email)
        except KeyErased:
            self._app.handle(mail_decider, mail, AbandonMail(AbandonReason.ERASED), context)
            return True
        message = write_mail(
            self._post.sender,
            state.kind,
            mail,
            to=to,
            token=mail_token(self._app.key_store, mail),
            until=format_date(link.until),
            clock=self._app.clock,
        )
        reply = self._post.server.deliver(message)
        if reply.fault:
            log.warning("mail %s is not sent yet: %s", mail, reply.fault)
        answered = self._app.context(context.case, MAILER)
        record = RecordReply(state.attempts, reply.code, is_final=reply.is_final)
        self._app.handle(mail_decider, mail, record, answered)
        return True

    def _obstacle(self, case: UUID, mail: Mail, link: AccessLink) -> AbandonReason | None:
        """Why a mail that was queued is of no use any more."""
        if link.email is None or link.until is None or link.revoked:
            return AbandonReason.NO_LONGER_DUE
        if mail.kind is not MailKind.LINK_ENDED and link.until < paris_date(self._app.clock.now()):
            return AbandonReason.NO_LONGER_DUE
        if mail.kind in (MailKind.ORIENTATION, MailKind.REMINDER):
            assert mail.link
            own = find_own_orientation(self._app, case, mail.link)
            if own is None or own[2].status is not OrientationStatus.SENT:
                return AbandonReason.NO_LONGER_DUE
        return None
