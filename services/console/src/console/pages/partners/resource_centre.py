"""The pages of a resource centre (CRDLA): the questions that it is asked, and the sheets that wait to be published."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.commands.offered import form_address, offered_commands
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error

router = APIRouter()
PAGE_ROWS = 50
PROPOSED = "submitted"


@router.get("/conseils")
async def resource_centre_home(request: Request, apres: Annotated[str, Query(max_length=1000)] = "") -> Response:
    reader, services = await get_reader(request), get_services(request)
    questions, sheets = await asyncio.gather(
        result_or_error(services.json(reader, "diagnostic", "/api/v1/advice", limit=PAGE_ROWS, after=apres)),
        _sheets(services, reader),
    )
    down = isinstance(questions, UpstreamError)
    return page(
        request,
        "partners/resource_centre.html",
        rows=[] if down else questions["items"],
        next=None if down else questions["next"],
        error=questions if down else None,
        sheets=[] if isinstance(sheets, UpstreamError) else sheets,
        sheets_error=sheets if isinstance(sheets, UpstreamError) else None,
        just_done=await just_recorded(request),
    )


async def _sheets(services: Services, reader: Reader) -> Any:
    """The proposed sheets with what may be done with each; an UpstreamError where they cannot be read."""
    listed = await result_or_error(
        services.json(reader, "followup", "/api/v1/sheets", status=PROPOSED, limit=PAGE_ROWS)
    )
    if isinstance(listed, UpstreamError):
        return listed
    states = await asyncio.gather(
        *(result_or_error(services.json(reader, "followup", f"/api/v1/sheets/{row['id']}")) for row in listed["items"])
    )
    return [
        (state, offered_commands(None, "followup", state.get("links") or ()))
        for state in states
        if not isinstance(state, UpstreamError)
    ]


@router.get("/conseils/{case}")
async def questions_page(request: Request, case: UUID) -> Response:
    """The questions of one diagnosis that are addressed to this centre, and nothing else of it."""
    reader = await get_reader(request, case)
    path = f"/api/v1/diagnoses/{case}/advice"
    questions = await get_services(request).json(reader, "diagnostic", path)
    return page(
        request,
        "partners/questions.html",
        case=case,
        questions=questions,
        answer=lambda advice: form_address(case, "diagnostic", f"{path}/{advice}/answer"),
        just_done=await just_recorded(request),
    )
