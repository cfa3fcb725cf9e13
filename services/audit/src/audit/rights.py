"""Which rights does audit know somebody to hold? Those of the register that the ledger committed to, and no other."""

from __future__ import annotations

from uuid import UUID

from audit.verified_events import TamperedEvent, load_verified_events
from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import Right, Role


def load_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """A right opens something once a leaf commits to it, body and all. Where one event of an identity is not what its
    leaf committed to, the identity holds nothing, for it may be a withdrawal."""
    held: dict[UUID, Right] = {}
    try:
        events = load_verified_events(app, identity)
    except TamperedEvent:
        return ()
    for each in events:
        if each.header.publisher != RightGranted.publisher:
            continue  # a service's copy of the register
        contract, body = each.heard.contract, each.heard.body or ""
        if contract == RightRevoked.topic():
            held.pop(RightRevoked.model_validate_json(body).right, None)
        elif contract == RightGranted.topic() and each.opens_body:
            told = RightGranted.model_validate_json(body)
            held[told.right] = Right(
                told.right,
                Role(told.role),
                unit=told.unit,
                units=told.units,
                case=told.case,
                since=told.since,
                until=told.until,
                person=told.person,
            )
    return tuple(held.values())
