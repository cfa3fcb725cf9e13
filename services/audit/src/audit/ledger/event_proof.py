"""The proof of one event: a `.tlog-proof` whose extra line opens the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.ledger.opening import header_of, opening
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import Verifier
from audit.tlog.proof import proof, verify_entry
from audit.tlog.tree import Unproven


@dataclass(frozen=True, slots=True)
class Proven:
    """`header`: what everybody may know of the event, as its service told it."""

    checkpoint: Checkpoint
    index: int
    header: dict[str, Any]


def verify_event(text: str, known: Sequence[Verifier]) -> Proven:
    """What a proof with its opening proves. Raises Unproven."""
    shown = proof(text)
    if shown.extra is None:
        raise Unproven("la preuve ne porte pas l’ouverture de l’événement")
    found = opening(shown.extra)
    signed = verify_entry(shown, found.entry, known)
    return Proven(signed, shown.index, header=header_of(found))
