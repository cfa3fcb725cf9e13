"""The first page, the search for a case, the reason for reading it, and its timeline."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.forms import read_form, safe_path
from console.pages.recipient.transmission import RECIPIENT_ROLE, transmission_page
from console.pages.rendering import case_home, first_page, page
from console.presentation import labels
from console.presentation.timeline import (
    NEWEST,
    OLDEST,
    TimelineDisplayFilter,
    filter_choices,
    group_by_phase,
    lines_of,
    shorten_phases,
)
from console.upstream.reader import get_reader, require_signed_in
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from shared.kernel import PHASE_LABELS

router = APIRouter()
PAGE_EVENTS, MAX_PAGES = 500, 20
NUMBERS = {"siret": r"\d{14}", "siren": r"\d{9}", "rna": r"W\w{9}"}
PROVIDER_ROLE = "provider"
STAFF_ROLES = ("adviser", "manager", "regional")
"""Those who work on cases: their first page is what is to be done today."""
MIN_REASON_CHARACTERS, MAX_REASON_CHARACTERS = 5, 300


def get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


@router.get("/")
@router.get("/dossiers")
async def search_page(
    request: Request,
    q: Annotated[str, Query(max_length=100)] = "",
    statut: Annotated[str, Query(max_length=40)] = "",
    apres: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    reader = await get_reader(request)
    if case := _parse_id(q):
        return RedirectResponse(f"/dossiers/{case}", 303)
    right = get_session(request).session.right
    if right is None:  # signed in for the first time: they hand on their identity to who gives rights
        return RedirectResponse("/titre", 303)
    if right.case:
        return RedirectResponse(case_home(right, right.case), 303)
    if request.url.path == "/" and not request.query_params and (home := first_page(right)) != "/":
        return RedirectResponse(home, 303)
    status = statut if statut in labels.STATUSES else ""
    found = await result_or_error(
        get_services(request).json(
            reader,
            "intake",
            "/api/v1/requests",
            status=status,
            after=apres,
            limit=25,
            count=True,
            **search_parameters(q),
        )
    )
    return page(
        request, "reading/find.html", q=q, chosen_status=status, statuses=labels.STATUSES, found=found, after=apres
    )


def _parse_id(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None


def search_parameters(typed: str) -> dict[str, str]:
    """An official number is searched as such, without the blanks that people type in it; anything else as words."""
    compact = re.sub(r"[\s.]", "", typed).upper()
    for name, shape in NUMBERS.items():
        if re.fullmatch(shape, compact):
            return {name: compact}
    return {"q": typed}


@router.get("/dossiers/{case}/motif")
async def reason_page(request: Request, case: UUID, vers: str = "/") -> Response:
    require_signed_in(request)
    return page(request, "reading/reason.html", case=case, then=safe_path(vers), wrong=None, reason="")


@router.post("/dossiers/{case}/motif")
async def record_reason(request: Request, case: UUID) -> Response:
    form = await read_form(request)
    require_signed_in(request)
    reason, then = " ".join(form.get("motif", "").split()), safe_path(form.get("vers", f"/dossiers/{case}"))
    if not MIN_REASON_CHARACTERS <= len(reason) <= MAX_REASON_CHARACTERS:
        wrong = f"Dites-le en quelques mots\u00a0: entre {MIN_REASON_CHARACTERS} et {MAX_REASON_CHARACTERS} caractères."
        return page(request, "reading/reason.html", 422, case=case, then=then, wrong=wrong, reason=reason)
    request_session = get_session(request)
    request_session.session = request_session.session.with_reason(str(case), reason)
    return RedirectResponse(then, 303)


@router.get("/dossiers/{case}")
async def timeline_page(
    request: Request,
    case: UUID,
    phase: Annotated[list[int] | None, Query()] = None,
    role: Annotated[list[str] | None, Query()] = None,
    evenement: Annotated[list[str] | None, Query()] = None,
    ordre: str = OLDEST,
    transferts: str = "",
) -> Response:
    """`transferts`: with the events of the cases that a transfer has linked to this one."""
    reader, services = await get_reader(request, case), get_services(request)
    if (right := get_session(request).session.right) and right.role == PROVIDER_ROLE:
        return RedirectResponse(case_home(right, case), 303)  # a provider reads no timeline
    if right and right.role == RECIPIENT_ROLE:
        return await transmission_page(request, services, reader, case)
    timeline, state = await asyncio.gather(
        result_or_error(fetch_timeline(services, reader, case, transfers=bool(transferts))),
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    if isinstance(timeline, UpstreamError) and not timeline.is_down:
        raise timeline
    lines = [] if isinstance(timeline, UpstreamError) else lines_of(timeline["events"], timeline["names"])
    shown = TimelineDisplayFilter(
        tuple(phase or ()),
        tuple(filter(None, role or ())),
        events=tuple(filter(None, evenement or ())),
        order=NEWEST if ordre == NEWEST else OLDEST,
    )
    phases = group_by_phase(lines, shown)
    return page(
        request,
        "reading/timeline.html",
        case=case,
        state=state,
        timeline=timeline,
        lines=lines,
        phases=phases if shown else shorten_phases(phases),
        filter=shown,
        with_transfers=bool(transferts),
        choices=filter_choices(lines),
        phase_titles=PHASE_LABELS,
        last_seen="" if isinstance(timeline, UpstreamError) else last_seen_positions(timeline),
    )


def last_seen_positions(timeline: dict[str, Any]) -> str:
    """The last position shown of each service: live updates begin after it."""
    return ",".join(f"{name}:{reached['position']}" for name, reached in sorted(timeline["basis"].items()))


async def fetch_timeline(services: Services, reader: Reader, case: UUID, *, transfers: bool = False) -> dict[str, Any]:
    """All pages of a case's timeline, from audit. Raises UpstreamError."""
    answer: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        answer = await services.json(
            reader,
            "audit",
            f"/api/v1/cases/{case}/timeline",
            after=answer.get("next"),
            limit=PAGE_EVENTS,
            transfers=transfers,
        )
        events += answer["events"]
        names |= answer["names"] or {}
        if answer["next"] is None:
            break
    return answer | {"events": events, "names": names}
