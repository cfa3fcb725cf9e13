"""The page of an orientation's recipient: what was transmitted to them, and their answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.commands.offered import offered_commands
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services
from shared.kernel import uuid7

router = APIRouter()
RECIPIENT_ROLE = "recipient"
ANSWER_LABELS = {
    "acknowledge-orientation": "Je l’ai bien reçue",
    "conclude-orientation": "Dire ce qu’il en advient",
    "decline-orientation": "Je ne peux pas l’aider",
}
"""By relation, as the recipient says it; the API's titles are those of the unit."""
PASSED_ON = ("content-type", "content-disposition", "content-security-policy", "etag", "cache-control")
"""Headers of a file, as the service gives them: it is saved and never shown."""


async def transmission_page(
    request: Request, services: Services, reader: Reader, case: UUID, *, done: bool = False
) -> Response:
    """`done`: an answer has just been recorded. Raises UpstreamError."""
    answer: dict[str, Any] = await services.json(reader, "intake", f"/api/v1/requests/{case}/transmission")
    return page(
        request,
        "recipient/transmission.html",
        case=case,
        answer=answer,
        offered=offered_commands(case, "intake", answer["links"]),
        labels=ANSWER_LABELS,
        key=str(uuid7()),
        just_done=done,
    )


@router.get("/dossiers/{case}/pieces-transmises/{attachment}")
async def transmitted_attachment(request: Request, case: UUID, attachment: UUID) -> Response:
    reader = await get_reader(request, case)
    path = f"/api/v1/requests/{case}/transmission/attachments/{attachment}"
    services: Services = request.app.state.services
    file = await services.get(reader, "intake", path)
    headers = {name: file.headers[name] for name in PASSED_ON if name in file.headers}
    return Response(file.content, headers=headers)
