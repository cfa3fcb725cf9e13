"""Mail preferences of one person of the DLA: where their digest goes, how often, and what is mailed at once.

One aggregate for each identity of the register. A digest is prepared here, at most once a day, and its mail queued in
the same transaction; both hold numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from annotated_types import Ge

from intake.domain.mail import MailKind, QueueMail, is_mail_address, mail_decider, mail_id
from intake.domain.working_days import is_working_day, working_day_from
from shared.kernel import CompanionCommand, Context, Decider, LabelledEnum, PersonalData, PersonalLine, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

ADDRESS_TO_CORRECT = Refusal("digest-address-to-correct", "Adresse de courriel à corriger", status=422)
Count = Annotated[int, Ge(0)]


class DigestRhythm(LabelledEnum):
    DAILY = "daily", "chaque jour ouvré où quelque chose vous attend"
    WEEKLY = "weekly", "le premier jour ouvré de la semaine"
    NEVER = "never", "jamais"


@frozen
class TaskCounts:
    """What waits for one person on a day. `late`: tasks past their due date; `due_today`: due on the day; `due_soon`:
    due within the seven days that follow. `missing`: the services that did not answer, and whose tasks are not
    counted."""

    late: Count = 0
    due_today: Count = 0
    due_soon: Count = 0
    missing: tuple[str, ...] = ()


@event("mail-preferences-set", label="Préférences de courriel choisies")
class MailPreferencesSet:
    """`identity`: of the register. `digest`: how often one is sent. `at_once`: whether what cannot wait is mailed when
    it happens."""

    identity: UUID
    email: PersonalData
    digest: DigestRhythm
    at_once: bool


@event("mail-unsubscribed", label="Courriels arrêtés par leur destinataire")
class MailUnsubscribed:
    """By the link of a mail: nothing more is sent until the person chooses again."""


@event("digest-prepared", label="Synthèse préparée", effective="on")
class DigestPrepared:
    """`on`: the day, in Paris. `counts`: what waits then."""

    on: date
    counts: TaskCounts


@command(title="Choisir ses courriels", leads_to=(MailPreferencesSet,), may_refuse=(ADDRESS_TO_CORRECT,))
class SetMailPreferences:
    """Where the digest of what waits for you goes, and how often; and whether what cannot wait is mailed at once.

    `digest`: how often one is sent. `at_once`: whether a declined orientation, a contestation or an insolvency that
    somebody else recorded is mailed when it happens."""

    email: PersonalLine
    digest: DigestRhythm
    at_once: bool


@command(leads_to=(MailUnsubscribed,))
class UnsubscribeFromMail:
    """Ends every mail of these preferences. Of no effect a second time."""


@command(leads_to=(DigestPrepared,))
class PrepareDigest:
    """No event when nothing waits, or when the digest of that day is prepared already."""

    on: date
    counts: TaskCounts


@frozen
class MailPreferences:
    """Of a person who never chose: nothing is mailed. `prepared_on`, `counts`: of the last digest."""

    identity: UUID | None = None
    email: PersonalData | None = None
    digest: DigestRhythm = DigestRhythm.NEVER
    at_once: bool = False
    prepared_on: date | None = None
    counts: TaskCounts | None = None

    @property
    def has_digest(self) -> bool:
        return self.email is not None and self.digest is not DigestRhythm.NEVER

    def wants_digest(self, day: date) -> bool:
        """Whether one is due on that day: every working day, or the first one of the week."""
        if not self.has_digest or not is_working_day(day):
            return False
        if self.prepared_on is not None and day <= self.prepared_on:
            return False
        return self.digest is DigestRhythm.DAILY or day == working_day_from(day - timedelta(days=day.weekday()))

    def has_reason(self, counts: TaskCounts) -> bool:
        """A daily digest is for what is late or due; a weekly one for the days that follow too."""
        is_weekly = self.digest is DigestRhythm.WEEKLY
        return bool(counts.late or counts.due_today or (is_weekly and counts.due_soon))


Command = SetMailPreferences | UnsubscribeFromMail | PrepareDigest
Event = MailPreferencesSet | MailUnsubscribed | DigestPrepared


def mail_preferences_id(pseudonym: Callable[[str], UUID], identity: UUID) -> UUID:
    """The stream of a person's preferences."""
    return pseudonym(f"mail preferences {identity}")


def decide(preferences: MailPreferences, command: Command, context: Context) -> list[Event]:
    match command:
        case SetMailPreferences(email, digest, at_once=at_once):
            address = email.strip()
            if not is_mail_address(address):
                raise ADDRESS_TO_CORRECT("Donnez une seule adresse, comme nom@exemple.fr.")
            return [
                MailPreferencesSet(context.case, PersonalData(context.case, address), digest=digest, at_once=at_once)
            ]
        case UnsubscribeFromMail():
            is_off = preferences.digest is DigestRhythm.NEVER and not preferences.at_once
            return [] if is_off else [MailUnsubscribed()]
        case PrepareDigest(on, counts):
            is_due = preferences.wants_digest(on) and preferences.has_reason(counts)
            return [DigestPrepared(on, counts)] if is_due else []


def evolve(preferences: MailPreferences, event: Event) -> MailPreferences:
    match event:
        case MailPreferencesSet(identity, email, digest=digest, at_once=at_once):
            return replace(preferences, identity=identity, email=email, digest=digest, at_once=at_once)
        case MailUnsubscribed():
            return replace(preferences, digest=DigestRhythm.NEVER, at_once=False)
        case DigestPrepared(on, counts):
            return replace(preferences, prepared_on=on, counts=counts)


def companions(_: MailPreferences, event: Event, context: Context) -> Iterable[CompanionCommand]:
    match event:
        case DigestPrepared(on):
            assert context.stream
            mail = mail_id(context.pseudonym, MailKind.DIGEST, context.stream, on.isoformat())
            queue = QueueMail(MailKind.DIGEST, context.stream)
            yield CompanionCommand(mail_decider, mail, command=queue, case=context.case)


def available_commands(_: MailPreferences) -> Iterator[type]:
    yield from Command.__args__


mail_preferences_decider: Decider[MailPreferences] = Decider(
    "mail_preferences",
    MailPreferences(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
