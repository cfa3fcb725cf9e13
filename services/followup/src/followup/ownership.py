"""Whose is a follow-up? Of the unit that accompanied the structure; capitalisation sheets are everybody’s."""

from __future__ import annotations

from uuid import UUID

from followup.domain import follow_up
from shared.access import ProtectedCase
from shared.eventlog import ServiceApplication, UnknownCase


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """Nobody's yet where a corrected baseline was heard of a case whose follow-up has not opened: it names no unit."""
    try:
        known = app.load(follow_up.decider, id)
    except UnknownCase:
        return None
    return ProtectedCase(id, frozenset({known.state.unit})) if known.state.unit else None
