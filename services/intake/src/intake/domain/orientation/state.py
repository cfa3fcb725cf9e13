"""The state of an orientation, folded from its events."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from uuid import UUID

from intake.domain.orientation.events import (
    ChaseChannel,
    OrientationAcknowledged,
    OrientationChased,
    OrientationConcluded,
    OrientationConsented,
    OrientationDeclined,
    OrientationProposed,
    OrientationReminded,
    OrientationSent,
    OrientationStatus,
)
from shared.kernel import Encrypted, PersonalData
from shared.kernel.frozen import frozen, replace

Event = (
    OrientationProposed
    | OrientationConsented
    | OrientationSent
    | OrientationReminded
    | OrientationAcknowledged
    | OrientationChased
    | OrientationConcluded
    | OrientationDeclined
)


@frozen
class OrientationChase:
    """One time that the target was asked again. `by`: who asked, by pseudonym."""

    on: date
    channel: ChaseChannel
    said: Encrypted
    by: str


@frozen
class Orientation:
    """`dates`: the day of each step that it has reached, by status. `recipient`: under which whoever answers by a link
    acts, with their `name` and `email`. `attachments`: what the structure agreed to transmit. `on_behalf`: the answers
    that the unit typed in place of the recipient. `reminders`: the days on which a mail reminded the recipient."""

    status: OrientationStatus = OrientationStatus.NEW
    case: UUID | None = None
    target: str | None = None
    reason: Encrypted | None = None
    code: str | None = None
    other: PersonalData | None = None
    outcome: Encrypted | None = None
    dates: dict[OrientationStatus, date] = field(default_factory=dict)
    chases: tuple[OrientationChase, ...] = ()
    message: Encrypted | None = None
    attachments: tuple[UUID, ...] = ()
    recipient: UUID | None = None
    name: PersonalData | None = None
    email: PersonalData | None = None
    reminders: tuple[date, ...] = ()
    on_behalf: tuple[OrientationStatus, ...] = ()


def evolve(orientation: Orientation, event: Event) -> Orientation:
    match event:
        case OrientationProposed(case_id, target, reason=reason, code=code, other=other):
            proposed = Orientation(case=case_id, target=target, reason=reason, code=code, other=other)
            return _reach(proposed, OrientationStatus.PROPOSED, event.on)
        case OrientationConsented(on, attachments):
            return _reach(replace(orientation, attachments=attachments or ()), OrientationStatus.CONSENTED, on)
        case OrientationSent(on, message, recipient=recipient, name=name, email=email):
            sent = replace(orientation, message=message, recipient=recipient, name=name, email=email)
            return _reach(sent, OrientationStatus.SENT, on)
        case OrientationReminded(_, on):
            return replace(orientation, reminders=(*orientation.reminders, on))
        case OrientationAcknowledged(on, on_behalf):
            return _answer(orientation, OrientationStatus.ACKNOWLEDGED, on, on_behalf)
        case OrientationChased(channel, said, on=on, by=by):
            chase = OrientationChase(on, channel, said=said, by=by)
            return replace(orientation, chases=(*orientation.chases, chase))
        case OrientationConcluded(outcome, on, on_behalf=on_behalf):
            return _answer(replace(orientation, outcome=outcome), OrientationStatus.CONCLUDED, on, on_behalf)
        case OrientationDeclined(reason, on, on_behalf=on_behalf):
            return _answer(replace(orientation, outcome=reason), OrientationStatus.DECLINED, on, on_behalf)


def _answer(orientation: Orientation, status: OrientationStatus, on: date, on_behalf: bool | None) -> Orientation:
    answered = _reach(orientation, status, on)
    return replace(answered, on_behalf=(*answered.on_behalf, status)) if on_behalf else answered


def _reach(orientation: Orientation, status: OrientationStatus, on: date) -> Orientation:
    return replace(orientation, status=status, dates=orientation.dates | {status: on})
