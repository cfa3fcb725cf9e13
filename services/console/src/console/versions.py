"""What was an aggregate at each of its versions, and what did each event change?"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.asking import reader_of
from console.dossiers import services_of, whole_timeline
from console.pages import page
from console.phases import BESIDE, PLACES, Place
from console.reading import changes, names_in, nodes
from console.services import Reader, Services, Trouble, attempt
from console.timeline import label_of

router = APIRouter()
Version = Annotated[int | None, Query(ge=1, le=10**9)]


@router.get("/dossiers/{case}/etat/{name}")
async def of_the_case(request: Request, case: UUID, name: str, version: Version = None) -> Response:
    if (place := PLACES.get(name)) is None:
        raise HTTPException(404)
    return await _at_a_version(request, case, place, case, version)


@router.get("/dossiers/{case}/etat/{name}/{stream}")
async def of_what_stands_beside(
    request: Request, case: UUID, name: str, stream: UUID, version: Version = None
) -> Response:
    if (place := BESIDE.get(name)) is None:
        raise HTTPException(404)
    return await _at_a_version(request, case, place, stream, version)


async def _at_a_version(request: Request, case: UUID, place: Place, stream: UUID, wanted: int | None) -> Response:
    reader, services = await reader_of(request, case), services_of(request)
    path = place.of(case, stream)
    told, head = await asyncio.gather(
        attempt(whole_timeline(services, reader, case)),
        attempt(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    steps = {} if isinstance(told, Trouble) else _steps(told["events"], place.service, stream)
    try:
        state, step, latest = await _read(services, reader, place.service, path, wanted)
    except Trouble as trouble:
        if trouble.status == 401 or trouble.slug in ("choose-a-right", "unknown-version"):
            raise
        return page(
            request,
            "no_version.html",
            200 if trouble.status == 404 else trouble.status,
            case=case,
            state=head,
            place=place,
            trouble=trouble,
        )
    changed = changes(step["changes"], names_in(state)) if step else []
    latest = max([latest, *steps])
    return page(
        request,
        "version.html",
        case=case,
        state=head,
        place=place,
        here_path=request.url.path,
        version=state["version"],
        latest=latest,
        step=steps.get(state["version"]) or step,
        label=label_of(steps.get(state["version"]) or step or {"label": "Version", "event": ""}),
        nodes=nodes(state, changed),
        changes=changed,
    )


async def _read(
    services: Services, reader: Reader, service: str, path: str, wanted: int | None
) -> tuple[dict[str, Any], dict[str, Any] | None, int]:
    """The state at a version, or the last; the event that led to it; the last version known. Raises Trouble."""
    state = await services.json(reader, service, path, version=wanted)
    version = state["version"]
    steps = await services.json(reader, service, f"{path}/changes", since=str(version - 1), until=str(version))
    return state, steps[-1] if steps else None, version


def _steps(events: list[dict[str, Any]], service: str, stream: UUID) -> dict[int, dict[str, Any]]:
    """By version, the event that led to it."""
    return {each["version"]: each for each in events if each["service"] == service and each["stream"] == str(stream)}
