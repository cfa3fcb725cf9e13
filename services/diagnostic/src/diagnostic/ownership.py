"""Owner of a diagnosis: the unit that admitted the structure."""

from __future__ import annotations

from uuid import UUID

from diagnostic.domain import diagnosis
from shared.access import ProtectedCase
from shared.eventlog import ServiceApplication, UnknownCase


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    try:
        loaded = app.load(diagnosis.decider, id)
    except UnknownCase:
        return None
    return ProtectedCase(id, frozenset({loaded.state.unit})) if loaded.version else None
