"""Working sessions of the adviser with the structure: recorded, corrected, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    LabelledEnum,
    Ordinal,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    Text,
    event,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.french import format_count
from shared.kernel.frozen import frozen, replace

UNKNOWN_SESSION = Refusal("unknown-session", "Séance inconnue", status=404)
CANCELLED_SESSION = Refusal("session-cancelled", "Séance annulée")


class Quality(LabelledEnum):
    """In what capacity a person takes part."""

    LEADER = "leader", "dirigeant·e"
    EMPLOYEE = "employee", "salarié·e"
    VOLUNTEER = "volunteer", "bénévole"
    PARTNER = "partner", "partenaire"
    ADVISER = "adviser", "chargé·e d’accompagnement"


@frozen
class Attendee:
    """A participant as the log stores them: an id, and a name under that id's key."""

    person: UUID
    name: PersonalData
    quality: Quality


@frozen
class Session:
    """`cancelled`: why it should never have been recorded; it keeps its number, and no longer counts."""

    held_on: date
    participants: tuple[Attendee, ...]
    notes: Encrypted | None = None
    cancelled: Encrypted | None = None

    @property
    def has_leader(self) -> bool:
        return self.cancelled is None and any(attendee.quality is Quality.LEADER for attendee in self.participants)


@event("session-recorded", label="Séance de diagnostic", effective="session.held_on")
class SessionRecorded:
    session: Session


@event("session-corrected", label="Séance de diagnostic corrigée", effective="session.held_on")
class SessionCorrected:
    """`number`: in the order of recording, from 1."""

    number: int
    session: Session
    reason: Encrypted


@event("session-cancelled", label="Séance de diagnostic annulée")
class SessionCancelled:
    number: int
    reason: Encrypted


@command
class Participant:
    """Somebody who took part in a session, as typed in."""

    name: PersonalLine
    quality: Quality


@command(
    title="Consigner une séance de travail",
    leads_to=(SessionRecorded, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, IMPLAUSIBLE_DATE),
)
class RecordSession:
    """The adviser and the structure worked on the diagnosis together."""

    held_on: Day
    participants: Annotated[tuple[Participant, ...], Len(1, 50)]
    notes: Text | None = None


@command(
    title="Corriger une séance",
    leads_to=(SessionCorrected, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, UNKNOWN_SESSION, CANCELLED_SESSION, IMPLAUSIBLE_DATE),
)
class CorrectSession:
    """A session was recorded wrongly: when and with whom it was really held, and why it is corrected."""

    session: Ordinal
    held_on: Day
    participants: Annotated[tuple[Participant, ...], Len(1, 50)]
    reason: Reason
    notes: Text | None = None


@command(
    title="Annuler une séance",
    leads_to=(SessionCancelled, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, UNKNOWN_SESSION, CANCELLED_SESSION),
)
class CancelSession:
    """A session was recorded by mistake: it keeps its number, and no longer counts."""

    session: Ordinal
    reason: Reason


Command = RecordSession | CorrectSession | CancelSession
Event = SessionRecorded | SessionCorrected | SessionCancelled


def decide(sessions: tuple[Session, ...], command: Command, context: Context) -> Event:
    match command:
        case RecordSession():
            return SessionRecorded(_build_session(command, context))
        case CorrectSession(number, reason=reason):
            _check_standing(sessions, number)
            return SessionCorrected(number, _build_session(command, context), reason=context.text(reason))
        case CancelSession(number, reason):
            _check_standing(sessions, number)
            return SessionCancelled(number, context.text(reason))


def available_commands(sessions: tuple[Session, ...]) -> Iterator[type]:
    yield RecordSession
    if any(session.cancelled is None for session in sessions):
        yield from (CorrectSession, CancelSession)


def evolve(sessions: tuple[Session, ...], event: Event) -> tuple[Session, ...]:
    match event:
        case SessionRecorded(session):
            return (*sessions, session)
        case SessionCorrected(number, session):
            return _with_session(sessions, number, session)
        case SessionCancelled(number, reason):
            return _with_session(sessions, number, replace(sessions[number - 1], cancelled=reason))


def _build_session(command: RecordSession | CorrectSession, context: Context) -> Session:
    require_past(command.held_on, context.now, "La date de la séance")
    attendees = []
    for participant in command.participants:
        person = context.new_id()
        attendees.append(Attendee(person, PersonalData(person, participant.name), quality=participant.quality))
    return Session(command.held_on, tuple(attendees), notes=context.optional_text(command.notes))


def _check_standing(sessions: tuple[Session, ...], number: int) -> None:
    """Raises Refused for a session that does not exist or is cancelled. Sessions keep their numbers."""
    if number > len(sessions):
        raise UNKNOWN_SESSION(f"Ce diagnostic compte {format_count(len(sessions), 'séance')}.")
    if sessions[number - 1].cancelled:
        raise CANCELLED_SESSION("Cette séance est annulée\u00a0: enregistrez-en une autre si elle a eu lieu.")


def _with_session(sessions: tuple[Session, ...], number: int, session: Session) -> tuple[Session, ...]:
    return (*sessions[: number - 1], session, *sessions[number:])
