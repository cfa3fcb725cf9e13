"""An orientation: a structure is directed, with its consent, to somebody else who can help. Opened in any phase."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from intake.domain.reference.reference import SHIPPED, Reference
from shared.kernel import Context, Decider, Encrypted, Line, Motive, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


class Step(StrEnum):
    NEW = "new"
    PROPOSED = "proposed"
    CONSENTED = "consented"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CONCLUDED = "concluded"
    DECLINED = "declined"


@command(title="Proposer une orientation")
class ProposeOrientation:
    """The adviser thinks of an actor of the territory who can help, and says why.

    `target`: a code of the list of orientation targets, or the name of somebody else."""

    target: Line
    reason: Motive


@command(title="Noter l’accord de la structure")
class RecordConsent:
    """The structure agrees that its situation be told to the target."""


@command(title="Transmettre l’orientation")
class SendOrientation:
    """The orientation is sent to the target; never without consent."""

    message: Motive | None = None


@command(title="Noter que le destinataire l’a reçue")
class AcknowledgeOrientation:
    """The target says that it has received the orientation."""


@command(title="Dire les suites de l’orientation")
class ConcludeOrientation:
    """What came of the orientation."""

    outcome: Motive


@command(title="Décliner l’orientation")
class DeclineOrientation:
    """The structure does not want it, or the target cannot help."""

    motive: Motive


def _named_in_clear(version_1: dict[str, Any]) -> dict[str, Any]:
    """Whoever was not listed stood in `target` in clear: it stays so in the log, and no list shows it any more."""
    return version_1


@event("orientation-proposed", 2, label="Orientation proposée", upcasts={1: _named_in_clear})
class OrientationProposed:
    """`target`: the listed name of `code`; `other`: somebody who is not listed, and may be a person."""

    case: UUID
    target: str | None
    reason: Encrypted
    code: str | None = None
    other: Encrypted | None = None


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
    motive: Encrypted


@dataclass(frozen=True, slots=True)
class Orientation:
    step: Step = Step.NEW
    case: UUID | None = None
    target: str | None = None
    reason: Encrypted | None = None
    code: str | None = None
    other: Encrypted | None = None
    outcome: Encrypted | None = None


ALREADY_PROPOSED = Refusal("orientation-already-proposed", "Orientation déjà proposée")
NO_CONSENT = Refusal("no-consent", "La structure n’a pas donné son accord")
NOT_AT_THIS_STEP = Refusal("orientation-not-at-this-step", "L’orientation n’en est pas là")

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


def decide(orientation: Orientation, command: Command, context: Context, reference: Reference = SHIPPED) -> list[Event]:
    match orientation.step, command:
        case Step.NEW, ProposeOrientation(target, reason):
            known = reference.target(target)
            if known is None:
                return [
                    OrientationProposed(context.case, None, reason=context.text(reason), other=context.text(target))
                ]
            return [OrientationProposed(context.case, known.name, reason=context.text(reason), code=known.code)]
        case _, ProposeOrientation():
            raise ALREADY_PROPOSED("Cette orientation existe déjà.")
        case Step.PROPOSED, RecordConsent():
            return [OrientationConsented()]
        case Step.CONSENTED, SendOrientation(message):
            return [OrientationSent(context.optional_text(message))]
        case Step.PROPOSED, SendOrientation():
            raise NO_CONSENT("Rien n’est transmis sans l’accord de la structure.")
        case Step.SENT, AcknowledgeOrientation():
            return [OrientationAcknowledged()]
        case Step.ACKNOWLEDGED, ConcludeOrientation(outcome):
            return [OrientationConcluded(context.text(outcome))]
        case Step.PROPOSED | Step.CONSENTED | Step.SENT | Step.ACKNOWLEDGED, DeclineOrientation(motive):
            return [OrientationDeclined(context.text(motive))]
        case step, _:
            raise NOT_AT_THIS_STEP(f"L’orientation en est à l’étape «\u202f{STEPS[step]}\u202f».", step=step)


STEPS = {
    Step.NEW: "à proposer",
    Step.PROPOSED: "proposée",
    Step.CONSENTED: "acceptée",
    Step.SENT: "transmise",
    Step.ACKNOWLEDGED: "bien reçue",
    Step.CONCLUDED: "conclue",
    Step.DECLINED: "déclinée",
}


OPEN_AT: dict[Step, tuple[type, ...]] = {
    Step.NEW: (ProposeOrientation,),
    Step.PROPOSED: (RecordConsent, DeclineOrientation),
    Step.CONSENTED: (SendOrientation, DeclineOrientation),
    Step.SENT: (AcknowledgeOrientation, DeclineOrientation),
    Step.ACKNOWLEDGED: (ConcludeOrientation, DeclineOrientation),
    Step.CONCLUDED: (),
    Step.DECLINED: (),
}


def available_commands(orientation: Orientation) -> tuple[type, ...]:
    return OPEN_AT[orientation.step]


def evolve(orientation: Orientation, event: Event) -> Orientation:
    match event:
        case OrientationProposed(case_id, target, reason=reason, code=code, other=other):
            return Orientation(Step.PROPOSED, case_id, target=target, reason=reason, code=code, other=other)
        case OrientationConsented():
            return replace(orientation, step=Step.CONSENTED)
        case OrientationSent():
            return replace(orientation, step=Step.SENT)
        case OrientationAcknowledged():
            return replace(orientation, step=Step.ACKNOWLEDGED)
        case OrientationConcluded(outcome):
            return replace(orientation, step=Step.CONCLUDED, outcome=outcome)
        case OrientationDeclined(motive):
            return replace(orientation, step=Step.DECLINED, outcome=motive)


decider: Decider[Orientation] = Decider(
    "orientation",
    Orientation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
