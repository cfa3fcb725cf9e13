"""« Nouvelle demande »: a SIRET or a name first, so that nobody opens a case twice; then the form, filled in with what
an earlier case knows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.pages.reading.cases import get_services, search_parameters
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error

router = APIRouter()
FORM = "/faire/intake/requests"
MAX_EARLIER = 10
FROM_THE_STRUCTURE = (
    "name",
    "legal_form",
    "department",
    "siret",
    "rna",
    "commune",
    "commune_code",
    "postcode",
    "naf",
    "legal_category",
    "headcount",
    "fte",
    "scope",
)
FROM_THE_DIRECTORY = ("name", "department", "commune", "commune_code", "postcode", "naf", "legal_category")


@router.get("/nouvelle-demande")
async def new_request_page(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """`q`: a SIRET, SIREN, RNA number or name. A whole SIREN is looked up in the public directory too, where the
    deployment uses one."""
    reader, services = await get_reader(request), get_services(request)
    found: Any = None
    company: Any = None
    if q.strip():
        found, company = await asyncio.gather(
            result_or_error(
                services.json(reader, "intake", "/api/v1/requests", limit=MAX_EARLIER, **search_parameters(q))
            ),
            _look_up(services, reader, q),
        )
    earlier = [(row, f"/nouvelle-demande/{row['id']}") for row in found["items"]] if isinstance(found, Mapping) else []
    known = _numbers(q) | (_of_directory(company) if company else {})
    return page(
        request,
        "work/new_request.html",
        q=q,
        earlier=earlier,
        company=company,
        error=found if isinstance(found, UpstreamError) else None,
        blank=f"{FORM}?{urlencode(known)}" if known else FORM,
    )


@router.get("/nouvelle-demande/{case}")
async def filled_in_request(request: Request, case: UUID) -> Response:
    """To the form of a new request, with what an earlier case says of the structure. Its contact and its need are
    asked anew: they may have changed."""
    reader = await get_reader(request, case)
    state = await get_services(request).json(reader, "intake", f"/api/v1/requests/{case}")
    known = {name: state["structure"].get(name) for name in FROM_THE_STRUCTURE}
    query = {
        f"structure.{name}": str(value).replace(".", ",") if isinstance(value, float) else str(value)
        for name, value in known.items()
        if value is not None
    }
    return RedirectResponse(f"{FORM}?{urlencode(query)}", 303)


async def _look_up(services: Services, reader: Reader, q: str) -> Mapping[str, Any] | None:
    """What the directory says; null for what is no number, and where nothing is known."""
    digits = re.sub(r"\s", "", q)
    if not re.fullmatch(r"[0-9]{9}([0-9]{5})?", digits):
        return None
    found = await result_or_error(services.json(reader, "intake", f"/api/v1/directory/{digits[:9]}"))
    return None if isinstance(found, UpstreamError) else found


def _of_directory(company: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form that the directory fills in, each to be checked by a person."""
    known = {name: company.get(name) for name in FROM_THE_DIRECTORY}
    known["legal_form"] = "association" if company.get("is_association") else None
    return {f"structure.{name}": str(value) for name, value in known.items() if value}


def _numbers(q: str) -> dict[str, str]:
    """What the form may take over of what was searched: a number, else the name."""
    parameters = search_parameters(q)
    return {
        f"structure.{'name' if name == 'q' else name}": value
        for name, value in parameters.items()
        if name in ("siret", "rna", "q") and value.strip()
    }


def _typed(value: Any) -> str:
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)
