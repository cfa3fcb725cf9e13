"""« Exploitation »: how each service is, what waits in it and what to do, for the operator. Nothing of a case is shown:
numbers, and the names of faults."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.presentation.health_faults import fault_advice, fault_title
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import SERVICE_LABELS, Role

router = APIRouter()
READY_PATH = "/readyz"
LATE_SECONDS = 60
"""From which on the services themselves call work late."""


@dataclass(frozen=True, slots=True)
class FaultItem:
    """`about`: the service, part or projection that it is about; `detail`: what is seen, in English."""

    title: str
    about: str
    advice: str
    detail: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """`ready`: its answer to a readiness check; null where it gives none, and `error` says why."""

    service: str
    title: str
    ready: Mapping[str, Any] | None
    error: UpstreamError | None
    faults: tuple[FaultItem, ...]

    @property
    def is_well(self) -> bool:
        return self.error is None and not self.faults

    @property
    def waiting(self) -> Mapping[str, Any]:
        return (self.ready or {}).get("waiting") or {}

    @property
    def unsent(self) -> int:
        return int(((self.ready or {}).get("relay") or {}).get("unsent") or 0)


@router.get("/exploitation")
async def status_page(request: Request) -> Response:
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role != Role.OPS:
        return RedirectResponse("/", 303)
    services = get_services(request)
    answers = await asyncio.gather(
        *(result_or_error(services.json(reader, name, READY_PATH)) for name in SERVICE_LABELS)
    )
    lines = [service_line(name, answer) for name, answer in zip(SERVICE_LABELS, answers, strict=True)]
    shown = page(
        request,
        "operate/status.html",
        lines=lines,
        hurting=[line for line in lines if not line.is_well],
        late=LATE_SECONDS,
        read_at=datetime.now(UTC).isoformat(),
    )
    shown.headers["Cache-Control"] = "no-store"
    return shown


def service_line(service: str, answer: Mapping[str, Any] | UpstreamError) -> ServiceLine:
    title = SERVICE_LABELS[service]
    if isinstance(answer, UpstreamError):
        return ServiceLine(service, title, ready=None, error=answer, faults=())
    return ServiceLine(service, title, ready=answer, error=None, faults=tuple(_faults(answer.get("faults") or ())))


def _faults(faults: Sequence[Mapping[str, Any]]) -> list[FaultItem]:
    return [
        FaultItem(
            fault_title(each["fault"]),
            SERVICE_LABELS.get(each["about"] or "", each["about"] or ""),
            advice=fault_advice(each["fault"], each["advice"]),
            detail=each["detail"],
        )
        for each in faults
    ]
