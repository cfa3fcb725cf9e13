"""Is this event in the ledger? `.tlog-proof` files (C2SP tlog-proof), verified with a key alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.tlog.checkpoint import NUMBER, Checkpoint, verified
from audit.tlog.note import Verifier, base64
from audit.tlog.tree import HASH, Unproven, leaf_hash, verify_consistency, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """`checkpoint` is the signed note, as it was; `extra` the opening, for who may see it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines += [f"index {self.index}", *(b64encode(each).decode() for each in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint


def proof(text: str) -> Proof:
    """Reads a `.tlog-proof`; verifies nothing. Raises Unproven."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not blank:
        raise Unproven("ce n’est pas une preuve d’inscription")
    extra = base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
    if word != "index" or not NUMBER.fullmatch(index) or len(lines) > MOST_HASHES:
        raise Unproven("la preuve ne dit pas à quel rang est l’événement")
    hashes = tuple(base64(line) for line in lines)
    if any(len(each) != HASH for each in hashes):
        raise Unproven("une empreinte de la preuve n’a pas 32 octets")
    return Proof(int(index), hashes, checkpoint=note, extra=extra)


def verify_entry(shown: Proof, entry: bytes, known: Sequence[Verifier]) -> Checkpoint:
    """The signed checkpoint under which the ledger holds this entry at the proof's index. Raises Unproven."""
    signed = verified(shown.checkpoint, known)
    verify_inclusion(leaf_hash(entry), shown.index, signed.size, shown.hashes, signed.root)
    return signed


def verify_extension(
    old: str, new: str, hashes: Sequence[bytes], known: Sequence[Verifier]
) -> tuple[Checkpoint, Checkpoint]:
    """Two signed checkpoints of one ledger, the newer of which only adds. Raises Unproven."""
    before, after = verified(old, known), verified(new, known)
    if before.origin != after.origin:
        raise Unproven(f"{before.origin} et {after.origin} sont deux registres")
    verify_consistency(before.size, before.root, after.size, after.root, hashes)
    return before, after
