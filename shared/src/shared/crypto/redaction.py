"""Stable placeholders for erased values, so that two different ones do not compare as equal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from shared.crypto.keys import ERASED_TEXT
from shared.kernel import Encrypted

PLACEHOLDER = re.compile("\0([^\0]*) [^\0]*\0")
"""Follows the text shown for an erased value while states are compared: its key and its ciphertext, between null
characters, which no text typed by a person contains."""


def with_placeholders(show: Callable[[Encrypted], str]) -> Callable[[Encrypted], str]:
    """`show`, which also appends a placeholder to each erased value."""

    def show_with_placeholder(encrypted: Encrypted) -> str:
        text = show(encrypted)
        return f"{text}\0{encrypted.key} {encrypted.aad}{encrypted.ciphertext}\0" if text == ERASED_TEXT else text

    return show_with_placeholder


def without_placeholders(value: Any) -> Any:
    """The plain value as a person sees it."""
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
