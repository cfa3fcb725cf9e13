"""Is this event in the ledger? `.tlog-proof` files (C2SP tlog-proof), verified with a key alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.tlog.checkpoint import DECIMAL, Checkpoint, verify_checkpoint
from audit.tlog.note import Verifier, decode_base64
from audit.tlog.tree import HASH_BYTES, VerificationError, leaf_hash, verify_consistency, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_PROOF_HASHES = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
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


def parse_proof(text: str) -> TlogProof:
    """Reads a `.tlog-proof`; verifies nothing. Raises Unproven."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not blank:
        raise VerificationError("ce n’est pas une preuve d’inscription")
    extra = decode_base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
    if word != "index" or not DECIMAL.fullmatch(index) or len(lines) > MAX_PROOF_HASHES:
        raise VerificationError("la preuve ne dit pas à quel rang est l’événement")
    hashes = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_BYTES for each in hashes):
        raise VerificationError("une empreinte de la preuve n’a pas 32 octets")
    return TlogProof(int(index), hashes, checkpoint=note, extra=extra)


def verify_entry(shown: TlogProof, entry: bytes, known: Sequence[Verifier]) -> Checkpoint:
    """The signed checkpoint under which the ledger holds this entry at the proof's index. Raises Unproven."""
    signed = verify_checkpoint(shown.checkpoint, known)
    verify_inclusion(leaf_hash(entry), shown.index, signed.size, shown.hashes, signed.root)
    return signed


def verify_append_only(
    old: str, new: str, hashes: Sequence[bytes], known: Sequence[Verifier]
) -> tuple[Checkpoint, Checkpoint]:
    """Two signed checkpoints of one ledger, the newer of which only adds. Raises Unproven."""
    before, after = verify_checkpoint(old, known), verify_checkpoint(new, known)
    if before.origin != after.origin:
        raise VerificationError(f"{before.origin} et {after.origin} sont deux registres")
    verify_consistency(before.size, before.root, after.size, after.root, hashes)
    return before, after
