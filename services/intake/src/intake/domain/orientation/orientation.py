"""Orientations: a structure is directed, with its consent, to another actor who can help. Possible in any phase."""

from __future__ import annotations

from datetime import date

from intake.domain.mail import is_mail_address
from intake.domain.orientation.commands import (
    ADDRESS_TO_CORRECT,
    ALREADY_PROPOSED,
    NO_CONSENT,
    NOT_AT_THIS_STEP,
    NOT_YOUR_ORIENTATION,
    AcknowledgeOrientation,
    ChaseOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    ProposeOrientation,
    Recipient,
    RecordConsent,
    RemindRecipient,
    SendOrientation,
)
from intake.domain.orientation.consequences import companions, deadline_command, deadlines
from intake.domain.orientation.events import (
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
from intake.domain.orientation.state import Event, Orientation, evolve
from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from shared.kernel import (
    Context,
    Decider,
    Encrypted,
    PersonalData,
    Role,
    format_date,
    paris_date,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE

Command = (
    ProposeOrientation
    | RecordConsent
    | SendOrientation
    | RemindRecipient
    | AcknowledgeOrientation
    | ChaseOrientation
    | ConcludeOrientation
    | DeclineOrientation
)


def decide(
    orientation: Orientation, command: Command, context: Context, reference: ReferenceData = SHIPPED_REFERENCE
) -> list[Event]:
    _require_own(orientation, command, context)
    match orientation.status, command:
        case OrientationStatus.NEW, ProposeOrientation(target, reason):
            listed, on = reference.find_target(target), paris_date(context.now)
            why = context.text(reason)
            if listed is None:
                return [OrientationProposed(context.case, None, reason=why, on=on, other=context.person(target))]
            return [OrientationProposed(context.case, listed.name, reason=why, on=on, code=listed.code)]
        case _, ProposeOrientation():
            raise ALREADY_PROPOSED("Cette orientation existe déjà.")
        case OrientationStatus.PROPOSED, RecordConsent(on, attachments):
            return [OrientationConsented(_day(orientation, on, context), tuple(dict.fromkeys(attachments)))]
        case OrientationStatus.CONSENTED, SendOrientation(message, on, recipient=recipient):
            return [_send(_day(orientation, on, context), context.optional_text(message), recipient, context)]
        case OrientationStatus.PROPOSED, SendOrientation():
            raise NO_CONSENT("Rien n’est transmis sans l’accord de la structure.")
        case _, RemindRecipient(number):
            waits = orientation.status is OrientationStatus.SENT and orientation.recipient
            return [OrientationReminded(number, paris_date(context.now))] if waits else []
        case OrientationStatus.SENT, AcknowledgeOrientation(on):
            return [OrientationAcknowledged(_day(orientation, on, context), on_behalf=_is_on_behalf(context))]
        case OrientationStatus.SENT, ChaseOrientation(channel, said, on=on):
            day = _day(orientation, on, context)
            return [OrientationChased(channel, context.text(said), on=day, by=context.actor.id)]
        case OrientationStatus.ACKNOWLEDGED, ConcludeOrientation(outcome, on):
            day = _day(orientation, on, context)
            return [OrientationConcluded(context.text(outcome), day, on_behalf=_is_on_behalf(context))]
        case (
            OrientationStatus.PROPOSED
            | OrientationStatus.CONSENTED
            | OrientationStatus.SENT
            | OrientationStatus.ACKNOWLEDGED,
            DeclineOrientation(reason, on),
        ):
            day = _day(orientation, on, context)
            return [OrientationDeclined(context.text(reason), day, on_behalf=_is_on_behalf(context))]
        case status, _:
            raise NOT_AT_THIS_STEP(
                f"L’orientation en est à l’étape «\u202f{status.label}\u202f».", current_status=status
            )


def _require_own(orientation: Orientation, command: Command, context: Context) -> None:
    """The bearer of a recipient's link answers the one orientation that was sent to them."""
    if context.actor.role is Role.RECIPIENT and str(orientation.recipient) != context.actor.id:
        raise NOT_YOUR_ORIENTATION("Votre lien ouvre une autre orientation, et celle-ci ne vous est pas adressée.")


def _is_on_behalf(context: Context) -> bool:
    """Whether the unit types what another says: recipient and leader answer for themselves."""
    return context.actor.role not in (Role.RECIPIENT, Role.LEADER)


def _send(on: date, message: Encrypted | None, recipient: Recipient | None, context: Context) -> OrientationSent:
    if recipient is None:
        return OrientationSent(on, message)
    if not is_mail_address(recipient.email):
        raise ADDRESS_TO_CORRECT("Donnez une seule adresse, comme accueil@exemple.fr.")
    if on != paris_date(context.now):
        raise IMPLAUSIBLE_DATE("Une orientation transmise par courriel part aujourd’hui\u00a0: laissez la date vide.")
    person = context.new_id()
    return OrientationSent(
        on,
        message,
        recipient=person,
        name=PersonalData(person, recipient.name),
        email=PersonalData(person, recipient.email),
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
    OrientationStatus.SENT: (AcknowledgeOrientation, ChaseOrientation, DeclineOrientation, RemindRecipient),
    OrientationStatus.ACKNOWLEDGED: (ConcludeOrientation, DeclineOrientation),
    OrientationStatus.CONCLUDED: (),
    OrientationStatus.DECLINED: (),
}


def available_commands(orientation: Orientation) -> tuple[type, ...]:
    return COMMANDS_BY_STEP[orientation.status]


decider: Decider[Orientation] = Decider(
    "orientation",
    Orientation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    deadlines=deadlines,
    deadline_command=deadline_command,
    available_commands=available_commands,
)
