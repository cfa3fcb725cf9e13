"""The access log as a page: who read a case, when, why and what of it, one line per reading."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.presentation import labels
from console.upstream.reader import get_reader
from console.upstream.services import Reader, UpstreamError, result_or_error
from shared.kernel import MONTHS, PARIS, SERVICE_LABELS, capitalize_first

router = APIRouter()
ACCESS_LOG_PATH = "/api/v1/access-log"
PAGE_ROWS = 100
MONTHS_OFFERED = 13
"""Months to choose from: those of a year, and the current one."""
MonthParam = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
ActorParam = Annotated[str, Query(max_length=200)]


@dataclass(slots=True)
class Reading:
    """What one person was shown within a day, for one reason, by any number of services. `parts`: what was read, with
    the services that showed it."""

    since: str
    until: str
    who: str | None
    role: str
    unit: str | None
    reason: str | None
    case: str | None
    parts: dict[str, list[str]] = field(default_factory=dict)


@router.get("/consultations")
async def access_log_page(
    request: Request, mois: MonthParam = "", qui: ActorParam = "", apres: UUID | None = None
) -> Response:
    """The readings of all cases that the reader watches over."""
    reader = await get_reader(request)
    return await _render_log(request, reader, None, mois, qui, apres)


@router.get("/dossiers/{case}/consultations")
async def case_access_log_page(
    request: Request, case: UUID, mois: MonthParam = "", qui: ActorParam = "", apres: UUID | None = None
) -> Response:
    reader = await get_reader(request, case)
    return await _render_log(request, reader, case, mois, qui, apres)


async def _render_log(
    request: Request, reader: Reader, case: UUID | None, month: str, whose: str, after: UUID | None
) -> Response:
    services = get_services(request)
    since, until = month_bounds(month) if month else (None, None)
    query = {"case": case and str(case), "actor": whose, "since": since, "until": until, "after": after and str(after)}
    head = services.json(reader, "intake", f"/api/v1/requests/{case}") if case else None
    state, me, *logs = await asyncio.gather(
        result_or_error(head) if head else asyncio.sleep(0),
        result_or_error(services.json(reader, "audit", "/api/v1/me")),
        *(
            result_or_error(services.json(reader, name, ACCESS_LOG_PATH, limit=PAGE_ROWS, **query))
            for name in SERVICE_LABELS
        ),
    )
    by_service = dict(zip(SERVICE_LABELS, logs, strict=True))
    errors = [each for each in logs if isinstance(each, UpstreamError)]
    if refusal := next((each for each in errors if not each.is_down), None):
        raise refusal
    rows, more = merge_logs(
        {name: log["items"] for name, log in by_service.items() if not isinstance(log, UpstreamError)}
    )
    return page(
        request,
        "reading/access_log.html",
        case=case,
        state=state,
        errors=errors,
        readings=list(group_readings(rows)),
        names={
            id: name
            for log in by_service.values()
            if not isinstance(log, UpstreamError)
            for id, name in log["names"].items()  # noqa: A001
        },
        me=None if isinstance(me, UpstreamError) else me["id"],
        month=month,
        months=month_choices(rows),
        whose=whose,
        after=after,
        next_query=_query_string(mois=month, qui=whose, apres=rows[-1]["id"]) if more else None,
    )


def _query_string(**query: str) -> str:
    return urlencode({name: value for name, value in query.items() if value})


def merge_logs(logs: Mapping[str, Sequence[dict[str, Any]]]) -> tuple[list[dict[str, Any]], bool]:
    """One page of all services' rows, newest first, each with its service; and whether there are more.

    Ids sort by time, so one id is the cursor of the next page in every service."""
    rows = [row | {"service": name} for name, log in logs.items() for row in log]
    rows.sort(key=lambda row: str(row["id"]), reverse=True)
    more = len(rows) > PAGE_ROWS or any(len(log) == PAGE_ROWS for log in logs.values())
    return rows[:PAGE_ROWS], more


def group_readings(rows: Iterable[dict[str, Any]]) -> Iterator[Reading]:
    """Consecutive rows of one person as one reading, newest first. Leaders are not shown who read: for them, what one
    role read within an hour is one reading."""
    for _, group in groupby(rows, key=_reading_key):
        oldest_first = list(group)[::-1]
        first = oldest_first[0]
        same_fields = (first[name] for name in ("actor", "role", "unit", "reason", "case"))
        reading = Reading(first["at"], oldest_first[-1]["at"], *same_fields)
        for row in oldest_first:
            if (name := SERVICE_LABELS[row["service"]]) not in (services := reading.parts.setdefault(_part(row), [])):
                services.append(name)
        yield reading


def _reading_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    within = labels.format_day(row["at"]) if row["actor"] else row["at"][:13]
    return within, row["actor"], row["role"], row["unit"], row["reason"], row["case"]


def _part(row: Mapping[str, Any]) -> str:
    """What was read, in French, with the past moment that was requested."""
    query = dict(parse_qsl(urlsplit(row["address"] or "").query))
    moments = [f"version {query['version']}"] if "version" in query else []
    moments += [
        f"au {labels.format_moment(query[name])}"
        for name in ("as_of", "on")
        if labels.is_iso_moment(query.get(name, ""))
    ]
    lines = f"{row['rows']}\u00a0{'ligne' if row['rows'] < 2 else 'lignes'}" if row["rows"] is not None else None
    return capitalize_first(", ".join(filter(None, [labels.operation_label(row["operation"]), *moments, lines])))


def month_bounds(month: str) -> tuple[str, str]:
    """The first instant of a month in Paris, and that of the next, in UTC."""
    year, number = map(int, month.split("-"))
    ends = (year, number + 1) if number < 12 else (year + 1, 1)
    first, last = (datetime(*begin, 1, tzinfo=PARIS).astimezone(UTC).isoformat() for begin in ((year, number), ends))
    return first, last


def month_choices(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The months to choose from, latest first, with their French names."""
    now = datetime.now(UTC)
    latest = max([now, *(datetime.fromisoformat(row["at"]) for row in rows)]).astimezone(PARIS)
    last = latest.year * 12 + latest.month - 1
    begun = (divmod(last - back, 12) for back in range(MONTHS_OFFERED))
    return {f"{year}-{month + 1:02}": f"{MONTHS[month]} {year}" for year, month in begun}
