"""When did a witness see this checkpoint? Timestamped cosignatures (C2SP tlog-cosignature, Ed25519)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.tlog.note import KEY_ID, key_name, material_of, parts, signed_by, verify_ed25519
from audit.tlog.tree import Unproven

COSIGNATURE = b"\x04"
STAMP = 8
LATEST = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness as somebody knows it: what verifies its cosignatures."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def __str__(self) -> str:
        """As it is published: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(COSIGNATURE + self.public).decode()}"

    def verify(self, text: str, signature: bytes) -> None:
        stamp = int.from_bytes(signature[:STAMP])
        if not 0 < stamp <= LATEST:
            raise Unproven(f"la cosignature de {self.name} n’est pas datée")
        verify_ed25519(self.public, _cosigned(text, stamp), signature[STAMP:], self.name)


def witness(published: str) -> Witness:
    """Raises Unproven for what is not the published form of a witness's key."""
    name, key_id, material = material_of(published)
    if material[:1] != COSIGNATURE or len(material) != 33:
        raise Unproven(
            "cette clé n’est pas celle d’un témoin\u00a0: nom+empreinte+clé, pour une cosignature datée Ed25519"
        )
    found = Witness(name, material[1:])
    if found.key_id.hex() != key_id:
        raise Unproven(f"l’empreinte de la clé de {name} ne lui correspond pas")
    return found


class Cosigner:
    """`seed`: the 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.witness = Witness(key_name(name), self._key.public_key().public_bytes_raw())

    def line(self, text: str, stamp: int) -> str:
        """The signature line for a checkpoint's text, at so many seconds since 1970."""
        signature = self._key.sign(_cosigned(text, stamp).encode())
        raw = self.witness.key_id + stamp.to_bytes(STAMP) + signature
        return f"— {self.witness.name} {b64encode(raw).decode()}\n"


def seen_by(note: str, witnesses: Sequence[Witness]) -> dict[Witness, datetime]:
    """Those that have cosigned, and when they say that they did. Raises Unproven for a cosignature that is none."""
    _, signers = signed_by(note, witnesses)
    stamps = {(each.name, each.key_id): int.from_bytes(each.raw[KEY_ID : KEY_ID + STAMP]) for each in parts(note)[1]}
    return {each: datetime.fromtimestamp(stamps[each.name, each.key_id], UTC) for each in signers}


def _cosigned(text: str, stamp: int) -> str:
    return f"cosignature/v1\ntime {stamp}\n{text}"
