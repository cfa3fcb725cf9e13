"""Tokens at the end of addresses in mails: an id and its keyed hash, made when they are needed and stored nowhere.

Only intake's hashing key makes one. A token serves one use and no other."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from enum import StrEnum
from uuid import UUID

from shared.crypto import KeyStore

ID_BYTES, HASH_BYTES = 16, 32


class TokenUse(StrEnum):
    """`MAIL`: the id of a mail, whose link it opens once. `UNSUBSCRIBE`: the id of mail preferences, whose mails it
    ends."""

    MAIL = "mail token"
    UNSUBSCRIBE = "unsubscribe token"


def make_token(keys: KeyStore, use: TokenUse, id_: UUID) -> str:
    """64 characters that an address may hold."""
    return urlsafe_b64encode(id_.bytes + bytes.fromhex(keys.keyed_hash(f"{use} {id_}"))).decode()


def read_token(keys: KeyStore, use: TokenUse, token: str) -> UUID | None:
    """The id that a token was made for; null for any other text."""
    try:
        decoded = urlsafe_b64decode(token.encode("ascii"))
    except (Error, ValueError):
        return None
    if len(decoded) != ID_BYTES + HASH_BYTES:
        return None
    id_ = UUID(bytes=decoded[:ID_BYTES])
    return id_ if hmac.compare_digest(make_token(keys, use, id_), token) else None
