"""What does an entry of the ledger commit to? Its opening, whose SHA-256 it is, and what an event told to all."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import msgspec

from audit.tlog import HASH_BYTES

SALT_BYTES = 32
FIRST, SECOND = 1, 2
"""Forms of an entry. The first commits to the header alone; what was signed in it is opened in it for ever."""


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second form, after its salt. `header` as it travelled; `body`: what commits to it, in hexadecimal."""

    body: str | None
    contract: str | None
    form: Literal[2] = 2
    header: msgspec.Raw
    label: str | None


_decode = msgspec.json.Decoder(_Told).decode


@dataclass(frozen=True, slots=True)
class Opening:
    """What whoever may see an event's header is shown. `body` commits to what the event told to all, and tells nothing
    of it: it has a salt of its own; null when it told nothing."""

    salt: bytes
    header: bytes
    label: str | None = None
    contract: str | None = None
    body: bytes | None = None
    form: int = SECOND

    def __bytes__(self) -> bytes:
        """What `base64 -d | sha256sum` is given. Raises Unproven in the first form when the header is none."""
        if self.form == FIRST:
            return self.salt + self.header + _payload_hash(self.header)
        body = None if self.body is None else self.body.hex()
        told = _Told(body=body, contract=self.contract, header=msgspec.Raw(self.header), label=self.label)
        return self.salt + msgspec.json.encode(told, order="sorted")

    @property
    def entry(self) -> bytes:
        return sha256(bytes(self)).digest()


@dataclass(frozen=True, slots=True)
class CommittedBody:
    """What an event told to all, opened: a line of salt, then the body as audit has kept it."""

    salt: bytes
    body: str

    def __bytes__(self) -> bytes:
        return b64encode(self.salt) + b"\n" + self.body.encode()

    @property
    def commitment(self) -> bytes:
        return sha256(bytes(self)).digest()


def parse_opening(raw: bytes) -> Opening:
    """Raises Unproven; only one spelling is read."""
    if len(raw) <= SALT_BYTES + HASH_BYTES:
        raise EvidenceError("l’ouverture est trop courte")
    salt, rest = raw[:SALT_BYTES], raw[SALT_BYTES:]
    try:
        told = _decode(rest)
        body = None if told.body is None else bytes.fromhex(told.body)
        found = Opening(salt, bytes(told.header), label=told.label, contract=told.contract, body=body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        found = Opening(salt, rest[:-HASH_BYTES], form=FIRST)
    if bytes(found) != raw:
        raise EvidenceError("l’en-tête et l’empreinte du contenu ne vont pas ensemble")
    return found


def read_header(found: Opening) -> dict[str, Any]:
    """The header as data. Raises Unproven when it is none."""
    try:
        header = msgspec.json.decode(found.header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceError("l’en-tête de l’événement est illisible") from error
    if not isinstance(header, dict):
        raise EvidenceError("l’en-tête de l’événement est illisible")
    return header


class _Hashed(msgspec.Struct):
    payload_hash: str


_hashed = msgspec.json.Decoder(_Hashed).decode


def _payload_hash(header: bytes) -> bytes:
    try:
        return bytes.fromhex(_hashed(header).payload_hash)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EvidenceError("l’en-tête de l’événement est illisible") from error
