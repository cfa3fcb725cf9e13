"""How is a witness shown that a checkpoint only adds to an older one? By the body of C2SP tlog-witness."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from audit.tlog.checkpoint import DECIMAL
from audit.tlog.note import decode_base64
from audit.tlog.tree import HASH_BYTES, VerificationError

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
    """Verifies nothing. Raises Unproven for what is not written as it must be."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    if word != "old" or not blank or not DECIMAL.fullmatch(old) or len(lines) > MAX_PROOF_HASHES:
        raise VerificationError("ce n’est pas un point de contrôle avec ce qui prouve qu’il en prolonge un autre")
    hashes = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_BYTES for each in hashes):
        raise VerificationError("une empreinte de la preuve n’a pas 32 octets")
    return AddCheckpointRequest(int(old), hashes, note=note)
