"""Tokens at the end of addresses in mails: an id and its keyed hash, made when they are needed and stored nowhere.

Only intake's hashing key makes one. A token serves one use and no other."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from shared.crypto import KeyStore

ID_BYTES, HASH_BYTES = 16, 32


class TokenUse(StrEnum):
    """`MAIL`: the id of a mail, whose link it opens once. `UNSUBSCRIBE`: the id of mail preferences, whose mails it
    ends. `CALENDAR`: the id of a calendar feed, with its number."""

    MAIL = "mail token"
    UNSUBSCRIBE = "unsubscribe token"
    CALENDAR = "calendar token"


def make_token(keys: KeyStore, use: TokenUse, id_: UUID, number: int = 0) -> str:
    """64 characters that an address may hold. `number`: of a token that another one replaces under the same id."""
    of_number = f" {number}" if number else ""
    return urlsafe_b64encode(id_.bytes + bytes.fromhex(keys.keyed_hash(f"{use} {id_}{of_number}"))).decode()


def read_token(
    keys: KeyStore, use: TokenUse, token: str, find_number: Callable[[UUID], int | None] = lambda _: 0
) -> UUID | None:
    """The id that a token was made for; null for any other text. `find_number`: of the token that holds now for an id;
    null for none."""
    try:
        decoded = urlsafe_b64decode(token.encode("ascii"))
    except (Error, ValueError):
        return None
    if len(decoded) != ID_BYTES + HASH_BYTES:
        return None
    id_ = UUID(bytes=decoded[:ID_BYTES])
    number = find_number(id_)
    is_ours = number is not None and hmac.compare_digest(make_token(keys, use, id_, number), token)
    return id_ if is_ours else None
