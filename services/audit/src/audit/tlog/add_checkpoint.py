"""How is a witness shown that a checkpoint only adds to an older one? By the body of C2SP tlog-witness."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from audit.tlog.checkpoint import NUMBER
from audit.tlog.note import base64
from audit.tlog.tree import HASH, Unproven

MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Extension:
    """`hashes` prove that the signed checkpoint `note` begins with the tree of the first `old` leaves."""

    old: int
    hashes: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        lines = [f"old {self.old}", *(b64encode(each).decode() for each in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.note


def extension(text: str) -> Extension:
    """Verifies nothing. Raises Unproven for what is not written as it must be."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    if word != "old" or not blank or not NUMBER.fullmatch(old) or len(lines) > MOST_HASHES:
        raise Unproven("ce n’est pas un point de contrôle avec ce qui prouve qu’il en prolonge un autre")
    hashes = tuple(base64(line) for line in lines)
    if any(len(each) != HASH for each in hashes):
        raise Unproven("une empreinte de la preuve n’a pas 32 octets")
    return Extension(int(old), hashes, note=note)
