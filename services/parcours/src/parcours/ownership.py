"""Unit that owns a parcours, a fund or a collective operation."""

from __future__ import annotations

from uuid import UUID

from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.collective.state import Operation
from parcours.domain.funding import fund
from parcours.domain.funding.fund import Fund
from parcours.domain.state import Parcours
from shared.access import OwnedKind, Ownership, ProtectedCase, protected_identities
from shared.eventlog import ServiceApplication


def _find_owner_of_parcours(_app: ServiceApplication, id: UUID, state: Parcours) -> ProtectedCase | None:  # noqa: A002
    return _owned_by(id, state.plan.unit)


def _find_owner_of_shared(_app: ServiceApplication, id: UUID, state: Fund | Operation) -> ProtectedCase | None:  # noqa: A002
    """Of what the cases of a unit have in common."""
    return _owned_by(id, state.unit)


def _owned_by(id: UUID, unit: str | None) -> ProtectedCase | None:  # noqa: A002
    return ProtectedCase(id, frozenset({unit})) if unit else None


find_protected_case = Ownership(
    OwnedKind(parcours.decider, _find_owner_of_parcours),
    OwnedKind(fund.decider, _find_owner_of_shared),
    OwnedKind(operation.decider, _find_owner_of_shared),
    protected_identities,
)
