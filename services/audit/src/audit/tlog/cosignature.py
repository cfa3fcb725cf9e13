"""Timestamped cosignatures of witnesses (C2SP tlog-cosignature, Ed25519)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.tlog.errors import Fault, VerificationError
from audit.tlog.note import (
    ED25519_BYTES,
    KEY_ID_BYTES,
    check_key_name,
    find_signers,
    parse_note,
    split_key,
    verify_ed25519,
)

COSIGNATURE_TYPE = b"\x04"
TIMESTAMP_BYTES = 8
MAX_TIMESTAMP = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + COSIGNATURE_TYPE + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """As it is published: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(COSIGNATURE_TYPE + self.public).decode()}"

    def verify(self, text: str, signature: bytes) -> None:
        timestamp = int.from_bytes(signature[:TIMESTAMP_BYTES])
        if not 0 < timestamp <= MAX_TIMESTAMP:
            raise VerificationError(Fault.COSIGNATURE_TIMESTAMP, name=self.name)
        verify_ed25519(self.public, _cosigned_text(text, timestamp), signature[TIMESTAMP_BYTES:], self.name)


def parse_witness_key(published: str) -> WitnessKey:
    """Raises VerificationError for what is not the published form of a witness's key."""
    name, key_id, raw = split_key(published)
    if raw[:1] != COSIGNATURE_TYPE or len(raw) != 1 + ED25519_BYTES:
        raise VerificationError(Fault.WITNESS_KEY)
    key = WitnessKey(name, raw[1:])
    if key.key_id.hex() != key_id:
        raise VerificationError(Fault.KEY_ID, name=name)
    return key


class Cosigner:
    """The private key of a witness. `seed`: its 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.witness_key = WitnessKey(check_key_name(name), self._key.public_key().public_bytes_raw())

    def cosign(self, text: str, timestamp: int) -> str:
        """The signature line for a checkpoint's text. `timestamp`: seconds since 1970."""
        signature = self._key.sign(_cosigned_text(text, timestamp).encode())
        raw = self.witness_key.key_id + timestamp.to_bytes(TIMESTAMP_BYTES) + signature
        return f"— {self.witness_key.name} {b64encode(raw).decode()}\n"


def find_cosignatures(note: str, witnesses: Sequence[WitnessKey]) -> dict[WitnessKey, datetime]:
    """Those that have cosigned, and the time that each states. Raises VerificationError for an invalid cosignature."""
    _, signers = find_signers(note, witnesses)
    timestamps = {
        (each.name, each.key_id): int.from_bytes(each.raw[KEY_ID_BYTES : KEY_ID_BYTES + TIMESTAMP_BYTES])
        for each in parse_note(note)[1]
    }
    return {each: datetime.fromtimestamp(timestamps[each.name, each.key_id], UTC) for each in signers}


def _cosigned_text(text: str, timestamp: int) -> str:
    return f"cosignature/v1\ntime {timestamp}\n{text}"
