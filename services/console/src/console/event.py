"""What does one event say, what led to it and what came of it, and is it in the ledger?"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from console import words
from console.asking import reader_of
from console.dossiers import services_of, whole_timeline
from console.pages import page
from console.phases import BEGUN_BY, OF_SERVICE, PLACES
from console.reading import Node, facts
from console.services import Reader, Services, Trouble, attempt
from console.stored import said_by
from console.timeline import label_of, lines_of
from shared.kernel import PHASE_LABELS

router = APIRouter()
UNKNOWN = "Aucun événement de ce dossier ne porte cet identifiant."


@router.get("/dossiers/{case}/evenements/{event}")
async def event_page(request: Request, case: UUID, event: UUID) -> Response:
    reader, services = await reader_of(request, case), services_of(request)
    told, state = await asyncio.gather(
        whole_timeline(services, reader, case),
        attempt(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    lines = lines_of(told["events"])
    line = next((each for each in lines if each.event["id"] == str(event)), None)
    if line is None:
        raise Trouble("audit", 404, slug="unknown-event", title="Événement inconnu", detail=UNKNOWN)
    stored = await attempt(_stored(services, reader, line.event["service"], case, str(line.event["position"])))
    of_stream = [each.event for each in lines if each.event["stream"] == line.event["stream"]]
    at = of_stream.index(line.event)
    return page(
        request,
        "event.html",
        case=case,
        state=state,
        line=line,
        event=line.event,
        label=label_of(line.event),
        phase=PHASE_LABELS[line.phase],
        content=(content := stored if stored is None or isinstance(stored, Trouble) else _read(stored)),
        unreadable=content is None and stored is not None,
        effects=[each for each in lines if each.event["causation"] == str(event)],
        before=of_stream[at - 1] if at else None,
        after=of_stream[at + 1] if at + 1 < len(of_stream) else None,
        stands_at=_place(case, line.event, of_stream[0]),
    )


@router.get("/dossiers/{case}/evenements/{event}/preuve")
async def proof(request: Request, case: UUID, event: UUID) -> JSONResponse:
    """All that the reader’s browser needs to check it alone: proof, keys, the bytes that the header commits to, what
    the service says of their sealed values, and the words in which this page says them."""
    reader, services = await reader_of(request, case), services_of(request)
    service, position = request.query_params.get("service", ""), request.query_params.get("position", "")
    told, key, witnesses, newest, stored = await asyncio.gather(
        attempt(services.text(reader, "audit", f"/api/v1/events/{event}/proof")),
        attempt(services.text(reader, "audit", "/tlog/key")),
        attempt(services.text(reader, "audit", "/tlog/witnesses")),
        attempt(services.text(reader, "audit", "/tlog/checkpoint")),
        attempt(_stored(services, reader, service, case, position)),
    )
    answer = {"proof": told, "key": key, "witnesses": witnesses, "checkpoint": newest, "stored": stored}
    answer["words"] = words.all_told()
    return JSONResponse({name: _plain(value) for name, value in answer.items()})


@router.get("/dossiers/{case}/evenements/{event}/preuve.tlog-proof")
async def proof_file(request: Request, case: UUID, event: UUID) -> PlainTextResponse:
    """To be kept, and verified elsewhere."""
    reader = await reader_of(request, case)
    told = await services_of(request).text(reader, "audit", f"/api/v1/events/{event}/proof")
    return PlainTextResponse(told, headers={"Content-Disposition": f'attachment; filename="{event}.tlog-proof"'})


async def _stored(services: Services, reader: Reader, service: str, case: UUID, position: str) -> dict[str, Any] | None:
    """The bytes that the service holds, in base64, and what it says of their sealed values under `shown`;
    null where it holds none for this place."""
    if service not in OF_SERVICE:
        return None
    told = await services.json(reader, service, f"{PLACES[OF_SERVICE[service]].of(case, case)}/stored")
    found = next((each for each in told["events"] if str(each["position"]) == position), None)
    return found and {"bytes": found["stored"], "shown": found["shown"]}


def _read(stored: dict[str, Any]) -> list[Node] | None:
    data = said_by(stored["bytes"], stored["shown"])
    return None if data is None else facts(data)


def _place(case: UUID, event: dict[str, Any], first: dict[str, Any]) -> str | None:
    """Where the state can be read as this event left it."""
    if event["stream"] == str(case):
        return f"/dossiers/{case}/etat/{OF_SERVICE[event['service']]}?version={event['version']}"
    if (name := BEGUN_BY.get(first["event"])) is not None:
        return f"/dossiers/{case}/etat/{name}/{event['stream']}?version={event['version']}"
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, Trouble):
        return {"trouble": f"{value.who}\u00a0: {value.detail}", "status": value.status}
    return value
