"""The manager's page: the unit's funds year by year, its advisers with their cases, and what only a manager opens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from shared.kernel import Role

router = APIRouter()
OPEN_STATUSES = ("received", "admitted")
PAGE_ROWS = 200
MOST_PAGES = 25
"""5,000 open cases: more than any unit has. Beyond, the page says that it counts no further."""
SCALE = 1000
"""The width of a fund's bar."""


@dataclass(frozen=True, slots=True)
class FundBar:
    """A fund of a year. `paid`, `committed`: shares of what is allocated, in SCALE; what is committed holds what is
    paid. `available_cents`: what is allocated and not committed."""

    row: Mapping[str, Any]
    paid: int
    committed: int
    available_cents: int


@dataclass(frozen=True, slots=True)
class AdviserLine:
    """`id`: null for cases that nobody is in charge of; `has_right`: whether they are an adviser of the unit today."""

    id: str | None
    name: str | None
    cases: int
    has_right: bool


@router.get("/responsable")
async def unit_page(request: Request) -> Response:
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role != Role.MANAGER:
        return RedirectResponse("/", 303)
    services, unit = get_services(request), right.unit
    funds, operations, advisers, cases = await asyncio.gather(
        result_or_error(services.json(reader, "parcours", "/api/v1/funds", unit=unit, sort="-year", limit=10)),
        result_or_error(services.json(reader, "parcours", "/api/v1/operations", unit=unit, limit=50)),
        result_or_error(
            services.json(reader, "intake", "/api/v1/identities", role=Role.ADVISER, unit=unit, limit=PAGE_ROWS)
        ),
        result_or_error(open_cases(services, reader)),
    )
    errors = [each for each in (funds, operations, advisers, cases) if isinstance(each, UpstreamError)]
    return page(
        request,
        "manage/unit.html",
        unit=unit,
        errors=list({each.service: each for each in errors}.values()),
        funds=[] if isinstance(funds, UpstreamError) else [draw_fund(row) for row in funds["items"]],
        operations=[] if isinstance(operations, UpstreamError) else operations["items"],
        advisers=adviser_lines(
            [] if isinstance(advisers, UpstreamError) else advisers["items"],
            [] if isinstance(cases, UpstreamError) else cases,
        ),
        just_done=await just_recorded(request),
    )


async def open_cases(services: Services, reader: Reader, **filters: Any) -> list[Mapping[str, Any]]:
    """The open cases of the unit, as rows of the list of requests. Raises UpstreamError."""
    found: list[Mapping[str, Any]] = []
    after = None
    for _ in range(MOST_PAGES):
        rows = await services.json(
            reader, "intake", "/api/v1/requests", status=OPEN_STATUSES, limit=PAGE_ROWS, after=after, **filters
        )
        found += rows["items"]
        if (after := rows["next"]) is None:
            break
    return found


def draw_fund(row: Mapping[str, Any]) -> FundBar:
    allocated = max(row["allocated_cents"], row["committed_cents"], 1)
    return FundBar(
        row,
        paid=SCALE * row["paid_cents"] // allocated,
        committed=SCALE * row["committed_cents"] // allocated,
        available_cents=row["allocated_cents"] - row["committed_cents"],
    )


def adviser_lines(identities: Iterable[Mapping[str, Any]], cases: Iterable[Mapping[str, Any]]) -> list[AdviserLine]:
    """The advisers of the unit, and whoever still has cases of it; those with the most cases first."""
    counts: Counter[str | None] = Counter()
    names: dict[str | None, str | None] = {None: None}
    for case in cases:
        adviser = case.get("adviser") or {}
        counts[adviser.get("id")] += 1
        names[adviser.get("id")] = adviser.get("name") or names.get(adviser.get("id"))
    known = {each["id"]: each.get("name") for each in identities}
    lines = [
        AdviserLine(id_, known.get(id_) or names.get(id_), cases=counts[id_], has_right=id_ in known)
        for id_ in known.keys() | counts.keys()
    ]
    return sorted(lines, key=lambda line: (-line.cases, line.name or "", line.id or ""))
