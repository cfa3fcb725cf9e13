"""The mailer: sends the mails that are due, each claimed by one process of the role `work`.

A mail is claimed in the log before the server is called, and its reply is recorded after. A process that dies between
the server's 250 and that record leaves a claim that ends; the mail is then sent again, with the same Message-ID."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from intake.domain.mail import AbandonMail, AbandonReason, BeginAttempt, Mail, RecordReply, mail_decider
from intake.mail.due import due_mails
from intake.mail.outgoing import write_message
from intake.mail.smtp import SmtpServer
from intake.mail.texts import Sender
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Context, Role, WorkerLoop

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
        message = write_message(self._app, self._post.sender, context.case, mail, state)
        if isinstance(message, AbandonReason):
            self._app.handle(mail_decider, mail, AbandonMail(message), context)
            return True
        reply = self._post.server.deliver(message)
        if reply.fault:
            log.warning("mail %s is not sent yet: %s", mail, reply.fault)
        answered = self._app.context(context.case, MAILER)
        record = RecordReply(state.attempts, reply.code, is_final=reply.is_final)
        self._app.handle(mail_decider, mail, record, answered)
        return True
