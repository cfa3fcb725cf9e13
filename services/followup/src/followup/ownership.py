"""Owner of a follow-up: the unit that accompanied the structure. Capitalisation sheets belong to everybody."""

from __future__ import annotations

from uuid import UUID

from followup.domain import follow_up
from shared.access import ProtectedCase, find_protected_identity
from shared.eventlog import ServiceApplication, UnknownCase


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """None before the follow-up has opened: a baseline correction replicated by then names no unit."""
    try:
        unit = app.load(follow_up.decider, id).state.unit
    except UnknownCase:
        return find_protected_identity(app, id)
    return ProtectedCase(id, frozenset({unit})) if unit else None
