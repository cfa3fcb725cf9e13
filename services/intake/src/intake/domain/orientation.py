"""Orientations: a structure is directed, with its consent, to another actor who can help. Possible in any phase."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from uuid import UUID

from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from shared.kernel import (
    Context,
    Day,
    Decider,
    Encrypted,
    LabelledEnum,
    Line,
    PersonalData,
    Reason,
    Refusal,
    event,
    format_date,
    paris_date,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


class OrientationStatus(LabelledEnum):
    NEW = "new", "à proposer"
    PROPOSED = "proposed", "proposée"
    CONSENTED = "consented", "acceptée"
    SENT = "sent", "transmise"
    ACKNOWLEDGED = "acknowledged", "bien reçue"
    CONCLUDED = "concluded", "conclue"
    DECLINED = "declined", "déclinée"


class ChaseChannel(LabelledEnum):
    """How the target was asked again."""

    PHONE = "phone", "par téléphone"
    EMAIL = "email", "par courriel"
    LETTER = "letter", "par courrier"
    MEETING = "meeting", "de vive voix"
    OTHER = "other", "autrement"


ALREADY_PROPOSED = Refusal("orientation-already-proposed", "Orientation déjà proposée")
NO_CONSENT = Refusal("no-consent", "La structure n’a pas donné son accord")
NOT_AT_THIS_STEP = Refusal("orientation-not-at-this-step", "L’orientation n’en est pas là")
REQUIRES_STEP = (NOT_AT_THIS_STEP, IMPLAUSIBLE_DATE)
"""What refuses a step that is taken out of its order, or on a day that cannot be."""


@event("orientation-proposed", label="Orientation proposée", effective="on")
class OrientationProposed:
    """`target`: the listed name of `code`; `other`: an actor who is not in the list and may be a person, so that the
    name has a key of its own."""

    case: UUID
    target: str | None
    reason: Encrypted
    on: date
    code: str | None = None
    other: PersonalData | None = None


@event("orientation-consented", label="Accord de la structure pour l’orientation", effective="on")
class OrientationConsented:
    on: date


@event("orientation-sent", label="Orientation transmise", effective="on")
class OrientationSent:
    on: date
    message: Encrypted | None = None


@event("orientation-acknowledged", label="Orientation bien reçue par le destinataire", effective="on")
class OrientationAcknowledged:
    on: date


@event("orientation-chased", label="Orientation relancée", effective="on")
class OrientationChased:
    """`by`: who asked the target, by pseudonym; `said`: what was said."""

    channel: ChaseChannel
    said: Encrypted
    on: date
    by: str


@event("orientation-concluded", label="Suites de l’orientation", effective="on")
class OrientationConcluded:
    outcome: Encrypted
    on: date


@event("orientation-declined", label="Orientation déclinée", effective="on")
class OrientationDeclined:
    reason: Encrypted
    on: date


@command(title="Proposer une orientation", leads_to=(OrientationProposed,), may_refuse=(ALREADY_PROPOSED,))
class ProposeOrientation:
    """The adviser proposes an actor of the territory who can help, and says why.

    `target`: a code of the list of orientation targets, or the name of another actor."""

    target: Line
    reason: Reason


@command(
    title="Noter l’accord de la structure",
    leads_to=(OrientationConsented,),
    may_refuse=REQUIRES_STEP,
)
class RecordConsent:
    """The structure agrees that its situation is made known to the target. `on`: the day; null for today."""

    on: Day | None = None


@command(
    title="Transmettre l’orientation",
    leads_to=(OrientationSent,),
    may_refuse=(NO_CONSENT, *REQUIRES_STEP),
)
class SendOrientation:
    """The orientation is sent to the target, never without consent. `on`: the day; null for today."""

    message: Reason | None = None
    on: Day | None = None


@command(
    title="Noter que le destinataire l’a reçue",
    leads_to=(OrientationAcknowledged,),
    may_refuse=REQUIRES_STEP,
)
class AcknowledgeOrientation:
    """The target confirms that it has received the orientation. `on`: the day; null for today."""

    on: Day | None = None


@command(
    title="Dire les suites de l’orientation",
    leads_to=(OrientationConcluded,),
    may_refuse=REQUIRES_STEP,
)
class ConcludeOrientation:
    """What came of the orientation. `on`: the day; null for today."""

    outcome: Reason
    on: Day | None = None


@command(
    title="Consigner une relance",
    leads_to=(OrientationChased,),
    may_refuse=REQUIRES_STEP,
)
class ChaseOrientation:
    """The target, which has not acknowledged, was asked again: how, and what was said. The next chase falls due later.

    `on`: the day; null for today."""

    channel: ChaseChannel
    said: Reason
    on: Day | None = None


@command(
    title="Décliner l’orientation",
    leads_to=(OrientationDeclined,),
    may_refuse=REQUIRES_STEP,
)
class DeclineOrientation:
    """The structure does not want it, or the target cannot help. `on`: the day; null for today."""

    reason: Reason
    on: Day | None = None


@frozen
class OrientationChase:
    """One time that the target was asked again. `by`: who asked, by pseudonym."""

    on: date
    channel: ChaseChannel
    said: Encrypted
    by: str


@frozen
class Orientation:
    """`dates`: the day of each step that it has reached, by status."""

    status: OrientationStatus = OrientationStatus.NEW
    case: UUID | None = None
    target: str | None = None
    reason: Encrypted | None = None
    code: str | None = None
    other: PersonalData | None = None
    outcome: Encrypted | None = None
    dates: dict[OrientationStatus, date] = field(default_factory=dict)
    chases: tuple[OrientationChase, ...] = ()


Command = (
    ProposeOrientation
    | RecordConsent
    | SendOrientation
    | AcknowledgeOrientation
    | ChaseOrientation
    | ConcludeOrientation
    | DeclineOrientation
)
Event = (
    OrientationProposed
    | OrientationConsented
    | OrientationSent
    | OrientationAcknowledged
    | OrientationChased
    | OrientationConcluded
    | OrientationDeclined
)


def decide(
    orientation: Orientation, command: Command, context: Context, reference: ReferenceData = SHIPPED_REFERENCE
) -> list[Event]:
    match orientation.status, command:
        case OrientationStatus.NEW, ProposeOrientation(target, reason):
            listed, on = reference.find_target(target), paris_date(context.now)
            why = context.text(reason)
            if listed is None:
                return [OrientationProposed(context.case, None, reason=why, on=on, other=context.person(target))]
            return [OrientationProposed(context.case, listed.name, reason=why, on=on, code=listed.code)]
        case _, ProposeOrientation():
            raise ALREADY_PROPOSED("Cette orientation existe déjà.")
        case OrientationStatus.PROPOSED, RecordConsent(on):
            return [OrientationConsented(_day(orientation, on, context))]
        case OrientationStatus.CONSENTED, SendOrientation(message, on):
            return [OrientationSent(_day(orientation, on, context), context.optional_text(message))]
        case OrientationStatus.PROPOSED, SendOrientation():
            raise NO_CONSENT("Rien n’est transmis sans l’accord de la structure.")
        case OrientationStatus.SENT, AcknowledgeOrientation(on):
            return [OrientationAcknowledged(_day(orientation, on, context))]
        case OrientationStatus.SENT, ChaseOrientation(channel, said, on=on):
            day = _day(orientation, on, context)
            return [OrientationChased(channel, context.text(said), on=day, by=context.actor.id)]
        case OrientationStatus.ACKNOWLEDGED, ConcludeOrientation(outcome, on):
            return [OrientationConcluded(context.text(outcome), _day(orientation, on, context))]
        case (
            OrientationStatus.PROPOSED
            | OrientationStatus.CONSENTED
            | OrientationStatus.SENT
            | OrientationStatus.ACKNOWLEDGED,
            DeclineOrientation(reason, on),
        ):
            return [OrientationDeclined(context.text(reason), _day(orientation, on, context))]
        case status, _:
            raise NOT_AT_THIS_STEP(
                f"L’orientation en est à l’étape «\u202f{status.label}\u202f».", current_status=status
            )


def _day(orientation: Orientation, on: date | None, context: Context) -> date:
    """The day of a step: never before the step that it follows."""
    if on is None:
        return paris_date(context.now)
    require_past(on, context.now, "Le jour de cette étape")
    last = max(orientation.dates.values())
    if on < last:
        raise IMPLAUSIBLE_DATE(
            f"L’étape précédente est du {format_date(last)}\u00a0: celle-ci ne peut pas la précéder."
        )
    return on


COMMANDS_BY_STEP: dict[OrientationStatus, tuple[type, ...]] = {
    OrientationStatus.NEW: (ProposeOrientation,),
    OrientationStatus.PROPOSED: (RecordConsent, DeclineOrientation),
    OrientationStatus.CONSENTED: (SendOrientation, DeclineOrientation),
    OrientationStatus.SENT: (AcknowledgeOrientation, ChaseOrientation, DeclineOrientation),
    OrientationStatus.ACKNOWLEDGED: (ConcludeOrientation, DeclineOrientation),
    OrientationStatus.CONCLUDED: (),
    OrientationStatus.DECLINED: (),
}


def available_commands(orientation: Orientation) -> tuple[type, ...]:
    return COMMANDS_BY_STEP[orientation.status]


def evolve(orientation: Orientation, event: Event) -> Orientation:
    match event:
        case OrientationProposed(case_id, target, reason=reason, code=code, other=other):
            proposed = Orientation(case=case_id, target=target, reason=reason, code=code, other=other)
            return _reach(proposed, OrientationStatus.PROPOSED, event.on)
        case OrientationConsented(on):
            return _reach(orientation, OrientationStatus.CONSENTED, on)
        case OrientationSent(on):
            return _reach(orientation, OrientationStatus.SENT, on)
        case OrientationAcknowledged(on):
            return _reach(orientation, OrientationStatus.ACKNOWLEDGED, on)
        case OrientationChased(channel, said, on=on, by=by):
            chase = OrientationChase(on, channel, said=said, by=by)
            return replace(orientation, chases=(*orientation.chases, chase))
        case OrientationConcluded(outcome, on):
            return _reach(replace(orientation, outcome=outcome), OrientationStatus.CONCLUDED, on)
        case OrientationDeclined(reason, on):
            return _reach(replace(orientation, outcome=reason), OrientationStatus.DECLINED, on)


def _reach(orientation: Orientation, status: OrientationStatus, on: date) -> Orientation:
    return replace(orientation, status=status, dates=orientation.dates | {status: on})


decider: Decider[Orientation] = Decider(
    "orientation",
    Orientation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
