"""Standing of a parcours' collective actions: what became of their operation, and what the structure decides then."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from parcours.domain.collective.state import OPERATION_ENDED, TOO_FEW_BENEFICIARIES, UNKNOWN_OPERATION
from parcours.domain.guards import ACTION_NOT_AT_THIS_STEP, UNKNOWN_ACTION, require_action, require_status
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import (
    OPEN_STATUSES,
    Action,
    ActionKind,
    ActionStatus,
    CollectiveStatus,
    Parcours,
    ParcoursStatus,
)
from shared.kernel import Context, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

OPERATION_HOLDS = Refusal("operation-holds", "L’opération collective tient toujours")
SAME_OPERATION = Refusal("same-operation", "C’est déjà son opération collective", status=422)
FollowedStatus = Literal[CollectiveStatus.FELL_SHORT, CollectiveStatus.TOGETHER, CollectiveStatus.CANCELLED]
"""What becomes of an operation by the doing of others."""
UNDECIDED = (CollectiveStatus.FELL_SHORT, CollectiveStatus.CANCELLED)
"""Where the structure has to decide: carry on alone, join another operation, or abandon the action."""


@event("collective-action-left-short", label="L’opération collective compte trop peu de structures\u00a0: à décider")
class CollectiveActionLeftShort:
    action: UUID


@event("collective-action-restored", label="L’opération collective réunit de nouveau assez de structures")
class CollectiveActionRestored:
    action: UUID


@event("collective-action-released", label="L’opération collective est annulée\u00a0: à décider")
class CollectiveActionReleased:
    action: UUID


@event("action-continued-alone", label="Action collective poursuivie seule")
class ActionContinuedAlone:
    """`operation`: the one that goes on with this structure alone; null for an action that goes on without it."""

    action: UUID
    reason: Encrypted
    operation: UUID | None = None


@event("action-moved-to-operation", label="Action associée à une autre opération collective")
class ActionMovedToOperation:
    action: UUID
    operation: UUID
    reason: Encrypted


@command(leads_to=(CollectiveActionLeftShort, CollectiveActionRestored, CollectiveActionReleased))
class FollowOperation:
    """The operation of an action has fallen short, has enough structures again, or is cancelled. Of an action that is
    settled, nothing is recorded."""

    action: UUID
    status: FollowedStatus


@command(
    title="Poursuivre seule une action collective",
    leads_to=(ActionContinuedAlone,),
    may_refuse=(*REQUIRES_OPEN, UNKNOWN_ACTION, ACTION_NOT_AT_THIS_STEP, OPERATION_HOLDS),
)
class ContinueAlone:
    """The operation fell short or was cancelled, and the structure goes on alone. `reason`: why.

    An action that has begun keeps the operation, with its agreement and its report; one that has not leaves it, and
    is from then on like any other. One that a provider had begun in a cancelled operation has to be abandoned."""

    action: UUID
    reason: Reason


@command(
    title="Rejoindre une autre opération collective",
    leads_to=(ActionMovedToOperation,),
    may_refuse=(
        *REQUIRES_OPEN,
        UNKNOWN_ACTION,
        ACTION_NOT_AT_THIS_STEP,
        OPERATION_HOLDS,
        SAME_OPERATION,
        UNKNOWN_OPERATION,
        OPERATION_ENDED,
    ),
)
class MoveToOperation:
    """The operation fell short or was cancelled, and the structure joins another one with its action. `reason`: why."""

    action: UUID
    operation: UUID
    reason: Reason


Command = FollowOperation | ContinueAlone | MoveToOperation


Event = (
    CollectiveActionLeftShort
    | CollectiveActionRestored
    | CollectiveActionReleased
    | ActionContinuedAlone
    | ActionMovedToOperation
)
ENDED = (ParcoursStatus.NEW, ParcoursStatus.COMPLETED, ParcoursStatus.ABANDONED)


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    match command:
        case FollowOperation(key, status):
            action = parcours.actions.get(key)
            if action is None or not can_follow(parcours, action) or action.collective_status is status:
                return []
            return [_followed(key, status)]
        case ContinueAlone(key, reason):
            action = _require_undecided(parcours, key)
            return [ActionContinuedAlone(key, context.text(reason), operation=_operation_that_goes_on(action))]
        case MoveToOperation(key, operation, reason=reason):
            action = _require_undecided(parcours, key)
            if operation == action.operation:
                raise SAME_OPERATION(
                    "L’action est déjà dans cette opération collective\u00a0: choisissez-en une autre."
                )
            return [ActionMovedToOperation(key, operation, reason=context.text(reason))]


def _followed(key: UUID, status: FollowedStatus) -> Event:
    match status:
        case CollectiveStatus.FELL_SHORT:
            return CollectiveActionLeftShort(key)
        case CollectiveStatus.CANCELLED:
            return CollectiveActionReleased(key)
        case CollectiveStatus.TOGETHER:
            return CollectiveActionRestored(key)


def can_follow(parcours: Parcours, action: Action) -> bool:
    """Whether what becomes of the operation still matters to this action."""
    return parcours.status not in ENDED and action.status in OPEN_STATUSES and action.operation is not None


def is_undecided(action: Action) -> bool:
    """Whether the structure has to decide what becomes of this action."""
    return action.status in OPEN_STATUSES and action.collective_status in UNDECIDED


def can_continue_alone(action: Action) -> bool:
    return is_undecided(action) and not _lost_its_provider(action)


def _require_undecided(parcours: Parcours, key: UUID) -> Action:
    action = require_status(require_action(parcours, key), OPEN_STATUSES)
    if not is_undecided(action):
        raise OPERATION_HOLDS("Rien n’est à décider pour cette action\u00a0: son opération collective tient toujours.")
    return action


def _operation_that_goes_on(action: Action) -> UUID | None:
    if _lost_its_provider(action):
        raise ACTION_NOT_AT_THIS_STEP(
            "L’opération est annulée, et la convention avec elle\u00a0: abandonnez cette action et prévoyez-en une "
            "autre.",
            current_status=action.status,
        )
    has_begun = action.status is ActionStatus.STARTED
    return action.operation if has_begun and action.collective_status is CollectiveStatus.FELL_SHORT else None


def _lost_its_provider(action: Action) -> bool:
    is_started = action.planned.kind is ActionKind.CONSULTING and action.status is ActionStatus.STARTED
    return is_started and action.collective_status is CollectiveStatus.CANCELLED


def require_operation_holds(action: Action) -> None:
    """Raises when the operation of this action fell short or was cancelled, and nothing has been decided since."""
    if action.collective_status is CollectiveStatus.FELL_SHORT:
        raise TOO_FEW_BENEFICIARIES(
            "L’opération collective compte trop peu de structures\u00a0: poursuivez cette action seule, rejoignez une "
            "autre opération, ou abandonnez-la."
        )
    if action.collective_status is CollectiveStatus.CANCELLED:
        raise OPERATION_ENDED(
            "L’opération collective est annulée\u00a0: poursuivez cette action seule, rejoignez une autre opération, "
            "ou abandonnez-la."
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case CollectiveActionLeftShort():
            changed = replace(action, collective_status=CollectiveStatus.FELL_SHORT)
        case CollectiveActionRestored():
            changed = replace(action, collective_status=CollectiveStatus.TOGETHER)
        case CollectiveActionReleased():
            changed = replace(action, collective_status=CollectiveStatus.CANCELLED)
        case ActionContinuedAlone(operation=operation):
            changed = replace(action, operation=operation, collective_status=CollectiveStatus.ALONE)
        case ActionMovedToOperation(operation=operation):
            changed = replace(action, operation=operation, collective_status=CollectiveStatus.TOGETHER)
    return parcours.with_action(event.action, changed)
