"""« Conservation »: the term of each finished case, for the DPO, who suspends a destruction or lets it go on.

Reading the page destroys nothing: it is the dry run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import Role, paris_date

router = APIRouter()
SOON = timedelta(days=90)
MAX_ROWS = 200
"""Of one group: what is due first comes first, and a page stays readable."""


@dataclass(frozen=True, slots=True)
class TermGroup:
    """`terms`: the first MAX_ROWS; `count`: all of them."""

    key: str
    title: str
    help: str
    terms: list[Mapping[str, Any]]
    count: int


@router.get("/conservation")
async def retention_page(request: Request) -> Response:
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role != Role.DPO:
        return RedirectResponse("/", 303)
    terms = await result_or_error(get_services(request).json(reader, "intake", "/api/v1/retention"))
    down = isinstance(terms, UpstreamError)
    today = paris_date(datetime.now(UTC))
    groups = [] if down else group_terms(terms, today)
    return page(
        request,
        "protection/retention.html",
        error=terms if down else None,
        groups=groups,
        today=today.isoformat(),
        just_done=await just_recorded(request),
    )


def group_terms(terms: Iterable[Mapping[str, Any]], today: date) -> list[TermGroup]:
    """Without the empty groups. Within each the oldest term first, as intake gives them."""
    found: dict[str, list[Mapping[str, Any]]] = {"due": [], "kept": [], "soon": [], "later": []}
    for term in terms:
        found[_group_of(term, today)].append(term)
    titles = {
        "due": ("À détruire", "Leurs clés seront détruites par la prochaine commande de l’exploitation."),
        "kept": ("Gardés plus longtemps", "Leur terme est passé, et un motif les retient."),
        "soon": ("À terme dans les trois mois", "S’il faut en garder un, suspendez sa destruction avant."),
        "later": ("Conservés", "Leur terme est plus tard."),
    }
    return [TermGroup(key, *titles[key], terms=each[:MAX_ROWS], count=len(each)) for key, each in found.items() if each]


def _group_of(term: Mapping[str, Any], today: date) -> str:
    due_on = date.fromisoformat(term["due_on"])
    if term["due"]:
        return "due"
    if due_on <= today:
        return "kept"
    return "soon" if due_on <= today + SOON else "later"
