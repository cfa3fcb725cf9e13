"""Ownership of a case: the units that acted on it in intake, where every case begins, or where a fund was opened."""

from __future__ import annotations

from uuid import UUID

from audit.domain import EventReceived, emergency_access
from audit.problems import altered_event, not_signed_yet
from audit.verified_events import TamperedEvent, load_verified_events
from shared.access import ProtectedCase
from shared.contracts.intake import RequestAdmitted
from shared.eventlog import ServiceApplication

CASE = "case"
"""The kind of what `/cases/{id}` shows. The register, a sheet, a fund have events here too, and are no cases."""
CASE_OPENINGS = frozenset({"request-received", "linked-request-opened", "transfer-received"})
"""The events of intake that open a case."""


def opens_case(received: EventReceived) -> bool:
    return received.publisher == RequestAdmitted.publisher and received.event in CASE_OPENINGS


def find_protected_case(app: ServiceApplication, id: UUID, kind: str | None = None) -> ProtectedCase | None:  # noqa: A002
    """A request that a follow-up opened belongs to its origin's unit until an adviser takes it up.

    Whoever may see it is told to wait until the ledger has committed to the events that say whose it is and who has
    access. Raises ProblemError when nothing of the case is shown to anybody: an event of it was tampered with."""
    try:
        events = load_verified_events(app, id)
    except TamperedEvent:
        raise altered_event() from None
    if kind == CASE and not any(opens_case(each.received) for each in events):
        return None
    own = [each for each in events if each.header.publisher == RequestAdmitted.publisher]
    if not own and len({each.header.publisher for each in events}) > 1:
        return None  # a case, and none of these services says whose it is
    committed = [each.header for each in own or events if each.is_committed]
    deciding_access = [each for each in events if each.case_access]
    unready = None
    if not committed or not all(each.is_committed for each in deciding_access[-1:]):
        unready = not_signed_yet()
    headers = committed or [each.header for each in own or events]
    if not headers:
        return None
    units = frozenset(header.unit for header in headers if header.unit)
    origin = headers[0].correlation
    if not units and origin != id:
        origin_case = find_protected_case(app, origin)
        units = origin_case.units if origin_case else frozenset()
    opened = (emergency_access(each.received) for each in events if each.is_committed)
    return ProtectedCase(id, units, unready=unready, emergency_ends=dict(filter(None, opened)))
