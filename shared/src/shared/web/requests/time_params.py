"""Parameters that name a point in time: `version`, `as_of` (transaction time) and `on` (valid time)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime, BeforeValidator, TypeAdapter, ValidationError

from shared.kernel import Day, fields
from shared.temporal import PointInTime
from shared.web.http import ProblemError

MAX_VERSION = 10**9
AS_OF_DESCRIPTION = "As it was recorded by this instant"
ON_DESCRIPTION = "Of what was recorded, what had happened by the end of this day"


def _plus(text: Any) -> Any:
    """In an address typed by hand the + of an offset arrives as a space."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if isinstance(text, str) else text


Instant = Annotated[fields.Instant, AwareDatetime, BeforeValidator(_plus)]
AsOfParam = Annotated[Instant | None, Query(description=AS_OF_DESCRIPTION)]
OnParam = Annotated[Day | None, Query(description=ON_DESCRIPTION)]


VersionParam = Annotated[int | None, Query(ge=1, le=MAX_VERSION, description="After that many of its events")]


async def _any_point(version: VersionParam = None, as_of: AsOfParam = None, on: OnParam = None) -> PointInTime:
    return PointInTime(version, as_of, on=on)


async def _recorded_point(version: VersionParam = None, as_of: AsOfParam = None) -> PointInTime:
    return PointInTime(version, as_of)


async def _as_of_or_on_point(as_of: AsOfParam = None, on: OnParam = None) -> PointInTime:
    return PointInTime(as_of=as_of, on=on)


PointInTimeDep = Annotated[PointInTime, Depends(_any_point)]
"""For one aggregate and what belongs to it."""
RecordedPointDep = Annotated[PointInTime, Depends(_recorded_point)]
"""For what is numbered in the order of recording, where a day would leave numbers out."""
AsOfOrOnDep = Annotated[PointInTime, Depends(_as_of_or_on_point)]
"""For many cases."""
BoundParam = Annotated[
    str,
    Query(max_length=40, description="A version, an instant (ISO 8601 with its offset), or a day", examples=["3"]),
]
_instant, _day = TypeAdapter[datetime](Instant), TypeAdapter[date](Day)


def parse_bound(text: BoundParam) -> PointInTime:
    """Raises ProblemError 422 for what is neither a version, an instant nor a day."""
    if re.fullmatch(r"\d{1,9}", text):
        return PointInTime(version=int(text))
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return PointInTime(on=_day.validate_python(text))
        return PointInTime(as_of=_instant.validate_python(datetime.fromisoformat(_plus(text))))
    except (ValueError, ValidationError):
        raise ProblemError(
            422,
            "invalid-request",
            "Données invalides",
            "Un numéro de version, un jour, ou une date et une heure avec leur fuseau sont attendus\u202f; des années"
            f" {fields.FIRST_YEAR} à {fields.LAST_YEAR}.",
        ) from None
