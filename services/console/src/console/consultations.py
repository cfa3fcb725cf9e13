"""Who read a dossier, when, why, and what of it? As the services' logs of consultations tell, a line a reading."""

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

from console import words
from console.asking import reader_of
from console.dossiers import services_of
from console.pages import page
from console.services import Reader, Trouble, attempt
from shared.kernel import MONTHS, PARIS, SERVICE_LABELS, capitalize_first

router = APIRouter()
LOG = "/api/v1/access-log"
A_PAGE = 100
OFFERED = 13
"""Months: those of a year, and the one that has begun."""
Month = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
Whose = Annotated[str, Query(max_length=200)]


@dataclass(slots=True)
class Reading:
    """What somebody was shown within a day, for one motive, in however many services. `parts`: what of it, and by which
    services it was told."""

    since: str
    until: str
    who: str | None
    role: str
    unit: str | None
    motive: str | None
    case: str | None
    parts: dict[str, list[str]] = field(default_factory=dict)


@router.get("/consultations")
async def everywhere(request: Request, mois: Month = "", qui: Whose = "", apres: UUID | None = None) -> Response:
    """Of all the dossiers that the reader watches over."""
    reader = await reader_of(request)
    return await _shown(request, reader, None, mois, qui, apres)


@router.get("/dossiers/{case}/consultations")
async def of_a_dossier(
    request: Request, case: UUID, mois: Month = "", qui: Whose = "", apres: UUID | None = None
) -> Response:
    reader = await reader_of(request, case)
    return await _shown(request, reader, case, mois, qui, apres)


async def _shown(
    request: Request, reader: Reader, case: UUID | None, month: str, whose: str, after: UUID | None
) -> Response:
    services = services_of(request)
    since, until = between(month) if month else (None, None)
    asked = {"case": case and str(case), "actor": whose, "since": since, "until": until, "after": after and str(after)}
    head = services.json(reader, "intake", f"/api/v1/requests/{case}") if case else None
    state, me, *logs = await asyncio.gather(
        attempt(head) if head else asyncio.sleep(0),
        attempt(services.json(reader, "audit", "/api/v1/me")),
        *(attempt(services.json(reader, name, LOG, limit=A_PAGE, **asked)) for name in SERVICE_LABELS),
    )
    told = dict(zip(SERVICE_LABELS, logs, strict=True))
    troubles = [each for each in logs if isinstance(each, Trouble)]
    if refused := next((each for each in troubles if not each.down), None):
        raise refused
    rows, more = merged({name: log["items"] for name, log in told.items() if not isinstance(log, Trouble)})
    return page(
        request,
        "consultations.html",
        case=case,
        state=state,
        troubles=troubles,
        readings=list(readings(rows)),
        me=None if isinstance(me, Trouble) else me["id"],
        month=month,
        months=months(rows),
        whose=whose,
        after=after,
        onwards=_asking(mois=month, qui=whose, apres=rows[-1]["id"]) if more else None,
    )


def _asking(**asked: str) -> str:
    return urlencode({name: told for name, told in asked.items() if told})


def merged(logs: Mapping[str, Sequence[dict[str, Any]]]) -> tuple[list[dict[str, Any]], bool]:
    """One page of all the services' rows, each with its service, the newest first; and whether there are more. Their
    ids sort by time, so that one of them says in each service where the next page begins."""
    rows = [row | {"service": name} for name, log in logs.items() for row in log]
    rows.sort(key=lambda row: str(row["id"]), reverse=True)
    more = len(rows) > A_PAGE or any(len(log) == A_PAGE for log in logs.values())
    return rows[:A_PAGE], more


def readings(rows: Iterable[dict[str, Any]]) -> Iterator[Reading]:
    """From the newest first, what one person read in a row. A leader is not told who it was: what was read in one role
    within an hour is then one reading."""
    for _, group in groupby(rows, key=_same):
        told = list(group)[::-1]
        begun = told[0]
        alike = (begun[name] for name in ("actor", "role", "unit", "motive", "case"))
        reading = Reading(begun["at"], told[-1]["at"], *alike)
        for row in told:
            if (name := SERVICE_LABELS[row["service"]]) not in (services := reading.parts.setdefault(_part(row), [])):
                services.append(name)
        yield reading


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    within = words.day_of(row["at"]) if row["actor"] else row["at"][:13]
    return within, row["actor"], row["role"], row["unit"], row["motive"], row["case"]


def _part(row: Mapping[str, Any]) -> str:
    """In words, with the past moment that was asked for."""
    asked = dict(parse_qsl(urlsplit(row["address"] or "").query))
    moments = [f"version {asked['version']}"] if "version" in asked else []
    moments += [f"au {words.moment(asked[name])}" for name in ("as_of", "on") if words.is_moment(asked.get(name, ""))]
    lines = f"{row['rows']}\u00a0{'ligne' if row['rows'] < 2 else 'lignes'}" if row["rows"] is not None else None
    return capitalize_first(", ".join(filter(None, [words.operation(row["operation"]), *moments, lines])))


def between(month: str) -> tuple[str, str]:
    """From its first instant in Paris to that of the next."""
    year, number = map(int, month.split("-"))
    ends = (year, number + 1) if number < 12 else (year + 1, 1)
    first, last = (datetime(*begin, 1, tzinfo=PARIS).astimezone(UTC).isoformat() for begin in ((year, number), ends))
    return first, last


def months(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Those to choose from, the latest first, in words."""
    now = datetime.now(UTC)
    latest = max([now, *(datetime.fromisoformat(row["at"]) for row in rows)]).astimezone(PARIS)
    last = latest.year * 12 + latest.month - 1
    begun = (divmod(last - back, 12) for back in range(OFFERED))
    return {f"{year}-{month + 1:02}": f"{MONTHS[month]} {year}" for year, month in begun}
