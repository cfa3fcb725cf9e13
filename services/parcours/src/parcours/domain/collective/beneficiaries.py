"""Companion commands by which the actions of a parcours join, start and leave their collective operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from parcours.domain.building.edits import ActionAdded, ActionRemoved
from parcours.domain.collective import operation
from parcours.domain.coordination import ActionAbandoned, ActionStarted
from parcours.domain.ending import ParcoursAbandoned
from parcours.domain.state import OPEN_STATUSES, Parcours
from shared.kernel import CompanionCommand, Context


def companions(parcours: Parcours, event: Any, context: Context) -> Iterable[CompanionCommand]:
    """An action joins its operation, starts with it, and leaves it when it is given up."""
    match event:
        case ActionAdded(key, planned) if planned.collective_operation:
            yield CompanionCommand(
                operation.decider, planned.collective_operation, command=operation.JoinOperation(context.case, key)
            )
        case ActionStarted(key) if shared := _operation(parcours, key):
            yield CompanionCommand(operation.decider, shared, command=operation.StartOperation())
        case ActionRemoved(key) | ActionAbandoned(key) if shared := _operation(parcours, key):
            yield CompanionCommand(operation.decider, shared, command=operation.LeaveOperation(key))
        case ParcoursAbandoned():
            for key, action in parcours.actions.items():
                if action.status in OPEN_STATUSES and (shared := _operation(parcours, key)):
                    yield CompanionCommand(operation.decider, shared, command=operation.LeaveOperation(key))


def _operation(parcours: Parcours, key: UUID) -> UUID | None:
    return parcours.actions[key].planned.collective_operation
