"""How does an HTTP call name a past moment? By a version, an instant or a day, of years that calendars hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime, BeforeValidator, TypeAdapter, ValidationError

from shared.kernel import Day, fields
from shared.temporal import Moment
from shared.web.http import ProblemError

LAST = 10**9
AS_OF = "As it was recorded by this instant"
ON = "Of what was recorded, what had happened by the end of this day"


def _plus(text: Any) -> Any:
    """In an address typed by hand the + of an offset arrives as a space."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if isinstance(text, str) else text


Instant = Annotated[fields.Instant, AwareDatetime, BeforeValidator(_plus)]
AsOf = Annotated[Instant | None, Query(description=AS_OF)]
On = Annotated[Day | None, Query(description=ON)]


Version = Annotated[int | None, Query(ge=1, le=LAST, description="After that many of its events")]


async def _moment(version: Version = None, as_of: AsOf = None, on: On = None) -> Moment:
    return Moment(version, as_of, on)


async def _recorded(version: Version = None, as_of: AsOf = None) -> Moment:
    return Moment(version, as_of)


async def _when(as_of: AsOf = None, on: On = None) -> Moment:
    return Moment(as_of=as_of, on=on)


Asking = Annotated[Moment, Depends(_moment)]
"""Of one aggregate, or of what stands beside it."""
AskingRecorded = Annotated[Moment, Depends(_recorded)]
"""Of what is numbered as it was recorded: a day would leave some out of the count."""
When = Annotated[Moment, Depends(_when)]
"""Of many cases."""
Bound = Annotated[
    str,
    Query(max_length=40, description="A version, an instant (ISO 8601 with its offset), or a day", examples=["3"]),
]
_instant, _day = TypeAdapter[datetime](Instant), TypeAdapter[date](Day)


def bounded(text: Bound) -> Moment:
    """Raises ProblemError 422 for what is neither a version, an instant nor a day."""
    if re.fullmatch(r"\d{1,9}", text):
        return Moment(version=int(text))
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return Moment(on=_day.validate_python(text))
        return Moment(as_of=_instant.validate_python(datetime.fromisoformat(_plus(text))))
    except (ValueError, ValidationError):
        raise ProblemError(
            422,
            "invalid-request",
            "Données invalides",
            "Un numéro de version, un jour, ou une date et une heure avec leur fuseau sont attendus\u202f; des années"
            f" {fields.FIRST_YEAR} à {fields.LAST_YEAR}.",
        ) from None
