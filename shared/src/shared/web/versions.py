"""What does a service tell of a version that leaders were asked about, and of one that was never made?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Path, Query

from shared.decider import Role
from shared.web.problems import ProblemError

C = TypeVar("C")
Number = Annotated[int, Path(ge=1, le=10**6)]
Since = Annotated[int | None, Query(ge=0, le=10**6, description="The version just before, if none is named")]


@dataclass(frozen=True, slots=True)
class Word:
    """What a leader said of a version, and why if they contested it."""

    by: str
    at: datetime
    reasons: str | None = None


@dataclass(slots=True)
class Version:
    """`made_by`: a pseudonym; `edit`: what made this version, in French. `voided_at`: a later edit made what leaders
    had before them another content."""

    version: int
    made_by: str
    role: Role
    made_at: datetime
    edit: str
    submitted_at: datetime | None = None
    content_hash: str | None = None
    validated: list[Word] = field(default_factory=list)
    contested: list[Word] = field(default_factory=list)
    voided_at: datetime | None = None


def content_at(contents: Sequence[C], number: int, what: str) -> C:
    """The content at a version, from 0, when there was none. Raises ProblemError 404 for one that was never made."""
    if number >= len(contents):
        raise ProblemError(
            404, "unknown-version", "Version inconnue", f"{what} en est à la version {len(contents) - 1}."
        )
    return contents[number]
