"""When did a witness see this checkpoint? Timestamped cosignatures (C2SP tlog-cosignature, Ed25519)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.tlog.note import KEY_ID_BYTES, check_key_name, find_signers, parse_note, split_key, verify_ed25519
from audit.tlog.tree import VerificationError

COSIGNATURE_TYPE = b"\x04"
TIMESTAMP_BYTES = 8
MAX_TIMESTAMP = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness as somebody knows it: what verifies its cosignatures."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + COSIGNATURE_TYPE + self.public).digest()[:4]

    def __str__(self) -> str:
        """As it is published: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(COSIGNATURE_TYPE + self.public).decode()}"

    def verify(self, text: str, signature: bytes) -> None:
        stamp = int.from_bytes(signature[:TIMESTAMP_BYTES])
        if not 0 < stamp <= MAX_TIMESTAMP:
            raise VerificationError(f"la cosignature de {self.name} n’est pas datée")
        verify_ed25519(self.public, _cosigned(text, stamp), signature[TIMESTAMP_BYTES:], self.name)


def parse_witness_key(published: str) -> WitnessKey:
    """Raises Unproven for what is not the published form of a witness's key."""
    name, key_id, material = split_key(published)
    if material[:1] != COSIGNATURE_TYPE or len(material) != 33:
        raise VerificationError(
            "cette clé n’est pas celle d’un témoin\u00a0: nom+empreinte+clé, pour une cosignature datée Ed25519"
        )
    found = WitnessKey(name, material[1:])
    if found.key_id.hex() != key_id:
        raise VerificationError(f"l’empreinte de la clé de {name} ne lui correspond pas")
    return found


class Cosigner:
    """`seed`: the 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.witness = WitnessKey(check_key_name(name), self._key.public_key().public_bytes_raw())

    def line(self, text: str, stamp: int) -> str:
        """The signature line for a checkpoint's text, at so many seconds since 1970."""
        signature = self._key.sign(_cosigned(text, stamp).encode())
        raw = self.witness.key_id + stamp.to_bytes(TIMESTAMP_BYTES) + signature
        return f"— {self.witness.name} {b64encode(raw).decode()}\n"


def find_cosignatures(note: str, witnesses: Sequence[WitnessKey]) -> dict[WitnessKey, datetime]:
    """Those that have cosigned, and when they say that they did. Raises Unproven for a cosignature that is none."""
    _, signers = find_signers(note, witnesses)
    stamps = {
        (each.name, each.key_id): int.from_bytes(each.raw[KEY_ID_BYTES : KEY_ID_BYTES + TIMESTAMP_BYTES])
        for each in parse_note(note)[1]
    }
    return {each: datetime.fromtimestamp(stamps[each.name, each.key_id], UTC) for each in signers}


def _cosigned(text: str, stamp: int) -> str:
    return f"cosignature/v1\ntime {stamp}\n{text}"
