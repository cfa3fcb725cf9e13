"""The development clock over HTTP; this router exists in development only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel

from shared.kernel import Role, format_day
from shared.web.auth import requires
from shared.web.http import JsonBody, ProblemError, ServiceRouter, problem_responses
from shared.web.requests import AppDep

clock_router = ServiceRouter("/api/v1/clock", tags=["development"])


class Instant(BaseModel):
    now: AwareDatetime


@clock_router.get("")
def read(app: AppDep) -> Instant:
    return Instant(now=app.clock.now())


@clock_router.post("", dependencies=[requires(Role.OPS)], responses=problem_responses(409))
def set_forward(to: Annotated[Instant, JsonBody()], app: AppDep) -> Instant:
    """Moves the clock of all services of this machine on to an instant; it never goes back."""
    try:
        moved: datetime = app.clock.set_forward(to.now)
    except ValueError:
        raise ProblemError(
            409,
            "clock-out-of-reach",
            "L’horloge ne peut aller là",
            f"Elle ne recule pas, et avance de cinquante ans au plus\u00a0: il est {format_day(app.clock.now())}.",
        ) from None
    return Instant(now=moved)
