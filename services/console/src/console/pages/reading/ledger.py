"""Health of the ledger: size, last signature, lag of each service, and what there is to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import SERVICE_LABELS

router = APIRouter()
HEALTH_PATH = "/api/v1/ledger/health"


@router.get("/registre")
async def health(request: Request) -> Response:
    reader, services = await get_reader(request), get_services(request)
    report, note = await asyncio.gather(
        result_or_error(services.json(reader, "audit", HEALTH_PATH)),
        result_or_error(services.text(reader, "audit", "/tlog/checkpoint")),
    )
    return page(
        request,
        "reading/ledger.html",
        report=report
        if isinstance(report, UpstreamError)
        else report | {"services": _in_phase_order(report["services"])},
        signed=None if isinstance(note, UpstreamError) else _parse_checkpoint(note),
        note=note,
        age=_age_seconds(report),
        refreshed=datetime.now(UTC).isoformat(),
    )


def _in_phase_order(services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = list(SERVICE_LABELS)
    return sorted(services, key=lambda each: order.index(each["service"]) if each["service"] in order else len(order))


def _parse_checkpoint(note: str) -> dict[str, Any]:
    """The fields of a signed checkpoint, for display; it is verified on each event's page."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    signers = [line.split(" ")[1] for line in signatures.splitlines() if line.startswith("— ") and line.count(" ") >= 2]
    return {"origin": origin, "size": size, "root": root, "witnesses": [name for name in signers if name != origin]}


def _age_seconds(report: Any) -> float | None:
    checkpoint = None if isinstance(report, UpstreamError) else report.get("checkpoint")
    if not checkpoint:
        return None
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(checkpoint["signed_at"])).total_seconds())
