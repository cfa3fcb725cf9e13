"""The tripartite agreement: its text and fingerprint, who has signed it, and the signature of the person who reads."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.commands.offered import form_address
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.reader import get_reader
from shared.kernel import uuid7

router = APIRouter()


@router.get("/dossiers/{case}/convention/{action}")
async def agreement_page(request: Request, case: UUID, action: UUID) -> Response:
    """Each signs for their own party alone: the service says who the reader may sign for."""
    reader, services = await get_reader(request, case), get_services(request)
    answer = await services.json(reader, "parcours", f"/api/v1/parcours/{case}/actions/{action}/agreement")
    return page(
        request,
        "leader/agreement.html",
        case=case,
        answer=answer,
        document=answer["document"],
        sign=form_address(case, "parcours", answer["sign"]) if answer["sign"] else None,
        key=str(uuid7()),
    )
