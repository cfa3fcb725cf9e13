"""The documents of a case: listed phase by phase, read in the browser or downloaded."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.phase_pages import CASE_PAGES
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.web.http import NO_SOURCES

router = APIRouter()
Name = Annotated[str, Path(pattern="^[a-z0-9-]{1,100}$")]
Version = Annotated[int | None, Query(ge=1, le=10**6)]


class DocumentFormat(StrEnum):
    HTML = "html"
    PDF = "pdf"


MEDIA = {DocumentFormat.HTML: "text/html; charset=utf-8", DocumentFormat.PDF: "application/pdf"}


@router.get("/dossiers/{case}/documents")
async def documents(request: Request, case: UUID) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    state, *listed = await asyncio.gather(
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
        *(
            result_or_error(services.json(reader, phase_page.service, f"{phase_page.path_of(case, case)}/documents"))
            for phase_page in CASE_PAGES.values()
        ),
    )
    by_page = dict(zip(CASE_PAGES.items(), listed, strict=True))
    errors = [each for each in listed if isinstance(each, UpstreamError) and each.status != 404]
    refusal = next((each for each in errors if each.status == 403), None)
    if refusal and all(isinstance(each, UpstreamError) for each in listed):
        raise refusal
    phases = {
        name: (phase_page.title, [_document_row(document) for document in documents])
        for (name, phase_page), documents in by_page.items()
        if not isinstance(documents, UpstreamError)
    }
    return page(request, "reading/documents.html", case=case, state=state, phases=phases, errors=errors)


def _document_row(document: dict[str, Any]) -> dict[str, Any]:
    """`version`: the one that was listed, so that the document opened is the one listed."""
    _, _, version = str(document["html"] or "").partition("?version=")
    return {"name": document["name"], "title": document["title"], "lacking": document["lacking"], "version": version}


@router.get("/dossiers/{case}/documents/{phase}/{name}.{form}")
async def download_document(
    request: Request, case: UUID, phase: str, name: Name, form: DocumentFormat, version: Version = None
) -> Response:
    """The document as its service renders it: shown in the browser in a sandbox, or downloaded."""
    if (phase_page := CASE_PAGES.get(phase)) is None:
        raise HTTPException(404)
    reader, services = await get_reader(request, case), get_services(request)
    path = f"{phase_page.path_of(case, case)}/documents/{name}.{form}"
    response = await services.get(reader, phase_page.service, path, version=version)
    return document_answer(response, form, f"{phase}-{name}.{form}")


def document_answer(response: httpx.Response, form: DocumentFormat, file_name: str) -> Response:
    """A document as a service rendered it: shown in a sandbox, or downloaded under an ASCII name."""
    policy = response.headers.get("Content-Security-Policy", "")
    disposition = "inline" if form is DocumentFormat.HTML else "attachment"
    return Response(
        response.content,
        headers={
            "Content-Type": MEDIA[form],
            "Content-Disposition": f'{disposition}; filename="{file_name}"',
            "Content-Security-Policy": policy if "sandbox" in policy else f"{NO_SOURCES}; sandbox",
        },
    )
