"""Content hashes: a salted fingerprint that names exactly the content a person validated."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.kernel.encrypted import Encrypted

EMPTY: tuple[Any, ...] = (None, (), [], {}, "")


def content_hash(salt: bytes, content: Any) -> str:
    """SHA-256, in hexadecimal, of the salt followed by the content's canonical JSON (UTF-8, keys sorted, no spaces).

    Fields that are null or empty are left out, so that one added later, empty in older contents, changes no old hash.

    An encrypted value counts by its ciphertext, so that the proof outlives the erasure of its key; one that was not
    stored yet, by its plaintext. Raises TypeError on what has no canonical form."""
    canonical = json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return sha256(salt + canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case Encrypted():
            return [str(value.key), value.ciphertext or value.plaintext, value.aad]
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case dict():
            return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {
            field.name: _plain(item) for field in fields(value) if (item := getattr(value, field.name)) not in EMPTY
        }
    raise TypeError(f"{type(value).__name__} has no canonical form")
