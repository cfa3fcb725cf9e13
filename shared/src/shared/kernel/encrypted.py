"""Encrypted values: how a domain carries a name or a free text that it cannot read (crypto-shredding)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID


class Encrypted:
    """A value that only its data key decrypts: the person's key, or the case's for free text.

    It has a `plaintext` in a new event, and a `ciphertext` with its additional authenticated data (`aad`) once it is
    stored. A domain passes it on and never looks inside."""

    __slots__ = ("aad", "ciphertext", "key", "plaintext")

    def __init__(self, key: UUID | str, plaintext: str | None = None, ciphertext: str = "", aad: str = "") -> None:
        self.key, self.plaintext, self.ciphertext, self.aad = key, plaintext, ciphertext, aad

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encrypted) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[str, str | None, str, str]:
        return str(self.key), self.plaintext, self.ciphertext, self.aad

    def __repr__(self) -> str:
        return f"{type(self).__name__}(key={self.key})"


class PersonalData(Encrypted):
    """Data of one person, under that person's own key: erased with them, and listed when they ask for their data."""

    __slots__ = ()


def encrypted_values(value: Any, path: str = "") -> Iterator[tuple[str, Encrypted]]:
    """Each encrypted value inside an event or a state, with its path of field names and list places."""
    if isinstance(value, Encrypted):
        yield path, value
    elif is_dataclass(value):
        for name in encrypted_fields(value.__class__):
            inner, inner_path = getattr(value, name), f"{path}.{name}" if path else name
            if isinstance(inner, Encrypted):  # mostly so, and a generator less
                yield inner_path, inner
            elif inner is not None:
                yield from encrypted_values(inner, inner_path)
    elif isinstance(value, tuple | list):
        for n, item in enumerate(value):
            yield from encrypted_values(item, f"{path}.{n}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from encrypted_values(item, f"{path}.{key}")


def stored_tokens(stored: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The same for an event's stored data: each token that stands for an encrypted value, whatever the version."""
    if isinstance(stored, dict):
        if stored.keys() in ({"k", "c"}, {"k", "c", "b"}):
            yield path, stored
            return
        for name, item in stored.items():
            yield from stored_tokens(item, f"{path}.{name}" if path else name)
    elif isinstance(stored, list):
        for n, item in enumerate(stored):
            yield from stored_tokens(item, f"{path}.{n}")


@cache
def encrypted_fields(cls: Any) -> tuple[str, ...]:
    """The fields of an event or a state in which there may be an encrypted value, at whatever depth."""
    hints = get_type_hints(cls)
    return tuple(f.name for f in fields(cls) if _mentions_encrypted(hints[f.name]))


def _mentions_encrypted(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, Encrypted):
        return True
    if is_dataclass(hint) and isinstance(hint, type):
        return bool(encrypted_fields(hint))
    return any(_mentions_encrypted(inner) for inner in get_args(hint))
