"""How does an HTTP call name a past moment? By a version, an instant or a day, of years that calendars hold."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime, BeforeValidator, TypeAdapter, ValidationError

from shared import fields
from shared.fields import Day
from shared.replay import Moment
from shared.web.problems import ProblemError

LAST = 10**9
AS_OF = "As it was recorded by this instant"
ON = "Of what was recorded, what had happened by the end of this day"


def _plus(text: Any) -> Any:
    """In an address typed by hand the + of an offset arrives as a space."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if isinstance(text, str) else text


Instant = Annotated[fields.Instant, AwareDatetime, BeforeValidator(_plus)]
AsOf = Annotated[Instant | None, Query(description=AS_OF)]
On = Annotated[Day | None, Query(description=ON)]


async def _moment(
    version: Annotated[int | None, Query(ge=1, le=LAST, description="After that many of its events")] = None,
    as_of: AsOf = None,
    on: On = None,
) -> Moment:
    return Moment(version, as_of, on)


async def _when(as_of: AsOf = None, on: On = None) -> Moment:
    return Moment(as_of=as_of, on=on)


Asking = Annotated[Moment, Depends(_moment)]
"""Of one aggregate."""
When = Annotated[Moment, Depends(_when)]
"""Of many cases."""
Bound = Annotated[
    str, Query(max_length=40, description="A version, or an instant (ISO 8601 with its offset)", examples=["3"])
]
_instant = TypeAdapter[datetime](Instant)


def bounded(text: Bound) -> Moment:
    """Raises ProblemError 422 for what is neither a version nor an instant."""
    if re.fullmatch(r"\d{1,9}", text):
        return Moment(version=int(text))
    try:
        return Moment(as_of=_instant.validate_python(datetime.fromisoformat(_plus(text))))
    except (ValueError, ValidationError):
        raise ProblemError(
            422,
            "invalid-request",
            "Données invalides",
            "Un numéro de version, ou une date et une heure avec leur fuseau, des années"
            f" {fields.FIRST_YEAR} à {fields.LAST_YEAR}, sont attendus.",
        ) from None
