"""Coordination: introductions, and the start, end, abandonment and carry-over of each action."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from parcours.domain.building.validation import SharedVersionVoided, void_shared_version
from parcours.domain.collective.standing import require_operation_holds
from parcours.domain.collective.state import OPERATION_ENDED, TOO_FEW_BENEFICIARIES, UNKNOWN_OPERATION
from parcours.domain.funding.payments import FundsReleased, release_unspent
from parcours.domain.guards import (
    NO_AGREEMENT,
    NO_FINAL_REPORT,
    ONLY_CONSULTING,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_VALIDATED_ACTION,
    require_since_admission,
    require_startable_action,
    require_validated_action,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import OPEN_STATUSES, ActionStatus, Introduction, Parcours, ParcoursStatus
from shared.kernel import Context, Day, Encrypted, PersonalData, PersonalLine, Reason, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


@event("introduction-made", label="Mise en relation", effective="held_on")
class IntroductionMade:
    action: UUID
    whom: PersonalData
    held_on: date


@event("action-started", label="Action commencée")
class ActionStarted:
    action: UUID


@event("action-finished", label="Action terminée")
class ActionFinished:
    action: UUID
    summary: Encrypted


@event("action-abandoned", label="Action abandonnée")
class ActionAbandoned:
    action: UUID
    reason: Encrypted


@event("action-carried-over", label="Action reportée après le parcours")
class ActionCarriedOver:
    action: UUID
    reason: Encrypted


@command(
    title="Consigner une mise en relation",
    leads_to=(IntroductionMade,),
    may_refuse=(*REQUIRES_OPEN, *REQUIRES_VALIDATED_ACTION, *REQUIRES_SINCE_ADMISSION),
)
class RecordIntroduction:
    """The adviser puts the structure in touch with a person who can help with an action."""

    action: UUID
    whom: PersonalLine
    held_on: Day


@command(
    title="Commencer une action",
    leads_to=(ActionStarted,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        NO_AGREEMENT,
        UNKNOWN_OPERATION,
        OPERATION_ENDED,
        TOO_FEW_BENEFICIARIES,
    ),
)
class StartAction:
    """An action begins; a consulting one only with an agreement in force, whose funds were committed before."""

    action: UUID


@command(
    title="Terminer une action",
    leads_to=(ActionFinished,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        OPERATION_ENDED,
        TOO_FEW_BENEFICIARIES,
        NO_FINAL_REPORT,
    ),
)
class FinishAction:
    """An action has been carried out; a consulting one once its final report was accepted."""

    action: UUID
    summary: Text


@command(
    title="Abandonner une action",
    leads_to=(ActionAbandoned, FundsReleased, SharedVersionVoided),
    may_refuse=(*REQUIRES_OPEN, *REQUIRES_VALIDATED_ACTION, ONLY_CONSULTING),
)
class AbandonAction:
    """An action will not be carried out. `reason`: why."""

    action: UUID
    reason: Reason


@command(
    title="Reporter une action après le parcours",
    leads_to=(ActionCarriedOver, FundsReleased, SharedVersionVoided),
    may_refuse=(*REQUIRES_OPEN, *REQUIRES_VALIDATED_ACTION),
)
class CarryOverAction:
    """An action will go on after the parcours; funds without an agreement in force go back. `reason`: why."""

    action: UUID
    reason: Reason


Command = RecordIntroduction | StartAction | FinishAction | AbandonAction | CarryOverAction


Event = IntroductionMade | ActionStarted | ActionFinished | ActionAbandoned | ActionCarriedOver


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | SharedVersionVoided | FundsReleased]:
    match command:
        case RecordIntroduction(key, whom, held_on=held_on):
            require_validated_action(parcours, key, *OPEN_STATUSES)
            require_since_admission(parcours, held_on, context.now, "La date de la mise en relation")
            return [IntroductionMade(key, context.person(whom), held_on=held_on)]
        case StartAction(key):
            action = require_startable_action(parcours, key)
            require_operation_holds(action)
            if action.calls_in_provider and not action.is_agreed:
                raise NO_AGREEMENT(
                    "Une prestation de conseil commence une fois sa convention signée par toutes les parties."
                )
            return [ActionStarted(key)]
        case FinishAction(key, summary):
            action = require_validated_action(parcours, key, ActionStatus.STARTED)
            require_operation_holds(action)
            if action.calls_in_provider and not action.report_accepted:
                raise NO_FINAL_REPORT("Une prestation de conseil se termine une fois son rapport final accepté.")
            return [ActionFinished(key, context.text(summary))]
        case AbandonAction(key, reason):
            action = require_validated_action(parcours, key, *OPEN_STATUSES)
            _check_more_than_consulting(parcours, key)
            return [
                *void_shared_version(parcours),
                ActionAbandoned(key, context.text(reason)),
                *release_unspent(key, action),
            ]
        case CarryOverAction(key, reason):
            action = require_validated_action(parcours, key, *OPEN_STATUSES)
            return [
                *void_shared_version(parcours),
                ActionCarriedOver(key, context.text(reason)),
                *([] if action.is_agreed else release_unspent(key, action)),
            ]


def _check_more_than_consulting(parcours: Parcours, key: UUID) -> None:
    """Raises if only consulting actions would stay open in a validated parcours: that takes an adjustment."""
    left = {other: action for other, action in parcours.standing.items() if other != key}
    if (
        parcours.status is ParcoursStatus.UNDER_WAY
        and replace(parcours, actions=left).only_consulting
        and any(action.status in OPEN_STATUSES for action in left.values())
    ):
        raise ONLY_CONSULTING(
            "Sans cette action, il ne resterait que l’intervention d’un prestataire, et le parcours «\u202fne se "
            "limite pas\u202f» à cela\u00a0: ouvrez un ajustement pour convenir d’une autre action avec la "
            "structure, puis abandonnez celle-ci."
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case IntroductionMade(_, whom, held_on=held_on):
            changed = replace(action, introductions=(*action.introductions, Introduction(whom, held_on)))
        case ActionStarted():
            changed = replace(action, status=ActionStatus.STARTED)
        case ActionFinished(_, summary):
            changed = replace(action, status=ActionStatus.DONE, outcome=summary)
        case ActionAbandoned(_, reason):
            changed = replace(action, status=ActionStatus.ABANDONED, outcome=reason)
        case ActionCarriedOver(_, reason):
            changed = replace(action, status=ActionStatus.CARRIED_OVER, outcome=reason)
    return parcours.with_action(event.action, changed)
