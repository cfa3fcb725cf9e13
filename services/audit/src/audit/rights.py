"""Rights of an identity, as audit knows them: those of intake's register that the ledger committed to."""

from __future__ import annotations

from uuid import UUID

from audit.verified_events import TamperedEvent, load_verified_events
from shared.access import right_of
from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import Right


def load_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """A right counts once a leaf commits to its event. When one event of an identity was tampered with, the identity
    has no right at all: it may have been a withdrawal."""
    rights: dict[UUID, Right] = {}
    try:
        events = load_verified_events(app, identity)
    except TamperedEvent:
        return ()
    for event in events:
        if event.header.publisher != RightGranted.publisher:
            continue  # a service's copy of the register
        contract, body = event.received.contract, event.received.body or ""
        if contract == RightRevoked.topic():
            rights.pop(RightRevoked.model_validate_json(body).right, None)
        elif contract == RightGranted.topic() and event.is_committed:
            payload = RightGranted.model_validate_json(body)
            rights[payload.right] = right_of(payload)
    return tuple(rights.values())
