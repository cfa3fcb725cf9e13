"""Which papers can be written of a dossier, phase by phase, and what does each say?"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.asking import reader_of
from console.dossiers import services_of
from console.pages import page
from console.phases import PLACES
from console.services import Trouble, attempt
from shared.web.http import NO_SOURCES

router = APIRouter()
Name = Annotated[str, Path(pattern="^[a-z0-9-]{1,100}$")]
Version = Annotated[int | None, Query(ge=1, le=10**6)]


class Form(StrEnum):
    HTML = "html"
    PDF = "pdf"


MEDIA = {Form.HTML: "text/html; charset=utf-8", Form.PDF: "application/pdf"}


@router.get("/dossiers/{case}/documents")
async def documents(request: Request, case: UUID) -> Response:
    reader, services = await reader_of(request, case), services_of(request)
    state, *listed = await asyncio.gather(
        attempt(services.json(reader, "intake", f"/api/v1/requests/{case}")),
        *(
            attempt(services.json(reader, place.service, f"{place.of(case, case)}/documents"))
            for place in PLACES.values()
        ),
    )
    told = dict(zip(PLACES.items(), listed, strict=True))
    troubles = [each for each in listed if isinstance(each, Trouble) and each.status != 404]
    refused = next((each for each in troubles if each.status == 403), None)
    if refused and all(isinstance(each, Trouble) for each in listed):
        raise refused
    phases = {
        name: (place.title, [_paper(paper) for paper in papers])
        for (name, place), papers in told.items()
        if not isinstance(papers, Trouble)
    }
    return page(request, "documents.html", case=case, state=state, phases=phases, troubles=troubles)


def _paper(told: dict[str, Any]) -> dict[str, Any]:
    """`version`: the one that was listed, so that what is opened is what was meant."""
    _, _, version = str(told["html"] or "").partition("?version=")
    return {"name": told["name"], "title": told["title"], "lacking": told["lacking"], "version": version}


@router.get("/dossiers/{case}/documents/{phase}/{name}.{form}")
async def document(
    request: Request, case: UUID, phase: str, name: Name, form: Form, version: Version = None
) -> Response:
    """As the service writes it: read in the browser, where nothing of it runs, or kept as a file."""
    if (place := PLACES.get(phase)) is None:
        raise HTTPException(404)
    reader, services = await reader_of(request, case), services_of(request)
    state = await attempt(services.json(reader, "intake", f"/api/v1/requests/{case}"))
    structure = None if isinstance(state, Trouble) or phase == "accueil" else state["structure"]["name"]
    path = f"{place.of(case, case)}/documents/{name}.{form}"
    answer = await services.answer(reader, place.service, path, version=version, structure=structure)
    policy = answer.headers.get("Content-Security-Policy", "")
    shown = "inline" if form is Form.HTML else "attachment"
    return Response(
        answer.content,
        headers={
            "Content-Type": MEDIA[form],
            "Content-Disposition": f'{shown}; filename="{phase}-{name}.{form}"',
            "Content-Security-Policy": policy if "sandbox" in policy else f"{NO_SOURCES}; sandbox",
        },
    )
