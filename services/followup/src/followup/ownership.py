"""Owner of a follow-up: the unit that accompanied the structure. A capitalisation sheet is shared by all units once
it is published."""

from __future__ import annotations

from uuid import UUID

from followup.domain import follow_up
from followup.domain.sheets import sheet
from followup.domain.sheets.sheet import Sheet, SheetStatus
from followup.domain.state import FollowUp
from shared.access import OwnedKind, Ownership, ProtectedCase, protected_identities
from shared.eventlog import ServiceApplication


def _find_owner(_app: ServiceApplication, id: UUID, state: FollowUp) -> ProtectedCase | None:  # noqa: A002
    """None before the follow-up has opened: a baseline correction replicated by then names no unit."""
    return ProtectedCase(id, frozenset({state.unit})) if state.unit else None


def _share(app: ServiceApplication, id: UUID, state: Sheet) -> ProtectedCase | None:  # noqa: A002
    """The unit that proposed it is that of its first event."""
    entries = app.recorder.entries_of_stream(id)
    if state.status is SheetStatus.NEW:
        return None
    _, proposed = next(app.events_of(entries[:1]))
    units = frozenset(filter(None, (proposed.meta.unit,)))
    return ProtectedCase(id, units, shared=True, draft=state.status is not SheetStatus.PUBLISHED)


find_protected_case = Ownership(
    OwnedKind(follow_up.decider, _find_owner), OwnedKind(sheet.decider, _share), protected_identities
)
