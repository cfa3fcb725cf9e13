"""Owner of a follow-up: the unit that accompanied the structure. Capitalisation sheets are shared by all units."""

from __future__ import annotations

from uuid import UUID

from followup.domain import follow_up
from followup.domain.sheets import sheet
from followup.domain.sheets.sheet import Sheet
from followup.domain.state import FollowUp
from shared.access import OwnedKind, Ownership, ProtectedCase, protected_identities
from shared.eventlog import ServiceApplication


def _find_owner(_app: ServiceApplication, id: UUID, state: FollowUp) -> ProtectedCase | None:  # noqa: A002
    """None before the follow-up has opened: a baseline correction replicated by then names no unit."""
    return ProtectedCase(id, frozenset({state.unit})) if state.unit else None


def _share(_app: ServiceApplication, id: UUID, _state: Sheet) -> ProtectedCase:  # noqa: A002
    return ProtectedCase(id, frozenset(), shared=True)


find_protected_case = Ownership(
    OwnedKind(follow_up.decider, _find_owner), OwnedKind(sheet.decider, _share), protected_identities
)
