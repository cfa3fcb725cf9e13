"""How are two erased values told apart, when nobody can read either? By what stands for each in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from shared.crypto.keys import ERASED_TEXT
from shared.kernel import Encrypted

PLACEHOLDER = re.compile("\0([^\0]*) [^\0]*\0")
"""After what is shown of an erased value, within texts that are compared: its key, and what is stored of it. No text
that people type holds such a character."""


def with_placeholders(show: Callable[[Encrypted], str]) -> Callable[[Encrypted], str]:
    """`show`, and of what was erased the mark too."""

    def marking(sealed: Encrypted) -> str:
        said = show(sealed)
        return f"{said}\0{sealed.key} {sealed.aad}{sealed.ciphertext}\0" if said == ERASED_TEXT else said

    return marking


def without_placeholders(value: Any) -> Any:
    """The same plain value, for people."""
    if isinstance(value, str):
        return PLACEHOLDER.sub("", value)
    if isinstance(value, dict):
        return {name: without_placeholders(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_placeholders(inner) for inner in value]
    return value


def placeholder_keys(value: Any) -> Iterator[UUID]:
    """The keys of the erased values inside a plain value."""
    if isinstance(value, str):
        yield from (UUID(key) for key in PLACEHOLDER.findall(value))
    elif isinstance(value, dict):
        yield from (key for inner in value.values() for key in placeholder_keys(inner))
    elif isinstance(value, list | tuple):
        yield from (key for inner in value for key in placeholder_keys(inner))
