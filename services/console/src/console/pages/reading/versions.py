"""An aggregate at each of its versions, and what each event changed."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.pages.reading.cases import fetch_timeline, get_services
from console.pages.rendering import page
from console.presentation.plain_values import change_list, names_by_id, state_nodes
from console.presentation.timeline import label_of
from console.upstream.phase_pages import CASE_PAGES, CHILD_PAGES, PhasePage
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error

router = APIRouter()
Version = Annotated[int | None, Query(ge=1, le=10**9)]


@router.get("/dossiers/{case}/etat/{name}")
async def case_state_page(request: Request, case: UUID, name: str, version: Version = None) -> Response:
    if (phase_page := CASE_PAGES.get(name)) is None:
        raise HTTPException(404)
    return await _render_version(request, case, phase_page, case, version)


@router.get("/dossiers/{case}/etat/{name}/{stream}")
async def child_state_page(request: Request, case: UUID, name: str, stream: UUID, version: Version = None) -> Response:
    if (phase_page := CHILD_PAGES.get(name)) is None:
        raise HTTPException(404)
    return await _render_version(request, case, phase_page, stream, version)


async def _render_version(
    request: Request, case: UUID, phase_page: PhasePage, stream: UUID, version: int | None
) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    path = phase_page.path_of(case, stream)
    timeline, head = await asyncio.gather(
        result_or_error(fetch_timeline(services, reader, case)),
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    steps = {} if isinstance(timeline, UpstreamError) else _steps(timeline["events"], phase_page.service, stream)
    try:
        state, step, latest = await _fetch_state(services, reader, phase_page.service, path, version)
    except UpstreamError as error:
        if error.status == 401 or error.slug in ("choose-a-right", "unknown-version"):
            raise
        return page(
            request,
            "reading/no_version.html",
            200 if error.status == 404 else error.status,
            case=case,
            state=head,
            place=phase_page,
            error=error,
        )
    changed = change_list(step["changes"], step["names"] | names_by_id(state)) if step else []
    latest = max([latest, *steps])
    return page(
        request,
        "reading/version.html",
        case=case,
        state=head,
        place=phase_page,
        here_path=request.url.path,
        version=state["version"],
        latest=latest,
        step=steps.get(state["version"]) or step,
        label=label_of(steps.get(state["version"]) or step or {"label": "Version", "event": ""}),
        nodes=state_nodes(state, changed),
        changes=changed,
    )


async def _fetch_state(
    services: Services, reader: Reader, service: str, path: str, version: int | None
) -> tuple[dict[str, Any], dict[str, Any] | None, int]:
    """The state at a version, or the last; the event that led to it; the last version known. Raises UpstreamError."""
    state = await services.json(reader, service, path, version=version)
    reached = state["version"]
    steps = await services.json(reader, service, f"{path}/changes", since=str(reached - 1), until=str(reached))
    return state, steps[-1] if steps else None, reached


def _steps(events: list[dict[str, Any]], service: str, stream: UUID) -> dict[int, dict[str, Any]]:
    """The event that led to each version."""
    return {each["version"]: each for each in events if each["service"] == service and each["stream"] == str(stream)}
