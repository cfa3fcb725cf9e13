"""Public look-up of a receipt: which entry of the ledger a fingerprint is, and whether what it stands for still holds.

No token is needed, and nothing is said of whom or what the event is about. Who asks knows the event's id and the
fingerprint of its content, which only a receipt gives; any other pair is unknown, in the same words."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel

from audit.api.proofs import load_opening
from audit.ledger.opening import read_header
from audit.ledger.store import Ledger
from audit.problems import altered_event, not_signed_yet
from audit.verified_events import TamperedEvent, VerifiedEvent, load_verified_events
from shared.eventlog import ServiceApplication
from shared.kernel import LabelledEnum
from shared.web.http import ProblemError, ServiceRouter, problem_responses
from shared.web.requests import AppDep

router = ServiceRouter("/tlog", tags=["ledger"], responses=problem_responses(404, 409, 503))
Fingerprint = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the event's content")]


class ReceiptStatus(LabelledEnum):
    HOLDS = "holds", "vaut toujours"
    REPLACED = "replaced", "remplacée depuis"
    MAY_BE_REPLACED = "may_be_replaced", "peut-être remplacée depuis"


@dataclass(frozen=True, slots=True)
class ReplacedBy:
    """The later events of the same stream that end a decision: by anybody, or by the same person. `certain`: false
    where a stream has several of the kind and a header does not say which one is meant."""

    anybody: frozenset[str]
    same_person: frozenset[str] = frozenset()
    certain: bool = True


DECISIONS = {
    "diagnosis-validated": ReplacedBy(frozenset({"validation-voided"}), frozenset({"diagnosis-contested"})),
    "diagnosis-contested": ReplacedBy(
        frozenset({"submission-voided", "diagnosis-submitted"}), frozenset({"diagnosis-validated"})
    ),
    "parcours-validated": ReplacedBy(frozenset({"parcours-adjusted"})),
    "parcours-contested": ReplacedBy(frozenset({"parcours-shared"})),
    "agreement-countersigned": ReplacedBy(frozenset({"agreement-corrected", "agreement-voided"}), certain=False),
}
"""The events that have a receipt, by their names in the headers."""


class ReceiptLookup(BaseModel):
    """`entry`: the number of the ledger's line, from 1; `size`: how many lines are signed. `replaced_at`: when what
    replaced the decision was recorded; null while it holds."""

    entry: int
    size: int
    recorded_at: datetime
    status: ReceiptStatus
    status_label: str
    replaced_at: datetime | None


@router.get("/receipts/{event}/{fingerprint}", summary="Look up the fingerprint of a receipt")
def look_up(event: UUID, fingerprint: Fingerprint, app: AppDep) -> ReceiptLookup:
    """For whoever holds a receipt, without a token: its place in the ledger, and whether the decision still holds."""
    ledger = Ledger(app.recorder)
    leaf = ledger.leaf(event)
    if leaf is None:
        raise _unknown_receipt()
    header = read_header(load_opening(app, event, leaf))
    if header["event"] not in DECISIONS or not hmac.compare_digest(header["payload_hash"], fingerprint):
        raise _unknown_receipt()
    checkpoint = ledger.newest_checkpoint()
    if checkpoint is None or checkpoint.size <= leaf.index:
        raise not_signed_yet()
    own, later = _with_later(app, event, UUID(header["case"]))
    status, replaced_at = status_of(own, later)
    return ReceiptLookup(
        entry=leaf.index + 1,
        size=checkpoint.size,
        recorded_at=own.received.recorded_at,
        status=status,
        status_label=status.label,
        replaced_at=replaced_at,
    )


def _with_later(app: ServiceApplication, event: UUID, case: UUID) -> tuple[VerifiedEvent, list[VerifiedEvent]]:
    """An event, and those of its stream after it. Raises ProblemError when one of the case was tampered with."""
    try:
        events = load_verified_events(app, case)
    except TamperedEvent:
        raise altered_event() from None
    own = next(each for each in events if each.stream == event)
    same = [each for each in events if each.header.stream == own.header.stream]
    return own, [each for each in same if each.header.version > own.header.version]


def status_of(own: VerifiedEvent, later: list[VerifiedEvent]) -> tuple[ReceiptStatus, datetime | None]:
    """Whether a decision holds, and since when it does not."""
    rule = DECISIONS[own.received.event]
    replaced = [
        each.received.recorded_at
        for each in later
        if each.received.event in rule.anybody
        or (each.received.event in rule.same_person and each.header.actor == own.header.actor)
    ]
    if not replaced:
        return ReceiptStatus.HOLDS, None
    return (ReceiptStatus.REPLACED if rule.certain else ReceiptStatus.MAY_BE_REPLACED), min(replaced)


def _unknown_receipt() -> ProblemError:
    return ProblemError(
        404,
        "unknown-receipt",
        "Empreinte inconnue",
        "Le registre ne connaît aucun reçu de ce numéro et de cette empreinte, ou pas encore.",
    )
