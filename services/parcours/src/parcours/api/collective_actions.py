"""What a parcours shows of its collective operations: their title and how they stand, and no other structure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from parcours.domain.collective import operation
from parcours.domain.collective.membership import can_start
from parcours.domain.collective.state import OPERATION_STATUS_LABELS
from parcours.domain.state import COLLECTIVE_STATUS_LABELS, ActionStatus, Parcours
from shared.eventlog import ServiceApplication


def operations_of(app: ServiceApplication, _case: UUID, parcours: Parcours) -> dict[str, Any]:
    """By collective action, under `operations`. `may_start`: the operation would let the action start now."""
    return {
        "operations": [
            _operation_of(app, key, action.operation)
            | {
                "collective_status": action.collective_status,
                "collective_status_label": COLLECTIVE_STATUS_LABELS[action.collective_status],
            }
            for key, action in parcours.actions.items()
            if action.operation and action.collective_status and action.status is not ActionStatus.ABANDONED
        ]
    }


def _operation_of(app: ServiceApplication, action: UUID, number: UUID) -> dict[str, Any]:
    state = app.load_existing(operation.decider, number).state
    assert state.title is not None
    return {
        "action": action,
        "operation": number,
        "title": app.key_store.display_text(state.title),
        "status": state.status,
        "status_label": OPERATION_STATUS_LABELS[state.status],
        "beneficiaries": len(state.present),
        "may_start": can_start(state),
        "ended_on": state.ending.on if state.ending else None,
    }
