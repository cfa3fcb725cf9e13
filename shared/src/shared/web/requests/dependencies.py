"""Dependencies of the endpoints: the service's application, and the headers that a command may carry."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from shared.eventlog import ServiceApplication
from shared.web.http import ProblemError


# Coroutines that wait for nothing: FastAPI's own handler, which answers some requests, calls them in place.
async def get_application(request: Request) -> ServiceApplication:
    """The service's application for this request: policy, checks and command share the aggregates it loads."""
    application: ServiceApplication = request.app.state.application
    return application.for_request()


RETURN_MINIMAL = re.compile(r'(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[;,]|$)', re.IGNORECASE)
AppDep = Annotated[ServiceApplication, Depends(get_application)]
IfMatchHeader = Annotated[str | None, Header(description="The version you saw, as its ETag gave it", examples=['"7"'])]
IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        max_length=200,
        description="A text of your own; the same request with the same key, within 30 days, gets the first response",
    ),
]


async def prefers_minimal(
    response: Response,
    prefer: Annotated[
        str | None,
        Header(description="`return=minimal` leaves out `links` (RFC 7240)", examples=["return=minimal"]),
    ] = None,
) -> bool:
    """Whether the caller wants no links; the response then says that it has none."""
    is_minimal = bool(prefer and RETURN_MINIMAL.search(prefer))
    if is_minimal:
        response.headers["Preference-Applied"] = "return=minimal"
    return is_minimal


PrefersMinimalDep = Annotated[bool, Depends(prefers_minimal)]


def expected_version(if_match: str | None) -> int | None:
    """The version that an `If-Match` header names, if there is one. Raises ProblemError 400 for anything else."""
    if if_match is None:
        return None
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip())
    if match is None:
        raise ProblemError(
            400, "malformed-request", "Demande illisible", 'If-Match attend une version, par exemple "7".'
        )
    return int(match[1])
