"""What does each endpoint begin with? Its place, the service's log, and the headers of the call."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from shared.eventlog import ServiceApplication
from shared.web.http import BoundedRoute, ProblemError


# Asynchronous, like each dependency that waits for nothing: FastAPI gives a plain function a turn in its thread pool,
# and these two took a fifth of what a command costs the server.
async def get_application(request: Request) -> ServiceApplication:
    application: ServiceApplication = request.app.state.application
    return application


AppDep = Annotated[ServiceApplication, Depends(get_application)]
IfMatchHeader = Annotated[str | None, Header(description="The version you saw, as the ETag gave it", examples=['"7"'])]
IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        max_length=200, description="Repeat it with the same request, within 30 days, to get the first answer again"
    ),
]


def case_router(prefix: str, tag: str) -> APIRouter:
    return APIRouter(prefix=f"/api/v1{prefix}", tags=[tag], route_class=BoundedRoute)


def expected_version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip())
    if found is None:
        raise ProblemError(
            400, "malformed-request", "Demande illisible", 'If-Match attend une version, par exemple "7".'
        )
    return int(found[1])
