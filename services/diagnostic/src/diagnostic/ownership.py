"""Owner of a diagnosis: the unit that admitted the structure; and of an identity of the register: its units."""

from __future__ import annotations

from uuid import UUID

from diagnostic.domain import diagnosis
from diagnostic.domain.state import Diagnosis
from shared.access import OwnedKind, Ownership, ProtectedCase, protected_identities
from shared.eventlog import ServiceApplication


def _find_owner(_app: ServiceApplication, id: UUID, state: Diagnosis) -> ProtectedCase | None:  # noqa: A002
    return ProtectedCase(id, frozenset({state.unit})) if state.unit else None


find_protected_case = Ownership(OwnedKind(diagnosis.decider, _find_owner), protected_identities)
