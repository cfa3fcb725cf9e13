"""« Chiffres »: figures of a unit and published statistics, as files for a spreadsheet; and a case with its proofs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from console.auth.request_session import get_session
from console.pages.reading.cases import get_services
from console.pages.rendering import first_page, page
from console.upstream.reader import get_reader
from shared.kernel import Role, paris_date

router = APIRouter()
FIGURE_READERS = (Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.AUDITOR)
STATISTICS_READERS = (Role.PILOT, Role.AUDITOR)
YEARS_OFFERED = 5
Period = Annotated[str, Query(pattern=r"^(\d{4}(-T[1-4])?)?$")]


@dataclass(frozen=True, slots=True)
class Collection:
    """Of which a service gives figures. `title`, `what`: in French; `file`: the same in the name of a file.
    `published`: whether it publishes statistics too."""

    service: str
    title: str
    file: str
    what: str
    published: bool = True


COLLECTIONS = {
    "requests": Collection("intake", "Accueil", file="accueil", what="demandes reçues, admises, orientées, délais"),
    "diagnoses": Collection(
        "diagnostic", "Diagnostic", file="diagnostic", what="diagnostics ouverts et validés, plans convenus, délais"
    ),
    "parcours": Collection(
        "parcours", "Parcours", file="parcours", what="parcours ouverts et terminés, prestations, délais"
    ),
    "follow-ups": Collection("followup", "Suivi", file="suivi", what="structures suivies, bilans, satisfaction"),
    "funds": Collection("parcours", "Fonds d’ingénierie", file="fonds", what="alloué, engagé, payé", published=False),
}


@router.get("/chiffres")
async def downloads_page(request: Request, periode: Period = "") -> Response:
    await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role not in (*FIGURE_READERS, *STATISTICS_READERS):
        return RedirectResponse(first_page(right), 303)
    today = paris_date(datetime.now(UTC))
    return page(
        request,
        "reading/downloads.html",
        collections=COLLECTIONS,
        figures=right.role in FIGURE_READERS,
        statistics=right.role in STATISTICS_READERS,
        period=periode or str(today.year),
        periods=periods_until(today),
    )


@router.get("/chiffres/{collection}.csv")
async def download_figures(request: Request, collection: str, periode: Period = "") -> Response:
    """Those of the units that the right covers, as their service writes them."""
    return await _csv(request, collection, "figures", periode)


@router.get("/chiffres/publies/{collection}.csv")
async def download_statistics(request: Request, collection: str, periode: Period = "") -> Response:
    """The published ones, masked as they are everywhere. Without a period the last one."""
    return await _csv(request, collection, "statistics", periode)


async def _csv(request: Request, collection: str, kind: str, period: str) -> Response:
    reader, known = await get_reader(request), COLLECTIONS.get(collection)
    if known is None or (kind == "statistics" and not known.published):
        raise HTTPException(404)
    answer = await get_services(request).get(reader, known.service, f"/api/v1/{collection}/{kind}.csv", period=period)
    words = ("chiffres" if kind == "figures" else "statistiques", known.file, period)
    return _file(answer, f"{'-'.join(filter(None, words))}.csv")


@router.get("/dossiers/{case}/preuves.zip")
async def download_bundle(request: Request, case: UUID) -> Response:
    """Every event of the case with its proof, for who checks them without us."""
    reader = await get_reader(request, case)
    return _file(
        await get_services(request).get(reader, "audit", f"/api/v1/cases/{case}/bundle"), f"dossier-{case}.zip"
    )


def _file(answer: httpx.Response, name: str) -> Response:
    """A file as its service gave it; kept nowhere on the way. `name`: ours, in ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(answer.content, media_type=answer.headers.get("Content-Type"), headers=headers)


def periods_until(today: date) -> list[str]:
    """Years, and the quarters of this year that have begun, the newest first."""
    quarters = [f"{today.year}-T{quarter}" for quarter in range((today.month - 1) // 3 + 1, 0, -1)]
    return [*(str(today.year - ago) for ago in range(YEARS_OFFERED)), *quarters]
