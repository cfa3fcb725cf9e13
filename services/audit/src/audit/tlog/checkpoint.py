"""How long was the ledger, and what did it hold? A checkpoint: origin, size and root, signed (C2SP tlog-checkpoint)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.tlog.note import Verifier, decode_base64, open_note
from audit.tlog.tree import HASH_BYTES, VerificationError

DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a note whose signature was verified. Raises Unproven; extension lines are passed over."""
    origin, size, root, *more = text.removesuffix("\n").split("\n") if text.count("\n") >= 3 else ("", "", "", "")
    if not origin or not DECIMAL.fullmatch(size) or not all(more):
        raise VerificationError("ce n’est pas un point de contrôle")
    hashed = decode_base64(root)
    if len(hashed) != HASH_BYTES:
        raise VerificationError("la racine d’un point de contrôle a 32 octets")
    return Checkpoint(origin, int(size), root=hashed)


def verify_checkpoint(note: str, known: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint that a known key of its own origin has signed, whoever else did. Raises Unproven."""
    origin = note.partition("\n")[0]
    return parse_checkpoint(open_note(note, [key for key in known if key.name == origin]))
