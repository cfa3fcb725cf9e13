"""What has just happened to a dossier that somebody watches? Told as the ledger grows, by server-sent events."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from console.asking import reader_of
from console.dossiers import services_of
from console.pages import rendered
from console.services import Reader, Services, Trouble
from console.timeline import BEGINS, Line

router = APIRouter()
LASTS = 15 * 60.0
"""Seconds, after which the browser asks again, and its right to read is looked at again."""
MOST = 100
SEEN = re.compile(r"([a-z]{1,20}):(\d{1,18})")
Positions = dict[str, int]


@router.get("/dossiers/{case}/direct")
async def live(request: Request, case: UUID, depuis: Annotated[str, Query(max_length=400)] = "") -> StreamingResponse:
    reader = await reader_of(request, case)
    seen = positions(request.headers.get("last-event-id") or depuis)

    def shown(news: Sequence[dict[str, Any]]) -> str:
        lines = [Line(event, BEGINS.get(event["service"], 0), cause=None) for event in news]
        return rendered(request, "arrivals.html", case=case, lines=lines)

    every = request.app.state.settings.polled
    told = arrivals(services_of(request), reader, case, seen, every, shown)
    return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def arrivals(
    services: Services,
    reader: Reader,
    case: UUID,
    seen: Positions,
    every: float,
    shown: Callable[[Sequence[dict[str, Any]]], str],
) -> AsyncIterator[str]:
    """Looks at the ledger's public checkpoint, and reads the dossier only when that has changed. Ends when the dossier
    can no longer be read: the browser comes back, and is told why."""
    end, before = time.monotonic() + LASTS, ""
    while time.monotonic() < end:
        try:
            checkpoint = await services.text(reader, "audit", "/tlog/checkpoint")
            news = [] if checkpoint == before else await _news(services, reader, case, seen)
            before = checkpoint
        except Trouble as trouble:
            if not trouble.passing:
                return
            news = []
        if news:
            seen = seen | {event["service"]: event["position"] for event in news}
            yield message("arrivee", spelled(seen), shown(news))
        else:
            yield ": rien de neuf\n\n"
        await asyncio.sleep(every)


async def _news(services: Services, reader: Reader, case: UUID, seen: Mapping[str, int]) -> list[dict[str, Any]]:
    """By position in each service's log: what a service tells late is recorded before what was seen already."""
    path = f"/api/v1/cases/{case}/timeline"
    told = await services.json(reader, "audit", path, order="newest", limit=1)
    moved = [name for name, reached in told["basis"].items() if reached["position"] > seen.get(name, 0)]
    if not moved:
        return []
    told = await services.json(reader, "audit", path, service=moved, order="newest", limit=MOST)
    return [event for event in reversed(told["events"]) if event["position"] > seen.get(event["service"], 0)]


def message(name: str, last: str, content: str) -> str:
    lines = "".join(f"data: {line}\n" for line in content.splitlines())
    return f"event: {name}\nid: {last}\n{lines}\n"


def positions(told: str) -> Positions:
    """How far each service was seen, as `spelled` writes it; what is not so written counts for nothing."""
    return {name: int(position) for name, position in SEEN.findall(told)}


def spelled(seen: Mapping[str, int]) -> str:
    return ",".join(f"{name}:{position}" for name, position in sorted(seen.items()))
