"""Proofs of inclusion as files (C2SP tlog-proof), verified with the log's key alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.tlog.add_checkpoint import MAX_PROOF_HASHES
from audit.tlog.checkpoint import DECIMAL, Checkpoint, verify_checkpoint
from audit.tlog.errors import Fault, VerificationError
from audit.tlog.note import Verifier, decode_base64
from audit.tlog.tree import HASH_BYTES, leaf_hash, verify_consistency, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """`checkpoint`: the signed note. `extra`: bytes that the format leaves to the application."""

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
    """Reads a `.tlog-proof`; verifies nothing. Raises VerificationError."""
    head, separator, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != FIRST_LINE or not separator:
        raise VerificationError(Fault.PROOF)
    extra = decode_base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
    if word != "index" or not DECIMAL.fullmatch(index) or len(lines) > MAX_PROOF_HASHES:
        raise VerificationError(Fault.PROOF_INDEX)
    hashes = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_BYTES for each in hashes):
        raise VerificationError(Fault.HASH_LENGTH)
    return TlogProof(int(index), hashes, checkpoint=note, extra=extra)


def verify_entry(proof: TlogProof, entry: bytes, known: Sequence[Verifier]) -> Checkpoint:
    """The signed checkpoint under which the log holds this entry at the proof's index. Raises VerificationError."""
    checkpoint = verify_checkpoint(proof.checkpoint, known)
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def verify_append_only(
    old: str, new: str, hashes: Sequence[bytes], known: Sequence[Verifier]
) -> tuple[Checkpoint, Checkpoint]:
    """Two signed checkpoints of one log, the newer of which extends the older. Raises VerificationError."""
    before, after = verify_checkpoint(old, known), verify_checkpoint(new, known)
    if before.origin != after.origin:
        raise VerificationError(Fault.ORIGINS, old=before.origin, new=after.origin)
    verify_consistency(before.size, before.root, after.size, after.root, hashes)
    return before, after
