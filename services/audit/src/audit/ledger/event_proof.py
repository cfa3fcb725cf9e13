"""Proof of one event: a `.tlog-proof` whose extra line opens the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.ledger.french import EvidenceError
from audit.ledger.opening import parse_opening, read_header
from audit.tlog import Checkpoint, Verifier, parse_proof, verify_entry


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """`header`: what everybody who may see the event knows of it, as its service published it."""

    checkpoint: Checkpoint
    index: int
    header: dict[str, Any]


def verify_event(text: str, known: Sequence[Verifier]) -> ProvenEvent:
    """What a proof with its opening proves. Raises VerificationError."""
    proof = parse_proof(text)
    if proof.extra is None:
        raise EvidenceError("la preuve ne porte pas l’ouverture de l’événement")
    opening = parse_opening(proof.extra)
    checkpoint = verify_entry(proof, opening.entry, known)
    return ProvenEvent(checkpoint, proof.index, header=read_header(opening))
