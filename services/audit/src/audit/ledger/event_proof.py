"""The proof of one event: a `.tlog-proof` whose extra line opens the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.ledger.opening import parse_opening, read_header
from audit.tlog import Checkpoint, Verifier, parse_proof, verify_entry


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """`header`: what everybody may know of the event, as its service told it."""

    checkpoint: Checkpoint
    index: int
    header: dict[str, Any]


def verify_event(text: str, known: Sequence[Verifier]) -> ProvenEvent:
    """What a proof with its opening proves. Raises Unproven."""
    shown = parse_proof(text)
    if shown.extra is None:
        raise EvidenceError("la preuve ne porte pas l’ouverture de l’événement")
    found = parse_opening(shown.extra)
    signed = verify_entry(shown, found.entry, known)
    return ProvenEvent(signed, shown.index, header=read_header(found))
