"""Unit that owns a parcours, a fund or a collective operation."""

from __future__ import annotations

from uuid import UUID

from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.funding import fund
from shared.access import ProtectedCase, find_protected_identity
from shared.eventlog import ServiceApplication, UnknownCase


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    try:
        unit = _unit(app, id)
    except UnknownCase:
        return find_protected_identity(app, id)
    return ProtectedCase(id, frozenset({unit})) if unit else None


def _unit(app: ServiceApplication, id: UUID) -> str | None:  # noqa: A002
    try:
        return app.load(parcours.decider, id).state.plan.unit
    except UnknownCase:
        pass
    try:
        return app.load(fund.decider, id).state.unit
    except UnknownCase:
        return app.load(operation.decider, id).state.unit
