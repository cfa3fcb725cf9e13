"""What a parcours shows of its collective operations: their title and how they stand, and no other structure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from parcours.domain.collective import operation
from parcours.domain.collective.membership import can_start, lacks_agreement, lacks_signature, signed_on
from parcours.domain.collective.shares import shares_of
from parcours.domain.collective.state import OperationStatus
from parcours.domain.state import Action, ActionStatus, CollectiveStatus, Parcours
from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted


@dataclass(frozen=True, slots=True)
class CollectiveAction:
    """The operation of one action. `may_start`: it would let the action start now; `signed_on`: when the structure
    signed the operation's agreement, null before; `share_cents`: its own share of the price, null before there is
    one."""

    action: UUID
    operation: UUID
    title: Encrypted
    status: OperationStatus
    status_label: str
    collective_status: CollectiveStatus
    collective_status_label: str
    beneficiaries: int
    may_start: bool
    signed_on: date | None
    share_cents: int | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class ParcoursExtra:
    """What follows today from other aggregates: the collective operations of the parcours' actions."""

    operations: tuple[CollectiveAction, ...]


def operations_of(app: ServiceApplication, case: UUID, parcours: Parcours) -> ParcoursExtra:
    """By collective action that was not abandoned."""
    return ParcoursExtra(
        tuple(
            _operation_of(app, case, key, action=action)
            for key, action in parcours.actions.items()
            if action.operation and action.status is not ActionStatus.ABANDONED
        )
    )


def _operation_of(app: ServiceApplication, case: UUID, key: UUID, *, action: Action) -> CollectiveAction:
    assert action.operation is not None
    assert action.collective_status is not None
    state = app.load_existing(operation.decider, action.operation).state
    assert state.title is not None
    return CollectiveAction(
        key,
        action.operation,
        title=state.title,
        status=state.status,
        status_label=state.status.label,
        collective_status=action.collective_status,
        collective_status_label=action.collective_status.label,
        beneficiaries=len(state.present),
        may_start=can_start(state) and not lacks_agreement(state) and not lacks_signature(state, case),
        signed_on=signed_on(state, case),
        share_cents=shares_of(state).get(case),
        ended_on=state.ending.on if state.ending else None,
    )
