"""« Dérogations »: those of a year, from criteria and from the duration, for the unit's manager and the regional DLA.

The reason of each is read in its case, where the reading is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.presentation.labels import field_label, format_value
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import Role, paris_date

router = APIRouter()
ROLES = (Role.MANAGER, Role.REGIONAL)
YEARS_OFFERED = 5
SOURCES = {"intake": "requests", "parcours": "parcours"}
"""The services in which derogations are granted, with the collection of each."""


@dataclass(frozen=True, slots=True)
class DerogationLine:
    """`structure`: null where it is not known; `what`: the criterion, or the duration; `ground`: in French, or empty.
    `read_at`: the address of the state that has the reason."""

    case: str
    structure: str | None
    unit: str
    what: str
    ground: str
    granted_at: str
    granted_by: str | None
    read_at: str


@router.get("/derogations")
async def derogations_page(request: Request, annee: Annotated[int | None, Query(ge=2002, le=2200)] = None) -> Response:
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role not in ROLES:
        return RedirectResponse("/", 303)
    services, this_year = get_services(request), paris_date(datetime.now(UTC)).year
    year = annee or this_year
    answers = await asyncio.gather(
        *(
            result_or_error(services.json(reader, service, f"/api/v1/{collection}/derogations", year=year))
            for service, collection in SOURCES.items()
        )
    )
    lines = [
        line
        for service, answer in zip(SOURCES, answers, strict=True)
        if not isinstance(answer, UpstreamError)
        for line in derogation_lines(service, answer)
    ]
    return page(
        request,
        "manage/derogations.html",
        year=year,
        years=sorted({year, *range(this_year, this_year - YEARS_OFFERED, -1)}, reverse=True),
        lines=sorted(lines, key=lambda line: line.granted_at, reverse=True),
        units=sorted({line.unit for line in lines}),
        errors=[each for each in answers if isinstance(each, UpstreamError)],
        manager=right.role == Role.MANAGER,
    )


def derogation_lines(service: str, answer: Mapping[str, Any]) -> Iterator[DerogationLine]:
    """One line for each derogation, as its service lists them."""
    for each in answer["items"]:
        criterion = each.get("criterion")
        yield DerogationLine(
            each["case"],
            each["structure"],
            unit=each["unit"],
            what=field_label(criterion) if criterion else "Durée de l’accompagnement",
            ground=format_value(each.get("ground"), "ground"),
            granted_at=each["granted_at"],
            granted_by=answer["names"].get(each["granted_by"]),
            read_at=f"/dossiers/{each['case']}/etat/{'accueil' if service == 'intake' else 'parcours'}",
        )
