"""What is a provider asked for in a dossier, and what was agreed with it? All that it sees of one."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from console.pages import page
from console.services import Reader, Services, Trouble, attempt

ROLE = "provider"


async def mission(request: Request, services: Services, reader: Reader, case: UUID) -> Response:
    """Raises Trouble. A dossier that has not come to its parcours asks nothing of a provider yet."""
    told = await attempt(services.json(reader, "parcours", f"/api/v1/parcours/{case}/provider"))
    if isinstance(told, Trouble) and told.slug != "unknown-case":
        raise told
    return page(request, "mission.html", told={} if isinstance(told, Trouble) else told)
