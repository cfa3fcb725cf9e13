"""Keys that were not drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import SecretBytes

from shared.settings.checked import Check

DISTINCT = 16
"""Fewer distinct bytes than these among 32 random ones: once in 10^16 keys."""


def random_key(variable: str) -> Check:
    """A check of a key, or of several, in the setting `variable`."""

    def check(value: SecretBytes | tuple[SecretBytes, ...] | None, _: Mapping[str, Any]) -> Iterator[str]:
        keys = value if isinstance(value, tuple) else (value,) if value else ()
        for key in keys:
            yield from key_faults(variable, key.get_secret_value())

    return check


def key_faults(variable: str, key: bytes) -> Iterator[str]:
    if len(set(key)) == 1:
        reason = "whose bytes are all the same"
    elif len({(after - before) % 256 for before, after in pairwise(key)}) == 1:
        reason = "whose bytes follow one another"
    elif len(set(key)) < DISTINCT:
        reason = "that repeats itself"
    elif key.isascii() and key.decode().isprintable():
        reason = "that is readable text"
    else:
        return
    yield f"{variable} has a key {reason}, which can be guessed: make one with `openssl rand -base64 32`"
