"""Ownership of a case: the units that acted on it in intake, where every case begins, or where a fund was opened."""

from __future__ import annotations

from uuid import UUID

from audit.problems import altered_event, not_signed_yet
from audit.verified_events import TamperedEvent, load_verified_events
from shared.access import ProtectedCase
from shared.contracts.intake import RequestAdmitted
from shared.eventlog import ServiceApplication


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """A request that a follow-up opened belongs to its origin's unit until an adviser takes it up.

    Raises ProblemError when nothing of the case is shown to anybody: an event of it was tampered with, or the ledger
    has not committed yet to intake's events, which say whose it is and who has access."""
    try:
        events = load_verified_events(app, id)
    except TamperedEvent:
        raise altered_event() from None
    if not events:
        return None
    own = [each for each in events if each.header.publisher == RequestAdmitted.publisher]
    if not own and len({each.header.publisher for each in events}) > 1:
        raise not_signed_yet()  # a case, and none of these services says whose it is
    committed = [each.header for each in own or events if each.is_committed]
    deciding_access = [each for each in events if each.case_access]
    if not committed or not all(each.is_committed for each in deciding_access[-1:]):
        raise not_signed_yet()
    units = frozenset(header.unit for header in committed if header.unit)
    origin = committed[0].correlation
    if not units and origin != id:
        origin_case = find_protected_case(app, origin)
        return ProtectedCase(id, origin_case.units if origin_case else frozenset())
    return ProtectedCase(id, units)
