"""Which dossier, and what happened to it? The first page, the search, the timeline."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console import words
from console.asking import reader_of
from console.forms import form_of, within
from console.mission import ROLE, mission
from console.pages import page
from console.services import Reader, Services, Trouble, attempt
from console.timeline import NEWEST, OLDEST, Wanted, by_phase, lines_of, offered
from console.visit import visit_of
from shared.kernel import PHASE_LABELS

router = APIRouter()
A_PAGE, MOST_PAGES = 500, 20
NUMBERS = {"siret": r"\d{14}", "siren": r"\d{9}", "rna": r"W\w{9}"}
SHORTEST_MOTIVE, LONGEST_MOTIVE = 5, 300


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


@router.get("/")
async def find(
    request: Request,
    q: Annotated[str, Query(max_length=100)] = "",
    statut: Annotated[str, Query(max_length=40)] = "",
    apres: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    reader = await reader_of(request)
    if case := _id_in(q):
        return RedirectResponse(f"/dossiers/{case}", 303)
    right = visit_of(request).session.right
    if right and right.case:
        return RedirectResponse(f"/dossiers/{right.case}", 303)
    if right and right.role == "ops":
        return RedirectResponse("/registre", 303)
    wanted = statut if statut in words.STATUSES else ""
    found = await attempt(
        services_of(request).json(
            reader, "intake", "/api/v1/requests", status=wanted, after=apres, limit=25, count=True, **_wanted(q)
        )
    )
    return page(request, "find.html", q=q, wanted=wanted, statuses=words.STATUSES, found=found, after=apres)


def _id_in(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None


def _wanted(typed: str) -> dict[str, str]:
    """An official number is looked for as such, without the blanks that people write in it; anything else as words."""
    compact = re.sub(r"[\s.]", "", typed).upper()
    for name, shape in NUMBERS.items():
        if re.fullmatch(shape, compact):
            return {name: compact}
    return {"q": typed}


@router.get("/dossiers/{case}/motif")
async def why(request: Request, case: UUID, vers: str = "/") -> Response:
    return page(request, "motive.html", case=case, then=within(vers), wrong=None, motive="")


@router.post("/dossiers/{case}/motif")
async def told_why(request: Request, case: UUID) -> Response:
    form = await form_of(request)
    motive, then = " ".join(form.get("motif", "").split()), within(form.get("vers", f"/dossiers/{case}"))
    if not SHORTEST_MOTIVE <= len(motive) <= LONGEST_MOTIVE:
        wrong = f"Dites-le en quelques mots\u00a0: entre {SHORTEST_MOTIVE} et {LONGEST_MOTIVE} caractères."
        return page(request, "motive.html", 422, case=case, then=then, wrong=wrong, motive=motive)
    visit = visit_of(request)
    visit.session = visit.session.told_why(str(case), motive)
    return RedirectResponse(then, 303)


@router.get("/dossiers/{case}")
async def timeline(
    request: Request,
    case: UUID,
    phase: Annotated[list[int] | None, Query()] = None,
    role: Annotated[list[str] | None, Query()] = None,
    evenement: Annotated[list[str] | None, Query()] = None,
    ordre: str = OLDEST,
) -> Response:
    reader = await reader_of(request, case)
    services = services_of(request)
    if (right := visit_of(request).session.right) and right.role == ROLE:
        return await mission(request, services, reader, case)
    told, state = await asyncio.gather(
        attempt(whole_timeline(services, reader, case)),
        attempt(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    if isinstance(told, Trouble) and not told.down:
        raise told
    lines = [] if isinstance(told, Trouble) else lines_of(told["events"])
    wanted = Wanted(
        tuple(phase or ()),
        tuple(filter(None, role or ())),
        events=tuple(filter(None, evenement or ())),
        order=NEWEST if ordre == NEWEST else OLDEST,
    )
    return page(
        request,
        "timeline.html",
        case=case,
        state=state,
        told=told,
        lines=lines,
        phases=by_phase(lines, wanted),
        wanted=wanted,
        offered=offered(lines),
        phase_titles=PHASE_LABELS,
        seen="" if isinstance(told, Trouble) else seen_in(told),
    )


def seen_in(told: dict[str, Any]) -> str:
    """How far each service is shown: where what arrives later begins."""
    return ",".join(f"{name}:{reached['position']}" for name, reached in sorted(told["basis"].items()))


async def whole_timeline(services: Services, reader: Reader, case: UUID) -> dict[str, Any]:
    """Every page of it, as audit answers. Raises Trouble."""
    told: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        told = await services.json(
            reader, "audit", f"/api/v1/cases/{case}/timeline", after=told.get("next"), limit=A_PAGE
        )
        events += told["events"]
        if told["next"] is None:
            break
    return told | {"events": events}
