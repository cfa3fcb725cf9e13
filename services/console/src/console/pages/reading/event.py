"""One event: its content, its cause and effects, and its proof in the ledger."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from console.pages.reading.cases import fetch_timeline, get_services
from console.pages.rendering import page
from console.presentation import labels
from console.presentation.plain_values import Node, event_nodes
from console.presentation.timeline import label_of, lines_of
from console.upstream.phase_pages import CASE_PAGES, CHILD_OPENED_BY, PAGE_OF_SERVICE
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from console.upstream.stored_events import decode_stored
from shared.kernel import PHASE_LABELS

router = APIRouter()
UNKNOWN = "Aucun événement de ce dossier ne porte cet identifiant."


@router.get("/dossiers/{case}/evenements/{event}")
async def event_page(request: Request, case: UUID, event: UUID) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    timeline, state = await asyncio.gather(
        fetch_timeline(services, reader, case),
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    lines = lines_of(timeline["events"], timeline["names"])
    line = next((each for each in lines if each.event["id"] == str(event)), None)
    if line is None:
        raise UpstreamError("audit", 404, slug="unknown-event", title="Événement inconnu", detail=UNKNOWN)
    stored = await result_or_error(
        fetch_stored(services, reader, line.event["service"], case, str(line.event["position"]))
    )
    of_stream = [each.event for each in lines if each.event["stream"] == line.event["stream"]]
    at = of_stream.index(line.event)
    return page(
        request,
        "reading/event.html",
        case=case,
        state=state,
        line=line,
        event=line.event,
        label=label_of(line.event),
        phase=PHASE_LABELS[line.phase],
        content=(content := stored if stored is None or isinstance(stored, UpstreamError) else _content_nodes(stored)),
        unreadable=content is None and stored is not None,
        effects=[each for each in lines if each.event["causation"] == str(event)],
        before=of_stream[at - 1] if at else None,
        after=of_stream[at + 1] if at + 1 < len(of_stream) else None,
        state_address=_state_address(case, line.event, of_stream[0]),
    )


@router.get("/dossiers/{case}/evenements/{event}/preuve")
async def proof(request: Request, case: UUID, event: UUID) -> JSONResponse:
    """All that the reader's browser needs to verify the event alone: proof, keys, the stored bytes that the header
    commits to, what the service shows of their encrypted values, and the labels that this page uses."""
    reader, services = await get_reader(request, case), get_services(request)
    service, position = request.query_params.get("service", ""), request.query_params.get("position", "")
    proof_text, key, witnesses, newest, stored = await asyncio.gather(
        result_or_error(services.text(reader, "audit", f"/api/v1/events/{event}/proof")),
        result_or_error(services.text(reader, "audit", "/tlog/key")),
        result_or_error(services.text(reader, "audit", "/tlog/witnesses")),
        result_or_error(services.text(reader, "audit", "/tlog/checkpoint")),
        result_or_error(fetch_stored(services, reader, service, case, position)),
    )
    answer = {"proof": proof_text, "key": key, "witnesses": witnesses, "checkpoint": newest, "stored": stored}
    answer["labels"] = labels.browser_labels()
    return JSONResponse({name: _plain(value) for name, value in answer.items()})


@router.get("/dossiers/{case}/evenements/{event}/preuve.tlog-proof")
async def proof_file(request: Request, case: UUID, event: UUID) -> PlainTextResponse:
    """The proof as a file, to keep and verify elsewhere."""
    reader = await get_reader(request, case)
    text = await get_services(request).text(reader, "audit", f"/api/v1/events/{event}/proof")
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{event}.tlog-proof"'})


async def fetch_stored(
    services: Services, reader: Reader, service: str, case: UUID, position: str
) -> dict[str, Any] | None:
    """The stored bytes in base64, and under `shown` the encrypted values as the service shows them; null where the
    service stores no event at this position."""
    if service not in PAGE_OF_SERVICE:
        return None
    answer = await services.json(reader, service, f"{CASE_PAGES[PAGE_OF_SERVICE[service]].path_of(case, case)}/stored")
    found = next((each for each in answer["events"] if str(each["position"]) == position), None)
    return found and {"bytes": found["stored"], "shown": found["shown"]}


def _content_nodes(stored: dict[str, Any]) -> list[Node] | None:
    data = decode_stored(stored["bytes"], stored["shown"])
    return None if data is None else event_nodes(data)


def _state_address(case: UUID, event: dict[str, Any], first: dict[str, Any]) -> str | None:
    """The page of the state as this event left it; null where there is none."""
    if event["stream"] == str(case):
        return f"/dossiers/{case}/etat/{PAGE_OF_SERVICE[event['service']]}?version={event['version']}"
    if (name := CHILD_OPENED_BY.get(first["event"])) is not None:
        return f"/dossiers/{case}/etat/{name}/{event['stream']}?version={event['version']}"
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, UpstreamError):
        return {"error": f"{value.service_label}\u00a0: {value.detail}", "status": value.status}
    return value
