"""« Nouvelle demande »: a SIRET or a name first, so that nobody opens a case twice; then the form, filled in with what
an earlier case knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.pages.reading.cases import get_services, search_parameters
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error

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


@router.get("/nouvelle-demande")
async def new_request_page(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """`q`: a SIRET, SIREN, RNA number or name."""
    reader, services = await get_reader(request), get_services(request)
    found: Any = None
    earlier: list[tuple[Mapping[str, Any], str]] = []
    if q.strip():
        found = await result_or_error(
            services.json(reader, "intake", "/api/v1/requests", limit=MAX_EARLIER, **search_parameters(q))
        )
    if isinstance(found, Mapping):
        earlier = [(row, f"/nouvelle-demande/{row['id']}") for row in found["items"]]
    return page(
        request,
        "work/new_request.html",
        q=q,
        earlier=earlier,
        error=found if isinstance(found, UpstreamError) else None,
        blank=f"{FORM}?{urlencode(_numbers(q))}" if _numbers(q) else FORM,
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
