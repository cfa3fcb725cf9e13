"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log, signed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.tlog.errors import Fault, VerificationError
from audit.tlog.note import Verifier, decode_base64, open_note
from audit.tlog.tree import HASH_BYTES

DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a note whose signature was verified. Raises VerificationError; extension lines are ignored."""
    origin, size, root, *more = text.removesuffix("\n").split("\n") if text.count("\n") >= 3 else ("", "", "", "")
    if not origin or not DECIMAL.fullmatch(size) or not all(more):
        raise VerificationError(Fault.CHECKPOINT)
    decoded_root = decode_base64(root)
    if len(decoded_root) != HASH_BYTES:
        raise VerificationError(Fault.ROOT_LENGTH)
    return Checkpoint(origin, int(size), root=decoded_root)


def verify_checkpoint(note: str, known: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint that a known key of its own origin has signed, whoever else did. Raises VerificationError."""
    origin = note.partition("\n")[0]
    return parse_checkpoint(open_note(note, [key for key in known if key.name == origin]))
