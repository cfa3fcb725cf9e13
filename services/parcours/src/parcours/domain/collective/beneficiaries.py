"""Companion commands by which the actions of a parcours join, start and leave their collective operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from parcours.domain.building.edits import ActionAdded, ActionRemoved
from parcours.domain.collective import operation
from parcours.domain.collective.membership import (
    ContinueOperation,
    JoinOperation,
    LeaveOperation,
    StartOperation,
    VerifyReport,
)
from parcours.domain.collective.standing import ActionContinuedAlone, ActionMovedToOperation
from parcours.domain.collective.state import DepartureReason
from parcours.domain.coordination import ActionAbandoned, ActionFinished, ActionStarted
from parcours.domain.ending import ParcoursAbandoned
from parcours.domain.state import OPEN_STATUSES, Parcours
from shared.kernel import CompanionCommand, Context


def companions(parcours: Parcours, event: Any, context: Context) -> Iterable[CompanionCommand]:
    """An action joins its operation, starts with it, and leaves it when it is given up or goes elsewhere."""
    match event:
        case ActionAdded(key, planned) if planned.collective_operation:
            yield _to(planned.collective_operation, JoinOperation(context.case, key))
        case ActionStarted(key) if shared := _operation(parcours, key):
            yield _to(shared, StartOperation(context.case))
        case ActionFinished(key) if shared := _operation(parcours, key):
            yield _to(shared, VerifyReport())
        case ActionRemoved(key):
            yield from _leave(parcours, key, DepartureReason.ACTION_REMOVED)
        case ActionAbandoned(key):
            yield from _leave(parcours, key, DepartureReason.ACTION_ABANDONED)
        case ActionContinuedAlone(key, operation=shared) if shared:
            yield _to(shared, ContinueOperation(key))
        case ActionContinuedAlone(key):
            yield from _leave(parcours, key, DepartureReason.CARRIES_ON_ALONE)
        case ActionMovedToOperation(key, chosen):
            yield from _leave(parcours, key, DepartureReason.OTHER_OPERATION)
            yield _to(chosen, JoinOperation(context.case, key))
        case ParcoursAbandoned():
            for key, action in parcours.actions.items():
                if action.status in OPEN_STATUSES:
                    yield from _leave(parcours, key, DepartureReason.PARCOURS_ABANDONED)


def _leave(parcours: Parcours, key: UUID, reason: DepartureReason) -> Iterator[CompanionCommand]:
    if shared := _operation(parcours, key):
        yield _to(shared, LeaveOperation(key, reason))


def _to(shared: UUID, command: object) -> CompanionCommand:
    return CompanionCommand(operation.decider, shared, command=command)


def _operation(parcours: Parcours, key: UUID) -> UUID | None:
    return parcours.actions[key].operation
