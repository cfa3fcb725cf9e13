"""Opening of a ledger entry: the bytes whose SHA-256 the entry is.

It holds a salt, the event's header, its French label, its contract, and a commitment to its public body under a salt of
its own: a reader who is shown the header only cannot even check a guess of the body."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import msgspec

from audit.ledger.french import EvidenceError
from audit.tlog import HASH_BYTES

SALT_BYTES = 32


class _OpeningJson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows the salt. `form`: the version of this structure; entries of every form that was signed stay
    readable. `body`: the commitment to the public body, in hexadecimal."""

    body: str | None
    contract: str | None
    form: Literal[1] = 1
    header: msgspec.Raw
    label: str | None


_decode = msgspec.json.Decoder(_OpeningJson).decode


@dataclass(frozen=True, slots=True)
class Opening:
    """`header`: as it travelled. `body` commits to the event's public body and reveals nothing of it; null without
    one."""

    salt: bytes
    header: bytes
    label: str | None = None
    contract: str | None = None
    body: bytes | None = None

    def __bytes__(self) -> bytes:
        """What `base64 -d | sha256sum` is given."""
        body = None if self.body is None else self.body.hex()
        content = _OpeningJson(body=body, contract=self.contract, header=msgspec.Raw(self.header), label=self.label)
        return self.salt + msgspec.json.encode(content, order="sorted")

    @property
    def entry(self) -> bytes:
        return sha256(bytes(self)).digest()


@dataclass(frozen=True, slots=True)
class CommittedBody:
    """The public body of an event, opened: a line of salt, then the body as audit stores it."""

    salt: bytes
    body: str

    def __bytes__(self) -> bytes:
        return b64encode(self.salt) + b"\n" + self.body.encode()

    @property
    def commitment(self) -> bytes:
        return sha256(bytes(self)).digest()


def parse_opening(raw: bytes) -> Opening:
    """Raises EvidenceError; only the canonical spelling is read."""
    if len(raw) <= SALT_BYTES + HASH_BYTES:
        raise EvidenceError("l’ouverture est trop courte")
    try:
        content = _decode(raw[SALT_BYTES:])
        body = None if content.body is None else bytes.fromhex(content.body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise EvidenceError("l’ouverture est illisible") from error
    opening = Opening(
        raw[:SALT_BYTES], bytes(content.header), label=content.label, contract=content.contract, body=body
    )
    if bytes(opening) != raw:
        raise EvidenceError("l’ouverture n’est pas écrite comme elle doit l’être")
    return opening


def read_header(opening: Opening) -> dict[str, Any]:
    """The header as data. Raises EvidenceError when it is none."""
    try:
        header = msgspec.json.decode(opening.header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceError("l’en-tête de l’événement est illisible") from error
    if not isinstance(header, dict):
        raise EvidenceError("l’en-tête de l’événement est illisible")
    return header
