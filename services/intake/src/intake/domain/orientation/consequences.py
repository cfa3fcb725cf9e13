"""What follows from the events of an orientation: the link and the mails of its recipient, their reminders, the
attachments that are cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from intake.domain import personal_link
from intake.domain.mail import REMINDER, MailKind, QueueMail, mail_decider, mail_id, queue_alert
from intake.domain.orientation.commands import RemindRecipient
from intake.domain.orientation.events import (
    OrientationAcknowledged,
    OrientationConcluded,
    OrientationConsented,
    OrientationDeclined,
    OrientationReminded,
    OrientationSent,
)
from intake.domain.orientation.state import Event, Orientation
from intake.domain.working_days import working_day_from
from shared.attachments.attachment import CiteAttachment
from shared.attachments.attachment import decider as attachment_decider
from shared.kernel import CompanionCommand, Context, Deadline, Role, event_name, paris_date

REMINDERS_AT_MOST = 2
REMINDER_DAYS = (7, 21)
"""Days after the sending on which a recipient who has not answered is reminded; a setting."""
RECIPIENT_DAYS = 90
"""Days that the link of a recipient lasts; a setting."""
REMINDER_DEADLINE = "reminder"
IssueIdentity = Callable[[Context, UUID], UUID]
"""The identity of the first mailed link of a person, which only the deployment can compute."""


def companions(
    state: Orientation,
    event: Event,
    context: Context,
    issue_identity: IssueIdentity | None = None,
    recipient_days: int = RECIPIENT_DAYS,
) -> Iterator[CompanionCommand]:
    """A recipient is given a link of their own, which is mailed to them; attachments know that they were transmitted.
    Whoever is in charge learns at once that a recipient has declined.

    `issue_identity`: null where nothing is mailed, and then no command names a recipient."""
    match event:
        case OrientationConsented(_, attachments):
            assert context.stream
            cite = CiteAttachment(event_name(event).name, context.stream)
            for each in attachments or ():
                yield CompanionCommand(attachment_decider, each, command=cite, case=context.case)
        case OrientationSent(recipient=recipient, name=name, email=email) if recipient and name and email:
            assert issue_identity and name.plaintext and email.plaintext
            issue = personal_link.IssueRecipientLink(
                recipient,
                name.plaintext,
                email=email.plaintext,
                identity=issue_identity(context, recipient),
                until=paris_date(context.now) + timedelta(days=recipient_days),
            )
            yield CompanionCommand(personal_link.decider, recipient, command=issue, case=context.case)
        case OrientationDeclined() if issue_identity and context.actor.role is Role.RECIPIENT:
            yield queue_alert(context.pseudonym, MailKind.DECLINED, context.case, str(context.stream))
        case OrientationReminded(number) if recipient := state.recipient:
            stream = mail_id(context.pseudonym, REMINDER, recipient, str(number))
            yield CompanionCommand(mail_decider, stream, command=QueueMail(REMINDER, recipient), case=context.case)


def deadlines(state: Orientation, event: Event, reminder_days: Sequence[int] = REMINDER_DAYS) -> Iterable[Deadline]:
    """Reminders of the recipient, on working days; none once they, or somebody for them, have answered."""
    match event:
        case OrientationSent(on, recipient=recipient) if recipient:
            for number, days in enumerate(reminder_days[:REMINDERS_AT_MOST], 1):
                yield Deadline(REMINDER_DEADLINE, str(number), on=working_day_from(on + timedelta(days=days)))
        case OrientationAcknowledged() | OrientationConcluded() | OrientationDeclined() if state.recipient:
            for number in range(1, REMINDERS_AT_MOST + 1):
                yield Deadline(REMINDER_DEADLINE, str(number), on=None)


def deadline_command(_kind: str, key: str) -> RemindRecipient:
    return RemindRecipient(int(key))
