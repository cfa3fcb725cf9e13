"""How does an HTTP call about many cases ask for a past moment?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from shared.replay import Moment
from shared.web.replay import Instant

AS_OF = "As it was recorded by this instant"
ON = "Of what was recorded, what had happened by the end of this day"


async def _when(
    as_of: Annotated[Instant | None, Query(description=AS_OF)] = None,
    on: Annotated[date | None, Query(description=ON)] = None,
) -> Moment:
    return Moment(as_of=as_of, on=on)


When = Annotated[Moment, Depends(_when)]
