"""Header of an event as it travelled, read without its service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from audit.ledger.french import EvidenceError

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class BundleHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that a bundle uses; a header may have more."""

    publisher: str
    log_id: UUID
    position: Count
    partition: Count
    number: Count
    id: UUID
    case: UUID
    stream: UUID
    version: Count
    event: str
    event_version: Count
    recorded_at: datetime
    effective_at: datetime
    actor: str
    role: str
    unit: str | None
    causation: UUID | None
    correlation: UUID
    payload_hash: str

    @property
    def topic(self) -> str:
        return f"{self.event}:v{self.event_version}"

    @property
    def order(self) -> tuple[datetime, str, int]:
        """The order of a timeline: by recording; at one instant by service."""
        return self.recorded_at, self.publisher, self.position


_decode = msgspec.json.Decoder(BundleHeader).decode


def parse_header(raw: bytes) -> BundleHeader:
    """Raises EvidenceError."""
    try:
        header = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceError("l’en-tête de l’événement est illisible") from error
    if header.recorded_at.tzinfo is None or header.effective_at.tzinfo is None:
        raise EvidenceError("l’en-tête de l’événement porte une date sans fuseau")
    return header
