"""The page of a provider: the tenders it is consulted for and its assignments, all that it sees of a case."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from console.pages.rendering import page
from console.upstream.services import Reader, Services, UpstreamError, result_or_error

PROVIDER_ROLE = "provider"


async def mission_page(request: Request, services: Services, reader: Reader, case: UUID) -> Response:
    """Raises UpstreamError. A case without a parcours yet shows nothing to a provider."""
    answer = await result_or_error(services.json(reader, "parcours", f"/api/v1/parcours/{case}/provider"))
    if isinstance(answer, UpstreamError) and answer.slug != "unknown-case":
        raise answer
    return page(request, "work/mission.html", answer={} if isinstance(answer, UpstreamError) else answer)
