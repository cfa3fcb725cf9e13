"""Live updates of a case's timeline, by server-sent events, as the ledger grows."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from console.auth.ended_sessions import EndedSessionsUnavailable
from console.pages.reading.cases import get_services
from console.pages.rendering import render as render_template
from console.presentation.timeline import FIRST_PHASES, TimelineLine
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError

router = APIRouter()
STREAM_SECONDS = 15 * 60.0
"""After that the browser reconnects, and its right to read is checked again."""
MAX_EVENTS = 100
POSITION = re.compile(r"([a-z]{1,20}):(\d{1,18})")
Positions = dict[str, int]
Render = Callable[[Sequence[dict[str, Any]], Mapping[str, str]], str]


@router.get("/dossiers/{case}/direct")
async def live(request: Request, case: UUID, depuis: Annotated[str, Query(max_length=400)] = "") -> StreamingResponse:
    reader = await get_reader(request, case)
    seen = parse_positions(request.headers.get("last-event-id") or depuis)

    def render(news: Sequence[dict[str, Any]], names: Mapping[str, str]) -> str:
        return render_template(request, "reading/arrivals.html", case=case, lines=lines_of_arrivals(news, names))

    every = request.app.state.settings.poll_seconds
    stream = event_stream(get_services(request), reader, case, seen, every, render)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def lines_of_arrivals(news: Sequence[dict[str, Any]], names: Mapping[str, str]) -> list[TimelineLine]:
    """Without their cause, which may be an event that was shown before."""
    return [
        TimelineLine(event, FIRST_PHASES.get(event["service"], 0), cause=None, actor_name=names.get(event["actor"]))
        for event in news
    ]


async def event_stream(
    services: Services,
    reader: Reader,
    case: UUID,
    seen: Positions,
    every: float,
    render: Render,
) -> AsyncIterator[str]:
    """Polls the ledger's public checkpoint each `every` seconds, and reads the case when it has changed. Ends when the
    case can no longer be read, or the session is over: the browser reconnects and gets the reason.

    `render`: the new events, and what the people in them are called, as HTML."""
    end, before = time.monotonic() + STREAM_SECONDS, ""
    while time.monotonic() < end:
        try:
            checkpoint = await services.text(reader, "audit", "/tlog/checkpoint")
            news, names = ([], {}) if checkpoint == before else await _new_events(services, reader, case, seen)
            before = checkpoint
        except EndedSessionsUnavailable:
            return
        except UpstreamError as error:
            if not error.is_transient:
                return
            news, names = [], {}
        if news:
            seen = seen | {event["service"]: event["position"] for event in news}
            yield sse_message("arrivee", format_positions(seen), render(news, names))
        else:
            yield ": rien de neuf\n\n"
        await asyncio.sleep(every)


async def _new_events(
    services: Services, reader: Reader, case: UUID, seen: Mapping[str, int]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """By position in each service's log: a late event may be recorded before events already seen. With the names that
    audit gives of the people in them."""
    path = f"/api/v1/cases/{case}/timeline"
    answer = await services.json(reader, "audit", path, order="newest", limit=1)
    moved = [name for name, reached in answer["basis"].items() if reached["position"] > seen.get(name, 0)]
    if not moved:
        return [], {}
    answer = await services.json(reader, "audit", path, service=moved, order="newest", limit=MAX_EVENTS)
    news = [event for event in reversed(answer["events"]) if event["position"] > seen.get(event["service"], 0)]
    return news, answer["names"] or {}


def sse_message(name: str, last: str, content: str) -> str:
    lines = "".join(f"data: {line}\n" for line in content.splitlines())
    return f"event: {name}\nid: {last}\n{lines}\n"


def parse_positions(text: str) -> Positions:
    """The last position seen of each service, as `format_positions` writes them; anything else is ignored."""
    return {name: int(position) for name, position in POSITION.findall(text)}


def format_positions(seen: Mapping[str, int]) -> str:
    return ",".join(f"{name}:{position}" for name, position in sorted(seen.items()))
