"""Owner of a diagnosis: the unit that admitted the structure; and of an identity of the register: its units."""

from __future__ import annotations

from uuid import UUID

from diagnostic.domain import diagnosis
from shared.access import ProtectedCase, find_protected_identity
from shared.eventlog import ServiceApplication, UnknownCase


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    try:
        loaded = app.load(diagnosis.decider, id)
    except UnknownCase:
        return find_protected_identity(app, id)
    return ProtectedCase(id, frozenset({loaded.state.unit})) if loaded.version else None
