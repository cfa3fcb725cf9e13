"""Orientations: a structure is directed, with its consent, to another actor who can help. Possible in any phase."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from shared.kernel import Context, Decider, Encrypted, Line, PersonalData, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


class OrientationStatus(StrEnum):
    NEW = "new"
    PROPOSED = "proposed"
    CONSENTED = "consented"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CONCLUDED = "concluded"
    DECLINED = "declined"


ALREADY_PROPOSED = Refusal("orientation-already-proposed", "Orientation déjà proposée")
NO_CONSENT = Refusal("no-consent", "La structure n’a pas donné son accord")
NOT_AT_THIS_STEP = Refusal("orientation-not-at-this-step", "L’orientation n’en est pas là")


def _upcast_version_1(version_1: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had an unlisted target in `target`, unencrypted. The log keeps it, and no list shows it any more."""
    return version_1


@event("orientation-proposed", 2, label="Orientation proposée", upcasts={1: _upcast_version_1})
class OrientationProposed:
    """`target`: the listed name of `code`; `other`: an actor who is not in the list and may be a person, so that the
    name has a key of its own."""

    case: UUID
    target: str | None
    reason: Encrypted
    code: str | None = None
    other: PersonalData | None = None


@event("orientation-consented", label="Accord de la structure pour l’orientation")
class OrientationConsented:
    pass


@event("orientation-sent", label="Orientation transmise")
class OrientationSent:
    message: Encrypted | None = None


@event("orientation-acknowledged", label="Orientation bien reçue par le destinataire")
class OrientationAcknowledged:
    pass


@event("orientation-concluded", label="Suites de l’orientation")
class OrientationConcluded:
    outcome: Encrypted


@event("orientation-declined", label="Orientation déclinée")
class OrientationDeclined:
    reason: Encrypted


@command(title="Proposer une orientation", leads_to=(OrientationProposed,), may_refuse=(ALREADY_PROPOSED,))
class ProposeOrientation:
    """The adviser proposes an actor of the territory who can help, and says why.

    `target`: a code of the list of orientation targets, or the name of another actor."""

    target: Line
    reason: Reason


@command(title="Noter l’accord de la structure", leads_to=(OrientationConsented,), may_refuse=(NOT_AT_THIS_STEP,))
class RecordConsent:
    """The structure agrees that its situation is made known to the target."""


@command(title="Transmettre l’orientation", leads_to=(OrientationSent,), may_refuse=(NO_CONSENT, NOT_AT_THIS_STEP))
class SendOrientation:
    """The orientation is sent to the target, never without consent."""

    message: Reason | None = None


@command(
    title="Noter que le destinataire l’a reçue", leads_to=(OrientationAcknowledged,), may_refuse=(NOT_AT_THIS_STEP,)
)
class AcknowledgeOrientation:
    """The target confirms that it has received the orientation."""


@command(title="Dire les suites de l’orientation", leads_to=(OrientationConcluded,), may_refuse=(NOT_AT_THIS_STEP,))
class ConcludeOrientation:
    """What came of the orientation."""

    outcome: Reason


@command(title="Décliner l’orientation", leads_to=(OrientationDeclined,), may_refuse=(NOT_AT_THIS_STEP,))
class DeclineOrientation:
    """The structure does not want it, or the target cannot help."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Orientation:
    status: OrientationStatus = OrientationStatus.NEW
    case: UUID | None = None
    target: str | None = None
    reason: Encrypted | None = None
    code: str | None = None
    other: PersonalData | None = None
    outcome: Encrypted | None = None


DECLINABLE_STEPS = (
    OrientationStatus.PROPOSED,
    OrientationStatus.CONSENTED,
    OrientationStatus.SENT,
    OrientationStatus.ACKNOWLEDGED,
)

Command = (
    ProposeOrientation
    | RecordConsent
    | SendOrientation
    | AcknowledgeOrientation
    | ConcludeOrientation
    | DeclineOrientation
)
Event = (
    OrientationProposed
    | OrientationConsented
    | OrientationSent
    | OrientationAcknowledged
    | OrientationConcluded
    | OrientationDeclined
)


def decide(
    orientation: Orientation, command: Command, context: Context, reference: ReferenceData = SHIPPED_REFERENCE
) -> list[Event]:
    match orientation.status, command:
        case OrientationStatus.NEW, ProposeOrientation(target, reason):
            listed = reference.find_target(target)
            if listed is None:
                return [
                    OrientationProposed(context.case, None, reason=context.text(reason), other=context.person(target))
                ]
            return [OrientationProposed(context.case, listed.name, reason=context.text(reason), code=listed.code)]
        case _, ProposeOrientation():
            raise ALREADY_PROPOSED("Cette orientation existe déjà.")
        case OrientationStatus.PROPOSED, RecordConsent():
            return [OrientationConsented()]
        case OrientationStatus.CONSENTED, SendOrientation(message):
            return [OrientationSent(context.optional_text(message))]
        case OrientationStatus.PROPOSED, SendOrientation():
            raise NO_CONSENT("Rien n’est transmis sans l’accord de la structure.")
        case OrientationStatus.SENT, AcknowledgeOrientation():
            return [OrientationAcknowledged()]
        case OrientationStatus.ACKNOWLEDGED, ConcludeOrientation(outcome):
            return [OrientationConcluded(context.text(outcome))]
        case (
            OrientationStatus.PROPOSED
            | OrientationStatus.CONSENTED
            | OrientationStatus.SENT
            | OrientationStatus.ACKNOWLEDGED,
            DeclineOrientation(reason),
        ):
            return [OrientationDeclined(context.text(reason))]
        case status, _:
            raise NOT_AT_THIS_STEP(
                f"L’orientation en est à l’étape «\u202f{STEP_LABELS[status]}\u202f».", current_status=status
            )


STEP_LABELS = {
    OrientationStatus.NEW: "à proposer",
    OrientationStatus.PROPOSED: "proposée",
    OrientationStatus.CONSENTED: "acceptée",
    OrientationStatus.SENT: "transmise",
    OrientationStatus.ACKNOWLEDGED: "bien reçue",
    OrientationStatus.CONCLUDED: "conclue",
    OrientationStatus.DECLINED: "déclinée",
}


COMMANDS_BY_STEP: dict[OrientationStatus, tuple[type, ...]] = {
    OrientationStatus.NEW: (ProposeOrientation,),
    OrientationStatus.PROPOSED: (RecordConsent, DeclineOrientation),
    OrientationStatus.CONSENTED: (SendOrientation, DeclineOrientation),
    OrientationStatus.SENT: (AcknowledgeOrientation, DeclineOrientation),
    OrientationStatus.ACKNOWLEDGED: (ConcludeOrientation, DeclineOrientation),
    OrientationStatus.CONCLUDED: (),
    OrientationStatus.DECLINED: (),
}


def available_commands(orientation: Orientation) -> tuple[type, ...]:
    return COMMANDS_BY_STEP[orientation.status]


def evolve(orientation: Orientation, event: Event) -> Orientation:
    match event:
        case OrientationProposed(case_id, target, reason=reason, code=code, other=other):
            return Orientation(
                OrientationStatus.PROPOSED, case_id, target=target, reason=reason, code=code, other=other
            )
        case OrientationConsented():
            return replace(orientation, status=OrientationStatus.CONSENTED)
        case OrientationSent():
            return replace(orientation, status=OrientationStatus.SENT)
        case OrientationAcknowledged():
            return replace(orientation, status=OrientationStatus.ACKNOWLEDGED)
        case OrientationConcluded(outcome):
            return replace(orientation, status=OrientationStatus.CONCLUDED, outcome=outcome)
        case OrientationDeclined(reason):
            return replace(orientation, status=OrientationStatus.DECLINED, outcome=reason)


decider: Decider[Orientation] = Decider(
    "orientation",
    Orientation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
