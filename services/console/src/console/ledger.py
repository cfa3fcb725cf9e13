"""Is the ledger well? Its size, its last signature, how far behind it is, and what there is to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.asking import reader_of
from console.dossiers import services_of
from console.pages import page
from console.services import Trouble, attempt
from shared.kernel import SERVICE_LABELS

router = APIRouter()
HEALTH = "/api/v1/ledger/health"


@router.get("/registre")
async def health(request: Request) -> Response:
    reader, services = await reader_of(request), services_of(request)
    told, note = await asyncio.gather(
        attempt(services.json(reader, "audit", HEALTH)), attempt(services.text(reader, "audit", "/tlog/checkpoint"))
    )
    return page(
        request,
        "ledger.html",
        told=told if isinstance(told, Trouble) else told | {"services": _by_phase(told["services"])},
        signed=None if isinstance(note, Trouble) else _read(note),
        note=note,
        age=_age(told),
        refreshed=datetime.now(UTC).isoformat(),
    )


def _by_phase(services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = list(SERVICE_LABELS)
    return sorted(services, key=lambda each: order.index(each["service"]) if each["service"] in order else len(order))


def _read(note: str) -> dict[str, Any]:
    """What a signed checkpoint says, for who reads along; it is verified on the page of each event."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    signers = [line.split(" ")[1] for line in signatures.splitlines() if line.startswith("— ") and line.count(" ") >= 2]
    return {"origin": origin, "size": size, "root": root, "witnesses": [name for name in signers if name != origin]}


def _age(told: Any) -> float | None:
    checkpoint = None if isinstance(told, Trouble) else told.get("checkpoint")
    if not checkpoint:
        return None
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(checkpoint["signed_at"])).total_seconds())
