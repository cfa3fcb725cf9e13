"""The pages of a support committee (comité d’appui): the diagnoses shared with it, and the form of its opinion."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.commands.offered import form_address
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.presentation.plain_values import state_nodes
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error

router = APIRouter()
PAGE_ROWS = 50


@router.get("/comite")
async def committee_home(request: Request, apres: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """`apres`: the page after, as the list gave it."""
    reader = await get_reader(request)
    found = await result_or_error(
        get_services(request).json(reader, "diagnostic", "/api/v1/shares", limit=PAGE_ROWS, after=apres)
    )
    down = isinstance(found, UpstreamError)
    return page(
        request,
        "partners/committee.html",
        rows=[] if down else sorted(found["items"], key=lambda row: (row["opinions"] > 0, row["until"])),
        next=None if down else found["next"],
        error=found if down else None,
    )


@router.get("/comite/{case}")
async def shared_diagnosis_page(
    request: Request,
    case: UUID,
) -> Response:
    """The sections that the structure agreed to share, until the day it named, and no others."""
    reader = await get_reader(request, case)
    shared = await get_services(request).json(reader, "diagnostic", f"/api/v1/diagnoses/{case}/shared")
    return page(
        request,
        "partners/shared.html",
        case=case,
        shared=shared,
        nodes=state_nodes(shared["content"]),
        opinion=form_address(case, "diagnostic", f"/api/v1/diagnoses/{case}/opinions"),
        just_done=await just_recorded(request),
    )
