"""Audit over HTTP: what happened to a case, across the phases."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from audit.domain import EventHeard
from shared.decider import Role
from shared.eventlog.application import UnknownCase
from shared.web.callers import Calling, allowed
from shared.web.endpoints import EVERYONE_AT_WORK, Asked, case_router

router = case_router("/cases", "cases")
READERS = frozenset({*EVERYONE_AT_WORK, Role.AUDITOR, Role.DPO, Role.LEADER})


class Happened(BaseModel):
    """One event of a case, as its service told it. `effective_at`: when it happened; `recorded_at`: when it was said.

    `payload_hash` commits to what only the service holds; `causation` is the id of the event that led to it."""

    service: str
    position: int
    event: str
    id: UUID
    recorded_at: datetime
    effective_at: datetime
    actor: str
    role: Role
    unit: str | None
    causation: UUID | None
    correlation: UUID
    payload_hash: str
    body: dict[str, Any] | None


@router.get("/{id}/timeline", summary="What happened to a case, across the phases")
def timeline(id: UUID, asked: Asked, caller: Calling) -> list[Happened]:  # noqa: A002
    """Every event of the case that audit has heard so far, in the order in which they were recorded."""
    allowed(caller, READERS, id)
    heard: list[EventHeard] = [event.data for _, event in asked.events_of(asked.recorder.entries_of_case(id))]
    if not heard:
        raise UnknownCase(str(id))
    heard.sort(key=lambda event: (event.recorded_at, event.publisher, event.position))
    return [_happened(event) for event in heard]


def _happened(event: EventHeard) -> Happened:
    header = json.loads(event.header)
    body = None if event.body is None else json.loads(event.body)
    return Happened(
        service=event.publisher, body=body, **{k: v for k, v in header.items() if k in Happened.model_fields}
    )
