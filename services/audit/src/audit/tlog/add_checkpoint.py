"""Body of an `add-checkpoint` request (C2SP tlog-witness): a checkpoint, and the proof that it extends an older one."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from audit.tlog.checkpoint import DECIMAL
from audit.tlog.errors import Fault, VerificationError
from audit.tlog.note import decode_base64
from audit.tlog.tree import HASH_BYTES

MAX_PROOF_HASHES = 63


@dataclass(frozen=True, slots=True)
class AddCheckpointRequest:
    """`hashes` prove that the signed checkpoint `note` begins with the tree of the first `old` leaves."""

    old: int
    hashes: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        lines = [f"old {self.old}", *(b64encode(each).decode() for each in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.note


def parse_add_checkpoint(text: str) -> AddCheckpointRequest:
    """Verifies no signature and no proof. Raises VerificationError for what is malformed."""
    head, separator, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    if word != "old" or not separator or not DECIMAL.fullmatch(old) or len(lines) > MAX_PROOF_HASHES:
        raise VerificationError(Fault.ADD_CHECKPOINT)
    hashes = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_BYTES for each in hashes):
        raise VerificationError(Fault.HASH_LENGTH)
    return AddCheckpointRequest(int(old), hashes, note=note)
