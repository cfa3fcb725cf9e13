"""How are two erased values told apart, when nobody can read either? By what stands for each in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from shared.crypto.keys import ERASED
from shared.kernel import Sealed

MARK = re.compile("\0([^\0]*) [^\0]*\0")
"""After what is shown of an erased value, within texts that are compared: its key, and what is stored of it. No text
that people type holds such a character."""


def marked(show: Callable[[Sealed], str]) -> Callable[[Sealed], str]:
    """`show`, and of what was erased the mark too."""

    def marking(sealed: Sealed) -> str:
        said = show(sealed)
        return f"{said}\0{sealed.key} {sealed.bound}{sealed.cipher}\0" if said == ERASED else said

    return marking


def unmarked(value: Any) -> Any:
    """The same plain value, for people."""
    if isinstance(value, str):
        return MARK.sub("", value)
    if isinstance(value, dict):
        return {name: unmarked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [unmarked(inner) for inner in value]
    return value


def marks_in(value: Any) -> Iterator[UUID]:
    """The keys of the erased values inside a plain value."""
    if isinstance(value, str):
        yield from (UUID(key) for key in MARK.findall(value))
    elif isinstance(value, dict):
        yield from (key for inner in value.values() for key in marks_in(inner))
    elif isinstance(value, list | tuple):
        yield from (key for inner in value for key in marks_in(inner))
