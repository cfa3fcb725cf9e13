"""Whose is a case? Of the units that acted on it in intake, where every case begins; a fund’s, where it was opened."""

from __future__ import annotations

from uuid import UUID

from audit.problems import altered_event, not_signed_yet
from audit.verified_events import TamperedEvent, load_verified_events
from shared.access import ProtectedCase
from shared.contracts.intake import RequestAdmitted
from shared.eventlog import ServiceApplication


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """A request that a follow-up opened is its origin's unit's, until somebody takes it up.

    Raises ProblemError when nobody is shown anything of it: what is kept of it was altered, or the ledger has not
    committed yet to what says whose it is, or who is in charge."""
    try:
        told = load_verified_events(app, id)
    except TamperedEvent:
        raise altered_event() from None
    if not told:
        return None
    committed = [each.header for each in told if each.leaf]
    put_in_charge = [each for each in told if each.case_access]
    if not committed or not all(each.opens_body for each in put_in_charge[-1:]):
        raise not_signed_yet()
    begun = [header for header in committed if header.publisher == RequestAdmitted.publisher] or committed
    concerned = frozenset(header.unit for header in begun if header.unit)
    origin = committed[0].correlation
    if not concerned and origin != id:
        before = find_protected_case(app, origin)
        return ProtectedCase(id, before.units if before else frozenset())
    return ProtectedCase(id, concerned)
