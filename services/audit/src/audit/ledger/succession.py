"""Succession of signing keys: which key took over from which, at which size, and why.

A succession is a note signed by the new key, and by the old one if it still exists."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from audit.ledger.french import EvidenceError
from audit.tlog import Checkpoint, Signer, Verifier, find_signers, parse_checkpoint, parse_verifier

FIRST_LINE = "dla-succession/1"
MAX_REASON_CHARS = 500
LINE_COUNT = 8


@dataclass(frozen=True, slots=True)
class Succession:
    """`checkpoint`: the last one that `old` signed, and the first that `new` did: one and the same tree.
    `signed_by_old`: the old key has signed this succession too."""

    checkpoint: Checkpoint
    old: Verifier
    new: Verifier
    at: datetime
    reason: str
    signed_by_old: bool = False

    def __str__(self) -> str:
        tree = f"{self.checkpoint.origin}\n{self.checkpoint.size}\n{b64encode(self.checkpoint.root).decode()}\n"
        return f"{FIRST_LINE}\n{tree}{self.old}\n{self.new}\n{self.at.isoformat()}\n{self.reason}\n"

    def sign(self, new: Signer, old: Signer | None) -> str:
        """The note."""
        note = new.sign(str(self))
        return note if old is None else note + old.sign(str(self)).rpartition("\n\n")[2]


def parse_succession(note: str) -> Succession:
    """Raises VerificationError unless the new key has signed it, and no signature is wrong."""
    lines = note.partition("\n\n")[0].split("\n")
    if len(lines) != LINE_COUNT or lines[0] != FIRST_LINE:
        raise EvidenceError("ce n’est pas une succession de clés")
    old, new = parse_verifier(lines[4]), parse_verifier(lines[5])
    text, signers = find_signers(note, [new, old])
    try:
        at = datetime.fromisoformat(lines[6])
    except ValueError as error:
        raise EvidenceError("la date d’une succession est illisible") from error
    if new not in signers:
        raise EvidenceError(f"la succession de {old} n’est pas signée par {new}, qui lui succède")
    succession = Succession(
        parse_checkpoint("\n".join(lines[1:4]) + "\n"),
        old,
        new=new,
        at=at,
        reason=lines[7],
        signed_by_old=old in signers,
    )
    is_one_log = {old.name, new.name} == {succession.checkpoint.origin}
    if str(succession) != text or not is_one_log or old == new:
        raise EvidenceError("cette succession n’est pas écrite comme elle doit l’être")
    return succession


def verify_chain(notes: Sequence[str], current: Verifier) -> tuple[Succession, ...]:
    """The successions from the first key to the current one. Raises VerificationError when a link is missing."""
    links = tuple(map(parse_succession, notes))
    for link, successor in zip(links, [*(link.old for link in links[1:]), current], strict=False):
        if link.new != successor:
            raise EvidenceError(f"{link.new} a succédé à {link.old}, et non {successor}")
    if any(after.checkpoint.size < before.checkpoint.size for before, after in pairwise(links)):
        raise EvidenceError("les successions ne sont pas dans l’ordre des tailles du registre")
    return links


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key of the ledger, and the largest size that it may sign; null for the current one."""

    key: Verifier
    until: int | None = None

    def __str__(self) -> str:
        return str(self.key) if self.until is None else f"{self.key} until {self.until}"


def published_keys(links: Sequence[Succession], current: Verifier) -> list[PublishedKey]:
    """As `/tlog/key` gives them, the current one first."""
    return [PublishedKey(current), *(PublishedKey(link.old, link.checkpoint.size) for link in reversed(links))]


def parse_published_keys(text: str) -> list[PublishedKey]:
    """Reads one key, or all of a ledger as it publishes them. Raises VerificationError."""
    keys = []
    for line in text.strip().split("\n"):
        key, _, until = line.partition(" until ")
        if until and not (until.isascii() and until.isdigit()):
            raise EvidenceError("une clé publiée ne dit pas jusqu’à quelle taille elle vaut")
        keys.append(PublishedKey(parse_verifier(key), int(until) if until else None))
    return keys
