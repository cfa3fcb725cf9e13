"""Mails: queued in the transaction of what they announce, sent by one process, ended or tried again later.

A mail holds neither its address nor its text: the address is the one recorded with the personal link that it carries,
or with the mail preferences that it was made for, and the text follows from its kind. So an erasure has nothing to
reach here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from shared.kernel import CompanionCommand, Context, Decider, LabelledEnum, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""One address of SMTP without SMTPUTF8, as HTML forms take it."""
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
"""After each attempt that may succeed later; a mail is given up after the last one, two days after the first."""
CLAIM = timedelta(minutes=15)
"""How long an attempt belongs to the process that began it; longer than all the timeouts of one delivery."""


class MailKind(LabelledEnum):
    ORIENTATION = "orientation", "orientation transmise"
    REMINDER = "orientation_reminder", "rappel d’une orientation"
    LINK = "link", "lien personnel"
    LINK_AGAIN = "link_again", "lien personnel demandé de nouveau"
    LINK_ENDED = "link_ended", "fin d’un lien personnel"
    DIGEST = "digest", "synthèse de ce qui attend"
    DECLINED = "orientation_declined", "avis d’une orientation déclinée"
    CONTESTED = "leader_contested", "avis d’une contestation"
    INSOLVENT = "insolvency_recorded", "avis d’une cessation des paiements"
    EMERGENCY = "emergency_access", "avis d’un accès d’urgence"


REMINDER = MailKind.REMINDER
ALERTS = frozenset({MailKind.DECLINED, MailKind.CONTESTED, MailKind.INSOLVENT, MailKind.EMERGENCY})
"""What cannot wait for a digest: each goes to whoever is in charge of the case, who did not do it themself."""
BY_PREFERENCE = ALERTS | {MailKind.DIGEST}
"""Mails to people of the DLA, by their mail preferences. All others carry a personal link."""


class MailStatus(LabelledEnum):
    NEW = "new", "à écrire"
    QUEUED = "queued", "à envoyer"
    ATTEMPTED = "attempted", "envoi en cours"
    DELAYED = "delayed", "à envoyer de nouveau"
    SENT = "sent", "remis au serveur de courriel"
    REFUSED = "refused", "refusé par le serveur de courriel"
    ABANDONED = "abandoned", "abandonné"


class AbandonReason(LabelledEnum):
    TOO_MANY_ATTEMPTS = "too_many_attempts", "le serveur n’a pas accepté le courriel à temps"
    NO_LONGER_DUE = "no_longer_due", "le lien ou l’orientation a pris fin"
    ERASED = "erased", "l’adresse est effacée"


WAITING = frozenset({MailStatus.QUEUED, MailStatus.ATTEMPTED, MailStatus.DELAYED})
LINK_USED = Refusal("mailed-link-used", "Ce lien a déjà servi", status=410)
LINK_EXPIRED = Refusal("mailed-link-expired", "Ce lien n’est plus valable", status=410)


@event("mail-queued", label="Courriel à envoyer")
class MailQueued:
    """`link`: the personal link that it carries, whose recorded address it goes to; of a digest, the mail preferences
    that hold the address; of an alert, the case, whose adviser it goes to. `at`: when it may be sent."""

    case: UUID
    kind: MailKind
    link: UUID
    at: datetime


@event("mail-attempted", label="Envoi du courriel commencé")
class MailAttempted:
    """One process has claimed the mail. `again_at`: when another may, if no reply is recorded."""

    attempt: int
    again_at: datetime


@event("mail-sent", label="Courriel remis au serveur")
class MailSent:
    """`code`: the server's reply (RFC 5321), 250."""

    attempt: int
    code: int


@event("mail-delayed", label="Courriel à envoyer de nouveau")
class MailDelayed:
    """`code`: the server's reply, 4xx; null where none came. `again_at`: when it is tried again."""

    attempt: int
    code: int | None
    again_at: datetime


@event("mail-refused", label="Courriel refusé par le serveur")
class MailRefused:
    """`code`: the server's reply, 5xx."""

    attempt: int
    code: int


@event("mail-abandoned", label="Courriel abandonné")
class MailAbandoned:
    reason: AbandonReason


@event("mailed-link-opened", label="Lien d’un courriel ouvert")
class MailedAccessLinkOpened:
    """The link in the mail opens nothing any more; whoever opened it was given the personal link."""

    at: datetime


@command(leads_to=(MailQueued,))
class QueueMail:
    """A mail that was queued under this id is not queued again."""

    kind: MailKind
    link: UUID


@command(leads_to=(MailAttempted,))
class BeginAttempt:
    """Claims a mail that is due. No event: another process has it, or it is over."""


@command(leads_to=(MailSent, MailDelayed, MailRefused, MailAbandoned))
class RecordReply:
    """What the server said to an attempt. `code`: null where no reply came. `is_final`: trying again is of no use."""

    attempt: int
    code: int | None
    is_final: bool


@command(leads_to=(MailAbandoned,))
class AbandonMail:
    reason: AbandonReason


@command(leads_to=(MailedAccessLinkOpened,), may_refuse=(LINK_USED, LINK_EXPIRED))
class OpenMailedLink:
    """`days`: how long the link of a mail is valid after it was queued."""

    days: int


@frozen
class Mail:
    """`again_at`: from when on it may be claimed. `attempts`: how many there were."""

    status: MailStatus = MailStatus.NEW
    case: UUID | None = None
    kind: MailKind | None = None
    link: UUID | None = None
    queued_at: datetime | None = None
    again_at: datetime | None = None
    attempts: int = 0
    code: int | None = None
    opened_at: datetime | None = None


Command = QueueMail | BeginAttempt | RecordReply | AbandonMail | OpenMailedLink
Event = MailQueued | MailAttempted | MailSent | MailDelayed | MailRefused | MailAbandoned | MailedAccessLinkOpened


def is_mail_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None


def mail_id(pseudonym: Callable[[str], UUID], kind: MailKind, link: UUID, which: str) -> UUID:
    """The id of a mail: the same for one kind, link and occasion, so that it is queued once."""
    return pseudonym(f"mail {kind} {link} {which}")


def queue_alert(pseudonym: Callable[[str], UUID], kind: MailKind, case: UUID, which: str) -> CompanionCommand:
    """A mail about a case to whoever is in charge of it, once for each occasion."""
    return CompanionCommand(
        mail_decider, mail_id(pseudonym, kind, case, which), command=QueueMail(kind, case), case=case
    )


def decide(mail: Mail, command: Command, context: Context) -> list[Event]:
    match command:
        case QueueMail(kind, link):
            is_new = mail.status is MailStatus.NEW
            return [MailQueued(context.case, kind, link=link, at=context.now)] if is_new else []
        case BeginAttempt():
            is_due = mail.status in WAITING and mail.again_at is not None and mail.again_at <= context.now
            return [MailAttempted(mail.attempts + 1, context.now + CLAIM)] if is_due else []
        case RecordReply(attempt, code, is_final=is_final):
            return _record_reply(mail, attempt, code, is_final, context)
        case AbandonMail(reason):
            return [MailAbandoned(reason)] if mail.status in WAITING else []
        case OpenMailedLink(days):
            if mail.opened_at is not None:
                raise LINK_USED("Le lien d’un courriel ne sert qu’une fois\u00a0: demandez-en un autre.")
            if mail.queued_at is None or context.now > mail.queued_at + timedelta(days=days):
                raise LINK_EXPIRED(f"Le lien d’un courriel vaut {days}\u00a0jours\u00a0: demandez-en un autre.")
            return [MailedAccessLinkOpened(context.now)]


def _record_reply(mail: Mail, attempt: int, code: int | None, is_final: bool, context: Context) -> list[Event]:
    """A mail that was accepted is sent, whoever has claimed it since; any other reply to a former attempt is late."""
    if mail.status not in WAITING:
        return []
    if code is not None and code < 300:
        return [MailSent(attempt, code)]
    if attempt != mail.attempts or mail.status is not MailStatus.ATTEMPTED:
        return []
    if is_final and code is not None:
        return [MailRefused(attempt, code)]
    if attempt > len(RETRY_AFTER):
        return [MailAbandoned(AbandonReason.TOO_MANY_ATTEMPTS)]
    return [MailDelayed(attempt, code, again_at=context.now + RETRY_AFTER[attempt - 1])]


def evolve(mail: Mail, event: Event) -> Mail:
    match event:
        case MailQueued(case_id, kind, link=link, at=at):
            return Mail(MailStatus.QUEUED, case_id, kind=kind, link=link, queued_at=at, again_at=at)
        case MailAttempted(attempt, again_at):
            return replace(mail, status=MailStatus.ATTEMPTED, attempts=attempt, again_at=again_at)
        case MailSent(_, code):
            return replace(mail, status=MailStatus.SENT, code=code, again_at=None)
        case MailDelayed(_, code, again_at=again_at):
            return replace(mail, status=MailStatus.DELAYED, code=code, again_at=again_at)
        case MailRefused(_, code):
            return replace(mail, status=MailStatus.REFUSED, code=code, again_at=None)
        case MailAbandoned():
            return replace(mail, status=MailStatus.ABANDONED, again_at=None)
        case MailedAccessLinkOpened(at):
            return replace(mail, opened_at=at)


def available_commands(mail: Mail) -> Iterator[type]:
    if mail.status is MailStatus.NEW:
        yield QueueMail
        return
    yield OpenMailedLink
    if mail.status in WAITING:
        yield from (BeginAttempt, RecordReply, AbandonMail)


mail_decider: Decider[Mail] = Decider(
    "mail",
    Mail(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
